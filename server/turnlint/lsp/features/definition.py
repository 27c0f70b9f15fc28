"""The reader wants to see what something in a row refers to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from turnlint.lsp.links import bracket, columns, copies_at, symbol_at
from turnlint.lsp.others import named_at, own
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView
from turnlint.model import Place

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DEFINITION


async def handle(
    server: Server, params: types.DefinitionParams
) -> list[types.LocationLink] | list[types.Location] | None:
    """Lead from a call to its tool, from a result to its call, from a row to that which it repeats."""
    row = server.row(params.text_document.uri, params.position.line)
    if row is None:
        return None
    pace = Pace(row.document)
    links = await _to_other_rows(row, params.position, pace)
    if not links:
        links = await pace.work(row.text, partial(_within_row, row, params.position))
    if get_capability(server.client_capabilities, "text_document.definition.link_support", False):
        return links
    return [types.Location(link.target_uri, link.target_selection_range) for link in links]


async def _to_other_rows(row: RowView, position: types.Position, pace: Pace) -> list[types.LocationLink]:
    """To the rows that what is found at a position compares this one with, or to its first copy."""
    named = [(place, found[0]) for place, found in await named_at(row, position, pace)]
    earlier = [(place, other) for place, other in named if other.is_before(row)]
    copies = copies_at(row, position)
    if copies and not earlier:
        first = own(row.session, row.document.store.number(copies[0]))
        earlier = [(row.range(bracket(row)), first)]
    return [
        types.LocationLink(other.uri, *await other.ranges(pace), place) for place, other in earlier or named
    ]


def _within_row(row: RowView, position: types.Position) -> list[types.LocationLink]:
    found = symbol_at(row, row.column(position))
    if found is None:
        return []
    symbol, name = found
    meant = columns(row, symbol.declared)
    around = columns(row, [Place(place.pointer[:-1]) for place in symbol.declared])
    origin, *ranges = row.ranges([name, *around, *meant])
    pairs = zip(ranges[: len(around)], ranges[len(around) :], strict=True)
    return [types.LocationLink(row.document.uri, *pair, origin) for pair in pairs]
