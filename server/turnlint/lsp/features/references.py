"""The reader wants to see where something of a row is used."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from turnlint.lsp.links import copies_at, placed, symbol_at
from turnlint.lsp.others import Other, named_at, own
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_REFERENCES

_MOST = 1_000


async def handle(server: Server, params: types.ReferenceParams) -> list[types.Location] | None:
    """Find the calls of a tool with their results, the results of a call, the rows that a row repeats."""
    row = server.row(params.text_document.uri, params.position.line)
    if row is None:
        return None
    declared = params.context.include_declaration
    pace = Pace(row.document)
    rows = (await _rows(row, params.position, pace))[0 if declared else 1 :]
    if rows:
        return [types.Location(one.uri, (await one.ranges(pace))[1]) for one in rows]
    within_row = partial(_within_row, row, params.position, declared=declared)
    ranges = await pace.work(row.text, within_row)
    return [types.Location(row.document.uri, one) for one in ranges[:_MOST]]


async def _rows(row: RowView, position: types.Position, pace: Pace) -> list[Other]:
    """The copies of a row, else the rows that findings compare it with, and itself.

    The first of them stands for a declaration.
    """
    session, store = row.session, row.document.store
    named = [other for _, others in await named_at(row, position, pace) for other in others]
    found = [own(session, store.number(line)) for line in copies_at(row, position)]
    if not found and named:
        found = [*(other for other in named if not other.file), own(session, row.number)]
    return [*(other for other in named if other.file), *found][:_MOST]


def _within_row(row: RowView, position: types.Position, *, declared: bool) -> list[types.Range]:
    found = symbol_at(row, row.column(position))
    if found is None:
        return []
    symbol = found[0]
    return placed(row, [*(symbol.declared if declared else ()), *symbol.named, *symbol.answered])
