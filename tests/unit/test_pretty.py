"""A row laid out is the same row, whole or broken, token by token."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.pretty import head, pretty, unfolded
from turnlint.text.scan import tokens

KEYS = st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=15,
)


def laid_out(text: str) -> str:
    return "".join(pretty(text))


@given(VALUES, st.booleans(), st.sampled_from([None, (",", ":"), (" , ", " : ")]))
def test_whole_rows_are_set_as_json_sets_them(value: Any, ascii_only: bool, separators: Any) -> None:
    text = f" {json.dumps(value, ensure_ascii=ascii_only, separators=separators)}\t"
    assert laid_out(text) == json.dumps(value, ensure_ascii=ascii_only, indent=2)


@given(VALUES, st.integers(0, 80), st.integers(0, 80), st.text(alphabet='{}[]:,"\\ax1 \n', max_size=4))
def test_no_token_is_lost_or_changed(value: Any, start: int, end: int, junk: str) -> None:
    text = json.dumps(value)
    text = text[:start] + junk + text[end:]
    out = laid_out(text)
    assert [out[at:stop] for _, at, stop in tokens(out)] == [text[at:stop] for _, at, stop in tokens(text)]
    assert [kind for kind, _, _ in tokens(out)] == [kind for kind, _, _ in tokens(text)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            r'{"a":1e400,"a":12345678901234567890.10,"b":"\u00e9\/é"}',
            ["{", '  "a": 1e400,', '  "a": 12345678901234567890.10,', r'  "b": "\u00e9\/é"', "}"],
        ),
        ('{"a":[],"b":{ }}', ["{", '  "a": [],', '  "b": {}', "}"]),
        ("{'a': 1,}", ["{", "  'a': 1,", "}"]),
        ('{"a" 1 "b":{"c":"x', ["{", '  "a" 1 "b": {', '    "c": "x']),
        ('{"a":1}{"b":2}', ["{", '  "a": 1', "}", "{", '  "b": 2', "}"]),
        ("]]}", ["]", "]", "}"]),
        ("", [""]),
    ],
)
def test_rows(text: str, lines: list[str]) -> None:
    assert laid_out(text).split("\n") == lines


def test_the_head_costs_no_more_than_it_shows() -> None:
    assert head('{"a":1}', 14) == ('{\n  "a": 1\n}', True)
    assert head('{"a":1}', 11) == ('{\n  "a": 1\n', False)
    assert head('{"a":"' + "x" * 50_000_000, 20) == ('{\n  "a": "xxxxxxxxxx', False)
    shown, whole = head("[" * 1_000_000, 4_000)
    assert len(shown) == 4_000
    assert not whole
    assert sum(map(len, islice(pretty("[" * 1_000_000), 400))) < 50_000


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (r'{"a":"x\ny"}', ["{", r'  "a": "x\n', 'y"', "}"]),
        (r'{"a":"x\\ny\\\nz"}', ["{", r'  "a": "x\\ny\\\n', 'z"', "}"]),
        (r'["\n\n",1]', ["[", r'  "\n', r"\n", '",', "  1", "]"]),
        (r'{"a":"x\n', ["{", r'  "a": "x\n', ""]),
        ("[1]", ["[", "  1", "]"]),
    ],
)
def test_line_feeds_in_strings_break_lines(text: str, lines: list[str]) -> None:
    assert "".join(unfolded(text)).split("\n") == lines


@given(st.text(alphabet='{}[]:,"\\n1 ', max_size=30))
def test_nothing_but_line_breaks_is_added(text: str) -> None:
    assert "".join(unfolded(text)).replace("\\n\n", "\\n") == laid_out(text).replace("\\n\n", "\\n")
