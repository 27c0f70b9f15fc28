"""A file that is read from its start to its end, for somebody who waits."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from time import monotonic
from typing import Any

__all__ = ["Reading", "at_once"]

_PAUSE_SECONDS = 0.2
_WAIT_FOR_NOBODY = getattr(os, "O_NONBLOCK", 0)  # which Windows does not have


def at_once(path: str, flags: int) -> int:
    """An opener as `open` takes it, of files alone: who opens a pipe waits until somebody writes into it.

    Raises OSError.
    """
    descriptor = os.open(path, flags | _WAIT_FOR_NOBODY)
    mode = os.fstat(descriptor).st_mode
    if S_ISREG(mode) or S_ISDIR(mode):  # of a folder, FileIO says it
        return descriptor
    os.close(descriptor)
    raise OSError(None, "it is no regular file")


class Reading(io.FileIO):
    """A file that tells now and then how far it was read."""

    def __init__(self, path: Path, tell: Callable[[int], None]) -> None:
        super().__init__(path, opener=at_once)
        self._tell = tell
        self._next = monotonic() + _PAUSE_SECONDS

    def read(self, size: int | None = -1) -> Any:
        """Read as any file does."""
        if monotonic() > self._next:
            self._next = monotonic() + _PAUSE_SECONDS
            self._tell(self.tell())
        return super().read(-1 if size is None else size)
