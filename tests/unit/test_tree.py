"""A row as a tree: whole rows as JSON reads them, broken ones as their reader sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.model import Span
from turnlint.text.tree import Node, cursor, read

KEYS = st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def nodes(root: Node) -> list[Node]:
    found = [root]
    for node in found:
        found += node.members
    return found


@given(VALUES, st.booleans())
def test_whole_rows_read_as_json_reads_them(value: Any, ascii_only: bool) -> None:
    text = f" {json.dumps(value, ensure_ascii=ascii_only)}\t"
    tree = read(text)
    assert tree.value == value
    assert tree.open is None
    assert tree.root is not None
    for node in nodes(tree.root):
        assert node.closed
        assert json.loads(text[node.start : node.end]) == node.value
        assert tree.root.at(node.pointer) is node
        assert tree.root.path(node.start)[-1].start == node.start
        if node.key is not None:
            assert json.loads(text[node.key.start : node.key.end]) == node.step


@given(VALUES, st.integers(0, 60), st.integers(0, 60), st.text(alphabet='{}[]:,"\\ax1 ', max_size=3))
def test_broken_rows_never_fail(value: Any, start: int, end: int, junk: str) -> None:
    text = json.dumps(value)
    text = text[:start] + junk + text[end:]
    tree = read(text)
    for node in nodes(tree.root) if tree.root else []:
        assert 0 <= node.start <= node.end <= len(text)
        assert all(node.start <= one.whole.start <= one.end <= node.end for one in node.members)
    for column in range(len(text) + 1):
        found = cursor(text, column)
        assert found is None or 0 <= found.start <= column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": [2, {"c": "x', {"a": 1, "b": [2, {"c": "x"}]}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": , "b": 2}', {"a": None, "b": 2}),
        ('{"a" "b": 2}', {"a": None, "b": 2}),
        ('{"a": [1, 2}', {"a": [1, 2]}),
        ('{"a": {"b": 1], "c": 2}', {"a": {"b": 1, "c": 2}}),
        ("{a: 1}", {"a": 1}),
        ('{"a": 1}{"b": 2}', {"a": 1}),
        ('{"a": NaN, "b": True}', {"a": None, "b": None}),
        ('["a",, "b"]', ["a", "b"]),
        ("]]}", None),
        ("", None),
    ],
)
def test_broken_rows(text: str, value: Any) -> None:
    assert read(text).value == value


def test_rows_that_are_very_deep_or_very_long() -> None:
    assert read("[" * 100_000).root is not None
    assert read('{"a":' * 100_000 + "]" * 100_000).root is not None
    assert len(read("[" + "1," * 300_000).value) == 100_000


def test_equal_keys() -> None:
    tree = read('{"a": 1, "a": 2}')
    assert tree.root is not None
    assert tree.root.at(("a",)) is tree.root.members[1]


def test_path_of_a_key() -> None:
    text = '{"a": {"b": 1}}'
    tree = read(text)
    assert tree.root is not None
    assert [node.step for node in tree.root.path(text.index('"b"') + 1)] == [None, "a", "b"]
    assert tree.root.members[0].whole == Span(1, 14)


@pytest.mark.parametrize(
    ("text", "pointer", "part", "typed"),
    [
        ("|", (), "value", ""),
        ("{|", (), "key", ""),
        ('{"|', (), "key", ""),
        ('{"mess|', (), "key", "mess"),
        ("{mess|", (), "key", "mess"),
        ('{"messages"|', None, None, None),
        ('{"messages":|', ("messages",), "value", ""),
        ('{"messages": [|', ("messages", 0), "value", ""),
        ('{"messages": [{"role": "us|er"}]}', ("messages", 0, "role"), "value", "us"),
        ('{"messages": [{"role": "us|', ("messages", 0, "role"), "value", "us"),
        ('{"messages": [{"role": us|', ("messages", 0, "role"), "value", "us"),
        ('{"messages": [{"role": "user"}, {|', ("messages", 1), "key", ""),
        ('{"messages": [{"role": "user", "|"}]}', ("messages", 0), "key", ""),
        ('{"messages": [{"role": "user", |"content": ""}]}', ("messages", 0), "key", ""),
        ('{"messages": [{"role": "user" |}]}', None, None, None),
        ('{"a": 1}|', None, None, None),
        ('{"a": ["x", "y|"]}', ("a", 1), "value", "y"),
        (r'{"a": "x\"y|"}', ("a",), "value", 'x"y'),
        ('{"a": tr|', ("a",), "value", "tr"),
        ('{"a": 1, {"b|', None, None, None),
    ],
)
def test_cursor(text: str, pointer: tuple[str | int, ...] | None, part: str, typed: str) -> None:
    column = text.index("|")
    found = cursor(text.replace("|", ""), column)
    if pointer is None:
        assert found is None
    else:
        assert found is not None
        assert (found.pointer, found.part, found.typed) == (pointer, part, typed)
