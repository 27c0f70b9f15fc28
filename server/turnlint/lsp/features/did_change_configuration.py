"""The user changed the settings of the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.WORKSPACE_DID_CHANGE_CONFIGURATION


def handle(server: Server, params: types.DidChangeConfigurationParams) -> None:
    """Take the section `turnlint` where the client sends it; some send nothing and want to be asked."""
    if isinstance(params.settings, dict) and "turnlint" in params.settings:
        server.settings.update(params.settings["turnlint"])
        for session in server.sessions():
            session.reload()
