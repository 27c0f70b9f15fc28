"""What a run over files may take of the machine. What it finds is the same with any of it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO

from msgspec import Struct

from turnlint.corpus import frequency, records
from turnlint.engine import held

__all__ = ["Resources"]


class Resources(Struct, frozen=True):
    """How many processes, and how much memory."""

    jobs: int = 1
    """So many processes judge the rows of a large file; with 1, nobody but the caller does."""
    scratch: Callable[[], IO[bytes]] = BytesIO
    """Makes an empty stream for what does not fit into memory; it is closed at the end."""
    on_compared: Callable[[float], object] = lambda share: None
    """Is told how far the work is that follows the first reading of all files, from 0 to 1."""
    chunk_bytes: int = 1 << 15
    """So much is read at a time; a row is read again with some such chunks."""
    task_bytes: int = 1 << 18
    """So much is judged at a time,"""
    task_rows: int = 2_000
    """or so many rows."""
    alone_bytes: int = 1 << 23
    """So much of a file the caller judges alone, since starting processes takes longer,"""
    alone_rows: int = 2_000
    """and so many rows that are compared."""
    compared_bytes: int = 1 << 20
    """So much of rows that are compared is read at a time."""
    few_bytes: int = frequency.BULK
    """Below so many bytes of files, rows that are nearly the same are found in memory, without numpy."""
    held_findings: int = held.LIMIT
    """So many findings wait in memory,"""
    joined_keys: int = records.LIMIT
    """and so many keys of rows."""
