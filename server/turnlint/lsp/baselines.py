"""Accepted findings in the editor: what is accepted in a document, and accepting more."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from turnlint.config import ConfigError
from turnlint.config.baseline import NAME, BaselineFinder, accepted_in, entry_path, revise_baseline
from turnlint.config.discovery import SettingsFinder
from turnlint.engine.baseline import Baseline, Counts, Key

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Baselines"]


class Baselines:
    """The baseline files beside and above the documents. Files are read and written off the event loop."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._writer = ThreadPoolExecutor(1)
        """The end waits for it, unlike for other threads: a file half written would stay locked."""

    async def accepted(self, path: Path | None) -> Counts:
        """What is accepted in a document; nothing where it is no local file, or its baseline is broken.

        The user is told of that once.
        """
        if path is None:
            return {}
        try:
            return await asyncio.to_thread(accepted_in, path)
        except ConfigError as error:
            self._server.warn_once(f"turnlint hides no accepted findings. {error}")
            return {}

    async def add(self, path: Path, key: Key, count: int) -> None:
        """Accept so many findings in a document, from now on and in all ways in. Raises ConfigError."""
        file = await asyncio.to_thread(_home, path, self._folder_of(path))
        change = partial(_with, name=entry_path(file, path), key=key, count=count)
        await asyncio.get_running_loop().run_in_executor(self._writer, revise_baseline, file, change)
        self._server.tell_once(f"turnlint keeps accepted findings in {file}.")
        self.reload(file.parent)

    def reload(self, folder: Path) -> None:
        """Read the baselines again of all documents below a folder."""
        for session in self._server.sessions(folder):
            session.reload_baseline()
        self._server.disk_files.reload(folder)

    def _folder_of(self, path: Path) -> Path | None:
        """The innermost folder of the workspace that holds a path."""
        holding = [one for one in self._server.folders if path.is_relative_to(one)]
        return max(holding, key=lambda one: len(one.parts), default=None)


def _home(path: Path, folder: Path | None) -> Path:
    """The baseline file to write to for a document in a folder of the workspace, or in none.

    That is the one that counts, else one beside the settings, else one in the folder, else beside the
    document. Raises ConfigError where it would be outside of the workspace.
    """
    file = BaselineFinder().nearest(path.parent)
    if file is None:
        config = SettingsFinder().config(path.parent)
        beside_settings = config.path is not None and (folder is None or config.root.is_relative_to(folder))
        file = (config.root if beside_settings else folder or path.parent) / NAME
    if folder is not None and not file.parent.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            f"{file} is outside of the workspace; `turnlint check --add-baseline` may write it."
        )
    return file


def _with(baseline: Baseline, *, name: str, key: Key, count: int) -> Baseline:
    counts = baseline.get(name, {})
    return {**baseline, name: {**counts, key: max(count, counts.get(key, 0))}}
