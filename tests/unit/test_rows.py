from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.text import rows as rows_module
from turnlint.text.rows import HEAD_BYTES, RowReader, sniff

if TYPE_CHECKING:
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
PIECES = [b"\r", b"\n", b"\r\n", b"{}", b"a", BOM, b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b\x0c", b"x" * 30]
FILES = st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join)
CHUNKS = st.integers(1, 40)


class Trickle(io.BytesIO):
    """A stream that gives less than was asked for, as pipes do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 7) if size and size > 0 else size)


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise io.UnsupportedOperation("tell")


def expected_rows(data: bytes) -> list[bytes]:
    """The rows of a file, by the definition alone."""
    data = data.removeprefix(BOM)
    if b"\n" not in data and b"}\r" in data:
        parts = data.split(b"\r")
    else:
        parts = data.split(b"\n")
        parts[:-1] = [part[:-1] if part.endswith(b"\r") else part for part in parts[:-1]]
    return parts if parts[-1] else parts[:-1]


def without_ends(data: bytes) -> bytes:
    return data.translate(None, b"\r\n")


def read(
    data: bytes, chunk_bytes: int = 1 << 20, max_row_bytes: int = 64 << 20
) -> tuple[RowReader, list[bytes]]:
    reader = RowReader(io.BytesIO(data), chunk_bytes=chunk_bytes, max_row_bytes=max_row_bytes)
    return reader, [row for batch in reader for row in batch.rows]


@settings(max_examples=300, deadline=None)
@given(FILES, CHUNKS)
def test_rows_are_the_same_for_every_chunk_size(data: bytes, chunk_bytes: int) -> None:
    reader, rows = read(data, chunk_bytes)
    assert rows == expected_rows(data)
    assert reader.rows == len(rows)
    assert reader.size == len(data)
    assert reader.bom == data.startswith(BOM)
    assert not reader.oversize
    assert reader.lf + reader.crlf + reader.cr + (not reader.final_newline) == len(rows)
    if not reader.cr:
        assert reader.crlf == data.count(b"\r\n")
        assert reader.lf == data.count(b"\n") - reader.crlf


@settings(max_examples=100, deadline=None)
@given(FILES, CHUNKS)
def test_batches_say_where_they_stand(data: bytes, chunk_bytes: int) -> None:
    reader = RowReader(io.BytesIO(data), chunk_bytes=chunk_bytes)
    row, offset = 0, len(BOM) if data.startswith(BOM) else 0
    for batch in reader:
        assert (batch.first, batch.offset) == (row, offset)
        assert batch.rows
        assert data[offset:].startswith(batch.rows[0])
        assert without_ends(data[offset : batch.end]) == without_ends(b"".join(batch.rows))
        row, offset = row + len(batch.rows), batch.end
    assert offset == len(data)


@settings(max_examples=100, deadline=None)
@given(FILES, CHUNKS, st.binary(max_size=5))
def test_rows_can_be_fetched_while_and_after_reading(data: bytes, chunk_bytes: int, before: bytes) -> None:
    stream = io.BytesIO(before + data)
    stream.seek(len(before))
    reader = RowReader(stream, chunk_bytes=chunk_bytes)
    seen: list[bytes] = []
    for batch in reader:
        seen += batch.rows
        assert reader.fetch_many(range(0, len(seen), 2)) == dict(list(enumerate(seen))[::2])
        with pytest.raises(IndexError):
            reader.fetch(len(seen))
    assert seen == expected_rows(data)
    assert [reader.fetch(row) for row in range(len(seen))] == seen
    assert stream.tell() == len(before + data)
    stream.seek(len(before))
    again = RowReader.marked(stream, reader.marks, chunk_bytes=chunk_bytes)
    assert [again.fetch(row) for row in range(len(seen))] == seen
    for row, raw in again.fetch_each(range(len(seen))):  # the stream is used for other things meanwhile
        assert raw == seen[row]
        stream.seek(len(before) + again.offset(row))
        assert stream.read(len(raw)) == raw
    with pytest.raises(IndexError):
        again.fetch(len(seen))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([b"\n", b"\r\n"])), max_size=6),
    st.integers(1, 2500),
)
def test_a_row_too_long_is_cut_and_noted(shape: list[tuple[int, bytes]], chunk_bytes: int) -> None:
    whole = [bytes(48 + index % 70 for index in range(length)) for length, _ in shape]
    data = b"".join(row + end for row, (_, end) in zip(whole, shape, strict=True)) + b"z" * 2001
    reader, rows = read(data, chunk_bytes, max_row_bytes=2000)
    whole.append(b"z" * 2001)
    assert rows == [row if len(row) <= 2000 else row[:1024] for row in whole]
    assert reader.oversize == {number: len(row) for number, row in enumerate(whole) if len(row) > 2000}
    assert reader.crlf == data.count(b"\r\n")
    assert [reader.fetch(row) for row in range(reader.rows)] == rows


def test_short_reads_and_streams_that_cannot_seek() -> None:
    data = b'{"a": 1}\r\n' * 9
    assert [row for batch in RowReader(Trickle(data)) for row in batch.rows] == expected_rows(data)
    reader = RowReader(Pipe(data))
    assert sum(len(batch.rows) for batch in reader) == 9
    with pytest.raises(io.UnsupportedOperation):
        reader.fetch(0)


def test_a_file_that_became_shorter(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"{}\n" * 9)
    with path.open("rb") as stream:
        reader = RowReader(stream)
        assert sum(len(batch.rows) for batch in reader) == 9
        path.write_bytes(b"{}\n")
        assert reader.fetch(0) == b"{}"
        with pytest.raises(IndexError, match="shorter"):
            reader.fetch(8)


class Endless(Pipe):
    """32 MiB without a line end."""

    pieces = 512

    def read(self, size: int | None = -1, /) -> bytes:
        self.pieces -= 1
        return b"x" * (1 << 16) if self.pieces >= 0 else b""


def test_memory_stays_flat_on_one_huge_row() -> None:
    tracemalloc.start()
    try:
        reader = RowReader(Endless(), max_row_bytes=1 << 17)
        (batch,) = reader
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert batch.rows == [b"x" * 1024]
    assert reader.oversize == {0: 1 << 25}
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b'{"a":1}\r{"b":2}\r', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1} \r{"b":2}', [b'{"a":1} ', b'{"b":2}']),
        (b'{"a":"x\ry"}', [b'{"a":"x\ry"}']),
        (b'{"a":1}\r{"b":2}\r\n', [b'{"a":1}\r{"b":2}']),
        (b"{}" + b" " * (HEAD_BYTES - 3) + b"\r\n{}\n", [b"{}" + b" " * (HEAD_BYTES - 3), b"{}"]),
        (b"\n\n", [b"", b""]),
        (b"", []),
        (BOM, []),
    ],
)
def test_what_ends_a_row(data: bytes, rows: list[bytes]) -> None:
    assert read(data)[1] == rows


EXAMPLE = {
    "messages": [{"role": "user", "content": 'hi [x] {y} "q"\n😀'}, {"role": "assistant", "content": "yo"}]
}
ROW = json.dumps(EXAMPLE).encode()
RAW_ROW = json.dumps(EXAMPLE, ensure_ascii=False)
JSONL = (ROW + b"\n") * 5
TURNS = json.dumps(EXAMPLE["messages"]).encode()
PRETTY = json.dumps(EXAMPLE, indent=2).encode()
PRETTY_ARRAY = json.dumps([EXAMPLE] * 3, indent=2).encode()

NO_JSONL = {
    "utf-16 with BOM": ("not-utf8", RAW_ROW.encode("utf-16")),
    "utf-16-le": ("not-utf8", RAW_ROW.encode("utf-16-le")),
    "utf-16-be": ("not-utf8", RAW_ROW.encode("utf-16-be")),
    "utf-16-be with BOM": ("not-utf8", b"\xfe\xff" + RAW_ROW.encode("utf-16-be")),
    "utf-32 with BOM": ("not-utf8", RAW_ROW.encode("utf-32")),
    "utf-32-le": ("not-utf8", RAW_ROW.encode("utf-32-le")),
    "utf-32-be": ("not-utf8", RAW_ROW.encode("utf-32-be")),
    "utf-16 cut in a character": ("not-utf8", RAW_ROW.encode("utf-16-le")[:-1]),
    "lfs": ("git-lfs-pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 5\n"),
    "gzip": ("binary-file", gzip.compress(JSONL)),
    "zip": ("binary-file", b"PK\x03\x04\x14\x00xl/workbook.xml"),
    "parquet": ("binary-file", b"PAR1\x15\x04\x15\x10"),
    "pickle": ("binary-file", b"\x80\x04\x95\x10\x00"),
    "sqlite": ("binary-file", b"SQLite format 3\x00\x10\x00"),
    "every byte": ("binary-file", bytes(range(256)) * 9),
    "empty": ("empty-file", b""),
    "blank": ("empty-file", BOM + b" \r\n\t\n"),
    "array on one row": ("json-array-file", json.dumps([EXAMPLE] * 3).encode()),
    "array on one row behind a BOM": (
        "json-array-file",
        BOM + b"\n" + json.dumps([EXAMPLE]).encode() + b"\n",
    ),
    "array of rows": ("json-array-file", b"[\n" + b",\n".join([ROW] * 3) + b"\n]\n"),
    "array of rows, brackets beside them": ("json-array-file", b"[" + b",\n ".join([ROW] * 3) + b"]"),
    "array of rows, comma first": ("json-array-file", b"[" + ROW + b"\n," + ROW + b"\n]"),
    "array, pretty": ("json-array-file", PRETTY_ARRAY),
    "array, pretty, crlf": ("json-array-file", PRETTY_ARRAY.replace(b"\n", b"\r\n")),
    "array, pretty, cr": ("json-array-file", PRETTY_ARRAY.replace(b"\n", b"\r")),
    "array, pretty, with a fault far down": ("json-array-file", PRETTY_ARRAY[:-9] + b"oops oops"),
    "one object, pretty": ("pretty-printed", PRETTY),
    "objects, pretty": ("pretty-printed", PRETTY + b"\n" + PRETTY),
    "object, pretty, cut off": ("pretty-printed", PRETTY[: len(PRETTY) // 2]),
    "object, first key beside the brace": ("pretty-printed", b'{"messages": [\n' + ROW + b"\n]}\n"),
}
JSONL_OF_A_KIND = {
    "rows": JSONL,
    "one row": ROW,
    "crlf": JSONL.replace(b"\n", b"\r\n"),
    "cr": JSONL.replace(b"\n", b"\r"),
    "rows that are arrays": (TURNS + b"\n") * 3,
    "rows that are arrays, first one cut off": TURNS[:20] + b"\n" + (TURNS + b"\n") * 3,
    "rows that are arrays, first one cut at a comma": b'[{"role": "user"},\n' + (TURNS + b"\n") * 3,
    "a list of numbers": b"[1, 2]\n",
    "first row cut off in a string": ROW[:30] + b"\n" + JSONL,
    "first row cut off at a bracket": b'{"messages": [\n' + JSONL,
    "first row cut off at a comma": b'{"messages": [{"role": "user"},\n' + JSONL,
    "first two rows cut off": b'{"messages": [\n{"messages": [\n' + JSONL,
    "first row broken in two": b'{"a": 1,\n"b": 2}\n' + JSONL,
    "first row with a comma too many": ROW[:-1] + b",}\n" + JSONL,
    "a stray bracket first": b"[\n" + JSONL,
    "two objects on a row": ROW + ROW + b"\n",
    "csv": b"prompt,completion\nhi,yo\n",
    "a log": b"[2024-01-01 10:00] start\n[2024-01-01 10:01] stop\n",
    "a log in colours": b"\x1b[32mok\x1b[0m\n" * 9,
    "words": "só 漢字\n".encode(),
    "latin-1": "déjà vu\n".encode("latin-1") * 9,
    "zeros behind the rows": JSONL + b"\x00" * 4096,
    "letters of a signature": b"PAR1 is a magic\nBZh9\n",
}


@pytest.mark.parametrize("name", NO_JSONL)
def test_no_jsonl_is_recognised(name: str) -> None:
    kind, data = NO_JSONL[name]
    fault = sniff(data, complete=True)
    assert fault is not None
    assert fault.kind == kind
    assert fault.detail.endswith(".")


@pytest.mark.parametrize("name", JSONL_OF_A_KIND)
def test_rows_however_broken_are_no_fault_of_the_file(name: str) -> None:
    assert sniff(JSONL_OF_A_KIND[name], complete=True) is None


@pytest.mark.parametrize(
    "name", ["rows", "cr", "first row cut off at a bracket", "first row broken in two", "csv"]
)
def test_no_cut_of_ordinary_rows_behind_the_first_few_is_a_fault(name: str) -> None:
    data = JSONL_OF_A_KIND[name]
    assert not [cut for cut in range(len(ROW) + 40, len(data)) if sniff(data[:cut], complete=False)]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*(data for _, data in NO_JSONL.values()), *JSONL_OF_A_KIND.values()]),
    st.data(),
    st.booleans(),
)
def test_any_piece_of_anything_is_judged(data: bytes, draw: st.DataObject, complete: bool) -> None:
    start = draw.draw(st.integers(0, len(data)))
    stop = draw.draw(st.integers(start, len(data)))
    fault = sniff(data[start:stop], complete=complete)
    assert fault is None or fault.kind


def test_heads_of_large_files() -> None:
    large = b"[" + b", ".join([ROW] * (HEAD_BYTES // len(ROW) + 1)) + b"]"
    fault = sniff(large[:HEAD_BYTES], complete=False)
    assert fault
    assert fault.kind == "json-array-file"
    assert sniff(b"[" * HEAD_BYTES, complete=False) is None
    assert sniff(b'{"a":"' + b'\\"' * (HEAD_BYTES // 2), complete=False) is None
    assert sniff(b" " * HEAD_BYTES, complete=False) is None


def test_what_a_fault_says() -> None:
    data = RAW_ROW.encode("utf-16-le")
    fault = sniff(data, complete=True)
    assert fault
    assert "UTF-16LE" in fault.detail
    assert "iconv -f UTF-16LE -t UTF-8" in fault.detail
    assert fault.row is None
    array = sniff(b"\n\n" + PRETTY_ARRAY, complete=True)
    assert array
    assert array.row == 2


def test_the_reader_hands_out_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "HEAD_BYTES", 16)
    reader = RowReader(io.BytesIO(JSONL), chunk_bytes=5)
    assert (reader.head, reader.complete) == (JSONL[:16], False)
    assert [row for batch in reader for row in batch.rows] == [ROW] * 5
    assert reader.head == b""
    assert RowReader(io.BytesIO(b"{}")).complete
