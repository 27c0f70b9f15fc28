"""A row as an outline shows it: its turns, its answers and the tools that it declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from turnlint.formats import Format
from turnlint.formats.brief import called, counts, headline
from turnlint.formats.calls import definition
from turnlint.lsp.document import BLANKS
from turnlint.lsp.view import RowView
from turnlint.model import Example, Pointer, Span, Tool, Turn
from turnlint.text.label import counted, snippet
from turnlint.text.lines import Line
from turnlint.text.tree import Node
from turnlint.text.units import all_to_units

__all__ = ["Item", "Kind", "Outlines"]

Kind: TypeAlias = Literal["row", "group", "turn", "tool"]

_WORDS = 60
"""So many code points of a text are shown,"""
_NAME = 40
"""and of a name."""


class Item(Struct):
    """An entry of an outline, wherever its row stands."""

    kind: Kind
    name: str
    detail: str
    span: Span
    """All of it, in units of the client."""
    selection: Span
    """What the cursor goes to, in units of the client."""
    children: list[Item]

    @property
    def size(self) -> int:
        """How many entries it stands for, itself included."""
        return 1 + sum(child.size for child in self.children)


class Outlines:
    """The entries of the rows of one document. They are made again only where a row or its format changes."""

    def __init__(self) -> None:
        self._kept: dict[Line, tuple[Format | None, bool, Item]] = {}

    def of(self, row: RowView, room: int) -> Item:
        """The entry of a row that is not blank, with at most `room` entries below it."""
        about = row.session.format, room > 0
        kept = self._kept.get(row.line)
        if kept is not None and kept[:2] == about and kept[2].size <= room + 1:
            return kept[2]
        item = _outline(row, room)
        _convert(item, row)
        if item.size <= room or not room:  # else some may be missing
            self._kept[row.line] = (*about, item)
        return item

    def keep(self, lines: Iterable[Line]) -> None:
        """Forget all other lines."""
        self._kept = {line: self._kept[line] for line in lines if line in self._kept}


def _convert(item: Item, row: RowView) -> None:
    """Turn the columns of an entry into units of the client."""
    items = [item]
    for one in items:
        items += one.children
    spans = [span for one in items for span in (one.span, one.selection)]
    columns = {column for span in spans for column in (span.start, span.end)}
    units = all_to_units(row.line.text, columns, row.document.encoding)
    for one in items:
        one.span = Span(units[one.span.start], units[one.span.end])
        one.selection = Span(units[one.selection.start], units[one.selection.end])


def _outline(row: RowView, room: int) -> Item:
    """The entry of a row in columns."""
    text = row.text
    start = len(text) - len(text.lstrip(BLANKS))
    example = None if row.is_long else row.example
    words = (headline(example, _WORDS) if example else "") or snippet(text, _WORDS)
    children = _first(_Parts(row, example).items(), room) if example and room > 0 else []
    return Item("row", words, _beside(row, example), Span(0, len(text)), Span(start, start + 1), children)


def _beside(row: RowView, example: Example | None) -> str:
    """What there is of a row besides its words."""
    if row.is_long:
        return counted(len(row.text), "character")
    if not row.is_whole:
        return "not valid JSON"
    return counts(example) if example else ""


def _first(items: Sequence[Item], room: int) -> list[Item]:
    """The first entries and those below them, as many as there is room for."""
    kept = []
    for item in items:
        if room <= 0:
            break
        item.children = _first(item.children, room - 1)
        room -= item.size
        kept.append(item)
    return kept


class _Parts:
    """Finds the parts of an example in the tree of its row."""

    def __init__(self, row: RowView, example: Example) -> None:
        self._root = row.tree.root
        self._example = example

    def items(self) -> list[Item]:
        """The entries below the row, in its order."""
        example = self._example
        found = [*self._turns(example.turns), *self._tools(example.tools)]
        answers = example.preferred, example.non_preferred
        for place, turns in zip(example.outputs or (), answers, strict=False):
            found += self._group(place.pointer, [*self._turns(turns)])
        return sorted(found, key=lambda item: item.span.start)

    def _at(self, pointer: Pointer) -> Node | None:
        return self._root.at(pointer) if self._root is not None else None

    def _group(self, pointer: Pointer, children: list[Item]) -> Iterator[Item]:
        node = self._at(pointer)
        if node is not None and node.key is not None and children:
            detail = counted(len(children), children[0].kind)
            yield Item("group", str(node.step), detail, node.whole, node.key, children)

    def _turns(self, turns: Sequence[Turn]) -> Iterator[Item]:
        for turn in turns:
            content = self._at(turn.content_place.pointer)
            node = content if turn.implied else self._at(turn.pointer)
            if node is not None:
                words, detail = _said(turn)
                selection = content.span if content is not None else _begin(node)
                yield Item("turn", _joined(self._role(turn), words), detail, node.whole, selection, [])

    def _role(self, turn: Turn) -> str:
        """The role as the row spells it."""
        if turn.implied:
            return turn.role_key
        role = self._at((*turn.pointer, turn.role_key))
        spelled = role.value if role is not None and role.kind == "string" else ""
        return snippet(spelled, _NAME) or "?"

    def _tools(self, tools: Sequence[Tool]) -> Iterator[Item]:
        groups: dict[Pointer, list[Item]] = {}
        for tool in tools:
            pointer = definition(tool)
            node, named = self._at(pointer), self._at(tool.place.pointer)
            if node is not None and named is not None:
                name = snippet(tool.name or "", _NAME) or "?"
                detail = snippet(tool.description.value, _WORDS) if tool.description else ""
                selection = named.span if tool.name else _begin(named)
                item = Item("tool", name, detail, node.span, selection, [])
                groups.setdefault(pointer[:-1], []).append(item)
        for pointer, items in groups.items():
            yield from self._group(pointer, items)


def _begin(node: Node) -> Span:
    return Span(node.start, min(node.start + 1, node.end))


def _said(turn: Turn) -> tuple[str, str]:
    """What a turn says or else does, and what there is of it besides."""
    calls = called(turn)
    done = [f"calls {calls}"] if calls else []
    done += [counted(len(turn.images), "image")] if turn.images else []
    weight = [snippet(f"weight {turn.weight}", _NAME)] if type(turn.weight) in (int, float) else []
    words = next(filter(None, (snippet(text.value, _WORDS) for text in turn.texts)), "")
    if words:
        return words, ", ".join(done + weight)
    return ", ".join(done), ", ".join(weight)


def _joined(name: str, words: str) -> str:
    return f"{name}: {words}" if words else name
