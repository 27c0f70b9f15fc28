from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.corpus.exact import ExactIndex

# Few keys, many of which want the same place in the table, its last one among them.
KEYS = st.sampled_from([0, 1, 7, 8, 15, 16, 63, 1 << 32, (1 << 64) - 1, (1 << 64) - 8, 24, 32, 40])
PAIRS = st.tuples(KEYS, st.integers(0, 12))
STEPS = st.lists(st.tuples(st.sampled_from(["add", "add", "remove"]), PAIRS), max_size=60)
Model = defaultdict[int, set[int]]


def contents(index: ExactIndex, keys: set[int]) -> tuple[dict[int, list[int]], set[int]]:
    groups = list(index.groups())
    assert len(groups) == len(set(groups))
    assert all(index.count(key) == len(index.group(key)) for key in keys)
    return {key: index.group(key) for key in keys if index.group(key)}, set(groups)


def expected(model: Model) -> tuple[dict[int, list[int]], set[int]]:
    held = {key: sorted(handles) for key, handles in model.items() if handles}
    return held, {key for key, handles in held.items() if len(handles) > 1}


def run(steps: list[tuple[str, tuple[int, int]]]) -> tuple[ExactIndex, Model]:
    index, model = ExactIndex(), Model(set)
    for action, (key, handle) in steps:
        held = model[key]
        if action == "add":
            assert index.add(key, handle) == (min(held) if held else None)
            held.add(handle)
        elif handle in held:
            index.remove(key, handle)
            held.remove(handle)
        else:
            with pytest.raises(KeyError):
                index.remove(key, handle)
        assert contents(index, set(model)) == expected(model)
    return index, model


@settings(max_examples=200, deadline=None)
@given(STEPS, STEPS, st.integers(0, 20))
def test_any_order_of_steps_equals_a_dict(
    steps: list[tuple[str, tuple[int, int]]], others: list[tuple[str, tuple[int, int]]], offset: int
) -> None:
    index, model = run(steps)
    other, other_model = run(others)
    index.merge(other, offset)
    for key, handles in other_model.items():
        model[key] |= {handle + offset for handle in handles}
    assert contents(index, set(model)) == expected(model)
    assert contents(other, set(other_model)) == expected(other_model)

    rebuilt = ExactIndex()
    for key, handles in model.items():
        for handle in handles:
            rebuilt.add(key, handle)
    assert contents(rebuilt, set(model)) == contents(index, set(model))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=100, max_size=400), st.randoms(use_true_random=False))
def test_growing_and_emptying(keys: list[int], random: object) -> None:
    index, model = run([("add", (key, handle)) for handle, key in enumerate(keys[:40])])
    for handle, key in enumerate(keys[40:], 40):
        index.add(key, handle)
        model[key].add(handle)
    assert contents(index, set(model)) == expected(model)
    for handle, key in enumerate(keys):
        index.remove(key, handle)
    assert contents(index, set(model)) == ({}, set())


def test_merging_an_index_with_itself() -> None:
    index = ExactIndex()
    for key, handle in [(5, 0), (5, 1), (6, 2)]:
        index.add(key, handle)
    index.merge(index, 10)
    assert [index.group(key) for key in (5, 6)] == [[0, 1, 10, 11], [2, 12]]


def test_memory_of_rows_without_duplicates() -> None:
    index = ExactIndex()
    for row in range(100_000):
        index.add(row * 0x9E3779B97F4A7C15 % 2**64, row)
    held = sum(part.buffer_info()[1] * part.itemsize for part in (index._keys, index._handles, index._table))
    assert held <= 30 * 100_000
