"""Unpacking compressed files while they are read, by libraries that are loaded once they are needed."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import BinaryIO, cast

__all__ = ["UNPACKERS", "read_some"]


def read_some(source: io.BufferedIOBase, size: int) -> bytes:
    """Read up to `size` bytes, as many as come at once; none at the end.

    Raises OSError, also where what is to be unpacked is damaged or ends early.
    """
    try:
        return source.read1(size)  # unlike `read`, it does not sleep through an interrupt
    except OSError as error:
        raise error if error.strerror else OSError(None, f"damaged: {error}") from None
    except _damages() as error:
        raise OSError(None, f"damaged: {error}") from None


def _damages() -> tuple[type[Exception], ...]:
    """What the modules raise on damaged data that were loaded to unpack it."""
    names = (
        ("zlib", "error"),
        ("lzma", "LZMAError"),
        ("backports.zstd", "ZstdError"),
        ("compression.zstd", "ZstdError"),
    )
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


def _zstandard(file: BinaryIO) -> io.BufferedIOBase:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdFile
    else:
        from backports.zstd import ZstdFile
    return cast("io.BufferedIOBase", ZstdFile(file))


UNPACKERS: dict[str, Callable[[BinaryIO], io.BufferedIOBase]] = {
    ".gz": _gzip,
    ".bz2": _bzip2,
    ".xz": _xz,
    ".zst": _zstandard,
}
"""By the end of the name of a file."""
