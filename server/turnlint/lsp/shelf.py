"""Files for the client to show: for this user's eyes alone, few, and gone when the server ends."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from xxhash import xxh3_64_hexdigest

__all__ = ["Shelf", "shelf"]

_FILES = 32
"""Of more files the oldest goes."""
_NAME = 60
"""Code points of a name: some take four bytes, and file systems allow 255."""
_ODD = re.compile(r"[^\w.() -]+")


class Shelf:
    """A private folder that ends with the process."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="turnlint-", ignore_cleanup_errors=True)
        self._files: dict[Path, None] = {}

    def put(self, owner: str, name: str, data: bytes) -> Path:
        """Write a file, over the one that the same owner had under this name. Raises OSError.

        The name is made fit for a file, and keeps its end.
        """
        folder = Path(self._folder.name, xxh3_64_hexdigest(owner.encode("utf-8", "surrogatepass")))
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / _ODD.sub("_", name)[-_NAME:].lstrip(". ")
        with open(path, "wb", opener=_private) as stream:
            stream.write(data)
        self._files.pop(path, None)
        self._files[path] = None
        while len(self._files) > _FILES:
            oldest = next(iter(self._files))
            del self._files[oldest]
            oldest.unlink(missing_ok=True)
        return path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def shelf() -> Shelf:
    """The one of this process, made when it is first needed."""
    return Shelf()
