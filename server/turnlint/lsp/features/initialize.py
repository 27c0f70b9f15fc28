"""The client says who it is and what its user set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

METHOD = types.INITIALIZE


def handle(server: Server, params: types.InitializeParams) -> None:
    """Take options and settings. pygls negotiates the rest."""
    server.client_info = params.client_info
    server.settings.begin(params.initialization_options)
