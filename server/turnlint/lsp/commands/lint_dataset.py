"""Judge all files of a data set from disk, compared with each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from turnlint.lsp.disk import Scope
from turnlint.lsp.recognise import path_of

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.lintDataset"


class Linted(TypedDict):
    """What was judged."""

    files: int
    findings: int
    """In all files, shown or not."""


async def handle(server: Server, uri: str | None) -> Linted:
    """Judge the files of the data set that a file belongs to, as they are on disk, and publish what is found.

    Null stands for the data sets of all folders of the workspace, and where settings name none, for the JSONL
    files in them. Files that are open keep their diagnostics; those of others go once they are opened, are
    gone, or are judged again. The user is told what cannot be read. Raises JsonRpcException where somebody
    stops it.
    """
    found: Linted = {"files": 0, "findings": 0}
    places = _places(server, uri)
    if not places:
        server.warn("Open a folder or save the file first: data sets are files on this machine.")
    for scope, path in places:
        end = await server.disk_files.check_together(scope, path)
        if end is None:
            raise JsonRpcException("This was stopped.", types.LSPErrorCodes.RequestCancelled)
        found["files"] += end.files
        found["findings"] += end.findings
    return found


def _places(server: Server, uri: str | None) -> list[tuple[Scope, Path]]:
    """What is to be judged: a file with its data set, or folders that lie in no other."""
    if uri is not None:
        path = path_of(uri)
        return [] if path is None else [("folder" if path.is_dir() else "dataset", path)]
    folders = set(server.folders)
    return [("folder", one) for one in sorted(folders) if folders.isdisjoint(one.parents)]
