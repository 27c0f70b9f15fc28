"""Rows of files that are read again, to be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from itertools import groupby
from typing import TypeVar

from turnlint.corpus.records import Group
from turnlint.engine.compare import Room
from turnlint.engine.comparing import ROW, ROW_BITS, Portion, number_of
from turnlint.engine.file import File
from turnlint.rules.compare import trimmed

__all__ = ["Failing", "Rereader", "Way"]

_Item = TypeVar("_Item")
Failing = Callable[[File], AbstractContextManager[None]]
"""What takes in an OSError that comes of a file."""

_TOGETHER = 20_000
"""So many rows at most are read in one go, in the order of their files."""


class Rereader:
    """Reads the rows of groups, those of several groups together, and none of a file that has failed."""

    def __init__(self, files: Mapping[int, File], failing: Failing, limit: int) -> None:
        """About `limit` bytes of rows are read at once. `files` by their numbers."""
        self._files = files
        self._failing = failing
        self._limit = limit
        self._ahead: dict[int, bytes] = {}

    def copies(self, groups: Iterable[Group]) -> Iterator[Group]:
        """The same groups with those rows alone that are equal to the first one, byte by byte."""
        for some in self._several(groups):
            self._read_ahead(handle for _, handles, _ in some for handle in handles)
            for key, (first, *others), before in some:
                raw = self._row(first)
                if raw is not None:
                    rows = ((one, self._row(one)) for one in others)
                    same = [one for one, row in rows if row is not None and trimmed(row) == trimmed(raw)]
                    yield key, [first, *same], before

    def portions(self, groups: Iterable[Group], *, is_near: bool) -> Iterator[Portion]:
        """Yield groups with their rows. Of a group with too many bytes, the last rows are missing."""
        kept: list[Group] = []
        rows: dict[int, bytes] = {}
        size = 0
        for some in self._several(groups):
            self._read_ahead(handle for _, handles, _ in some for handle in handles)
            for group in some:
                found = self._rows(group, rows)
                size += sum(map(len, found.values()))
                rows |= found
                kept.append(group)
                if size >= self._limit:
                    yield Portion(is_near, kept, rows)
                    kept, rows, size = [], {}, 0
        yield Portion(is_near, kept, rows)

    def _several(self, groups: Iterable[Group]) -> Iterator[list[Group]]:
        """As many groups at a time as have, by the mean size of a row, so many rows as are read at once."""
        summaries = [file.summary for file in self._files.values() if file.summary]
        mean = sum(one.size for one in summaries) // max(1, sum(one.rows for one in summaries))
        most = min(_TOGETHER, self._limit // max(1, mean))
        some: list[Group] = []
        count = 0
        for group in groups:
            some.append(group)
            count += len(group[1])
            if count >= most:
                yield some
                some, count = [], 0
        yield some

    def _read_ahead(self, handles: Iterable[int]) -> None:
        """Read rows in their order, as many as memory may hold."""
        self._ahead = {}
        size = 0
        for number, group in groupby(sorted(set(handles)), key=number_of):
            with suppress(OSError):  # who needs the row will be told
                for row, raw in self._files[number].rows(handle & ROW for handle in group):
                    self._ahead[number << ROW_BITS | row] = raw
                    size += len(raw)
                    if size > self._limit:
                        return

    def _rows(self, group: Group, known: Mapping[int, bytes]) -> dict[int, bytes]:
        """The rows of a group, but for those that are known."""
        found: dict[int, bytes] = {}
        room = Room()
        for handle in group[1]:
            raw = known.get(handle) or self._row(handle)
            if raw is not None and room.takes(self._files[number_of(handle)].origin.split, raw):
                found[handle] = raw
        return {handle: raw for handle, raw in found.items() if handle not in known}

    def _row(self, handle: int) -> bytes | None:
        """A row; None of a file that has failed."""
        file = self._files[number_of(handle)]
        if file.has_failed:
            return None
        raw = self._ahead.get(handle)
        with self._failing(file):
            return file.row(handle & ROW) if raw is None else raw
        return None


class Way:
    """How far work is that goes through the rows of all files in their order."""

    def __init__(self, files: Mapping[int, File], tell: Callable[[float], object]) -> None:
        """`tell` is told, from 0 to 1."""
        self._tell = tell
        self._before: dict[int, int] = {}
        self._rows = 0
        for number, file in sorted(files.items()):
            self._before[number] = self._rows
            self._rows += file.summary.rows if file.summary else 0

    def told(
        self, items: Iterable[_Item], row: Callable[[_Item], int], start: float, end: float
    ) -> Iterator[_Item]:
        """Yield items, and tell how far that is: it is the part of the work from `start` to `end`.

        `row` gives the handle of the row that an item is about.
        """
        for item in items:
            handle = row(item)
            before = self._before[number_of(handle)] + (handle & ROW)
            self._tell(start + (end - start) * min(1.0, before / max(1, self._rows)))
            yield item
        self._tell(end)
