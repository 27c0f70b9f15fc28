"""Files that are written as a whole, by another file that takes their place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["draft_path", "permissions", "state_of"]


def draft_path(folder: Path) -> Path:
    """A new name in a folder that nobody looks for."""
    return folder / f".turnlint.{os.urandom(8).hex()}"


def permissions(file: Path) -> int | None:
    """The permissions of a file, None where there is none. Raises OSError for a link, folder or pipe."""
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError(None, "a link or no file at all; turnlint writes plain files only")
    return stat.S_IMODE(mode)


def state_of(found: os.stat_result) -> tuple[int, ...]:
    """What tells one state of a file from another."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
