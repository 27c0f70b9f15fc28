"""Reading a file that is one JSON array: its items are the rows."""

from __future__ import annotations

import io
from typing import BinaryIO

from turnlint.text.array import ArrayLayout, ArrayRows, array_start

__all__ = ["items"]

_CHUNK = 1 << 16


def items(stream: BinaryIO) -> io.BufferedIOBase | None:
    """The rows of an array, from the beginning of a file; None of a file that is none. Raises OSError."""
    start = array_start(stream.read(_CHUNK))
    stream.seek(0)
    return None if start is None else _Items(stream, start)


class _Items(io.BufferedIOBase):
    """The rows of an array, as they are read. Raises OSError for what is no array, after all."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self.layout = ArrayLayout(stream, start)
        self._stream = stream
        self._rows = ArrayRows()
        self._offset = start

    def read1(self, size: int = -1, /) -> bytes:
        self._stream.seek(self._offset)  # the layout reads it, too
        while chunk := self._stream.read(size if 0 < size < _CHUNK else _CHUNK):
            row = self._rows.rows + 1
            turned = self._rows.turned(chunk)
            begins = -1 if self._rows.is_closed else turned.find(b"\n") + 1 or -1
            self.layout.note(chunk, row, begins, self._offset)
            self._offset += len(chunk)
            if turned:
                return turned
        self._rows.end()
        return b""
