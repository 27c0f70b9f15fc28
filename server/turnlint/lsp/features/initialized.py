"""The client is ready: ask it for its settings, and to be told when they or files change."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from turnlint.lsp.configuration import pull
from turnlint.lsp.watch import WATCHED, watch

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

logger = logging.getLogger(__name__)

METHOD = types.INITIALIZED


async def handle(server: Server, params: types.InitializedParams) -> None:
    """Pull the settings, and register for what the client lets servers register for: some never answer."""
    server.background(_register(server))
    await pull(server)


async def _register(server: Server) -> None:
    able = partial(get_capability, server.client_capabilities)
    wanted = []
    if able("workspace.did_change_watched_files.dynamic_registration", False):
        names = (*WATCHED, "*.{jsonl,ndjson}")
        watchers = [types.FileSystemWatcher(f"**/{name}") for name in names]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        wanted.append(_registration(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    else:
        server.background(watch(server))
    if able("workspace.did_change_configuration.dynamic_registration", False):
        section = types.DidChangeConfigurationRegistrationOptions("turnlint")
        wanted.append(_registration(types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if wanted:
        try:
            await server.client_register_capability_async(types.RegistrationParams(wanted))
        except JsonRpcException as error:
            logger.info("the client does not register: %s", error)


def _registration(method: str, options: object) -> types.Registration:
    return types.Registration(id=f"turnlint {method}", method=method, register_options=options)
