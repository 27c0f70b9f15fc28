"""Giving memory back to the system."""

from __future__ import annotations

import contextlib
import ctypes

__all__ = ["give_back", "keep_apart"]

_MMAP_THRESHOLD = -3
"""`M_MMAP_THRESHOLD` of malloc.h."""
_LARGE = 1 << 20


def give_back() -> None:
    """Give back what nobody uses any more, where the system waits to be told: with GNU's C library."""
    with _gnu():
        ctypes.CDLL(None).malloc_trim(0)


def keep_apart() -> None:
    """Have large pieces of memory given back at once, whatever was freed before: with the same library.

    It takes pieces as large as the largest one that was freed from the heap, where small ones then keep them.
    """
    with _gnu():
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)


def _gnu() -> contextlib.suppress:
    """What is asked of another library is not done."""
    return contextlib.suppress(AttributeError, OSError, TypeError)
