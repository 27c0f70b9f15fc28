r"""Bytes to rows, in chunks and with flat memory; and what a file is when it is no JSONL at all.

A row is a physical line ended by `\n` or `\r\n`. U+2028, U+0085, `\v` and `\f` are legal inside JSON strings
and end nothing. Rows end in a bare `\r` only in a file whose head (the first MiB) holds no `\n` and holds a
`\r` where a row can end: behind a closing bracket. In every other file a bare `\r` is a character of its row.
"""

from __future__ import annotations

import codecs
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain, groupby
from typing import BinaryIO, Literal

from msgspec import Struct

__all__ = [
    "BOM",
    "CUT_BYTES",
    "HEAD_BYTES",
    "ROW_BYTES",
    "Batch",
    "FileFault",
    "Marks",
    "RowReader",
    "sniff",
    "wide_encoding",
]

HEAD_BYTES = 1 << 20
"""How much of a file decides what it is and how its rows end."""
ROW_BYTES = 64 << 20
"""Larger rows are not judged."""

BOM = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8, with which a file may begin."""
CUT_BYTES = 1 << 10
"""So much of a larger row is kept."""
_SHORTER = "row {} is gone: the file has become shorter"
_CR_ROW_END = re.compile(rb"[}\]][ \t]*+\r")


class Batch(Struct):
    """Rows that were completed together: those of one chunk, or the last one of the stream."""

    first: int
    """0-based number of the first row."""
    offset: int
    """Byte offset of the first row, from where the reader began."""
    end: int
    """Byte offset behind the last row and its line end."""
    rows: list[bytes]
    """The rows, without their line ends and without BOM."""
    crlf: int
    """How many of them ended in `\\r\\n`."""
    terminated: bool
    """The last one has a line end."""
    oversize: dict[int, int]
    """Lengths in bytes of the rows that are cut, by row number."""


class Marks(Struct, frozen=True):
    """Where some of the rows of a stream begin: enough to read any of them again."""

    rows: int
    """How many rows there are."""
    bare_cr: bool
    """They end in a bare `\\r`."""
    firsts: array[int]
    """The 0-based numbers of these rows, in ascending order,"""
    offsets: array[int]
    """and where they begin, in bytes."""


class RowReader:
    """Reads a binary stream once, from where it stands to its end, as batches of rows.

    A row of more than `max_row_bytes` comes as its first KiB, and its length is noted in `oversize`.
    The rows are the same for every `chunk_bytes`. Creating a reader reads the head of the stream.
    Whatever the stream raises passes through.
    """

    head: bytes
    """The first `HEAD_BYTES` of the stream, for `sniff`. Empty once iteration has begun."""
    complete: bool
    """The head is the whole stream."""
    bom: bool
    """The stream begins with a UTF-8 byte order mark, which belongs to no row."""
    rows: int
    """Rows read so far."""
    size: int
    """Bytes of the rows read so far, with line ends and BOM; in the end, of the whole stream."""
    lf: int
    """Rows so far that ended in `\\n` alone."""
    crlf: int
    """Rows so far that ended in `\\r\\n`."""
    cr: int
    """Rows so far that ended in `\\r` alone."""
    final_newline: bool
    """False once a last row without line end has been read."""
    oversize: dict[int, int]
    """Lengths in bytes of the rows that were cut, by row number."""

    def __init__(
        self, stream: BinaryIO, *, chunk_bytes: int = 1 << 20, max_row_bytes: int = ROW_BYTES
    ) -> None:
        self._stream = stream
        self._chunk_bytes = chunk_bytes
        self._limit = max_row_bytes
        self._origin = stream.tell() if stream.seekable() else 0
        self._firsts = array("Q")
        self._offsets = array("Q")
        self.head, self.complete = _read_head(stream)
        self.bom = self.head.startswith(BOM)
        self._row_end = _row_end(self.head, self.complete)
        self.rows = self.lf = self.crlf = self.cr = 0
        self.size = len(BOM) if self.bom else 0
        self.final_newline = True
        self.oversize = {}

    def __iter__(self) -> Iterator[Batch]:
        head, self.head = self.head, b""
        step = self._chunk_bytes
        slices = (head[start : start + step] for start in range(self.size, len(head), step))
        for batch in self._split(chain(slices, self._chunks()), self.rows, self.size):
            self._note(batch)
            yield batch

    @property
    def marks(self) -> Marks:
        """What another reader needs to fetch the rows that this one has read."""
        return Marks(self.rows, self._row_end == b"\r", self._firsts, self._offsets)

    @classmethod
    def marked(cls, stream: BinaryIO, marks: Marks, *, chunk_bytes: int) -> RowReader:
        """A reader that fetches rows of a stream that another one has read. It is not for iterating."""
        reader = cls(BytesIO(), chunk_bytes=chunk_bytes)
        reader._stream, reader._origin = stream, stream.tell()
        reader._row_end = b"\r" if marks.bare_cr else b"\n"
        reader.rows, reader._firsts, reader._offsets = marks.rows, marks.firsts, marks.offsets
        return reader

    def fetch(self, row: int) -> bytes:
        """Read one row again by its 0-based number; it comes as iteration gave it.

        Raises IndexError for a row that was not read yet or is gone from the stream, and
        io.UnsupportedOperation when the stream cannot seek.
        """
        return self.fetch_many((row,))[row]

    def fetch_many(self, rows: Iterable[int]) -> dict[int, bytes]:
        """Read several rows again, each chunk once; the stream is left where it stood. Raises as `fetch`."""
        position = self._stream.tell()
        try:
            return dict(self.fetch_each(sorted(set(rows))))
        finally:
            self._stream.seek(position)

    def fetch_each(self, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Yield rows that were read, by ascending number, as they are asked for. Raises as `fetch`.

        The stream may be used for other things meanwhile, and is left anywhere.
        """
        for index, group in groupby(rows, key=self._batch_of):
            yield from self._reread(index, list(group)).items()

    def offset(self, row: int) -> int:
        """The byte offset of a row that was read, from where the reader began. Raises as `fetch`."""
        index = self._batch_of(row)
        position, missing = self._offsets[index], row - self._firsts[index]
        self._stream.seek(self._origin + position)
        while missing and (chunk := self._stream.read(self._chunk_bytes)):
            ends = chunk.count(self._row_end)
            if ends < missing:
                missing -= ends
                position += len(chunk)
                continue
            at = 0
            for _ in range(missing):
                at = chunk.index(self._row_end, at) + 1
            return position + at
        if missing:
            raise IndexError(_SHORTER.format(row))
        return position

    def _batch_of(self, row: int) -> int:
        """Which of the batches has a row."""
        if not 0 <= row < self.rows:
            raise IndexError(f"only rows 0 to {self.rows - 1} have been read")
        return bisect_right(self._firsts, row) - 1

    def _reread(self, index: int, wanted: list[int]) -> dict[int, bytes]:
        first, offset = self._firsts[index], self._offsets[index]
        self._stream.seek(self._origin + offset)
        found: dict[int, bytes] = {}
        for batch in self._split(self._chunks(), first, offset):
            behind = batch.first + len(batch.rows)
            found |= {row: batch.rows[row - batch.first] for row in wanted if batch.first <= row < behind}
            if behind > wanted[-1]:
                return found
        raise IndexError(_SHORTER.format(wanted[-1]))

    def _chunks(self) -> Iterator[bytes]:
        while chunk := self._stream.read(self._chunk_bytes):
            yield chunk

    def _note(self, batch: Batch) -> None:
        self._firsts.append(batch.first)
        self._offsets.append(batch.offset)
        self.rows += len(batch.rows)
        self.size = batch.end
        self.oversize |= batch.oversize
        self.final_newline = batch.terminated
        bare = len(batch.rows) - batch.crlf - (not batch.terminated)
        self.crlf += batch.crlf
        if self._row_end == b"\n":
            self.lf += bare
        else:
            self.cr += bare

    def _split(self, chunks: Iterable[bytes], first: int, offset: int) -> Iterator[Batch]:
        """Split chunks that begin at `offset` with row `first`."""
        begun = _BegunRow(self._limit)
        position = offset
        for chunk in chunks:
            position += len(chunk)
            rows = chunk.split(self._row_end)
            tail = rows.pop()
            if rows:
                rows[0], dropped = begun.finish(rows[0])
                crlf = _strip_cr(rows) if b"\r" in chunk or rows[0].endswith(b"\r") else 0
                long = max(len(chunk), len(rows[0])) + dropped > self._limit
                oversize = self._cut(rows, first, dropped) if long else {}
                end = position - len(tail)
                yield Batch(first, offset, end, rows, crlf, True, oversize)
                first += len(rows)
                offset = end
            begun.add(tail)
        if position > offset:
            row, dropped = begun.finish(b"")
            rows = [row]
            oversize = self._cut(rows, first, dropped)
            yield Batch(first, offset, position, rows, 0, False, oversize)

    def _cut(self, rows: list[bytes], first: int, dropped: int) -> dict[int, int]:
        """Cut the rows that are too long, the first of which has lost `dropped` bytes; give their lengths."""
        oversize = {}
        for index, row in enumerate(rows):
            length = len(row) + (0 if index else dropped)
            if length > self._limit:
                oversize[first + index] = length
                rows[index] = row[:CUT_BYTES]
        return oversize


