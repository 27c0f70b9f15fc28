"""A row as data for an editor that shows it beside the text: a conversation of which texts can be edited.

All strings are plain text. What comes from a row is handed on as it is, since it may be edited there: a
client shows it as text, and makes visible what in it hides or reorders. Only halves of surrogate pairs are
written out, for which some clients drop the whole message; such a text cannot be edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, TypeAlias

from lsprotocol.types import Range
from msgspec import Struct

from turnlint.formats.brief import counts
from turnlint.formats.calls import definition
from turnlint.formats.declared import reach
from turnlint.lsp.conversation import Conversation, Part, Sided
from turnlint.lsp.lengths import Lengths
from turnlint.lsp.recognise import name_of
from turnlint.lsp.view import RowView
from turnlint.model import Finding, Image, Place, Pointer, Span, Text, Tool, Turn, format_pointer
from turnlint.text.decode import parse
from turnlint.text.label import counted, snippet
from turnlint.text.markdown import PlainText, visible
from turnlint.text.pretty import head
from turnlint.text.scan import Reading
from turnlint.text.tree import Node

__all__ = ["FieldView", "FindingView", "PartView", "ToolView", "TurnView", "View", "view_of"]

_ROOM = 200_000
"""About so many code points are handed on of the texts of a row,"""
_LONGEST = 50_000
"""of one of them at most so many,"""
_LEAST = 200
"""and of each that comes after the room is used up."""
_MOST_TURNS = 500
_MOST_PARTS = 2_000
"""Of all turns together."""
_MOST_TOOLS = 128
_MOST_FIELDS = 100
_MOST_FINDINGS = 500
_NAME = 120
"""The name of a file is cut to so many code points."""
_HALF = re.compile("[\ud800-\udfff]")

_Kind: TypeAlias = Literal["text", "code", "image", "call"]


class PartView(Struct, frozen=True, rename="camel"):
    """Something that a turn consists of."""

    kind: _Kind
    label: str
    """What it is; empty for a text."""
    text: str
    omitted: int = 0
    """So many code points are left out at the end of the text."""
    pointer: str | None = None
    """Where the string stands that `text` is the whole of, for `turnlint.editText`; else None."""
    laid_out: str | None = None
    """The object or array that the text is as JSON, laid out over lines; None where it is none."""


class FindingView(Struct, frozen=True):
    """A finding."""

    severity: str
    rule: str
    """Empty for the one that says how many more there are."""
    message: str
    range: Range


class TurnView(Struct, frozen=True):
    """A turn."""

    side: str
    role: str | None
    """As the row has it; None where it says none."""
    notes: list[str]
    tokens: str
    range: Range
    parts: Sequence[PartView]
    findings: Sequence[FindingView]


class ToolView(Struct, frozen=True):
    """A tool that the row declares."""

    name: str
    description: str
    schema: str


class FieldView(Struct, frozen=True):
    """A member of the row that is neither turn nor tool."""

    name: str
    text: str


class View(Struct, frozen=True):
    """A row; of a long one as much as can be shown."""

    row: int
    """Its number, from 1."""
    rows: int
    name: str
    format: str | None
    about: str
    tokens: str | None
    """None where they are not counted, or not yet."""
    tools: Sequence[ToolView]
    turns: Sequence[TurnView]
    fields: Sequence[FieldView]
    source: str | None
    """The row as JSON, where it holds no turns."""
    findings: Sequence[FindingView]
    """Those that are about no turn that is shown."""


def view_of(row: RowView, rows: int, findings: Sequence[Finding], lengths: Lengths | None) -> View:
    """View a row of a document with so many `rows`, with its findings. Never raises for what it holds."""
    return _Viewer(row, lengths).view(rows, findings)


class _Viewer:
    """Takes a row apart within the room that there is for its texts."""

    def __init__(self, row: RowView, lengths: Lengths | None) -> None:
        self._row = row
        self._style = PlainText()
        self._said = Conversation(row, self._style, lengths)
        self._room = _ROOM
        self._parts_left = _MOST_PARTS

    def view(self, rows: int, findings: Sequence[Finding]) -> View:
        row, said = self._row, self._said
        turns, others = self._turns(findings)
        return View(
            row=row.number + 1,
            rows=rows,
            name=snippet(name_of(row.document.uri), _NAME),
            format=said.format.title if said.format else None,
            about=self._about(),
            tokens=said.lengths.row() if said.lengths and said.lengths.known else None,
            turns=turns,
            tools=self._tools(),
            fields=self._fields() if turns else [],
            source=None if turns else self._laid_out(row.text),
            findings=others,
        )

    def _about(self) -> str:
        example = self._said.example
        if example is None:
            return ""
        tools = counted(len(example.tools), "tool") if example.tools else ""
        return " · ".join(filter(None, (counts(example), tools)))

    def _turns(self, findings: Sequence[Finding]) -> tuple[list[TurnView], list[FindingView]]:
        """The turns with what is wrong with them, and the findings that are in none of them."""
        turns = self._said.turns[:_MOST_TURNS]
        worst = sorted(findings, key=lambda one: -one.severity)[:_MOST_FINDINGS]
        located = sorted(self._row.located(worst), key=lambda pair: pair[1].start)
        extents = [self._extent(turn) for _, turn in turns]
        ranges = self._row.ranges([*extents, *(span for _, span in located)])
        found: list[list[FindingView]] = [[] for _ in [*turns, None]]
        for (finding, span), range_ in zip(located, ranges[len(turns) :], strict=True):
            holders = (at for at, one in enumerate(extents) if one.start <= span.start < one.end)
            found[next(holders, -1)].append(self._finding(finding, range_))
        for more in _more(len(findings), _MOST_FINDINGS, "finding"):
            found[-1].append(FindingView("info", "", more, self._row.range(Span(0, 0))))
        seen = [self._turn(*one) for one in zip(turns, ranges, found[:-1], strict=False)]
        for more in _more(len(self._said.turns), _MOST_TURNS, "turn"):
            seen[-1].notes.append(more)
        return seen, found[-1]

    def _extent(self, turn: Turn) -> Span:
        """All columns of a turn; none, at the end of the row, where it is too far behind to be found."""
        node = self._row.node(turn.place.pointer)
        return node.whole if node else Span(len(self._row.text), len(self._row.text))

    def _finding(self, finding: Finding, range_: Range) -> FindingView:
        message = self._style.prose(finding.message)
        return FindingView(finding.severity.word, finding.rule, message, range_)

    def _turn(self, sided: Sided, range_: Range, findings: list[FindingView]) -> TurnView:
        side, turn = sided
        parts = self._said.parts(turn)
        shown = parts[: self._parts_left]
        self._parts_left -= len(shown)
        role = self._said.role(turn)
        notes = [*self._said.notes(turn), *_more(len(parts), len(shown), "part")]
        return TurnView(
            side=side,
            role=None if role is None else self._style.code(role),
            notes=notes if parts else [*notes, self._said.lack(turn)],
            tokens=self._said.length(turn),
            range=range_,
            parts=[self._part(*one) for one in shown],
            findings=findings,
        )

    def _part(self, pointer: Pointer, part: Part) -> PartView:
        if isinstance(part, Text):
            return self._text("text", "", part.value, pointer)
        if isinstance(part, Image):
            return PartView("image", self._said.seen(part), "")
        if isinstance(part, Place):
            kind = reach(self._row.value, (*pointer, "type"))
            label = self._style.code(kind) if type(kind) is str else "content"
            return PartView("code", label, self._laid_out(self._said.written(part)))
        label, written = self._said.called(part), part.arguments_place
        if type(part.arguments) is str:
            return self._text("call", label, part.arguments, written.pointer)
        return PartView("call", label, self._laid_out(self._said.written(written)))

    def _text(self, kind: _Kind, label: str, text: str, pointer: Pointer) -> PartView:
        shown, omitted = self._cut(text)
        is_editable = shown == text and self._is_string(pointer, text)
        return PartView(
            kind,
            label,
            shown,
            omitted,
            pointer=format_pointer(pointer) if is_editable else None,
            laid_out=self._reading(text) if not omitted and _is_json(text) else None,
        )

    def _is_string(self, pointer: Pointer, text: str) -> bool:
        """Whether a text is what a closed string at a place of the row says."""
        node = self._row.node(pointer)
        if node is None or node.kind != "string":
            return False
        reading = Reading(self._row.text, node.start, node.end)
        return reading.is_closed and reading.value == text

    @property
    def _limit(self) -> int:
        """So many code points may the next text have."""
        return min(_LONGEST, max(self._room, _LEAST))

    def _cut(self, text: str) -> tuple[str, int]:
        """As much of a text as there is room for, and how much of it is left out."""
        shown = text[: self._limit]
        self._room -= len(shown)
        return _HALF.sub(lambda half: visible(half[0]), shown), len(text) - len(shown)

    def _reading(self, source: str) -> str | None:
        """JSON laid out; None where there is no room for all of it."""
        shown, is_all = head(source, self._limit)
        return self._cut(shown)[0] if is_all else None

    def _laid_out(self, source: str) -> str:
        """JSON laid out, as much as there is room for."""
        shown, is_all = head(source, self._limit)
        return self._cut(shown)[0] + "…" * (not is_all)

    def _tools(self) -> list[ToolView]:
        tools = self._said.example.tools if self._said.example else ()
        seen = [self._tool(tool) for tool in tools[:_MOST_TOOLS]]
        return [*seen, *(ToolView(more, "", "") for more in _more(len(tools), len(seen), "tool"))]

    def _tool(self, tool: Tool) -> ToolView:
        name = "without a name" if tool.name is None else self._style.code(tool.name)
        description, omitted = self._cut(tool.description.value) if tool.description else ("", 0)
        schema = self._laid_out(self._said.written(tool.parameters_place))
        return ToolView(name, description + "…" * bool(omitted), schema)

    def _fields(self) -> list[FieldView]:
        """The members of the row that are no turns or tools, and hold none."""
        example, root = self._said.example, self._row.tree.root
        if example is None or root is None:
            return []
        places = [example.place, *(example.outputs or ()), *(turn.place for _, turn in self._said.turns)]
        held = {place.pointer[:1] for place in places} | {definition(tool)[:1] for tool in example.tools}
        free = {member.step: member for member in root.members if (member.step,) not in held}
        seen = [self._field(member) for member in islice(free.values(), _MOST_FIELDS)]
        return [*seen, *(FieldView(more, "") for more in _more(len(free), len(seen), "field"))]

    def _field(self, member: Node) -> FieldView:
        """A member of the row; a string that is JSON itself as what it holds."""
        is_json = member.kind == "string" and _is_json(member.value)
        source = member.value if is_json else self._row.text[member.start : member.end]
        return FieldView(self._style.code(str(member.step)), self._laid_out(source))


def _is_json(text: str) -> bool:
    """Whether a text is an object or array as JSON."""
    try:
        return text.lstrip().startswith(("{", "[")) and type(parse(text)) in (dict, list)
    except ValueError:
        return False


def _more(count: int, shown: int, word: str) -> Iterator[str]:
    """Words for those of a list that are not shown, if there are any."""
    if count > shown:
        yield f"… {counted(count - shown, f'more {word}')}"
