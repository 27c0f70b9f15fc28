"""The user changed the settings of the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from turnlint.lsp.configuration import SECTION, pull

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.WORKSPACE_DID_CHANGE_CONFIGURATION


def handle(server: Server, params: types.DidChangeConfigurationParams) -> None:
    """Take our section where the client sends it, and ask for it where the client answers."""
    settings = params.settings
    if isinstance(settings, dict) and SECTION in settings and server.settings.update(settings[SECTION]):
        server.reload()
    server.background(pull(server))
