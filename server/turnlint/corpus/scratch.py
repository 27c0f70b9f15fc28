"""A place for what does not fit into memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import IO

__all__ = ["Scratch", "ScratchError"]


class ScratchError(Exception):
    """There is no room for what does not fit into memory; the message is for the user."""


class Scratch:
    """One stream that takes pieces of bytes and gives them back. It is made when the first one comes."""

    def __init__(self, make: Callable[[], IO[bytes]]) -> None:
        """`make` gives an empty stream that can be read, written and sought in."""
        self._make = make
        self._stream: IO[bytes] | None = None
        self._end = 0

    def put(self, piece: bytes | memoryview) -> int:
        """Keep a piece; give the offset at which it begins. Raises ScratchError."""
        start = self._end
        try:
            if self._stream is None:
                self._stream = self._make()
            self._stream.seek(start)
            self._stream.write(piece)
        except OSError as error:
            raise ScratchError(f"no room for a temporary file: {error.strerror or error}") from None
        self._end += memoryview(piece).nbytes
        return start

    def get(self, offset: int, size: int) -> bytes:
        """Some of the bytes that were put. Raises ScratchError."""
        assert self._stream is not None, "bytes were put there"
        try:
            self._stream.seek(offset, os.SEEK_SET)
            found = self._stream.read(size)
        except OSError as error:
            raise ScratchError(f"a temporary file cannot be read: {error.strerror or error}") from None
        if len(found) < size:
            raise ScratchError("a temporary file has become shorter")
        return found

    def close(self) -> None:
        """Throw away what is there."""
        if self._stream is not None:
            with suppress(OSError):  # there is no room for what it still has to write
                self._stream.close()
            self._stream = None
