"""The files of accepted findings: finding, reading and writing `turnlint-baseline.json`.

The nearest one counts, in the folder of the checked file or in a folder above it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from turnlint.config import ConfigError
from turnlint.config.files import permissions
from turnlint.engine.baseline import Baseline, Counts, parse, spell

__all__ = ["NAME", "BaselineFinder", "accepted_in", "entry_path", "read_baseline", "revise_baseline"]

NAME = "turnlint-baseline.json"

_LIMIT = 64 << 20
"""Bytes; who has more to accept needs other settings."""
_TRIES, _PAUSE = 100, 0.05
"""How often, and in how many seconds, one looks whether another process has done writing."""


class BaselineFinder:
    """Knows the baseline file of every path, and reads each once."""

    def __init__(self) -> None:
        self._in: dict[Path, Path | None] = {}
        self._read: dict[Path, Baseline] = {}

    def nearest(self, folder: Path) -> Path | None:
        """The baseline file that counts in a folder, given as an absolute path; None where there is none."""
        for above in (folder, *folder.parents):
            if above not in self._in:
                file = above / NAME
                # os.path takes what it may not look at for absent, where Path raises.
                self._in[above] = file if os.path.isfile(file) else None  # noqa: PTH113
            if found := self._in[above]:
                return found
        return None

    def accepted(self, file: Path, path: Path) -> Counts:
        """What a baseline file accepts in the file at an absolute path below it. Raises ConfigError."""
        if file not in self._read:
            self._read[file] = read_baseline(file)
        return self._read[file].get(entry_path(file, path), {})


def accepted_in(path: Path) -> Counts:
    """What the nearest baseline file accepts in the file at an absolute path. Raises ConfigError."""
    finder = BaselineFinder()
    file = finder.nearest(path.parent)
    return finder.accepted(file, path) if file else {}


def entry_path(file: Path, path: Path) -> str:
    """How a baseline file names an absolute path. Raises ConfigError for one that is not below its folder."""
    if not path.is_relative_to(file.parent):
        raise ConfigError(f"{path} is not below {file.parent}, the folder of {NAME}; run turnlint further up")
    return path.relative_to(file.parent).as_posix()


def read_baseline(file: Path) -> Baseline:
    """Read a baseline file. Raises ConfigError for what is none or cannot be read."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
        if len(data) > _LIMIT:
            raise ConfigError(f"{file}: larger than {_LIMIT >> 20} MB")
        return parse(data)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from None


def revise_baseline(file: Path, change: Callable[[Baseline], Baseline]) -> None:
    """Write what `change` makes of a baseline file as it stands now; of none where there is no file.

    Readers see the old file or the new one. Those who write at the same time wait for each other, so what one
    of them adds the others keep. Raises ConfigError where the file cannot be read or written, is a link, or
    another process does not finish.
    """
    draft = file.with_name(f"{file.name}.lock")
    try:
        stream = _claim(draft)
        try:
            with stream:
                mode = permissions(file)
                baseline = {} if mode is None else read_baseline(file)
                revised = change(baseline)
                if revised != baseline:
                    _write(stream, spell(revised))
            if revised == baseline:
                draft.unlink()
                return
            if mode is not None:
                draft.chmod(mode)
            draft.replace(file)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None


def _claim(draft: Path) -> BinaryIO:
    """Make the file that will become the baseline: as long as it is there, nobody else can make it."""
    for _ in range(_TRIES):
        with suppress(FileExistsError):
            return draft.open("xb")
        time.sleep(_PAUSE)
    raise ConfigError(f"{draft}: another turnlint is writing; if none is, delete this file")


def _write(stream: BinaryIO, data: bytes) -> None:
    if len(data) > _LIMIT:
        raise ConfigError(f"more than {_LIMIT >> 20} MB of findings to accept: ignore a rule instead")
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())
