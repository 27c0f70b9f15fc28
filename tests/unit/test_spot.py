"""Where somebody types: what is replaced, and what stands around it, in rows that are mostly broken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.spot import Spot, find
from turnlint.text.tree import cursor


def at(marked: str) -> tuple[str, Spot | None]:
    """The text without its mark, and what may be typed at the mark."""
    column = marked.index("|")
    text = marked.replace("|", "", 1)
    return text, find(text, column)


@pytest.mark.parametrize(
    ("marked", "replaced"),
    [
        ('{"ro|', '"ro'),
        ('{"ro|"}', '"ro"'),
        ('{"ro|le": 1}', '"role"'),
        ('{"ro|le, "b": 1}', '"role'),
        ('{"ro|, {"role": "x"}', '"ro'),
        ('{"ro|}, {"role": "x"}', '"ro'),
        ('{"ro| "b": 1}', '"ro'),
        ('{"|"}', '""'),
        ('{"|"role": 1}', '"'),
        ('{"|role": 1}', '"role"'),
        ('{"a\\"b|c": 1}', '"a\\"bc"'),
        ("{ro|le: 1}", "role"),
        ('{|"role": 1}', ""),
        ("{|}", ""),
        ('{"a": "us|er", "b": 1}', '"user"'),
        ('{"a": "us|er, "b": 1}', '"user'),
        ('{"a": "|, "b": 1}', '"'),
        ('{"a": "|" "b": 1}', '""'),
        ('{"a": "|"b": 1}', '"'),
        ('{"a": "x|:y"}', '"x:y"'),
        ('{"a": |"user"}', '"user"'),
        ('{"a": | "user"}', ' "user"'),
        ('{"a":| 12}', " 12"),
        ('{"a": |"b": 1}', ""),
        ('{"a": tr|ue}', "true"),
        ("[1, |2]", ""),
        ('["a|"]', '"a"'),
        ("|", ""),
    ],
)
def test_what_is_replaced(marked: str, replaced: str) -> None:
    text, spot = at(marked)
    assert spot is not None
    assert text[spot.span.start : spot.span.end] == replaced
    assert spot.before + spot.behind == replaced
    assert spot.span.start <= spot.column <= spot.span.end


@pytest.mark.parametrize(
    "marked",
    ["a:|", '{"a": |{"b": 1}}', '{"a": | [1]}', '{"a": 1}|', '{"a": 1 |}', '| {"a": 1}', '{"a"|: 1}'],
)
def test_where_nothing_is_missing(marked: str) -> None:
    assert at(marked)[1] is None


@pytest.mark.parametrize(
    ("marked", "value"),
    [
        ('{"messages": [{"role": "user"}, {"ro|', {"messages": [{"role": "user"}, {"": None}]}),
        ('{"messages": [{"ro|, {"role": "user"}]}', {"messages": [{"": None}]}),
        ('{"messages": [{"ro|}, {"role": "user"}]}', {"messages": [{"": None}, {"role": "user"}]}),
        ('{"|", "role": "tool"}', {"": None, "role": "tool"}),
        ('{"ro|": "user"}', {"": "user"}),
        ('{|"role": "tool"}', {"": None, "role": "tool"}),
        ('{"a": "us|er", "b": 1}', {"a": "", "b": 1}),
        ('{"a": |, "b": 1}', {"a": "", "b": 1}),
        ('{"a": "|, "b": 1}', {"a": "", "b": 1}),
        ("[1, |2]", [1, "", 2]),
        ('[1, "|2", 3]', [1, "", 3]),
    ],
)
def test_the_rest_of_the_row(marked: str, value: Any) -> None:
    spot = at(marked)[1]
    assert spot is not None
    assert spot.value == value


@pytest.mark.parametrize(
    ("marked", "colon", "comma", "brace"),
    [
        ('{"ro|": 1}', True, False, False),
        ('{"ro|" : 1}', True, False, False),
        ('{"ro|}', False, False, False),
        ('{"ro|', False, False, True),
        ('[{"ro|]', False, False, True),
        ('{"ro|" "b": 1}', False, True, False),
        ("{|b: 1}", False, True, False),
        ('{"ro|", "b": 1}', False, False, False),
        ('{"a": |"b": 1}', False, True, False),
        ('{"a": |, "b": 1}', False, False, False),
        ('[|{"b": 1}]', False, True, False),
        ("[|, 1]", False, False, False),
        ('["a|" "b"]', False, True, False),
    ],
)
def test_what_follows(marked: str, colon: bool, comma: bool, brace: bool) -> None:
    spot = at(marked)[1]
    assert spot is not None
    assert (spot.part == "key" and spot.has_colon, spot.wants_comma) == (colon, comma)
    if spot.part == "key":
        assert spot.wants_brace == brace


@given(st.text(alphabet='{}[]:,"\\ax1 \n😀', max_size=40), st.integers(0, 40))
def test_any_text(text: str, column: int) -> None:
    column = min(column, len(text))
    spot = find(text, column)
    if spot is not None:
        assert 0 <= spot.span.start <= column <= spot.span.end <= len(text)
        assert spot.value is not None or spot.pointer


@given(st.text(alphabet='{}[]:,"\\ax1 ', max_size=30), st.integers(0, 30))
def test_what_is_closed_before_the_cursor_does_not_matter(text: str, column: int) -> None:
    """The short way to the cursor gives what the long one gives, wherever the brackets match."""
    row = f'{{"m": [{{"a": ["}}", {{}}]}}, [[1], 2], {text}'
    column = min(len(row) - len(text) + column, len(row))
    spot, long = find(row, column), cursor(row, column)
    if long is None:
        assert spot is None
    elif spot is not None:
        assert (spot.pointer, spot.part, spot.typed, spot.quoted, spot.span.start) == (
            long.pointer,
            long.part,
            long.typed,
            long.quoted,
            long.start,
        )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, {"b": 2}], "c": {"', {"a": [1, {"b": 2}], "c": {"": None}}),
        ('{"a": [1, {"b": 2], "c": {"', {"a": [1, {"b": 2}], "c": {"": None}}),
        ('{"x": {"a": [1}, "c": [', {"x": {"a": [1]}, "c": [""]}),
        ('{"a": NaN, "b": [', {"a": float("nan"), "b": [""]}),
    ],
)
def test_what_stands_before_the_cursor(text: str, value: Any) -> None:
    spot = find(text, len(text))
    assert spot is not None
    assert str(spot.value) == str(value)
