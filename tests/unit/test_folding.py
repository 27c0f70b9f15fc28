"""What folds in JSON that is laid out over lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.folding import Folds

VALUES = st.recursive(
    st.integers() | st.text(alphabet='a"\\{}[]', max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=20,
)


def folds(text: str, limit: int = 5_000) -> list[tuple[int, int]]:
    found = Folds(limit)
    for line in text.split("\n"):
        found.add(line)
    return [(fold.start, fold.end) for fold in found.result()]


def by_indentation(text: str) -> list[tuple[int, int]]:
    """Each line whose next one is indented more folds up to the last one that is."""
    depths = [len(line) - len(line.lstrip()) for line in text.split("\n")]
    found = []
    for start, depth in enumerate(depths[:-1]):
        if depths[start + 1] > depth:
            end = next(at for at in range(start + 1, len(depths)) if depths[at] <= depth)
            found.append((start, end - 1))
    return found


@given(VALUES)
def test_pretty_printed_values_fold_by_indentation(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert folds(text) == by_indentation(text)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["{", "}"], []),
        (["{", "1", "}"], [(0, 1)]),
        (['{"a": [', "1", "]}"], [(0, 1)]),
        (["[{", "1", "},", "{", "2", "}", "]"], [(0, 5), (3, 4)]),
        (["{", '"a": [', "1", "", "}"], [(0, 3)]),
        (["{", "]", "1", "}"], [(0, 2)]),
        (["{", '"a": "[', "1", "}"], [(0, 2)]),
        (["{", '"a": "\\"[",', "1", "}"], [(0, 2)]),
        (["{", "[", "1"], []),
        (["}", "]", "{", "1", "}"], [(2, 3)]),
    ],
)
def test_folds(lines: list[str], expected: list[tuple[int, int]]) -> None:
    assert folds("\n".join(lines)) == expected


def test_of_too_many_those_that_nest_least_deep_stay() -> None:
    text = json.dumps([{"a": {"b": 1}} for _ in range(50)], indent=1)
    every = folds(text)
    assert len(every) == 101
    for limit in (1, 20, 51, 60):
        kept = folds(text, limit)
        assert kept == sorted(sorted(every, key=lambda one: by_depth(text, one))[:limit])


def by_depth(text: str, fold: tuple[int, int]) -> tuple[int, int]:
    line = text.split("\n")[fold[0]]
    return len(line) - len(line.lstrip()), fold[0]


def test_what_nests_very_deep_does_not_grow() -> None:
    found = Folds(10)
    for _ in range(200):
        found.add("[" * 1_000)
    for _ in range(200):
        found.add("]" * 1_000)
    assert len(found.result()) <= 10
    assert len(found._open) <= 1_000
