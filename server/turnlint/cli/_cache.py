"""Where it is remembered what was found in large data sets, so that the same files cost a hash the next time.

That is a folder of the user, never one of the workspace. The work itself is loaded when there is some.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from turnlint.cli._program import from_environment
from turnlint.cli._streams import UsageError
from turnlint.engine import Input

if TYPE_CHECKING:
    from turnlint.cli._recall import Memory

__all__ = ["add_cache_options", "add_folder_option", "cache_folder", "memory"]

_LARGE = 1 << 20
"""From so many bytes on, remembering a data set pays."""


def add_cache_options(add: Callable[..., argparse.Action]) -> None:
    """Declare whether and where findings are remembered."""
    from_environment(add("--no-cache", action="store_true", help="Check large files anew each time"))
    add_folder_option(add)


def add_folder_option(add: Callable[..., argparse.Action]) -> None:
    """Declare where it is remembered what was found in large files."""
    words = "Where it is kept what was found in large files [default: the user's cache folder]"
    from_environment(add("--cache-dir", type=_folder, metavar="FOLDER", help=words))


def cache_folder(named: str | None) -> Path | None:
    """The folder of the entries, as named, else in the user's cache folder; None where the user has none."""
    if named:
        return Path(named).absolute()
    with suppress(RuntimeError):
        return _user_folder()
    return None


def _folder(word: str) -> str:
    """An argument type: not nothing, which a script means for a folder of its own. Raises UsageError."""
    if not word:
        raise UsageError("the folder has no name (--cache-dir)")
    return word


def memory(folder: Path | None, files: Sequence[Path | None], inputs: Sequence[Input]) -> Memory | None:
    """What is remembered of inputs that are checked together; None where nothing is to be.

    `files` have their bytes; None stands for what has no file.

    That is the case without a folder, with one to which others may write, and for files that are small or
    no plain files.
    """
    if folder is None or not _is_private(folder) or not _are_large(files):
        return None
    from turnlint.cli._entries import memory_of

    return memory_of(folder, list(filter(None, files)), inputs)


def _user_folder() -> Path:
    """Where programs keep what they can make again. Raises RuntimeError where there is no home."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "turnlint" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "turnlint"
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (said if said.is_absolute() else Path.home() / ".cache") / "turnlint"


def _is_private(folder: Path) -> bool:
    """Whether nobody but the user can have written there."""
    try:
        found = folder.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o022)


def _are_large(files: Sequence[Path | None]) -> bool:
    """Whether all are plain files, and so large together that checking them takes long."""
    sizes = [_size(one) for one in files]
    return None not in sizes and sum(filter(None, sizes)) >= _LARGE


def _size(file: Path | None) -> int | None:
    """The size of a plain file in bytes; None for anything else."""
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size if S_ISREG(found.st_mode) else None
