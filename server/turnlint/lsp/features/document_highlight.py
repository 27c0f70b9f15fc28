"""The reader has the cursor on something: where else in the row it is named."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from lsprotocol.types import DocumentHighlight, DocumentHighlightKind

from turnlint.lsp.links import placed, symbol_at
from turnlint.lsp.pace import Pace
from turnlint.lsp.view import RowView

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT


async def handle(server: Server, params: types.DocumentHighlightParams) -> list[DocumentHighlight] | None:
    """Give the places of a tool's name or a call's id: as written where it is declared, else as read."""
    row = server.row(params.text_document.uri, params.position.line)
    if row is None:
        return None
    return await Pace(row.document).work(row.text, partial(_named, row, params.position))


def _named(row: RowView, position: types.Position) -> list[DocumentHighlight]:
    found = symbol_at(row, row.column(position))
    if found is None:
        return []
    kinds = {DocumentHighlightKind.Write: found[0].declared, DocumentHighlightKind.Read: found[0].named}
    return [DocumentHighlight(one, kind) for kind, places in kinds.items() for one in placed(row, places)]
