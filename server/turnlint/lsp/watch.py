"""Files on disk that open documents depend on: settings, baselines, and data that they do not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from turnlint.config.baseline import NAME as BASELINE
from turnlint.config.discovery import NAMES as SETTINGS_FILES
from turnlint.config.trainers import NAMES as CONFIGS
from turnlint.config.trainers import is_config
from turnlint.lsp.indexing import Stamp

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["WATCHED", "changed", "watch"]

WATCHED = (*SETTINGS_FILES, BASELINE, *CONFIGS)
"""The names of files that count for what stands below their folder, some as patterns."""
_SECONDS = 1.0

_Stamp: TypeAlias = Stamp | None


def changed(server: Server, path: Path) -> None:
    """Judge again what a file concerns that came, went or changed: what is below it, else the file itself."""
    if path.name == BASELINE:
        server.baselines.reload(path.parent)
    elif path.name in SETTINGS_FILES or is_config(path.name):
        server.reload(path.parent)
    else:
        server.disk_files.changed(path)
        server.neighbours.changed(path)


async def watch(server: Server) -> None:
    """Look at the files every second, for clients that do not: Neovim does not on Linux."""
    known: dict[Path, _Stamp] = {}
    while True:
        await asyncio.sleep(_SECONDS)
        known = {**server.neighbours.stamps(), **known}
        stamps = await asyncio.to_thread(_stamps, _wanted(server))
        for path in stamps.keys() & known.keys():
            if stamps[path] != known[path]:
                changed(server, path)
        known = stamps


def _wanted(server: Server) -> set[Path]:
    documents = [session.path for session in server.sessions() if session.path is not None]
    followed = server.disk_files.paths()
    folders = {folder for path in (*documents, *followed) for folder in path.parents}
    settings = {folder / name for folder in folders for name in WATCHED if "*" not in name}
    obeyed = {session.trainer_config for session in server.sessions() if session.trainer_config is not None}
    return {*settings, *obeyed, *followed, *server.neighbours.paths()}


def _stamps(paths: Iterable[Path]) -> dict[Path, _Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> _Stamp:
    """What differs when a file was written; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
