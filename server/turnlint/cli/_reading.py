"""Opening what is to be checked: plain, compressed, or from a pipe; and the progress of reading it."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, BinaryIO, cast

from turnlint.cli._inputs import Source

__all__ = ["Progress", "allow_open_files", "open_source", "temporary_file"]

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
            yield stack.enter_context(_Spooled(cast("io.BufferedIOBase", sys.stdin.buffer), in_memory))
            return
        raw = _CountingFile(source.path, progress) if progress else io.FileIO(source.path)
        file = stack.enter_context(io.BufferedReader(raw, _BUFFER))
        unpack = _UNPACKERS.get(source.path.suffix.lower())
        if unpack is not None:
            yield stack.enter_context(_Spooled(stack.enter_context(unpack(file)), in_memory))
        elif file.seekable():
            yield file
        else:
            yield stack.enter_context(_Spooled(file, in_memory))


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


class _CountingFile(io.FileIO):
    def __init__(self, path: os.PathLike[str], progress: Progress) -> None:
        super().__init__(path)
        self._progress = progress

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = super().readinto(buffer)
        self._progress.advance(count)
        return count


class _Spooled(io.RawIOBase, BinaryIO):
    """A stream that can seek within what was read of it, because it is kept."""

    def __init__(self, source: io.BufferedIOBase, in_memory: int) -> None:
        from tempfile import SpooledTemporaryFile  # takes long to load

        self._source = source
        self._kept = SpooledTemporaryFile(in_memory)  # noqa: SIM115 - closed below
        self._end = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        here = self._kept.tell()
        if here < self._end:
            return self._kept.read(size)
        chunk = _read(self._source, size)
        self._kept.write(chunk)
        self._end += len(chunk)
        return chunk

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._kept.seek(offset, whence)

    def tell(self) -> int:
        return self._kept.tell()

    def close(self) -> None:
        self._kept.close()
        super().close()


def _read(source: io.BufferedIOBase, size: int) -> bytes:
    try:
        return source.read1(size)  # unlike `read`, it does not sleep through an interrupt
    except OSError as error:
        raise error if error.strerror else OSError(None, f"damaged: {error}") from None
    except _damages() as error:
        raise OSError(None, f"damaged: {error}") from None


def _damages() -> tuple[type[Exception], ...]:
    """What the modules raise on damaged data that were loaded to unpack it."""
    names = (("zlib", "error"), ("lzma", "LZMAError"))
    loaded = [getattr(sys.modules[module], name) for module, name in names if module in sys.modules]
    return (EOFError, *loaded)


def _gzip(file: BinaryIO) -> io.BufferedIOBase:
    from gzip import GzipFile

    return GzipFile(fileobj=file)


def _bzip2(file: BinaryIO) -> io.BufferedIOBase:
    from bz2 import BZ2File

    return BZ2File(file)


def _xz(file: BinaryIO) -> io.BufferedIOBase:
    from lzma import LZMAFile

    return LZMAFile(file)


_UNPACKERS: dict[str, Callable[[BinaryIO], io.BufferedIOBase]] = {".gz": _gzip, ".bz2": _bzip2, ".xz": _xz}


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}"
        count /= 1_000
    return f"{count:.1f} GB"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
