"""Judge a file from disk that is too large for the client to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.lintFile"


def handle(server: Server, uri: str) -> bool:
    """Judge the file at a URI, now and whenever it changes. False where it is open or no local file."""
    return server.disk_files.check(uri)