class _BegunRow:
    """The row that the chunks so far have begun: all of it, or start and last byte of one too long."""

    def __init__(self, limit: int) -> None:
        self._keep = max(limit, CUT_BYTES) + 1  # one more, as the last byte may belong to the line end
        self._parts: list[bytes] = []
        self._kept = self._dropped = 0

    def add(self, piece: bytes) -> None:
        self._parts.append(piece)
        self._kept += len(piece)
        if self._kept > self._keep:
            row = b"".join(self._parts)
            self._parts = [row[:CUT_BYTES], row[-1:]]
            self._dropped += self._kept - CUT_BYTES - 1
            self._kept = CUT_BYTES + 1

    def finish(self, piece: bytes) -> tuple[bytes, int]:
        """End the row with `piece`; give what is kept of it and the number of bytes dropped; begin anew."""
        self.add(piece)
        row, dropped = b"".join(self._parts), self._dropped
        self._parts = []
        self._kept = self._dropped = 0
        return row, dropped


def _strip_cr(rows: list[bytes]) -> int:
    r"""Take the `\r` of `\r\n` off the rows that have it, in place; give their number."""
    count = 0
    for index, row in enumerate(rows):
        if row.endswith(b"\r"):
            rows[index] = row[:-1]
            count += 1
    return count


