"""What the reader of a row can point at: what the format declares, tools and their calls, what is said."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from turnlint.formats.calls import all_calls, call_at, declaration, definition, tool_at
from turnlint.formats.declared import Choice, Member, declared
from turnlint.lsp.conversation import Conversation
from turnlint.lsp.lengths import Lengths
from turnlint.lsp.prose import Prose, source
from turnlint.lsp.view import RowView
from turnlint.model import Call, Place, Pointer, Span, Tool, Turn
from turnlint.text.label import counted
from turnlint.text.markdown import PlainText, excerpt
from turnlint.text.scan import unescape
from turnlint.text.tree import Node

__all__ = ["Thing", "thing_at"]

_DESCRIPTION = 600
"""So many code points of the description of a tool are shown."""


class Thing(NamedTuple):
    """What is told, and the columns that it is about."""

    words: str
    span: Span


def thing_at(row: RowView, column: int, style: PlainText, lengths: Lengths | None = None) -> Thing | None:
    """The smallest thing at a column of which there is something to tell; None in a row without members."""
    root = row.tree.root
    if root is None or type(row.value) is not dict or not row.value:
        return None
    path = [node for node in root.path(column) if column < node.end]
    node = path[-1] if path else root
    teller = _Teller(row, style, lengths)
    return teller.declared(node, column) or teller.tool(node.pointer) or teller.said(node, column)


class _Teller:
    """Tells of the things of a row."""

    def __init__(self, row: RowView, style: PlainText, lengths: Lengths | None) -> None:
        self._row = row
        self._style = style
        self._conversation = Conversation(row, style, lengths)
        self._prose = Prose(self._conversation)

    def declared(self, node: Node, column: int) -> Thing | None:
        """A key that the format declares, or a value that is no free text."""
        format_, key = self._conversation.format, node.key
        if format_ is None or key is None:
            return None
        pointer, value = node.pointer, self._row.value
        member, owner = declared(format_, value, pointer), declared(format_, value, pointer[:-1])
        if member is None or owner is None:
            return None
        of = f" of the {owner.owner}" if owner.owner else ""
        if column < max(node.start, key.end):
            return Thing(self._member(member, of), key)
        choice = member.choice(node.value)
        if choice is not None and choice.description:
            return Thing(self._choice(choice, member), node.span)
        if node.kind == "atom" or (node.kind == "string" and member.choices):
            return Thing(self._member(member, of), node.span)
        return None

    def tool(self, pointer: Pointer) -> Thing | None:
        """A call, the definition of a tool, or the name of the call that a result answers."""
        example = self._conversation.example
        if example is None:
            return None
        if (called := call_at(example, pointer)) is not None:
            return self._thing(self._call(called), called.place)
        if (tool := tool_at(example, pointer)) is not None:
            return self._thing(self._definition(tool), Place(definition(tool)))
        for turn in example.all_turns:
            key = {"tool": "tool_call_id", "function": "name"}.get(turn.role or "")
            if key is not None and pointer == (*turn.pointer, key):
                return self._thing(self._result(turn, key), Place(pointer))
        return None

    def said(self, node: Node, column: int) -> Thing:
        """The turn that is there and those behind it; elsewhere the whole row."""
        pointer, example = node.pointer, self._conversation.example
        for turn in example.all_turns if example is not None else ():
            at = turn.place.pointer
            if pointer[: len(at)] == at:
                index = len(unescape(self._row.text[node.start + 1 : column])) if node.kind == "string" else 0
                words = self._prose.write(turn, pointer, index)
                return Thing(words, node.span) if node.kind == "string" else self._thing(words, turn.place)
        return self._thing(self._prose.write(), Place())

    def _thing(self, words: str, place: Place) -> Thing:
        return Thing(words, self._row.extent(place) or Span(0, len(self._row.text)))

    def _member(self, member: Member, of: str) -> str:
        """What a format declares of a key."""
        facts = [
            f"{self._style.strong(self._style.code(member.name))}{of}",
            " or ".join(member.kinds) or "any type",
            "required" if member.required else "optional",
        ]
        parts = [" · ".join(facts)]
        parts += [self._style.prose(member.description)] if member.description else []
        parts += [self._choices(member)] if len(member.choices) > 1 else []
        return "\n\n".join(parts)

    def _choices(self, member: Member) -> str:
        choices = tuple(dict.fromkeys(member.choices))
        if not any(one.description for one in choices):
            return f"One of {', '.join(map(self._value, choices))}."
        return "\n".join(f"- {self._value(one)}: {self._style.prose(one.description)}" for one in choices)

    def _choice(self, choice: Choice, member: Member) -> str:
        """What one of the values of a key means."""
        others = [self._value(one) for one in dict.fromkeys(member.choices) if one != choice]
        parts = [
            f"{self._style.strong(self._value(choice))} · {self._style.code(member.name)}",
            self._style.prose(choice.description),
        ]
        parts += [f"Other values: {', '.join(others)}."] if others else []
        return "\n\n".join(parts)

    def _value(self, choice: Choice) -> str:
        shown = choice.value if isinstance(choice.value, str) else orjson.dumps(choice.value).decode()
        return self._style.code(shown)

    def _call(self, call: Call) -> str:
        """A call with its arguments and the tool that it calls."""
        example, calls, style = self._conversation.example, self._conversation.calls, self._style
        assert example is not None, "a call stands in an example"
        answers, tool = calls.of_call(call).results, declaration(example, call)
        notes = [f"{style.strong('call')} of {self._conversation.called(call)}"]
        notes += [f"answered in {_numbered(answers[0])}"] if answers else []
        declares = "The row declares no such tool." if tool is None else self._tool(tool, [])
        return f"{' · '.join(notes)}\n{self._prose.arguments(call)}\n\n{declares}"

    def _definition(self, tool: Tool) -> str:
        example = self._conversation.example
        assert example is not None, "a definition stands in an example"
        count = sum(call.name == tool.name is not None for call in all_calls(example))
        return self._tool(tool, [counted(count, "call")])

    def _tool(self, tool: Tool, notes: list[str]) -> str:
        """A tool as the row declares it."""
        style = self._style
        name = "without a name" if tool.name is None else style.code(tool.name)
        strict = ["strict"] if tool.strict else []
        parts = [" · ".join([f"{style.strong('tool')} {name}", *strict, *notes])]
        if tool.description is not None:
            cut = excerpt(tool.description.value, _DESCRIPTION)
            parts.append(style.prose(cut.text) + "…" * bool(cut.after))
        extent = self._row.extent(tool.parameters_place)
        if extent is None:
            parts.append("No parameters are declared.")
        else:
            parts.append(f"Parameters:\n{source(style, self._row.text[extent.start : extent.end])}")
        return "\n\n".join(parts)

    def _result(self, turn: Turn, key: str) -> str:
        """Which call a result answers."""
        conversation, style = self._conversation, self._style
        exchange = conversation.calls.of_result(turn)
        if exchange is None or exchange.call is None or exchange.asking is None:
            wanted = turn.result_of if key == "tool_call_id" else turn.name
            named = f" {style.code(wanted)}" if wanted is not None else ""
            return f"{style.strong('result')} of a call{named} that the row does not make"
        where = _numbered(exchange.asking) + ", which comes later" * conversation.calls.is_early(turn)
        title = f"{style.strong('result')} of the call of {conversation.called(exchange.call)} in {where}"
        return f"{title}\n{self._prose.arguments(exchange.call)}"


def _numbered(turn: Turn) -> str:
    """A turn by its number in the list that it stands in."""
    step = turn.pointer[-1]
    return f"turn {step + 1}" if isinstance(step, int) else "the same row"
