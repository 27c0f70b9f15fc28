"""What is nearly JSON, written as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmarks.measure import best_cpu

from turnlint.model import Mend
from turnlint.text.decode import decode
from turnlint.text.mend import literal, mended, to_json
from turnlint.text.scan import carried_out

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ROWS = [
    ("{'a': 'it\\'s \"x\"', \"b\": None,}", '{"a": "it\'s \\"x\\"", "b": null}'),
    ("{'a': u'\\x41\\U0001f600\\d\\\\'}", '{"a": "A\\ud83d\\ude00\\\\d\\\\"}'),
    (
        "{a: .5, $b : -.5, _c: +1_000, d: 5., e: undefined}",
        '{"a": 0.5, "$b" : -0.5, "_c": 1000, "d": 5.0, "e": null}',
    ),
    ('{"a": "\\alpha \\beta \\u12ab \\"\\é"}', '{"a": "\\\\alpha \\beta \\u12ab \\"\\\\é"}'),
    ('{“a”: /* ’ */ “it\'s”,\u00a0"b": 1}', '{"a":  "it\'s","b": 1}'),
    ("[\"True, None, /* x */, 'y', ,]\", True]", "[\"True, None, /* x */, 'y', ,]\", true]"),
    ("[1, 2, [3, ], ]", "[1, 2, [3 ] ]"),
    ("\ufeff[1\u200b,/* x */2,\u00a03/**//**/]", "[1,2,3 ]"),
    ("[1/* x */2]", "[1 2]"),
    ("[1/**//**/2]", "[1  2]"),
    ("[tr\u200bue, 1\u00a02]", "[tr\u200bue, 1\u00a02]"),
    ("{'a': 1, 'b': b'c', 'd': 1}", "{\"a\": 1, \"b\": b'c', 'd': 1}"),
    ("{'a': 'it's', 'b': 1}", "{\"a\": 'it's', 'b': 1}"),
    ("{'a': \"b\", 'c", '{"a": "b", \'c'),
]
"""Rows, and the same with all written as JSON up to the first fault of another kind."""


def _mended(text: str, way: Mend = "json") -> str:
    return carried_out(text, mended(text, way))


@pytest.mark.parametrize(("text", "meant"), ROWS)
def test_rows(text: str, meant: str) -> None:
    assert _mended(text) == meant
    assert _mended(meant) == meant


@given(VALUES)
def test_what_python_prints(value: Any) -> None:
    assert json.loads(_mended(repr([value]))) == [value]


@given(VALUES)
def test_json_stays_as_it_is(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert mended(text, "json") == mended(text, "controls") == []
        assert to_json(text) is None


@given(st.text())
def test_anything(text: str) -> None:
    for way in ("json", "controls"):
        edits = mended(text, way)
        ends = [0, *(at for span, _ in edits for at in (span.start, span.end)), len(text)]
        assert ends == sorted(ends)


@given(st.text(st.characters(max_codepoint=0x2F), min_size=1))
def test_control_characters(text: str) -> None:
    row = f'{{"a":\t{json.dumps(text)}}}'.replace("\\t", "\t").replace("\\n", "\n").replace("\\u0000", "\0")
    fixed = _mended(row, "controls")
    assert json.loads(fixed) == json.loads(row, strict=False)
    assert fixed.count("\t") == 1


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(
            ("True", "true"),
            ("NULL", "null"),
            ("nan", "null"),
            ("+1", "1"),
            ("-.5e3", "-0.5e3"),
            ("1.e3", "1.0e3"),
        ),
        *((word, None) for word in ("007", "0x1F", "1.2.3", "yes", ".", "-", "...", ".e5", "1_", "+", "N")),
    ],
)
def test_literals(word: str, meant: str | None) -> None:
    assert literal(word) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{'a': 'b'}", '{"a": "b"}'),
        ('{"a": "b\n\tc",}', '{"a": "b\\n\\tc"}'),
        ('{"a": NaN,}', None),
        ("{'a': 'b'", None),
        ("{'a': 'b\ud800'}", None),
        ("plain words", None),
    ],
)
def test_json_in_a_text(text: str, meant: str | None) -> None:
    assert to_json(text) == meant


UNITS = (
    "'a', ",
    "'",
    '"',
    "/*",
    ", ",
    "“a",
    "a:",
    "\\",
    "' ",
    "\u00a0",
    "1_",
    "{'a': ",
    "'a\\'",
    "é: ",
    ",\t",
)


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_no_faster_than_the_row(unit: str) -> None:
    def cost(count: int) -> float:
        text = "[" + unit * count
        return best_cpu(lambda: mended(text, "json"))

    assert cost(20_000) < 60 * max(cost(2_000), 1e-4)


def test_a_row_that_was_cut_is_mended_where_only_its_last_bracket_is_gone() -> None:
    row = '{"messages": [{"role": "user", "content": "hi"}], "tools": [{"type": "function"}]}'
    offered = [row[:at] for at in range(len(row)) for one in decode(row[:at].encode()).faults if one.fix]
    assert offered == [row.partition(', "tools"')[0], row[:-1]]