def _read_head(stream: BinaryIO) -> tuple[bytes, bool]:
    """Read the head, however short the single reads are, and say whether it is the whole stream."""
    parts: list[bytes] = []
    missing = HEAD_BYTES
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts), missing > 0


def _row_end(head: bytes, complete: bool) -> bytes:
    """Decide what ends the rows; the last byte of an incomplete head may be half of a `\\r\\n`."""
    if b"\n" in head:
        return b"\n"
    return b"\r" if _CR_ROW_END.search(head, 0, len(head) - (not complete)) else b"\n"


class FileFault(Struct, frozen=True):
    """Why a file is no JSONL at all."""

    kind: str
    """git-lfs-pointer, binary-file, not-utf8, empty-file, json-array-file or pretty-printed."""
    detail: str
    """What the file is and what to do, in one or two sentences."""
    row: int | None
    """The 0-based row where that shows; None where it is the file as a whole."""


def sniff(head: bytes, *, complete: bool) -> FileFault | None:
    """Recognise a file that is no JSONL from its first `HEAD_BYTES`, or from all of it (`complete`).

    Gives None for whatever can be read row by row, however broken the rows are. Raises nothing.
    """
    if _row_end(head, complete) == b"\r":
        head = head.replace(b"\r", b"\n")
    text = head.removeprefix(BOM)
    if text.startswith(b"version https://git-lfs.github.com/spec/"):
        return FileFault("git-lfs-pointer", _LFS_DETAIL, 0)
    fault = _signature_fault(head) or _encoding_fault(head)
    if fault:
        return fault
    start = _next_mark(text, 0)
    if start == len(text):
        return FileFault("empty-file", _EMPTY_DETAIL, None) if complete else None
    if text[start] in b"{[":
        return _layout_fault(text, start, complete)
    return _control_fault(text)


_LFS_DETAIL = "This is a Git LFS pointer, not the data it stands for. Fetch the data with `git lfs pull`."
_EMPTY_DETAIL = "The file holds no rows, so there is nothing to train on. Check the step that wrote it."

