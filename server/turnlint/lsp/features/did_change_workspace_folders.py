"""Folders came into the workspace, or left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from turnlint.lsp.configuration import pull

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS


def handle(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Ask for the settings of the new ones. pygls has updated the workspace."""
    server.background(pull(server))
    server.neighbours.reload()  # without trust, it reads nothing outside the workspace
