"""Rows of the other files of a data set, as those of an open document are compared with them."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from io import FileIO
from itertools import groupby, islice
from pathlib import Path

import msgspec
from msgspec import Struct

from turnlint.engine.compare import GROUP_CAP
from turnlint.engine.facts import example_of, exchanges, row_key
from turnlint.formats import Format, get_format
from turnlint.lsp.indexing import CHUNK_BYTES, TYPES, IndexJob, Read, Stamp, compared, stamp_of
from turnlint.lsp.process import running
from turnlint.lsp.reading import at_once
from turnlint.rules.compare import Member, Origin
from turnlint.text.rows import Marks, RowReader

__all__ = ["NEAR_BYTES", "NEAR_ROWS", "ForeignFile", "ForeignRows", "IndexedFile", "read_file"]

logger = logging.getLogger(__name__)

NEAR_ROWS = 100_000
"""So many rows of other files are compared with those that are nearly the same,"""
NEAR_BYTES = 256 << 20
"""of files that have so many bytes together: whole files, in their order, as long as they fit."""

_COMMAND = (sys.executable, "-P", "-m", "turnlint.lsp.indexing")
_LINE_BYTES = 1 << 20
_PIECE_BYTES = 1 << 20
"""So much of an array is taken at a time."""
_DIED = "the process that was to read it has died"

_ROW_BITS = 32
"""Of a handle: which row it is. The others say of which file."""


class IndexedFile(Struct, frozen=True):
    """What is kept of a file: some 16 bytes a row that has one answer, and 12 more for each further one."""

    path: Path
    stamp: Stamp
    """The file was read as it was then."""
    format: Format | None
    stage: str
    marks: Marks
    keys: array[int]
    """The join keys of all rows, in ascending order,"""
    rows: array[int]
    """and the 0-based row that has each; rows with the same key stand in their order."""

    @property
    def size(self) -> int:
        """Its bytes."""
        _, size, _ = self.stamp
        return size

    def having(self, key: int) -> Sequence[int]:
        """The rows with a join key, in their order."""
        start = bisect_left(self.keys, key)
        if start == len(self.keys) or self.keys[start] != key:
            return ()
        return self.rows[start : bisect_right(self.keys, key, start)]

    def read(self, row: int) -> bytes:
        """Read a row again, without its line end. Raises OSError where the file is not what it was."""
        with self._stream() as stream:
            try:
                return RowReader.marked(stream, self.marks, chunk_bytes=CHUNK_BYTES).fetch(row)
            except IndexError:  # though it has the same stamp
                raise OSError(f"{self.path} has changed") from None

    def read_all(self) -> Iterator[tuple[int, bytes]]:
        """Read all rows again that were compared, with their 0-based numbers. Raises as `read` does."""
        with self._stream() as stream:
            yield from compared(RowReader(stream, chunk_bytes=CHUNK_BYTES))

    def _stream(self) -> FileIO:
        stream = FileIO(self.path, opener=at_once)
        if stamp_of(stream) != self.stamp:
            stream.close()
            raise OSError(f"{self.path} has changed")
        return stream


async def read_file(job: IndexJob, report: Callable[[int], None]) -> IndexedFile:
    """Have a process read a file; `report` is told how many bytes it has read. Raises OSError."""
    async with running(_COMMAND, job, line_bytes=_LINE_BYTES) as out:
        while line := await out.readline():
            read = msgspec.json.decode(line, type=Read)
            if read.failure:
                raise OSError(read.failure)
            if read.stamp is not None:
                pairs = zip(TYPES, read.lengths, strict=True)
                arrays = [await _array(out, kind, length) for kind, length in pairs]
                return _indexed(Path(os.fsdecode(job.path)), read, read.stamp, arrays)
            report(read.done)
    raise OSError(_DIED)


def _indexed(path: Path, read: Read, stamp: Stamp, arrays: Sequence[array[int]]) -> IndexedFile:
    firsts, offsets, keys, rows = arrays
    chosen = get_format(read.format) if read.format else None
    marks = Marks(read.rows, read.bare_cr, firsts, offsets)
    return IndexedFile(path, stamp, chosen, read.stage, marks, keys, rows)


async def _array(stream: asyncio.StreamReader, kind: str, length: int) -> array[int]:
    """Read an array, piece by piece. Raises OSError where the stream ends before."""
    found = array(kind)
    left = length * found.itemsize
    while left:
        try:
            piece = await stream.readexactly(min(left, _PIECE_BYTES))
        except asyncio.IncompleteReadError as error:
            raise OSError(_DIED) from error
        found.frombytes(piece)
        left -= len(piece)
    return found


class ForeignFile(Struct, frozen=True):
    """A file of a data set, as an open document of it sees it."""

    index: IndexedFile
    origin: Origin

    def member(self, handle: int, row: int) -> Member:
        """A row of it."""
        return self._member(handle, lambda _: self.index.read(row))

    def members(self, handle: Callable[[int], int]) -> Iterator[Member]:
        """All rows of it that are compared, with the handles that are given to their numbers.

        Raises as `IndexedFile.read` does.
        """
        for row, raw in self.index.read_all():
            yield self._member(handle(row), partial(_known, raw))

    def _member(self, handle: int, read: Callable[[int], bytes]) -> Member:
        example = partial(example_of, format=self.index.format)
        return Member(handle, self.origin, read, example, exchanges, row_key)


class ForeignRows:
    """The rows of the other files of one document's data set. Their handles are negative."""

    def __init__(self, origin: Origin, before: Sequence[ForeignFile], behind: Sequence[ForeignFile]) -> None:
        """`origin` is that of the document, which comes between the files in the order of the data set."""
        self.origin = origin
        self._files = (*before, *behind)
        numbers = range(len(before)), range(len(before), len(self._files))
        self._sides = [[list(some) for _, some in groupby(side, self._split)] for side in numbers]
        self._named = {one.origin.name: one.index for one in self._files}
        self._behind = len(before) << _ROW_BITS
        self._near, self.not_near = _fitting(self._files)
        """The numbers of the files whose rows may be nearly the same, and the paths of those left out."""

    def rows(self, key: int) -> tuple[list[int], list[int]]:
        """The handles of the rows with a join key in files before the document, and in those behind it."""
        before, behind = (
            [row for files in side for row in islice(self._having(key, files), GROUP_CAP)]
            for side in self._sides
        )
        return before, behind

    def member(self, handle: int) -> Member:
        """A row by its handle."""
        file, row = self._at(handle)
        return file.member(handle, row)

    def members(self) -> Iterator[Member]:
        """The rows to be compared with those that are nearly the same, read one after the other.

        Those of a file that has changed are left out.
        """
        for number in self._near:
            try:
                yield from self._files[number].members(partial(_handle, number))
            except OSError as error:
                logger.debug("rows of another file could not be read: %s", error)

    def is_before(self, handle: int) -> bool:
        """Whether a row is in a file before the document."""
        return -1 - handle < self._behind

    def name(self, handle: int) -> tuple[int, str]:
        """The 0-based number of a row, and the name of its file."""
        file, row = self._at(handle)
        return row, file.origin.name

    def uri(self, file: str) -> str:
        """The URI of a file by its name. Raises KeyError for a file of another name."""
        return self._named[file].path.as_uri()

    def read(self, file: str, row: int) -> bytes:
        """Read a row of a file by its name. Raises KeyError, IndexError or OSError where it is not there."""
        return self._named[file].read(row)

    def _having(self, key: int, numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            yield from map(partial(_handle, number), self._files[number].index.having(key))

    def _split(self, number: int) -> str:
        return self._files[number].origin.split

    def _at(self, handle: int) -> tuple[ForeignFile, int]:
        at = -1 - handle
        return self._files[at >> _ROW_BITS], at & ((1 << _ROW_BITS) - 1)


def _known(raw: bytes, handle: int) -> bytes:
    return raw


def _handle(file: int, row: int) -> int:
    return -1 - (file << _ROW_BITS | row)


def _fitting(files: Iterable[ForeignFile]) -> tuple[list[int], list[Path]]:
    """The numbers of the files that are compared for rows that are nearly the same, and the other paths."""
    fitting, left_out = [], []
    rows, size = NEAR_ROWS, NEAR_BYTES
    for number, file in enumerate(files):
        more, larger = file.index.marks.rows, file.index.size
        if more <= rows and larger <= size:
            fitting.append(number)
            rows, size = rows - more, size - larger
        else:
            left_out.append(file.index.path)
    return fitting, left_out