_PANDAS = (
    "Convert it, with pandas for instance: `pd.{}(…).to_json('out.jsonl', orient='records', lines=True)`."
)
_SIGNATURES: tuple[tuple[str, str, tuple[bytes, ...]], ...] = (
    ("gzip-compressed data", "Unpack it with `gunzip`.", (b"\x1f\x8b",)),
    ("zstd-compressed data", "Unpack it with `unzstd`.", (b"\x28\xb5\x2f\xfd",)),
    ("xz-compressed data", "Unpack it with `unxz`.", (b"\xfd7zXZ\x00",)),
    (
        "bzip2-compressed data",
        "Unpack it with `bunzip2`.",
        tuple(b"BZh%d1AY&SY" % size for size in range(1, 10)),
    ),
    (
        "a zip archive or an Excel workbook",
        "Unpack it, or export the sheet and convert that to JSONL.",
        (b"PK\x03\x04", b"PK\x05\x06"),
    ),
    ("a Parquet file", _PANDAS.format("read_parquet"), (b"PAR1\x15",)),
    ("an Arrow or Feather file", _PANDAS.format("read_feather"), (b"ARROW1\x00\x00", b"FEA1\x00")),
    (
        "an Arrow stream",
        "Convert it, with Hugging Face datasets for instance: `Dataset.from_file(…).to_json('out.jsonl')`.",
        (b"\xff\xff\xff\xff",),
    ),
    ("an SQLite database", "Export its rows as JSONL.", (b"SQLite format 3\x00",)),
    (
        "a Python pickle",
        "Load it where you trust it, and write it as JSONL.",
        tuple(b"\x80%c" % n for n in range(2, 6)),
    ),
    ("a PDF document", "Extract its text and build examples from that.", (b"%PDF-",)),
    ("a PNG image", "Training rows are JSON; refer to images from there.", (b"\x89PNG\r\n\x1a\n",)),
)
"""What it is, what to do, and how it begins."""


def _signature_fault(head: bytes) -> FileFault | None:
    for what, advice, signatures in _SIGNATURES:
        if head.startswith(signatures):
            return FileFault("binary-file", f"This is {what}, not JSONL. {advice}", None)
    return None


_WIDE_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32LE"),
    (b"\x00\x00\xfe\xff", "UTF-32BE"),
    (b"\xff\xfe", "UTF-16LE"),
    (b"\xfe\xff", "UTF-16BE"),
)
_WIDE_PATTERNS: dict[tuple[bool, ...], str] = {
    (True, False, False, False): "UTF-32LE",
    (False, False, False, True): "UTF-32BE",
    (True, False, True, False): "UTF-16LE",
    (False, True, False, True): "UTF-16BE",
}
"""Which of the first four bytes are not NUL when the file begins with ASCII characters, as JSON does."""
_SAMPLE_BYTES = 1 << 13
_CONTROLS = bytes(sorted({*range(0x20), 0x7F} - set(b"\b\t\n\v\f\r\x1b")))
"""Control bytes that text files, terminal logs among them, have no use for."""


def wide_encoding(head: bytes) -> tuple[str, bool] | None:
    """The UTF-16 or UTF-32 that a file is in by its first bytes, and whether a byte order mark says so."""
    for bom, encoding in _WIDE_BOMS:
        if head.startswith(bom):
            return encoding, True
    guess = _WIDE_PATTERNS.get(tuple(byte != 0 for byte in head[:4]))
    return (guess, False) if guess and _decodes(head[:_SAMPLE_BYTES], guess) else None


def _encoding_fault(head: bytes) -> FileFault | None:
    found = wide_encoding(head)
    if found is None:
        return None
    encoding, marked = found
    return _not_utf8(encoding, encoding[:-2] if marked else encoding)  # without LE or BE, iconv drops the BOM


def _not_utf8(encoding: str, source: str) -> FileFault:
    detail = (
        f"The file is {encoding}, and JSONL must be UTF-8. "
        f"Convert it: `iconv -f {source} -t UTF-8 in.jsonl > out.jsonl`."
    )
    return FileFault("not-utf8", detail, None)


