"""Files that the client does not have open: judged from disk by a process of their own, and followed."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from turnlint.lsp.disk import End, Job, Report, Scope
from turnlint.lsp.process import running
from turnlint.lsp.progress import Progress
from turnlint.lsp.recognise import path_of

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["DiskFiles"]

logger = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-P", "-m", "turnlint.cli._disk")
_TITLES: Mapping[Scope, str] = {
    "file": "Reading",
    "dataset": "Reading the data set of",
    "folder": "Reading the data in",
}
_LINE_BYTES = 1 << 28
"""A report is one line, with all diagnostics of a file."""
_SOON_SECONDS = 0.1
"""Files that are written come in pieces, and several at once."""
_WARNINGS = 3
"""So many files are named to the user that could not be read."""


class _Run:
    """Files that are judged together, again and again."""

    def __init__(self, scope: Scope, path: Path) -> None:
        self.scope = scope
        self.path = path
        self.uris: dict[Path, str] = {}
        """Those that are followed, as the client spells them: a file has many URIs."""
        self.has_files = False
        """It was found which files these are. From then on, it leaves to others what they judge."""
        self.task: asyncio.Task[End] | None = None


class DiskFiles:
    """Follows the files that the user has had judged from disk.

    A file has diagnostics until the client opens it or it is gone. Once one of the files that were judged
    together changes, all of them are judged again.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._runs: dict[Path, _Run] = {}
        """Who judges each file that is followed."""
        self._at_work: set[_Run] = set()

    def check(self, uri: str) -> bool:
        """Judge a file from now on. False where the client has it open, or it is no local file."""
        path = path_of(uri)
        if path is None or not path.is_file() or path in self._open():
            return False
        size = path.stat().st_size
        if path not in self._runs and size > self._server.settings.options.large_file_bytes:
            self._server.tell(
                f"turnlint reads {path.name} ({size / (1 << 20):,.0f} MB) from disk, as this editor does not "
                "share files of that size. It reads it again each time the file is saved."
            )
        run = _Run("file", path)
        self._follow(run, path, uri)
        self._start(run)
        return True

    async def check_together(self, scope: Scope, path: Path) -> End | None:
        """Judge all files of the data sets of a file or folder, from now on.

        Waits for what comes of it, which the user is told of; None where somebody has stopped it. Files that
        are open keep the diagnostics that they have.
        """
        for former in [one for one in self._at_work if (one.scope, one.path) == (scope, path)]:
            self._stop(former)
        run = _Run(scope, path)
        self._start(run)
        try:
            while (task := run.task) is not None and not task.done():  # what is begun anew takes its place
                await asyncio.wait([task])
        except asyncio.CancelledError:
            self._stop(run)
            raise
        return None if task is None or task.cancelled() else task.result()

    def paths(self) -> list[Path]:
        """The files that are followed."""
        return list(self._runs)

    def changed(self, path: Path) -> None:
        """A file has changed on disk, or has gone. Nothing happens to files that are not followed."""
        run = self._runs.get(path)
        if run is None:
            return
        if not path.is_file():
            self.release(path)
        if run.uris:
            self._start(run, _SOON_SECONDS)

    def reload(self, folder: Path | None = None) -> None:
        """Judge again all files that are followed, or those below a folder: settings have changed."""
        below = (run for path, run in self._runs.items() if folder is None or path.is_relative_to(folder))
        for run in set(below):
            self._start(run)

    def release(self, path: Path | None) -> None:
        """Follow a file no more, if it is followed, and take its diagnostics back."""
        run = self._runs.pop(path, None) if path is not None else None
        if run is not None and path is not None:
            self._server.publish(run.uris.pop(path), b"[]")
            if not run.uris and run.task is not None:
                run.task.cancel()

    def close(self) -> None:
        """Stop everything."""
        for run in {*self._at_work, *self._runs.values()}:
            self._stop(run)

    def _open(self) -> set[Path | None]:
        return {one.path for one in self._server.sessions()}

    def _follow(self, run: _Run, path: Path, uri: str) -> None:
        """Have a run judge a file in place of whoever does by now."""
        former = self._runs.get(path)
        if former is not None and former.uris[path] == uri:
            del self._runs[path], former.uris[path]  # its diagnostics stay until others come
            if not former.uris and former.task is not None:
                former.task.cancel()
        self.release(path)
        run.uris[path] = uri
        self._runs[path] = run

    def _start(self, run: _Run, pause: float = 0.0) -> None:
        """Judge the files of a run, after a pause of some seconds and in place of what it does now."""
        if run.task is not None:
            run.task.cancel()
        run.task = task = asyncio.create_task(self._work(run, pause))
        self._at_work.add(run)

        def done(_: object) -> None:
            if run.task is task:
                self._at_work.discard(run)

        task.add_done_callback(done)

    def _stop(self, run: _Run) -> None:
        """Judge the files of a run no more, and take their diagnostics back."""
        for path in list(run.uris):
            self.release(path)
        if run.task is not None:
            run.task.cancel()

    async def _work(self, run: _Run, pause: float) -> End:
        """Judge files once, and tell what came of it."""
        await asyncio.sleep(pause)
        try:
            end = await self._judge(run)
        except Exception:
            logger.exception("%s could not be judged", run.path)
            end = End(failure="the log of turnlint says why.")
        if end.failure:
            for uri in run.uris.values():
                self._server.publish(uri, b"[]")
            self._server.warn(f"turnlint could not check {run.path.name}: {end.failure}")
        for words in end.problems[:_WARNINGS]:
            self._server.warn(f"turnlint could not check {words}")
        if left := len(end.problems[_WARNINGS:]):
            self._server.warn(f"turnlint could not check {left:,} more. Run `turnlint check` to see which.")
        return end

    async def _judge(self, run: _Run) -> End:
        """Have a process judge files. Raises what keeps it from that, and OSError where it dies."""
        async with running(_COMMAND, self._job(run), line_bytes=_LINE_BYTES) as lines:
            with ExitStack() as stack:
                progress: Progress | None = None
                async for line in lines:
                    report = msgspec.json.decode(line, type=Report)
                    if report.end is not None:
                        return report.end
                    if report.uris is not None:
                        self._adopt(run, report.uris)
                        title, stop = f"{_TITLES[run.scope]} {run.path.name}", partial(self._stop, run)
                        progress = Progress(self._server, title, report.total, stop)
                        stack.enter_context(progress)
                    elif report.uri:
                        self._publish(run, report)
                    elif progress is not None:
                        progress.report(report.done)
        raise OSError("the process that was to read it has died")

    def _job(self, run: _Run) -> Job:
        settings = self._server.settings
        options, overrides = settings.options, settings.overrides(run.path / "any")
        folders = tuple(map(os.fsencode, self._server.folders))
        encoding, limit = self._server.encoding, options.max_diagnostics
        return Job(run.scope, os.fsencode(run.path), encoding, limit, overrides, options.trusted, folders)

    def _adopt(self, run: _Run, uris: Iterable[str]) -> None:
        """Follow the files that belong to a run now, but for those that are open, and no others."""
        opened = self._open()
        found = {path: uri for uri in uris if (path := path_of(uri)) is not None and path not in opened}
        former = run.uris.keys() - found.keys()
        for path in found.keys() - run.uris.keys():
            if not (run.has_files and path in self._runs):
                self._follow(run, path, found[path])
        for path in former:  # last: without files, the run would end
            self.release(path)
        run.has_files = True

    def _publish(self, run: _Run, report: Report) -> None:
        path = path_of(report.uri)
        if path is not None and self._runs.get(path) is run:
            self._server.publish(run.uris[path], bytes(report.diagnostics))
