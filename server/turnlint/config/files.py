"""Files that are written as a whole, by another file that takes their place."""

from __future__ import annotations

import stat
from pathlib import Path

__all__ = ["permissions"]


def permissions(file: Path) -> int | None:
    """The permissions of a file, None where there is none. Raises OSError for a link, folder or pipe."""
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError(None, "a link or no file at all; turnlint writes plain files only")
    return stat.S_IMODE(mode)
