"""The reader wants to see what something in a row refers to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from turnlint.lsp.links import bracket, columns, copies_at, symbol_at
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView
from turnlint.model import Place, Span

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DEFINITION


async def handle(
    server: Server, params: types.DefinitionParams
) -> list[types.LocationLink] | list[types.Location] | None:
    """Lead from a call to its tool, from a result to its call, from a row to its first copy."""
    row = server.row(params.text_document.uri, params.position.line)
    if row is None:
        return None
    within_row = partial(_within_row, row, params.position)
    links = _to_first_copy(row, params.position) or await Pace(row.document).work(row.text, within_row)
    if get_capability(server.client_capabilities, "text_document.definition.link_support", False):
        return links
    return [types.Location(link.target_uri, link.target_selection_range) for link in links]


def _to_first_copy(row: RowView, position: types.Position) -> list[types.LocationLink]:
    copies = copies_at(row, position)
    if not copies:
        return []
    first = RowView(row.session, row.document.store.number(copies[0]))
    start = bracket(first)
    around, meant = first.ranges([Span(start.start, len(first.text)), start])
    return [types.LocationLink(row.document.uri, around, meant, row.range(bracket(row)))]


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
