"""Files written anew as a whole: every cut into chunks gives the same, and what cannot be done is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.engine.rewrite import rewritten
from turnlint.model import Rewrite
from turnlint.text.rows import HEAD_BYTES
from turnlint.text.values import on_one_row, values

BOM = b"\xef\xbb\xbf"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


def cut(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize(
    ("way", "before", "after"),
    [
        ("remove-bom", BOM + b"ab", b"ab"),
        ("remove-bom", b"a", b"a"),
        ("remove-bom", BOM, b""),
        ("add-bom", b"ab", BOM + b"ab"),
        ("add-bom", BOM + b"ab", BOM + b"ab"),
        ("line-feeds", b"a\r\n\r\nb\r\r\nc\rd\r", b"a\n\nb\r\nc\rd\r"),
        ("line-feeds", b"{}\r\r[]\r1\r", b"{}\n\n[]\n1\n"),
        ("line-feeds", b"{}\r[]", b"{}\n[]"),
        ("utf-8", '{"ä": "🎆"}\n'.encode("utf-16"), '{"ä": "🎆"}\n'.encode()),
        ("utf-8", '{"ä": "🎆"}\n'.encode("utf-32-be"), '{"ä": "🎆"}\n'.encode()),
        ("rows", b"[]", b""),
        ("rows", b' [1, "a\\\\", "\\"]", {}\n,[[\n1]]]\n', b'1\n"a\\\\"\n"\\"]"\n{}\n[[1]]\n'),
        ("rows", BOM + b'{"a":\n1}{"b": [\r\n]}', b'{"a": 1}\n{"b": []}\n'),
    ],
)
def test_ways(way: Rewrite, before: bytes, after: bytes, size: int) -> None:
    assert b"".join(rewritten(cut(before, size), way)) == after


@pytest.mark.parametrize("size", [1, 1_000])
@pytest.mark.parametrize(
    ("way", "before", "words"),
    [
        ("utf-8", b"plain", "no encoding that is known"),
        ("utf-8", "ab".encode("utf-16") + b"\x00", "not UTF-16LE throughout"),
        ("utf-8", '{"a": 1}\n'.encode("utf-16-le") + b'{"b": 2}\n', "not UTF-16LE throughout, or not JSON"),
        ("utf-8", '{"a": 1}\n'.encode("utf-16") + b'{"b": "cc"}', "not UTF-16LE throughout, or not JSON"),
        ("rows", b'[{"a": "b\nc"}]', "value 1: a string holds a line break"),
        ("rows", b'[{"a": 1}, {"a": nope}]', "value 2 is not valid JSON"),
        ("rows", b'[{"a": [1\n2]}]', "value 1 is not valid JSON"),
        ("rows", b'[{"a": tru\ne}]', "value 1 is not valid JSON"),
        ("rows", b'[{"a": 1}, {"a": 1]]', "the brackets behind value 1 do not match"),
        ("rows", b'[{"a": 1}, ]', "`]` behind value 1 is not expected"),
        ("rows", b'[{"a": 1}] {}', "`{` behind value 1 is not expected"),
        ("rows", b'[{"a": 1} {"b": 1}]', "`{` behind value 1 is not expected"),
        ("rows", b'[{"a": 1}', "ends behind value 1"),
        ("rows", b'[{"a": "b', "a string is not closed"),
        ("rows", b'{"a": 1}, {"a": 1}', "`,` behind value 1 is not expected"),
    ],
)
def test_refusals(way: Rewrite, before: bytes, words: str, size: int) -> None:
    with pytest.raises(ValueError, match=words.replace("]", r"\]").replace("{", r"\{")):
        list(rewritten(cut(before, size), way))


def test_line_feed_behind_the_head_of_a_file_whose_rows_end_with_cr() -> None:
    rows = b'{"a": 1}\r' * (HEAD_BYTES // 9 + 1)
    assert (
        b"".join(rewritten([rows, b"{}\r", b"\n{}"], "line-feeds")) == rows.replace(b"\r", b"\n") + b"{}\n{}"
    )
    with pytest.raises(ValueError, match="LF stands within"):
        list(rewritten([rows, b'{"a": "b\nc"}\r'], "line-feeds"))


@given(st.lists(JSON), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 50))
def test_items_of_an_array(items: list[Any], indent: int | None, is_ascii: bool, size: int) -> None:
    text = json.dumps(items, indent=indent, ensure_ascii=is_ascii).encode()
    rows = b"".join(rewritten(cut(text, size), "rows")).split(b"\n")
    assert [json.loads(row) for row in rows[:-1]] == items
    assert all(text[one.offset :].startswith(one.raw) for one in values(cut(text, size)))


def test_one_row_keeps_what_is_no_line_break() -> None:
    raw = b'{"a" :  [1,\t2],\r\n\t"b\\n":\n 1.50e1}'
    assert on_one_row(raw) == b'{"a" :  [1,\t2], "b\\n": 1.50e1}'
