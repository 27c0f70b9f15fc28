"""What a row names: tools by their names and calls by their ids, with the places where it names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from lsprotocol import types
from msgspec import Struct, field

from turnlint.formats.calls import Calls, key_place, result_place
from turnlint.lsp.view import RowView
from turnlint.model import Example, Place, Span
from turnlint.text.lines import Line
from turnlint.text.scan import spans

__all__ = ["Symbol", "bracket", "columns", "copies_at", "placed", "symbol_at"]


class Symbol(Struct):
    """A tool or a call of a row."""

    declared: list[Place] = field(default_factory=list)
    """The names in the definitions of a tool; the id of a call."""
    named: list[Place] = field(default_factory=list)
    """Where else it is named: by calls of the tool, by results of the call."""
    answered: list[Place] = field(default_factory=list)
    """The results of the calls of a tool."""


def symbol_at(row: RowView, column: int) -> tuple[Symbol, Span] | None:
    """What the member at a column names, if that is a tool or a call, and the columns of the name."""
    path = row.tree.root.path(column) if row.tree.root else []
    if not path or row.example is None:
        return None
    pointer = path[-1].pointer
    for symbol in _symbols(row.example):
        if any(place.pointer == pointer for place in chain(symbol.declared, symbol.named)):
            return symbol, path[-1].span
    return None


def copies_at(row: RowView, position: types.Position) -> list[Line]:
    """The lines equal to this row and itself, where a position is at its opening bracket; else none."""
    place = row.range(bracket(row))
    return row.session.copies(row.line) if place.start <= position <= place.end else []


def bracket(row: RowView) -> Span:
    """Where the row begins: what stands for it as a whole."""
    return spans(row.text, [Place()])[0]


def columns(row: RowView, places: Iterable[Place]) -> list[Span]:
    """All columns of values that stand in the row, in the order asked."""
    return [span for place in places if (span := row.extent(place)) is not None]


def placed(row: RowView, places: Iterable[Place]) -> list[types.Range]:
    """Where names stand in the row, each once, from left to right."""
    found = {(span.start, span.end) for span in columns(row, places)}
    return row.ranges([Span(*pair) for pair in sorted(found)])


def _symbols(example: Example) -> Iterator[Symbol]:
    """The calls with their results, those that are not there too, and the tools."""
    tools: dict[str, Symbol] = {}
    for tool in example.tools:
        if tool.name is not None:
            tools.setdefault(tool.name, Symbol()).declared.append(tool.place)
    for exchange in Calls(example).exchanges:
        call = exchange.call
        by_id = [result_place(turn) for turn in exchange.results if turn.role != "function"]
        yield Symbol([key_place(call)] if call is not None and call.id is not None else [], by_id)
        if call is not None and call.name is not None:
            symbol = tools.setdefault(call.name, Symbol())
            symbol.named.append(call.name_place)
            symbol.answered += by_id
    for turn in example.all_turns:
        if turn.role == "function" and turn.name is not None:
            tools.setdefault(turn.name, Symbol()).named.append(result_place(turn))
    yield from tools.values()
