from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.text.lines import LineStore

PIECES = ["a", "bc", "\n", "\r", "\r\n", "\n\n", "\r\r", "é😀", "\u2028", "\x85", "\v\f", "x\n" * 9]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
POSITIONS = st.tuples(st.integers(-1, 14), st.integers(-1, 5))
EDITS = st.lists(st.tuples(POSITIONS, POSITIONS, TEXTS), max_size=8)


def split(text: str) -> list[tuple[str, str]]:
    """The lines of a text and their ends, by the words of LSP alone."""
    return [*re.findall(r"([^\r\n]*)(\r\n|\n|\r)", text), (re.split(r"[\r\n]", text)[-1], "")]


def offset(text: str, position: tuple[int, int]) -> int:
    number, column = position
    lines = split(text)
    if number < 0:
        return 0
    if number >= len(lines):
        return len(text)
    before = sum(len(line) + len(end) for line, end in lines[:number])
    return before + min(max(column, 0), len(lines[number][0]))


def content(store: LineStore) -> list[tuple[str, str]]:
    return [(line.text, line.end) for line in store]


@settings(max_examples=300, deadline=None)
@given(TEXTS, EDITS, st.integers(1, 4))
def test_edits_match_a_plain_string(
    text: str, edits: list[tuple[tuple[int, int], tuple[int, int], str]], size: int
) -> None:
    store = LineStore(text, block_lines=size)
    for start, end, new in edits:
        low, high = sorted((offset(text, start), offset(text, end)))
        text = text[:low] + new + text[high:]
        before = list(store)
        change = store.replace(start, end, new)
        after = list(store)
        first, behind = change.first, change.first + len(change.removed)
        assert change.removed == before[first:behind]
        assert after == before[:first] + change.added + before[behind:]
        assert not set(map(id, change.added)) & set(map(id, before))
        assert store.text() == text
        assert content(store) == split(text)
        assert [store.number(line) for line in after] == list(range(store.count))
        assert [store.line(number) for number in range(store.count)] == after


@pytest.mark.parametrize(
    ("text", "start", "end", "new", "expected"),
    [
        ("a\rx\nb", (1, 0), (1, 1), "", [("a", "\r\n"), ("b", "")]),
        ("a\rb", (1, 0), (1, 0), "\n", [("a", "\r\n"), ("b", "")]),
        ("a\nb", (0, 1), (0, 1), "\r", [("a", "\r\n"), ("b", "")]),
        ("a\r\nb", (0, 1), (1, 0), "", [("ab", "")]),
        ("a\r\nb", (0, 9), (0, 9), "c", [("ac", "\r\n"), ("b", "")]),
        ("a\n", (1, 0), (1, 0), "b", [("a", "\n"), ("b", "")]),
        ("a\n", (0, 0), (9, 9), "", [("", "")]),
        ("a\u2028\x85b", (0, 1), (0, 1), "", [("a\u2028\x85b", "")]),
        ("", (5, 5), (7, 7), "a\nb", [("a", "\n"), ("b", "")]),
    ],
)
def test_line_ends(
    text: str, start: tuple[int, int], end: tuple[int, int], new: str, expected: list[tuple[str, str]]
) -> None:
    store = LineStore(text)
    store.replace(start, end, new)
    assert content(store) == expected


def test_a_bare_cr_is_text_where_the_owner_says_so() -> None:
    store = LineStore("a\rb\r\nc\nd\r", bare_cr=False)
    assert content(store) == [("a\rb", "\r\n"), ("c", "\n"), ("d\r", "")]
    store.replace((1, 0), (1, 1), "x\ry\r")
    assert content(store) == [("a\rb", "\r\n"), ("x\ry", "\r\n"), ("d\r", "")]
    assert store.text() == "a\rb\r\nx\ry\r\nd\r"


def test_an_edit_leaves_other_lines_and_what_the_owner_noted() -> None:
    store = LineStore("a\nb\nc")
    first, second, third = store
    for line in (first, second, third):
        line.key = line.result = line.text
    change = store.replace((1, 0), (1, 1), "x\ny")
    assert [line.text for line in change.removed] == ["b"]
    assert change.removed[0].key == "b"
    assert [(line.text, line.key, line.result) for line in store] == [
        ("a", "a", "a"),
        ("x", None, None),
        ("y", None, None),
        ("c", "c", "c"),
    ]
    assert store.number(third) == 3


def test_what_is_not_there() -> None:
    store = LineStore("a\nb")
    gone = store.replace((0, 0), (0, 1), "c").removed[0]
    with pytest.raises(ValueError, match="no longer"):
        store.number(gone)
    for number in (-1, 2):
        with pytest.raises(IndexError):
            store.line(number)


def test_an_empty_text_is_one_line_and_true() -> None:
    store = LineStore("")
    assert store.count == 1
    assert store


def test_an_edit_touches_few_blocks() -> None:
    store = LineStore("row\n" * 10_000, block_lines=16)
    blocks = set(map(id, store._blocks))
    store.replace((5_000, 1), (5_000, 1), "\n")
    assert len(set(map(id, store._blocks)) - blocks) == 1
    assert max(len(block.lines) for block in store._blocks) <= 32
