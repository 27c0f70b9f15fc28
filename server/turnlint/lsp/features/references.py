"""The reader wants to see where something of a row is used."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types

from turnlint.lsp.links import bracket, copies_at, placed, symbol_at
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_REFERENCES

_MOST = 1_000


async def handle(server: Server, params: types.ReferenceParams) -> list[types.Location] | None:
    """Find the calls of a tool with their results, the results of a call, the copies of a row."""
    row = server.row(params.text_document.uri, params.position.line)
    if row is None:
        return None
    declared = params.context.include_declaration
    within_row = partial(_within_row, row, params.position, declared=declared)
    copies = _copies(row, params.position, declared=declared)
    ranges = copies or await Pace(row.document).work(row.text, within_row)
    return [types.Location(row.document.uri, one) for one in ranges[:_MOST]]


def _copies(row: RowView, position: types.Position, *, declared: bool) -> list[types.Range]:
    """The rows equal to this one; the first of them stands for a declaration."""
    lines = islice(copies_at(row, position), 0 if declared else 1, _MOST)
    copies = (RowView(row.session, row.document.store.number(line)) for line in lines)
    return [copy.range(bracket(copy)) for copy in copies]


def _within_row(row: RowView, position: types.Position, *, declared: bool) -> list[types.Range]:
    found = symbol_at(row, row.column(position))
    if found is None:
        return []
    symbol = found[0]
    return placed(row, [*(symbol.declared if declared else ()), *symbol.named, *symbol.answered])
