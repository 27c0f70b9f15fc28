"""Which files settings may name: those below the folder of a settings file, unless the user trusts it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, ClassVar

from msgspec import Struct

from turnlint.config.errors import ConfigError, named
from turnlint.text.rows import BOM

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

    def object(self, word: str, what: str, most: int) -> dict[str, Any]:
        """The JSON object in the file that a path leads to, which is a schema, or what else it is to be.

        Raises ConfigError where there is none, and for a file with more bytes than that.
        """
        import orjson  # not loaded where no such file is named

        path = self.file(word)
        try:
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise self.fault(f"{named(word)}: {error.strerror}") from None
        if len(data) > most:
            raise self.fault(f"{named(word)} has more than {most:,} bytes, too many for a {what}")
        try:
            value = orjson.loads(data.removeprefix(BOM))
        except orjson.JSONDecodeError as error:
            raise self.fault(f"{named(word)} is no JSON: {error}") from None
        if type(value) is not dict:
            raise self.fault(f"{named(word)} is no {what}: it must be a JSON object")
        return value

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
