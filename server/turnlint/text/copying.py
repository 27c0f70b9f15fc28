"""Copying rows but for those that change: whatever else a file holds stays as it is, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from turnlint.text.rows import BOM, RowReader

__all__ = ["RowCopier"]

_CHUNK = 1 << 20


class RowCopier:
    """Copies a stream that can seek, from where it stands, row by row where rows change, else in chunks."""

    def __init__(self, stream: BinaryIO, write: Callable[[bytes], object]) -> None:
        """`write` takes what is copied, in pieces. Whatever the stream and `write` raise passes through."""
        origin = stream.tell()
        reader = RowReader(stream)
        self.bare_cr = reader.marks.bare_cr
        """Rows end in a bare `\\r`."""
        self._end = b"\r" if self.bare_cr else b"\n"
        stream.seek(origin)
        self._stream = stream
        self._write = write
        self._row = 0
        self._held = b""
        self._at = 0
        if reader.bom:
            write(stream.read(len(BOM)))

    def replace(self, row: int, content: bytes | None) -> bytes:
        """Copy what is before a row and then `content` in its place; None leaves the row and its end out.

        Rows are given by 0-based numbers, in ascending order. Gives the row as it was, with its line end.
        Raises IndexError for a row that is not there.
        """
        while self._row < row:
            self._pass(row)
        whole = self._take()
        if content is not None:
            ends = (one for one in (b"\r\n", self._end) if whole.endswith(one))
            self._write(content + next(ends, b""))
        return whole

    def rest(self) -> None:
        """Copy what is left."""
        self._write(self._held[self._at :])
        while chunk := self._stream.read(_CHUNK):
            self._write(chunk)

    def _pass(self, row: int) -> None:
        """Copy the rest of what is held, or up to the row."""
        start, count = self._at, self._held.count(self._end, self._at)
        if self._row + count < row:
            self._row += count
            self._at = len(self._held)
        else:
            for _ in range(row - self._row):
                self._at = self._held.index(self._end, self._at) + 1
            self._row = row
        self._write(self._held[start : self._at])
        if self._row < row:
            self._read(row)

    def _take(self) -> bytes:
        """The next row with its line end, not copied."""
        parts = [self._held[self._at :]]
        while self._end not in parts[-1] and (chunk := self._stream.read(_CHUNK)):
            parts.append(chunk)
        self._held = b"".join(parts)
        if not self._held:
            raise IndexError(f"row {self._row} is gone: the file has become shorter")
        found = self._held.find(self._end)
        self._at = len(self._held) if found < 0 else found + 1
        self._row += 1
        return self._held[: self._at]

    def _read(self, row: int) -> None:
        self._held, self._at = self._stream.read(_CHUNK), 0
        if not self._held:
            raise IndexError(f"row {row} is gone: the file has become shorter")
