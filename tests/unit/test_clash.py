"""Answers that differ in values alone."""

from __future__ import annotations

from typing import Any

import pytest

from turnlint.rules.consistency._clash import Clash, clash

TEXTS: list[tuple[str, str, tuple[str, str]]] = [
    ("It has 8 legs.", "it has 6  legs.", ("8", "6")),
    ("Yes", "no", ("Yes", "no")),
    ("True, and 4 of 5", "True, and 3 of 5", ("4", "3")),
    ("-12", "12", ("-12", "12")),
    ("x - 1", "x - 2", ("1", "2")),
    ("1,000.50 EUR", "1,000.60 EUR", ("1,000.50", "1,000.60")),
    ("On 2024-01-05.", "On 2024-02-05.", ("01", "02")),
    ("version 1.2.3", "version 1.2.4", ("1.2.3", "1.2.4")),
    ("１２ 円", "13 円", ("１２", "13")),
]
DOCUMENTS: list[tuple[str, str, tuple[str, str], tuple[Any, ...]]] = [
    ('{"a": 1, "b": true}', '{"b": false, "a": 1.0}', ("true", "false"), ("b",)),
    ('{"a": [1, {"b": "x"}]}', '{"a":[1,{"b":"y"}]}', ("x", "y"), ("a", 1, "b")),
    ('{"a": "on 3 legs"}', '{"a": "on 4 legs"}', ("on 3 legs", "on 4 legs"), ("a",)),
    ("[1, null]", "[1, 2]", ("null", "2"), (1,)),
]
NONE = [
    ("It has 8 legs.", "It has 8 legs!"),
    ("It has 8 legs.", "It has 8 arms."),
    ("It has 8 legs.", "It has eight legs."),
    ("1,000", "1000"),
    ("3.50", "3.5"),
    ("yes", "YES"),
    ("no way", "nowhere"),
    ("", ""),
    ("Paris", "Lyon"),
    ('{"a": 1}', '{"a": 1, "b": 2}'),
    ('{"a": 1}', '{"a": {"b": 1}}'),
    ('{"a": "a long text"}', '{"a": "another text"}'),
    ('{"a": 1, "b": "a long text"}', '{"a": 2, "b": "another text"}'),
    ('{"a": "Paris"}', '{"a": "paris"}'),
    ("[1]", "[1, 2]"),
    ("8 " * 100_000, "9 " * 100_000),
]


@pytest.mark.parametrize(("one", "other", "values"), TEXTS)
def test_values_in_texts(one: str, other: str, values: tuple[str, str]) -> None:
    found = clash(one, other)
    assert found is not None
    assert found.values == values
    assert found.chars is not None
    assert (
        tuple(text[start:end] for text, (start, end) in zip((one, other), found.chars, strict=True)) == values
    )


@pytest.mark.parametrize(("one", "other", "values", "pointer"), DOCUMENTS)
def test_values_in_json(one: str, other: str, values: tuple[str, str], pointer: tuple[Any, ...]) -> None:
    assert clash(one, other) == Clash(values, pointer=pointer)


@pytest.mark.parametrize(("one", "other"), NONE)
def test_no_clash(one: str, other: str) -> None:
    assert clash(one, other) is None
    assert clash(other, one) is None
