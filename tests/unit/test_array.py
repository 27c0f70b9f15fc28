"""Arrays as rows: whatever their layout and the chunks they come in, each character keeps its place."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.cli._arrays import items
from turnlint.cli._reading import Spooled
from turnlint.text.array import ArrayError
from turnlint.text.decode import row_text

TEXTS = st.text(alphabet='aä😀\\"[]{},:\n\t ', max_size=8)
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


class Dribble(io.BytesIO):
    """A stream that gives few bytes at a time."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._most if size is None or size < 0 else min(size, self._most))


def read(data: bytes, most: int = 1 << 20) -> tuple[list[bytes], Spooled]:
    found = items(Dribble(data, most))
    assert found is not None
    stream = Spooled(found, 1 << 20)
    *rows, last = b"".join(iter(lambda: stream.read(7), b"")).split(b"\n")
    assert last == b""
    return rows, stream


@given(
    values=st.lists(VALUES, min_size=1, max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    end=st.sampled_from(["\n", "\r\n"]),
    before=st.sampled_from(["", " \n ", "\ufeff"]),
    escaped=st.booleans(),
    most=st.integers(64, 200),
)
def test_rows_are_items_and_keep_their_places(
    values: list[Any], indent: int | None, end: str, before: str, escaped: bool, most: int
) -> None:
    written = before + json.dumps(values, indent=indent, ensure_ascii=escaped).replace("\n", end) + end
    rows, stream = read(written.encode(), most)
    assert [json.loads(row) for row in rows] == values
    lines = written.removeprefix("\ufeff").split("\n")
    for number in (*range(len(rows)), 0, len(rows) - 1):
        assert stream.layout is not None
        text = row_text(rows[number])
        for column, character in enumerate(text):
            line, at = stream.layout.position(number, column)
            there = (lines[line] + "\n")[at]
            assert there == character or (there in "\r\n" and character == " ")


def test_a_line_end_in_a_string_ends_no_row() -> None:
    rows, _ = read(b'[{"a":"x\ny\\\nz"},\n1]')
    assert rows == [b'{"a":"x\ry\\\rz"}', b" 1"]


def test_places_of_later_rows_are_found_from_notes() -> None:
    values = [{"n": number, "text": "ä" * (number % 90)} for number in range(5_000)]
    written = json.dumps(values, ensure_ascii=False, indent=1)
    rows, stream = read(written.encode())
    lines = written.split("\n")
    for number in (4_999, 0, 2_500, 2_501, 17):
        assert stream.layout is not None
        line, at = stream.layout.position(number, row_text(rows[number]).index('"n"'))
        assert lines[line][at:].startswith(f'"n": {number}')


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[1, 2", "item 2 has no end"),
        (b'["', "item 1 has no end"),
        (b"[", "item 1 has no end"),
        (b"[1,]", "behind the last item, which is item 1"),
        (b"[,1]", "before comma 1"),
        (b"[1,,2]", "before comma 2"),
        (b"[1] 2", "something follows"),
        (b"[[1]\n[2]", "item 1 has no end"),
        (b"[1]\n[2]\n", "something follows"),
    ],
)
@pytest.mark.parametrize("most", [1, 1 << 20])
def test_what_is_no_array_is_said(data: bytes, words: str, most: int) -> None:
    found = items(io.BytesIO(data))
    assert found is not None
    with pytest.raises(ArrayError, match=words):
        list(iter(lambda: found.read1(most), b""))


@pytest.mark.parametrize("data", [b"", b" \n", b'{"a": [1]}', b"null", b"\xff\xfe[\x00"])
def test_other_files_are_no_arrays(data: bytes) -> None:
    assert items(io.BytesIO(data)) is None


def test_an_empty_array_has_no_items() -> None:
    rows, _ = read(b" [ \n ] ")
    assert [row.strip() for row in rows] == [b""]


def test_of_an_item_too_large_only_the_beginning_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnlint.text.array._MOST", 200_000)
    _, stream = read(b'\n["' + b"x" * 1_000_000 + b'"]')
    assert stream.layout is not None
    assert stream.layout.position(0, 3) == (1, 4)
    assert len(stream.layout._last[1]) < 200_000  # type: ignore[attr-defined]
