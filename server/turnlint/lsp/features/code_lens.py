"""The client asks for the line that it shows above a document: the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_CODE_LENS

_TOP = types.Range(types.Position(0, 0), types.Position(0, 0))
_NOTHING = ""
"""The command of a lens that is there to be read."""


def handle(server: Server, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    """Sum up what is known by now; the client is told to ask again when that has changed."""
    session = server.session(params.text_document.uri)
    if session is None:
        return None
    session.tokens.show_totals()
    summary = session.sum_up()
    return [types.CodeLens(_TOP, types.Command(str(summary), _NOTHING))] if summary.rows else []
