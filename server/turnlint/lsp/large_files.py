"""Files too large for the client to open: judged from disk by a process of their own."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from turnlint.lsp.disk import NOTHING, Job, Report
from turnlint.lsp.process import running
from turnlint.lsp.progress import Progress
from turnlint.lsp.recognise import path_of

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["LargeFiles"]

logger = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-P", "-m", "turnlint.lsp.disk")
_LINE_BYTES = 1 << 28
"""A report is one line, with all diagnostics of a file."""


class _Run(Struct, frozen=True):
    """A file that is followed."""

    uri: str
    """As the client spelled it: a file has many."""
    task: asyncio.Task[None]


class LargeFiles:
    """Follows the files that the user has had judged from disk: each is judged again when it changes."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._runs: dict[Path, _Run] = {}

    def check(self, uri: str) -> bool:
        """Judge a file from now on. False where the client has it open, or it is no local file."""
        path = path_of(uri)
        if path is None or not path.is_file() or any(one.path == path for one in self._server.sessions()):
            return False
        size = path.stat().st_size
        if path not in self._runs and size > self._server.settings.options.large_file_bytes:
            self._server.tell(
                f"turnlint reads {path.name} ({size / (1 << 20):,.0f} MB) from disk, as this editor does not "
                "share files of that size. It reads it again each time the file is saved."
            )
        self._start(path, uri)
        return True

    def paths(self) -> list[Path]:
        """The files that are followed."""
        return list(self._runs)

    def changed(self, path: Path) -> None:
        """A file has changed on disk, or has gone. Nothing happens to files that are not followed."""
        run = self._runs.get(path)
        if run is None:
            return
        if path.is_file():
            self._start(path, run.uri)
        else:
            self.release(path)

    def reload(self, folder: Path | None = None) -> None:
        """Judge again all files that are followed, or those below a folder: settings have changed."""
        for path in list(self._runs):
            if folder is None or path.is_relative_to(folder):
                self.changed(path)

    def release(self, path: Path | None) -> None:
        """Follow a file no more, if it is followed, and take its diagnostics back."""
        run = self._runs.pop(path, None) if path is not None else None
        if run is not None:
            run.task.cancel()
            self._server.publish(run.uri, b"[]")

    def close(self) -> None:
        """Stop everything."""
        for path in list(self._runs):
            self.release(path)

    def _start(self, path: Path, uri: str) -> None:
        former = self._runs.get(path)
        if former is not None:
            former.task.cancel()
        self._runs[path] = _Run(uri, asyncio.create_task(self._run(path, uri)))

    async def _run(self, path: Path, uri: str) -> None:
        """Judge a file once, and tell what came of it."""
        try:
            report = await self._report(path, uri)
        except Exception:
            logger.exception("%s could not be judged", path)
            report = Report(0, failure="the log of turnlint says why.")
        self._server.publish(uri, b"[]" if report.diagnostics == NOTHING else bytes(report.diagnostics))
        if report.failure:
            self._server.warn(f"turnlint cannot read {path.name}: {report.failure}")

    async def _report(self, path: Path, uri: str) -> Report:
        """Have a process judge a file. Raises what keeps it from that, and OSError where it dies."""
        settings = self._server.settings
        limit, trusted = settings.options.max_diagnostics, settings.options.trusted
        job = Job(str(path), uri, self._server.encoding, limit, settings.overrides(path), trusted)
        with Progress(self._server, f"Reading {path.name}", path.stat().st_size) as progress:
            async with running(_COMMAND, job, line_bytes=_LINE_BYTES) as lines:
                async for line in lines:
                    report = msgspec.json.decode(line, type=Report)
                    if report.is_last:
                        return report
                    progress.report(report.done)
        raise OSError("the process that was to read it has died")
