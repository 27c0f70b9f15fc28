"""What lies around a place of a row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.scan import Reading
from turnlint.text.selection import around
from turnlint.text.tree import read

VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='a b"\\\n😀{}[]:,é', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=10,
)
ARGUMENTS = json.dumps({"city": 'Pa"ris 😀\n', "days": [1, {"deep": json.dumps({"x": "y z"})}]})
CALL = json.dumps({"name": "get", "arguments": ARGUMENTS})


def selected(text: str, column: int, *json_texts: tuple[str | int, ...]) -> list[str]:
    found = around(text, read(text).root, column, json_texts)
    return [text[span.start : span.end] for span in found]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("", [""]),
        ("|", [""]),
        ('{"a": "one t|wo"}', ["two", "one two", '"one two"', '"a": "one two"', '{"a": "one two"}']),
        ('{"a": "one |two"}', ["two", "one two", '"one two"', '"a": "one two"', '{"a": "one two"}']),
        ('{"a": "one| two"}', ["one", "one two", '"one two"', '"a": "one two"', '{"a": "one two"}']),
        ('{"a": |"one"}', ['"one"', '"a": "one"', '{"a": "one"}']),
        ('{"a": "one"|}', ['"one"', '"a": "one"', '{"a": "one"}']),
        ('{"a": "|"}', ['""', '"a": ""', '{"a": ""}']),
        ('{"a|": 1}', ["a", '"a"', '"a": 1', '{"a": 1}']),
        ('{"a"|: 1}', ['"a"', '"a": 1', '{"a": 1}']),
        ('{"a": | 1}', ['"a":  1', '{"a":  1}']),
        ('{"a": 1|2}', ["12", '"a": 12', '{"a": 12}']),
        (" [1, [2|]] ", ["2", "[2]", "[1, [2]]", " [1, [2]] "]),
        ("[1,| 2]", ["[1, 2]"]),
        (r'{"a": "x\ny|z"}', ["yz", r"x\nyz", r'"x\nyz"', r'"a": "x\nyz"', r'{"a": "x\nyz"}']),
        (r'{"a": "x\|ny"}', [r"x\ny", r'"x\ny"', r'"a": "x\ny"', r'{"a": "x\ny"}']),
        (r'["caf\u00e9|s x"]', [r"caf\u00e9s", r"caf\u00e9s x", r'"caf\u00e9s x"', r'["caf\u00e9s x"]']),
        ('["नमस्ते दु|निया"]', ["दुनिया", "नमस्ते दुनिया", '"नमस्ते दुनिया"', '["नमस्ते दुनिया"]']),
        ('["你好，世|界"]', ["世界", "你好，世界", '"你好，世界"', '["你好，世界"]']),
        ('{"a": "one t|w', ["tw", "one tw", '"one tw', '"a": "one tw', '{"a": "one tw']),
        ('{"a": "one|', ["one", '"one', '"a": "one', '{"a": "one']),
        (r'{"a": "one\"|', [r"one\"", r'"one\"', r'"a": "one\"', r'{"a": "one\"']),
        ("{a|b: 1}", ["ab", "ab: 1", "{ab: 1}"]),
        ('{"a": [1, {"b": |', ['{"b": ', '[1, {"b": ', '"a": [1, {"b": ', '{"a": [1, {"b": ']),
        ('{"a": 1} tr|ash', ["trash", '{"a": 1} trash']),
        ("not J|SON", ["JSON", "not JSON"]),
    ],
)
def test_steps(marked: str, expected: list[str]) -> None:
    column = max(marked.find("|"), 0)
    assert selected(marked.replace("|", ""), column) == expected


def test_json_within_a_string() -> None:
    quoted = CALL[CALL.index(': "{') + 2 : -1]
    member = r"\"city\": \"Pa\\\"ris \\ud83d\\ude00\\n\""
    assert selected(CALL, CALL.index("ris")) == [
        "ris",
        r"Pa\\\"ris \\ud83d\\ude00\\n",
        r"\"Pa\\\"ris \\ud83d\\ude00\\n\"",
        member,
        quoted[1:-1],
        quoted,
        f'"arguments": {quoted}',
        CALL,
    ]


def test_json_within_json_within_a_string() -> None:
    steps = selected(CALL, CALL.index("y z"))
    assert steps[:3] == ["y", "y z", r"\\\"y z\\\""]
    assert steps[3] == r"\\\"x\\\": \\\"y z\\\""


def test_broken_json_counts_where_the_place_says_that_it_is_json() -> None:
    text = '{"arguments": "{\\"a\\": \\"b c"}'
    column = text.index("c")
    assert selected(text, column)[:2] == ["c", r"{\"a\": \"b c"]
    assert selected(text, column, ("arguments",))[:4] == ["c", "b c", r"\"b c", r"\"a\": \"b c"]


@pytest.mark.parametrize("value", ["{} is empty", "[note] to self", "{", "[1, 2] or [3]", "{a: 1}"])
def test_prose_with_brackets_is_no_json(value: str) -> None:
    text = json.dumps([value])
    assert selected(text, 3)[-3:] == [value, f'"{value}"', text]


def test_data_are_no_word() -> None:
    blob = "QUJD" * 500
    text = json.dumps([blob])
    for at in (5, 150, 199, 200, 201, 1_000, len(text) - 5):
        assert selected(text, at) == [blob, f'"{blob}"', text]
    assert selected(json.dumps(["a" * 200]), 2)[0] == "a" * 200


@given(VALUES, st.data())
def test_each_holds_the_place_and_the_one_before(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    text = text[: data.draw(st.integers(0, len(text)))] if data.draw(st.booleans()) else text
    column = data.draw(st.integers(0, len(text)))
    found = around(text, read(text).root, column)
    start = end = column
    for span in found:
        assert span.start <= start <= end <= span.end
        start, end = span.start, span.end
    assert (start, end) == (0, len(text))
    assert len({(one.start, one.end) for one in found}) == len(found)


@given(st.text(max_size=20), st.booleans())
def test_columns_and_code_points_of_a_string(value: str, ascii_only: bool) -> None:
    token = json.dumps(value, ensure_ascii=ascii_only)
    reading = Reading(token, 0, len(token))
    for index in range(len(reading.value) + 1):
        first = reading.column(index)
        assert reading.index(first) == index
        for column in range(first, reading.column(index + 1)):
            assert reading.index(column) == index


@pytest.mark.parametrize(
    ("token", "value"),
    [('"', ""), ('""', ""), (r'"\"', '"'), (r'"\\"', "\\"), (r'"a\\\"', 'a\\"'), ('"a', "a")],
)
def test_strings_that_are_not_closed(token: str, value: str) -> None:
    assert Reading(token, 0, len(token)).value == value
