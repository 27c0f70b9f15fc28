"""A document was edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.TEXT_DOCUMENT_DID_CHANGE


def handle(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Judge what the edit touched. pygls has carried it out."""
    session = server.session(params.text_document.uri)
    if session is not None:
        session.changed()
