"""Opening what is to be checked: plain, compressed, or from a pipe; and the progress of reading it."""

from __future__ import annotations

import io
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from turnlint.cli._inputs import Source
from turnlint.cli._unpacking import UNPACKERS, read_some
from turnlint.config.files import state_of
from turnlint.text.layouts import Layout

__all__ = [
    "BoundedFile",
    "Progress",
    "Spooled",
    "Unchanged",
    "allow_open_files",
    "file_of",
    "is_pipe",
    "open_source",
    "temporary_file",
    "why_unfixable",
]

_IN_MEMORY = 32 << 20
"""Bytes of pipes and compressed files that are kept in memory before they go to temporary files."""
_BUFFER = 1 << 15
_OTHER_FILES = 64
_BEHIND = 1
"""What follows the reading of files takes so many times as long, about."""


class Progress:
    """A line on the terminal that says how far the work has come, once that takes more than a second."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = time.monotonic()
        self._due = self._started + 1
        self._compared_since: float | None = None
        self._shown = False

    @classmethod
    def of(cls, sources: Iterable[Source], *, quiet: bool) -> Progress | None:
        """The progress of reading these files; None where nobody would see it or no end is known."""
        sources = list(sources)
        if quiet or os.environ.get("CI") or any(source.stdin for source in sources):
            return None
        if sys.stderr is None or not sys.stderr.isatty():
            return None
        return cls(sum(map(_length, sources)))

    def advance(self, count: int) -> None:
        """Note that so many bytes more were read."""
        if self._compared_since is not None:  # again
            return
        self._done = min(self._done + count, self._total)
        now = time.monotonic()
        if self._is_due(now) and self._done:
            rate = self._done / (now - self._started)
            behind = self._total * _BEHIND
            left = (self._total - self._done + behind) / rate
            self._show(
                f"{_size(self._done)} of {_size(self._total)}, {_size(rate)}/s, {_duration(left)} left"
            )

    def compared(self, share: float) -> None:
        """Note how far the work is that follows the reading of some files, from 0 to 1."""
        now = time.monotonic()
        if self._compared_since is None:
            self._compared_since = now
        if self._is_due(now) and share:
            left = (now - self._compared_since) * (1 - share) / share
            self._show(f"{_size(self._done)} read, {share:.0%} of the rows compared, {_duration(left)} left")
        if share == 1:
            self._compared_since = None

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._put("")
            self._shown = False

    def _is_due(self, now: float) -> bool:
        """Whether the line is to be written anew."""
        if now < self._due:
            return False
        self._due = now + 0.1
        return True

    def _show(self, line: str) -> None:
        self._put(line)
        self._shown = True

    def _put(self, line: str) -> None:
        try:
            sys.stderr.write(f"\r\x1b[2K{line}")
            sys.stderr.flush()
        except OSError:
            pass


def _length(source: Source) -> int:
    try:
        return source.path.stat().st_size
    except OSError:
        return 0


@contextmanager
def open_source(source: Source, progress: Progress | None = None, among: int = 1) -> Iterator[BinaryIO]:
    """Open a file for reading, unpacked and able to seek; `among` so many that are open at once.

    Raises OSError, here or while it is read, also where a compressed file is damaged.
    """
    in_memory = _IN_MEMORY // among
    with ExitStack() as stack:
        if source.stdin:
            if sys.stdin is None:
                raise OSError(None, "standard input is closed")
            spooled = stack.enter_context(Spooled(cast("io.BufferedIOBase", sys.stdin.buffer), in_memory))
            yield stack.enter_context(_rows(source, spooled, in_memory))
            return
        raw = BoundedFile(source.path, progress.advance if progress else None)
        file = stack.enter_context(io.BufferedReader(raw, _BUFFER))
        unpack = UNPACKERS.get(source.path.suffix.lower())
        if unpack is not None:
            plain: BinaryIO = stack.enter_context(Spooled(stack.enter_context(unpack(file)), in_memory))
        elif file.seekable():
            plain = file
        else:
            plain = stack.enter_context(Spooled(file, in_memory))
        yield stack.enter_context(_rows(source, plain, in_memory))


def _rows(source: Source, plain: BinaryIO, in_memory: int) -> BinaryIO:
    """The rows of a file: its lines, the items of the array that it holds, or the records of a table."""
    name = source.path.name.lower()
    if name.endswith(".parquet"):
        from turnlint.cli._parquet import records

        return Spooled(records(plain), in_memory)
    packed = next((suffix for suffix in UNPACKERS if name.endswith(suffix)), "")
    if not name.removesuffix(packed).endswith(".json"):
        return plain
    from turnlint.cli._arrays import items  # loads what few need

    found = items(plain)
    return plain if found is None else Spooled(found, in_memory)


def file_of(source: Source) -> Path | None:
    """The file on disk that is read; None for standard input."""
    return None if source.stdin else source.path


def why_unfixable(source: Source) -> str:
    """Why a file cannot be written as it is read, in words; empty where it can."""
    suffix = source.path.suffix.lower()
    if suffix in (".json", ".parquet"):
        return "it is no JSONL"
    if source.stdin:
        return ""
    if suffix in UNPACKERS:
        return "it is compressed"
    return "it is no plain file" if is_pipe(source) else ""


def is_pipe(source: Source) -> bool:
    """Whether a source is nothing that stays when it was read; standard input is kept."""
    path = source.path
    return not source.stdin and os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113


def allow_open_files(count: int) -> None:
    """Ask the system to let so many files be open, and a few more."""
    with suppress(ImportError, OSError, ValueError):  # there is no such limit, or it cannot be raised
        from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

        soft, hard = getrlimit(RLIMIT_NOFILE)
        wanted = 2 * count + _OTHER_FILES  # a compressed file may have its temporary file
        if soft != RLIM_INFINITY and soft < wanted:
            setrlimit(RLIMIT_NOFILE, (wanted if hard == RLIM_INFINITY else min(wanted, hard), hard))


def temporary_file() -> IO[bytes]:
    """A file without a name that is gone once it is closed, or its process ended."""
    from tempfile import TemporaryFile  # takes long to load

    return TemporaryFile()


class Unchanged:
    """A promise that a file stays what it is, to be asked for before it is opened."""

    def __init__(self, source: Source) -> None:
        """Raises OSError where there is no such file."""
        self.source = source
        self._before = None if source.stdin else _identity(source.path)

    def verify(self) -> None:
        """Raise OSError where the file was written to, replaced or removed since."""
        if self._before is None:
            return
        try:
            now = _identity(self.source.path)
        except OSError as error:
            raise OSError(None, "it was removed while it was checked") from error
        if now != self._before:
            raise OSError(None, "it changed while it was checked; check it again once nothing writes to it")


def _identity(path: Path) -> tuple[int, ...] | None:
    """What tells one state of a file from another; None for pipes and devices, which have none."""
    found = os.stat(path)  # noqa: PTH116
    return state_of(found) if stat.S_ISREG(found.st_mode) else None


class BoundedFile(io.FileIO):
    """A file up to where it ended when it was opened, so that one that grows has an end."""

    def __init__(self, path: Path, advance: Callable[[int], None] | None = None) -> None:
        """`advance` is told how many bytes more were read."""
        super().__init__(path)
        self._advance = advance
        found = os.fstat(self.fileno())
        self._size = found.st_size if stat.S_ISREG(found.st_mode) else 0
        """0 also for files of the system, which do not say how much they hold."""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._size:
            buffer = memoryview(buffer)[: max(0, self._size - self.tell())]
        count = super().readinto(buffer)
        if self._advance is not None:
            self._advance(count)
        return count


class Spooled(io.RawIOBase, BinaryIO):
    """A stream that can seek within what was read of it, because it is kept."""

    def __init__(self, source: io.BufferedIOBase, in_memory: int) -> None:
        from tempfile import SpooledTemporaryFile  # takes long to load

        self.source = source
        self._kept = SpooledTemporaryFile(in_memory)  # noqa: SIM115 - closed below
        self._end = 0

    @property
    def layout(self) -> Layout | None:
        """Where the rows stand in what is read, where they are not its lines."""
        return getattr(self.source, "layout", None)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        here = self._kept.tell()
        if here < self._end:
            return self._kept.read(size)
        chunk = read_some(self.source, size)
        self._kept.write(chunk)
        self._end += len(chunk)
        return chunk

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if whence == os.SEEK_END or (whence == os.SEEK_SET and offset > self._end):
            self._kept.seek(self._end)
            while (whence == os.SEEK_END or self._end < offset) and self.read(_BUFFER):
                pass
        return self._kept.seek(offset, whence)

    def tell(self) -> int:
        return self._kept.tell()

    def close(self) -> None:
        self._kept.close()
        super().close()


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}"
        count /= 1_000
    return f"{count:.1f} GB"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