def _decodes(sample: bytes, encoding: str) -> bool:
    """Say whether the sample, which may end inside a character, is text in this encoding."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return set(text).isdisjoint(_CONTROLS.decode())


def _control_fault(text: bytes) -> FileFault | None:
    sample = text[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 20 <= len(sample):
        return None
    detail = (
        f"This seems to be binary data: {controls} of its first {len(sample)} bytes are control characters."
    )
    return FileFault("binary-file", f"{detail} Export the data as JSONL, one example per row.", None)


_ARRAY_DETAIL = (
    "The file is one JSON array, and a trainer that reads it row by row finds no example. "
    "Write one item per row: `jq -c '.[]' in.json > out.jsonl`."
)
_PRETTY_DETAIL = (
    "JSON values run over several lines here, and every row must hold one whole example. "
    "Put each on one row: `jq -c . in.json > out.jsonl`."
)
_MARK = re.compile(rb"\S")
_ARRAY_OF_OBJECTS = re.compile(rb"\[\s*+\{")
_TOKEN = re.compile(rb'\n|"[^"\\\n]*+(?>(?:\\[^\n][^"\\\n]*+)*)"|[{}\[\],:]|[^\s"{}\[\],:]++|"')
_MAY_FOLLOW = {"key": b'"}', "colon": b":", "value": b'"{[a', "item": b'"{[]a', "end": b",}]"}
"""Which tokens may stand in which state, by their first byte; `a` stands for numbers and bare words."""
_FOLLOWED_BYTES = 1 << 17
_OPENER = {b"}": b"{", b"]": b"["}


class _Extent(Struct, frozen=True):
    """How far a value goes, by its brackets, commas and colons."""

    end: int
    state: Literal["whole", "open", "broken"]
    """Closed at `end`; or well-formed as far as it was followed; or not JSON from `end` on."""
    continued: int
    """Rows behind the first that belong to it and begin as no row of their own would."""

    @property
    def spread(self) -> bool:
        """It runs over several rows, and not only because a row is cut off."""
        return self.continued > (self.state == "broken")


def _layout_fault(text: bytes, start: int, complete: bool) -> FileFault | None:
    """Judge a text whose first mark, at `start`, opens an object or array."""
    row = text.count(b"\n", 0, start)
    value = _extent(text, start)
    following = _next_mark(text, value.end)
    alone = value.state != "whole" or following == len(text)
    if not alone:
        spread = value.spread and text[following] in b"{[" and _extent(text, following).spread
        return FileFault("pretty-printed", _PRETTY_DETAIL, row) if spread else None
    if text[start] == ord("{"):
        return FileFault("pretty-printed", _PRETTY_DETAIL, row) if value.spread else None
    array = value.spread or (
        value.state != "broken" and _is_one_row_array(text[start:], value.state, complete)
    )
    return FileFault("json-array-file", _ARRAY_DETAIL, row) if array else None


def _is_one_row_array(text: bytes, state: str, complete: bool) -> bool:
    """Say whether the text is an array of objects, and all that the file holds, on a single row."""
    if complete:
        text = text.rstrip()
    closed = text.endswith(b"]") if complete else state == "open"
    return closed and b"\n" not in text and _ARRAY_OF_OBJECTS.match(text) is not None


def _next_mark(text: bytes, at: int) -> int:
    """Find the next byte that is not white space; the length of the text where there is none."""
    mark = _MARK.search(text, at)
    return mark.start() if mark else len(text)


def _extent(text: bytes, start: int) -> _Extent:
    """Follow the object or array that begins at `start`, for so many bytes that its layout shows."""
    stop = min(len(text), start + _FOLLOWED_BYTES)
    own = (b"", text[start : start + 1])  # a row that is blank, or begins as the first does, proves nothing
    state, stack = "value", [b""]
    continued = 0
    row_mark = b""
    for token in _TOKEN.finditer(text, start, stop):
        mark = token[0][:1]
        if mark == b"\n":
            continued += row_mark not in own
            row_mark = b""
            continue
        row_mark = row_mark or mark
        kind = mark if mark in b'{}[],:"' else b"a"
        if token[0] == b'"':  # not closed in its row
            cut = text.find(b"\n", token.end(), stop) < 0
            return _Extent(token.start(), "open" if cut else "broken", continued)
        if kind not in _MAY_FOLLOW[state] or (kind in b"]}" and stack.pop() != _OPENER[kind]):
            return _Extent(token.start(), "broken", continued)
        if kind in b"{[":
            stack.append(kind)
        elif len(stack) == 1:
            return _Extent(token.end(), "whole", continued + (row_mark not in own))
        state = _next_state(state, kind, stack[-1])
    return _Extent(stop, "open", continued + (row_mark not in own))


def _next_state(state: str, kind: bytes, container: bytes) -> str:
    if kind in b"{[,":
        return "key" if container == b"{" else "item"
    if kind == b":":
        return "value"
    return "colon" if state == "key" and kind == b'"' else "end"
