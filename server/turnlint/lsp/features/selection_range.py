"""The client asks what to select around some places, and what around that."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from turnlint.lsp.pace import Pace
from turnlint.lsp.protocol import Written, dump
from turnlint.lsp.ranges import written_range
from turnlint.lsp.view import RowView
from turnlint.model import Pointer
from turnlint.text.selection import around
from turnlint.text.units import all_to_units

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_SELECTION_RANGE

_MOST = 100
"""So many ranges lie around a place at most: what writes and reads JSON refuses deep nesting."""


async def handle(server: Server, params: types.SelectionRangeParams) -> Written | None:
    """Give for each place what lies around it: word, text, value, member, and so on up to the row."""
    uri = params.text_document.uri
    session = server.session(uri)
    if session is None:
        return None
    row = cache(partial(server.row, uri))
    pace = Pace(session.document)
    found = []
    for position in params.positions:
        about = row(position.line)
        text = about.text if about else ""
        found.append(await pace.work(text, partial(_around, about, position)))
        await pace.breathe()
    return Written(dump(found))


def _around(row: RowView | None, position: types.Position) -> dict[str, Any]:
    """The innermost range with those around it; an empty one where there is no line."""
    if row is None:
        here = position.line, position.character
        return {"range": written_range(here, here)}
    *inner, whole = around(row.text, row.tree.root, row.column(position), _arguments(row))
    spans = [*inner[: _MOST - 1], whole]
    units = all_to_units(
        row.line.text, (column for span in spans for column in (span.start, span.end)), row.document.encoding
    )
    found: dict[str, Any] = {}
    for span in reversed(spans):
        range_ = written_range((row.number, units[span.start]), (row.number, units[span.end]))
        found = {"range": range_} | ({"parent": found} if found else {})
    return found


def _arguments(row: RowView) -> frozenset[Pointer]:
    """The strings that hold JSON by their place, if the row is not too long to tell."""
    example = None if row.is_long else row.example
    turns = example.all_turns if example else ()
    return frozenset(call.arguments_place.pointer for turn in turns for call in turn.calls)
