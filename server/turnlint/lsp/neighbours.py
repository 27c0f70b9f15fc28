"""The other files of the data sets of open documents: read in the background, one at a time."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from turnlint.config import ConfigError
from turnlint.config.datasets import SUFFIXES, DatasetFile, dataset_within, gather
from turnlint.config.discovery import SettingsFinder
from turnlint.lsp.foreign import NEAR_BYTES, NEAR_ROWS, ForeignFile, ForeignRows, IndexedFile, read_file
from turnlint.lsp.indexing import IndexJob, Stamp
from turnlint.lsp.progress import Progress
from turnlint.lsp.session import Session
from turnlint.rules.compare import Origin
from turnlint.text.markdown import visible

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Neighbours"]

logger = logging.getLogger(__name__)

_MOST_BYTES = 1 << 30
"""Larger files are not read."""
_MUCH = 20 << 20
"""From so many bytes on, reading them is shown as progress."""
_SOON_SECONDS = 0.1
"""Files that are written come in pieces, and several at once."""
_OFTEN_SECONDS = 1.0
"""While files are read, documents are compared with those that were no more often than this."""
_REST = 4
"""A file that changes all the time is read for one part of the time and left alone for so many,"""
_LONGEST_REST_SECONDS = 10.0
"""but no longer than this."""


class Neighbours:
    """Knows the other files of each document's data set, and follows them as they change."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sets: dict[Session, tuple[DatasetFile, ...]] = {}
        self._unsettled: set[Session] = set()
        """Documents whose data set is to be looked for."""
        self._met: set[Path] = set()
        """Files that have come or gone, and may belong to one."""
        self._known: dict[Path, IndexedFile | None] = {}
        """The files of all data sets as they were read; None as long as they were not, or cannot be."""
        self._stale: set[Path] = set()
        """Those that are to be read."""
        self._due: set[Session] = set()
        """Documents that are to be compared with what was read since."""
        self._left_out: set[Path] = set()
        """Files of which the log says already that they are too large to be compared row by row."""
        self._next_comparison = 0.0
        self._task: asyncio.Task[None] | None = None

    def follow(self, session: Session) -> None:
        """Have the rows of a document compared with those of its data set, from now on or anew."""
        if session.path is not None:
            self._unsettled.add(session)
            self._wake()

    def reload(self) -> None:
        """Find out and read everything again: settings have changed."""
        self._unsettled.update(self._sets)
        self._stale.update(self._known)
        self._wake()

    def release(self, session: Session) -> None:
        """Follow the data set of a document no more."""
        self._unsettled.discard(session)
        self._due.discard(session)
        if self._sets.pop(session, None):
            self._forget()

    def changed(self, path: Path) -> None:
        """A file has changed on disk, came or went; or something did in a folder."""
        if path in self._known:
            self._stale.add(path)
        elif self._sets:
            self._met.add(path)
        self._wake()

    def of(self, session: Session) -> tuple[DatasetFile, ...]:
        """The data set of a document in order, itself included; nothing as long as none is known."""
        return self._sets.get(session, ())

    def paths(self) -> set[Path]:
        """The files that are followed, and the folders where others may come."""
        documents = (session.path for session in self._sets if session.path is not None)
        return {*self._known, *(path.parent for path in (*self._known, *documents))}

    def stamps(self) -> dict[Path, Stamp]:
        """What the files were when they were read."""
        return {path: index.stamp for path, index in self._known.items() if index is not None}

    def close(self) -> None:
        """Stop everything."""
        self._sets.clear()
        if self._task is not None:
            self._task.cancel()

    @property
    def _waits(self) -> bool:
        return bool(self._met or self._unsettled or self._stale or self._due)

    def _wake(self) -> None:
        if self._waits and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Do what waits, first what decides what else is to be done."""
        await asyncio.sleep(_SOON_SECONDS)
        while self._waits:
            try:
                await self._next()
            except Exception:
                logger.exception("the files of a data set could not be compared")

    async def _next(self) -> None:
        if self._met:
            met, self._met = self._met, set()
            documents = {one: one.path for one in self._sets if one.path is not None}
            seen = {*self._known, *documents.values()}
            concerned = partial(_concerned, documents, met, seen, self._server.settings.finder)
            self._unsettled.update(await asyncio.to_thread(concerned))
        elif self._unsettled:
            session = self._unsettled.pop()
            assert session.path is not None
            files = await asyncio.to_thread(self._dataset, session.path, self._server.folders)
            self._settle(session, files)
        elif self._due and (not self._stale or monotonic() > self._next_comparison):
            due, self._due = self._due, set()
            self._next_comparison = monotonic() + _OFTEN_SECONDS
            for session in due:
                self._compare(session)
        else:
            await self._renew(self._stale.pop())

    def _dataset(self, path: Path, workspace: Iterable[Path]) -> tuple[DatasetFile, ...]:
        """The data set of a document in order, itself included; nothing where settings cannot be obeyed."""
        settings = self._server.settings
        try:
            return dataset_within(
                path, settings.finder(path), None if settings.options.trusted else workspace
            )
        except ConfigError:  # told by whoever reads the settings of the document
            return ()

    def _settle(self, session: Session, files: tuple[DatasetFile, ...]) -> None:
        """Take what the data set of a document is; what of it was not read yet is to be."""
        if session not in self._server.sessions():
            return
        self._sets[session] = files if session.format is not None else ()
        for file in self._sets[session]:
            if file.number and file.path not in self._known:
                self._known[file.path] = None
                self._stale.add(file.path)
        self._forget()
        self._due.add(session)

    def _forget(self) -> None:
        """Let go of files that are in no data set of an open document."""
        needed = {file.path for files in self._sets.values() for file in files if file.number}
        for path in self._known.keys() - needed:
            del self._known[path]
            self._stale.discard(path)

    async def _renew(self, path: Path) -> None:
        """Read a file, again if it was read before."""
        begun, is_again = monotonic(), self._known.get(path) is not None
        try:
            index = await self._read(path)
        except OSError as error:
            logger.info("%s is not compared with other files: %s", path, error)
            index = None
        if path in self._known:
            self._known[path] = index
            sets = self._sets.items()
            self._due.update(one for one, files in sets if any(file.path == path for file in files))
        if is_again:
            await asyncio.sleep(min(_REST * (monotonic() - begun), _LONGEST_REST_SECONDS))

    async def _read(self, path: Path) -> IndexedFile | None:
        """Have a file read unless it is too large. Raises OSError where it cannot be, or nobody wants it."""
        size = (await asyncio.to_thread(path.stat)).st_size
        if size > _MOST_BYTES:
            logger.warning("%s is not compared: it is larger than %d GiB", path, _MOST_BYTES >> 30)
            return None

        settings = self._server.settings
        job = IndexJob(os.fsencode(path), settings.overrides(path), settings.options.trusted)
        with ExitStack() as stack:
            progress: Progress | None = None
            if size > _MUCH:
                progress = stack.enter_context(Progress(self._server, f"Reading {path.name}", size))

            def report(done: int) -> None:
                if path not in self._known:
                    raise OSError("nobody wants it any more")
                if progress is not None:
                    progress.report(done)

            return await read_file(job, report)

    def _compare(self, session: Session) -> None:
        """Have the rows of a document compared with those of the files that were read by now."""
        files = self._sets[session]
        at = next((number for number, file in enumerate(files) if not file.number), 0)
        read = [_foreign(session, file, self._known.get(file.path)) for file in files]
        before, behind = ([one for one in side if one is not None] for side in (read[:at], read[at + 1 :]))
        chosen = session.format
        if chosen is None or not (before or behind):
            session.compare_with(None)
        else:
            own = _origin(session, files[at], session.settings.stage or chosen.stage)
            foreign = ForeignRows(own, before, behind)
            for path in foreign.not_near:
                self._leave_out(path)
            session.compare_with(foreign)

    def _leave_out(self, path: Path) -> None:
        """Note that a file is compared for rows that are the same, and not nearly so."""
        if path not in self._left_out:
            self._left_out.add(path)
            logger.warning(
                "%s is not compared for rows that are nearly the same: this is done for %d rows "
                "and %d MiB of other files",
                path,
                NEAR_ROWS,
                NEAR_BYTES >> 20,
            )


def _concerned(
    documents: Mapping[Session, Path],
    met: Iterable[Path],
    seen: Collection[Path],
    finder: Callable[[Path], SettingsFinder],
) -> set[Session]:
    """The documents whose data set files belong to that came or went. Of folders, the files in them."""
    files = sorted({file for path in met for file in _files(path)} - set(seen))
    found: set[Session] = set()
    for session, path in documents.items():
        try:
            sets = gather([path, *files], finder(path))
        except ConfigError:
            continue
        own = next(one.files for one in sets if any(not file.number for file in one.files))
        if len(own) > 1:
            found.add(session)
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [one for one in path.iterdir() if one.name.lower().endswith(SUFFIXES)]


def _foreign(session: Session, file: DatasetFile, index: IndexedFile | None) -> ForeignFile | None:
    if index is None or index.format is None:
        return None
    return ForeignFile(index, _origin(session, file, index.stage))


def _origin(session: Session, file: DatasetFile, stage: str) -> Origin:
    """What a file is for the reader of a document."""
    assert session.path is not None
    try:
        name = os.path.relpath(file.path, session.path.parent)
    except ValueError:  # on another drive
        name = str(file.path)
    return Origin(visible(name).replace("\n", " "), file.split, stage)
