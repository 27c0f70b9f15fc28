"""JSON with gaps, as text and as snippets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.sketch import Gap, Nested, escaped, plain, sketch, sketch_members, snippet, unclosed

ROLES = Gap(("user", "assistant"))


@pytest.mark.parametrize(
    ("value", "as_text", "as_snippet"),
    [
        (Gap(), '""', '"$1"$0'),
        (ROLES, '"user"', '"${1|user,assistant|}"$0'),
        (Gap((True, False)), "true", "${1|true,false|}$0"),
        (Gap((0,)), "0", "${1:0}$0"),
        (Gap((None,)), "null", "${1:null}$0"),
        (Gap(("a}b", "c")), '"a}b"', '"${1:a\\}b}"$0'),
        (Gap(("a,b", "c|d")), '"a,b"', '"${1:a,b}"$0'),
        ([], "[]", "[$1]$0"),
        ({}, "{}", "{$1\\}$0"),
        ("$user}\\", '"$user}\\\\"', '"\\$user\\}\\\\\\\\"'),
        ({"a": 1, "b": [True, None]}, '{"a": 1, "b": [true, null]}', '{"a": 1, "b": [true, null]\\}'),
        ({"a": Gap(), "b": {}}, '{"a": "", "b": {}}', '{"a": "$1", "b": {$2\\}\\}$0'),
        (Nested({"a": Gap()}), r'"{\"a\": \"\"}"', r'"{\\"a\\": \\"$1\\"\}"$0'),
        ("e\u2028\u0085\x1b", '"e\\u2028\\u0085\\u001b"', '"e\\\\u2028\\\\u0085\\\\u001b"'),
        ("é漢😀", '"é漢😀"', '"é漢😀"'),
    ],
)
def test_values(value: Any, as_text: str, as_snippet: str) -> None:
    written = sketch(value)
    assert plain(written) == as_text
    assert snippet(written) == as_snippet


def test_members_have_no_braces() -> None:
    assert plain(sketch_members({"a": 1, "b": Gap()})) == '"a": 1, "b": ""'


def test_a_string_without_its_end() -> None:
    assert plain(unclosed('a"b')) == '"a\\"b'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_what_has_no_gaps_is_written_as_it_is(value: Any) -> None:
    written = sketch(value)
    assert json.loads(plain(written)) == value
    assert json.loads(f'"{plain(escaped(written))}"') == plain(written)
    assert json.loads(json.loads(plain(sketch(Nested(value))))) == value
    assert "\n" not in snippet(written)
