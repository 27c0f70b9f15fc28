"""Reads one file of a data set in a process of its own, for what its rows have in common with others.

`python -m turnlint.lsp.indexing` reads an `IndexJob` from standard input and writes a `Read` a line to
standard output; behind the last one come the arrays that it gives the lengths of.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import TypeAlias

import msgspec

from turnlint.config import ConfigError
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.engine import RowChecker, vote
from turnlint.formats import Format, get_format
from turnlint.lsp.reading import Reading
from turnlint.model import Settings
from turnlint.text.rows import RowReader, sniff
from turnlint.tokens import TokensError

__all__ = ["CHUNK_BYTES", "TYPES", "IndexJob", "Read", "Stamp", "compared", "main", "stamp_of"]

CHUNK_BYTES = 1 << 15
"""A row is found again by reading so much around it."""
TYPES = "QQQI"
"""Of the arrays: `Marks.firsts`, `Marks.offsets`, the join keys in ascending order, and the row of each."""
_NICENESS = 10

Stamp: TypeAlias = tuple[int, int, int]
"""What differs when a file was written."""


def stamp_of(stream: FileIO) -> Stamp:
    """The stamp of an open file. Raises OSError."""
    found = os.fstat(stream.fileno())
    return found.st_mtime_ns, found.st_size, found.st_ino


class IndexJob(msgspec.Struct, frozen=True):
    """What is to be read, and how."""

    path: bytes
    """As `os.fsencode` gives it: not all names are text."""
    overrides: Overrides
    trusted: bool = False
    """As in `ServerOptions`."""


class Read(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the work is, or what came of it."""

    done: int
    """Bytes read."""
    failure: str = ""
    """Why the file could not be read."""
    stamp: Stamp | None = None
    """That of the file as it was read; None as long as the work goes on."""
    format: str = ""
    """Empty where none was recognised, and nothing is compared."""
    stage: str = ""
    rows: int = 0
    bare_cr: bool = False
    lengths: tuple[int, ...] = ()
    """Of the arrays of `TYPES` that follow, in items."""


def main() -> None:
    """Do one job."""
    if sys.platform != "win32":
        os.nice(_NICENESS)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=IndexJob)
    try:
        _write(*_done(job))
    except OSError as error:
        _write(Read(0, failure=error.strerror or str(error)))
    except (ConfigError, TokensError) as error:
        _write(Read(0, failure=str(error)))


def _done(job: IndexJob) -> tuple[Read, list[array[int]]]:
    path = Path(os.fsdecode(job.path))
    settings = SettingsFinder(job.overrides, trusted=job.trusted, lenient=True).settings(path)
    with Reading(path, lambda done: _write(Read(done))) as stream:
        stamp = stamp_of(stream)
        chosen = _format(stream, settings)
        reader, keys, rows = _joined(stream, chosen)
        marks = reader.marks
        arrays = [marks.firsts, marks.offsets, keys, rows]
        found = Read(
            stream.tell(),
            stamp=stamp,
            format=chosen.name if chosen else "",
            stage=settings.stage or (chosen.stage if chosen else ""),
            rows=marks.rows,
            bare_cr=marks.bare_cr,
            lengths=tuple(map(len, arrays)),
        )
        return found, arrays


def _format(stream: FileIO, settings: Settings) -> Format | None:
    """The format of a file, as the engine chooses it. The stream is left at its start."""
    reader = RowReader(stream, chunk_bytes=CHUNK_BYTES)
    try:
        if sniff(reader.head, complete=reader.complete) is not None:
            return None
        if settings.format is not None:
            return get_format(settings.format)
        return vote((raw for batch in reader for raw in batch.rows), settings.stage, settings.formats)
    finally:
        stream.seek(0)


def _joined(stream: FileIO, chosen: Format | None) -> tuple[RowReader, array[int], array[int]]:
    """Read a stream to its end; give the join keys of its rows in ascending order, and the row of each."""
    import numpy as np

    reader = RowReader(stream, chunk_bytes=CHUNK_BYTES)
    checker = RowChecker(chosen, Settings({}), bulk=True)
    keys, rows = array("Q"), array("I")
    for number, raw in compared(reader) if chosen is not None else ():
        joins = set(checker.check(raw)[1].joins)
        keys.extend(joins)
        rows.extend([number] * len(joins))
    order = np.argsort(np.asarray(keys), kind="stable")
    keys, rows = (array(one.typecode, np.asarray(one)[order].tobytes()) for one in (keys, rows))
    return reader, keys, rows


def compared(reader: RowReader) -> Iterator[tuple[int, bytes]]:
    """The rows that are compared with others, with their 0-based numbers, read to the end."""
    for batch in reader:
        for number, raw in enumerate(batch.rows, batch.first):
            if raw and not raw.isspace() and number not in batch.oversize:
                yield number, raw


def _write(read: Read, arrays: Sequence[array[int]] = ()) -> None:
    out = sys.stdout.buffer
    out.write(msgspec.json.encode(read) + b"\n")
    for one in arrays:
        out.write(one.tobytes())
    out.flush()


if __name__ == "__main__":
    main()
