"""Values written as short as can be, by the fast way and by the one that takes everything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.compact import _pieces, compact

TEXTS = st.text(st.characters() | st.sampled_from('\ud800\udfff"\\\n'))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(VALUES)
def test_what_is_written_reads_back(value: Any) -> None:
    assert json.loads("".join(_pieces(value))) == value
    if "inf" not in repr(value):  # JSON has no word for it, and the fast way writes null
        assert json.loads(compact(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ("Łeba 🌊", '"Łeba 🌊"'),
        ({"a": [1, {"b": None}, []], "c": {}}, '{"a":[1,{"b":null},[]],"c":{}}'),
        (
            {"\ud800": [2**70, {"a": "x"}], "b": True},
            '{"\ud800":[1180591620717411303424,{"a":"x"}],"b":true}',
        ),
    ],
)
def test_both_ways_write_the_same(value: Any, text: str) -> None:
    assert compact(value) == "".join(_pieces(value)) == text


def test_any_depth() -> None:
    value: Any = 1
    for _ in range(50_000):
        value = {"a": [value]}
    assert compact(value) == '{"a":[' * 50_000 + "1" + "]}" * 50_000
