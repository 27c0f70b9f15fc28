"""An entry of the cache: what was found in some files, without their rows, which are read again.

It is a file of frames of MessagePack behind a hash of them. One that is damaged or of another version counts
as missing. Nothing in it is ever run.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from hashlib import file_digest, sha256
from io import BufferedReader
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

import msgspec
from msgspec import Struct

from turnlint.cli._reading import temporary_file
from turnlint.engine import Input, Located
from turnlint.engine.baseline import Noted
from turnlint.formats import Format, get_format
from turnlint.model import Finding
from turnlint.text.rows import Marks, RowReader

__all__ = ["Memory"]

_MAGIC = b"turnlint cache 1\n"
_MOST = 64 << 20
"""So many bytes of findings are remembered of one run."""
_ROWS = 256
"""So many rows with findings are written, and read again, at a time."""
_CHUNK = 1 << 15
_LENGTH = 4

_Found: TypeAlias = Generator[tuple[Input, Located], None, None]
_OnFormat: TypeAlias = Callable[[Input, Format | None], object]
_OnFailure: TypeAlias = Callable[[Input, OSError], object]


class Memory:
    """What is remembered of a run over some files, or is going to be."""

    def __init__(
        self, path: Path, inputs: Sequence[Input], write: Callable[[Path, Iterator[bytes]], None]
    ) -> None:
        """`write` makes a file at a path of pieces of bytes."""
        self._path = path
        self._inputs = inputs
        self._write = write
        self._numbers = {one: number for number, one in enumerate(inputs)}
        self._formats: list[tuple[int, str | None]] = []
        self._marks: dict[int, Marks] = {}
        self._frames: IO[bytes] = temporary_file()
        self._left = _MOST
        self._is_whole = False

    def findings(self, check: Callable[..., _Found], on_format: _OnFormat, on_failure: _OnFailure) -> _Found:
        """What was found when the same files were checked before; else what `check` finds, which is noted.

        `check` is `check_files`, which is to be told the other two; what that raises passes through.
        """
        entry = self._entry()
        if entry is None:
            run = check(
                on_format=partial(self._formatted, on_format), on_read=self._read, on_failure=on_failure
            )
            with closing(run):
                yield from self._noting(run)
            return
        stream, summary = entry
        with stream:
            for number, name in summary.formats:
                on_format(self._inputs[number], get_format(name) if name else None)
            yield from self._again(stream, summary, on_failure)

    def keep(self) -> None:
        """Write down what was noted of a whole run. That it cannot be written is no matter."""
        if self._is_whole and self._left >= 0:
            with suppress(OSError):
                self._write(self._path, self._pieces())

    def close(self) -> None:
        """Forget what was noted."""
        with suppress(OSError):  # there is no room for what it still has to write
            self._frames.close()

    def _formatted(self, tell: _OnFormat, one: Input, known: Format | None) -> None:
        self._formats.append((self._numbers[one], known.name if known else None))
        tell(one, known)

    def _read(self, one: Input, marks: Marks) -> None:
        self._marks[self._numbers[one]] = marks

    def _entry(self) -> tuple[BufferedReader, _Summary] | None:
        """The entry behind its summary; None where there is none that can be read."""
        try:
            stream = self._path.open("rb")
        except OSError:
            return None
        try:
            summary = _opened(stream)
            os.utime(self._path)
        except (OSError, ValueError):
            stream.close()
            return None
        return stream, summary

    def _noting(self, found: _Found) -> _Found:
        """Give findings on, and note them as long as they are not too many."""
        rows: list[_Row] = []
        for (one, row), group in groupby(found, key=lambda pair: (pair[0], pair[1].row)):
            together = list(group)
            yield from together
            rows.append(_Row(self._numbers[one], row, [located.finding for _, located in together]))
            if len(rows) == _ROWS:
                self._note(rows)
                rows = []
        self._note(rows)
        self._is_whole = True

    def _note(self, rows: list[_Row]) -> None:
        if self._left < 0 or not rows:
            return
        try:
            frame = _framed(rows)
            self._frames.write(frame)
        except (UnicodeEncodeError, OSError):  # a name that is no UTF-8, or half an emoji; no room
            self._left = -1
            return
        self._left -= len(frame)

    def _pieces(self) -> Iterator[bytes]:
        marks = {
            number: _Marks(one.rows, one.bare_cr, one.firsts.tobytes(), one.offsets.tobytes())
            for number, one in self._marks.items()
        }
        noted = [None if one.ledger is None else one.ledger.noted() for one in self._inputs]
        summary = _framed(_Summary(sys.byteorder, self._formats, marks, noted))
        digest = sha256(summary)
        for piece in self._chunks():
            digest.update(piece)
        yield from (_MAGIC, digest.digest(), summary)
        yield from self._chunks()

    def _chunks(self) -> Iterator[bytes]:
        self._frames.seek(0)
        while chunk := self._frames.read(1 << 20):
            yield chunk

    def _again(self, stream: BinaryIO, summary: _Summary, on_failure: _OnFailure) -> _Found:
        readers = {number: self._reader(number, marks) for number, marks in summary.marks.items()}
        decoder = msgspec.msgpack.Decoder(list[_Row])
        while frame := _frame(stream):
            for number, group in groupby(decoder.decode(frame), key=attrgetter("file")):
                one = self._inputs[number]
                try:
                    for located in _located(readers.get(number), list(group)):
                        yield one, located
                except IndexError as error:
                    on_failure(one, OSError(None, str(error)))
                except OSError as error:
                    on_failure(one, error)
        for one, noted in zip(self._inputs, summary.noted, strict=True):
            if one.ledger is not None and noted is not None:
                one.ledger.recall(noted)

    def _reader(self, number: int, kept: _Marks) -> RowReader:
        marks = Marks(kept.rows, kept.bare_cr, array("Q", kept.firsts), array("Q", kept.offsets))
        return RowReader.marked(self._inputs[number].stream, marks, chunk_bytes=_CHUNK)


class _Row(Struct, array_like=True):
    """A row of a file, or the file as a whole, and what is found there."""

    file: int
    row: int | None
    findings: list[Finding]


class _Marks(Struct, array_like=True):
    """`Marks`, the arrays as bytes."""

    rows: int
    bare_cr: bool
    firsts: bytes
    offsets: bytes


class _Summary(Struct, array_like=True):
    """What is said of the files before the findings."""

    byteorder: str
    formats: list[tuple[int, str | None]]
    marks: dict[int, _Marks]
    noted: list[Noted | None]
    """What the ledger of each file has noted."""


def _opened(stream: BufferedReader) -> _Summary:
    """Read what stands before the findings. Raises OSError, and ValueError for what is no entry."""
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("another version")
    digest = stream.read(sha256().digest_size)
    start = stream.tell()
    if file_digest(stream, "sha256").digest() != digest:
        raise ValueError("damaged")
    stream.seek(start)
    summary = msgspec.msgpack.decode(_frame(stream), type=_Summary)
    if summary.byteorder != sys.byteorder:
        raise ValueError("of another machine")
    return summary


def _framed(value: object) -> bytes:
    """Raises UnicodeEncodeError for lone surrogates."""
    frame = msgspec.msgpack.encode(value)
    return len(frame).to_bytes(_LENGTH, "big") + frame


def _frame(stream: BinaryIO) -> bytes:
    """The next frame; empty where there is none."""
    return stream.read(int.from_bytes(stream.read(_LENGTH), "big"))


def _located(reader: RowReader | None, rows: Sequence[_Row]) -> Iterator[Located]:
    """Findings with their rows, which are read again. Raises OSError, and IndexError where a row is gone."""
    numbers = [row.row for row in rows if row.row is not None]
    raws = reader.fetch_each(numbers) if reader else iter(())
    for row in rows:
        raw = b"" if row.row is None else next(raws)[1]
        for finding in row.findings:
            yield Located(row.row, raw, finding)
