"""A document was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DID_SAVE
OPTIONS = types.SaveOptions(include_text=False)


def handle(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    """Judge the file on disk, vote its format again, and read its settings again; others see its rows."""
    session = server.session(params.text_document.uri)
    if session is not None:
        session.reload()
        if session.path is not None:
            server.neighbours.changed(session.path)
