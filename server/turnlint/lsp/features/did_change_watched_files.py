"""The client says that files changed on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from turnlint.lsp.recognise import path_of
from turnlint.lsp.watch import changed

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.WORKSPACE_DID_CHANGE_WATCHED_FILES


def handle(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Judge again what they concern."""
    for change in params.changes:
        path = path_of(change.uri)
        if path is not None:
            changed(server, path)
