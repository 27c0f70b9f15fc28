"""Opening what is to be checked: plain, compressed, or from a pipe; and the progress of reading it."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from turnlint.cli._inputs import Source

__all__ = ["Progress", "open_source"]

_IN_MEMORY = 32 << 20
"""Bytes of a pipe or a compressed file that are kept in memory before they go to a temporary file."""
_BUFFER = 1 << 15


class Progress:
    """A line on the terminal that says how far reading has come, once that takes more than a second."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = time.monotonic()
        self._due = self._started + 1
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
        self._done = min(self._done + count, self._total)  # rows that are read again do not count
        now = time.monotonic()
        if now >= self._due and self._done:
            self._due = now + 0.1
            self._show(self._done / (now - self._started))

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._put("")
            self._shown = False

    def _show(self, rate: float) -> None:
        left = (self._total - self._done) / rate
        self._put(f"{_size(self._done)} of {_size(self._total)}, {_size(rate)}/s, {_duration(left)} left")
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
def open_source(source: Source, progress: Progress | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading, unpacked and able to seek.

    Raises OSError, here or while it is read, also where a compressed file is damaged.
    """
    with ExitStack() as stack:
        if source.stdin:
            if sys.stdin is None:
                raise OSError(None, "standard input is closed")
            yield stack.enter_context(_Spooled(cast("io.BufferedIOBase", sys.stdin.buffer)))
            return
        raw = _CountingFile(source.path, progress) if progress else io.FileIO(source.path)
        file = stack.enter_context(io.BufferedReader(raw, _BUFFER))
        unpack = _UNPACKERS.get(source.path.suffix.lower())
        if unpack is not None:
            yield stack.enter_context(_Spooled(stack.enter_context(unpack(file))))
        elif file.seekable():
            yield file
        else:
            yield stack.enter_context(_Spooled(file))


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

    def __init__(self, source: io.BufferedIOBase) -> None:
        from tempfile import SpooledTemporaryFile  # takes long to load

        self._source = source
        self._kept = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed below
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
