"""Which files settings may name: those below the folder of a settings file, unless the user trusts it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import ClassVar

from msgspec import Struct

from turnlint.config.errors import ConfigError, named

__all__ = ["Basis", "exists"]


class Basis(Struct, frozen=True):
    """Where a path stands, and what that lets it name."""

    HINT: ClassVar[str] = ""
    """What the user may do about a path that leads out of the folder, behind the words that say so."""

    root: Path
    """The absolute path of the folder that other paths are relative to."""
    trusted: bool
    """Its paths may lead anywhere, and its chat template may be run."""
    source: Path | None = None
    """The settings file; None where the user says it."""

    def fault(self, words: str) -> ConfigError:
        """What is wrong with it, as an error."""
        return ConfigError(f"{self.source}: {words}" if self.source else words)

    def file(self, word: str) -> Path:
        """The file that a path leads to. Raises ConfigError where there is none, or where it may not lead."""
        path = self.path(word)
        if not exists(path):
            raise self.fault(f"there is no file {named(word)}")
        if not path.is_file():
            raise self.fault(f"{named(word)} is not a file")
        return path

    def path(self, word: str) -> Path:
        """Where a path leads. Raises ConfigError where it may not lead there."""
        path = Path(os.path.abspath(self.root / word))  # noqa: PTH100 - Path.absolute keeps `..`
        if not (self.trusted or _stays(word, path, self.root)):
            raise self.fault(f"{named(word)} leads out of the folder of the settings{self.HINT}")
        return path


def exists(path: Path) -> bool:
    """Whether there is such a file or folder; also of a name that none can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _stays(word: str, path: Path, root: Path) -> bool:
    """Whether a word is no absolute path, and leads below a folder, also where links are followed."""
    if PurePosixPath(word).anchor or PureWindowsPath(word).anchor or not path.is_relative_to(root):
        return False  # found by the words alone: to look would ask a file server
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a name that no file can have
        return False
