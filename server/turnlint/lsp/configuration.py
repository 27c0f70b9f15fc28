"""Asking the client for its settings, which some push, others want to be asked for, and some do both."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from turnlint.lsp.recognise import path_of

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["SECTION", "pull"]

logger = logging.getLogger(__name__)

SECTION = "turnlint"


async def pull(server: Server) -> None:
    """Ask for the settings of each workspace folder and of what is in none, if the client answers that.

    Documents are judged again when an answer changes anything. Null leaves what was said before.
    """
    if not get_capability(server.client_capabilities, "workspace.configuration", False):
        return
    folders: list[tuple[Path | None, str | None]] = [(None, None)]
    folders += [(path_of(uri), uri) for uri in server.folder_uris if path_of(uri) is not None]
    items = [types.ConfigurationItem(scope_uri=uri, section=SECTION) for _, uri in folders]
    try:
        answers = await server.workspace_configuration_async(types.ConfigurationParams(items))
    except JsonRpcException as error:
        logger.info("the client tells no settings: %s", error)
        return
    changed = [server.settings.keep({folder for folder, _ in folders if folder is not None})]
    changed += [
        server.settings.update(answer, folder)
        for (folder, _), answer in zip(folders, answers or (), strict=False)
        if answer is not None
    ]
    if any(changed):
        server.reload()
