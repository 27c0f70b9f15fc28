"""Counting the values of rows: what comes of any order of adding, removing and merging is what is there."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.corpus import tally as module
from turnlint.corpus.tally import Tally

VALUES = "abcdef"
rows = st.lists(st.sampled_from(VALUES), max_size=40)
steps = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(VALUES)), max_size=80)


def counted(values: dict[int, str]) -> Tally:
    """A tally of the rows as they are, made anew."""
    tally = Tally()
    for handle, value in sorted(values.items()):
        tally.add(value, handle)
    return tally


@given(steps)
def test_rows_come_and_go(steps: list[tuple[int, str]]) -> None:
    tally, there = Tally(), dict[int, str]()
    for handle, value in steps:
        if handle in there:
            tally.remove(there.pop(handle), handle)
        else:
            tally.add(value, handle)
            there[handle] = value
    again = counted(there)
    assert (tally.counts, tally.rows, tally.is_open) == (again.counts, again.rows, again.is_open)
    assert {value: one.rows for value, one in tally.counts.items()} == Counter(there.values())


@given(rows, st.data())
def test_merged_in_any_order(values: list[str], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(values)), max_size=4)))
    starts = [0, *cuts]
    parts = [values[start:end] for start, end in zip(starts, [*cuts, len(values)], strict=True)]
    whole = Tally()
    for start, part in data.draw(st.permutations(list(zip(starts, parts, strict=True)))):
        whole.merge(counted(dict(enumerate(part, start))))
    again = counted(dict(enumerate(values)))
    assert (whole.counts, whole.rows) == (again.counts, again.rows)


@given(rows, st.data(), st.integers(1, 6), st.integers(1, 6))
def test_limits_do_not_depend_on_the_order(
    values: list[str], data: st.DataObject, most_rows: int, most_values: int
) -> None:
    there = list(enumerate(values))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROWS", most_rows)
        patch.setattr(module, "VALUES", most_values)
        tally, split = Tally(), (Tally(), Tally())
        for handle, value in data.draw(st.permutations(there)):
            tally.add(value, handle)
            split[handle % 2].add(value, handle)
        split[0].merge(split[1])
        again = counted(dict(there))
    assert again.is_open == (len(set(values)) > most_values)
    for one in (tally, split[0]):
        assert (one.counts, one.rows, one.is_open) == (again.counts, again.rows, again.is_open)
    for found, count in again.counts.items():
        assert list(count.handles) == [at for at, other in there if other == found][:most_rows]


def test_too_many_values() -> None:
    tally = Tally()
    for handle in range(module.VALUES):
        tally.add(handle, handle)
    assert len(tally.counts) == module.VALUES
    tally.add("one more", module.VALUES)
    assert tally.is_open
    assert not tally.counts
    tally.remove("one more", module.VALUES)
    tally.add(0, 0)
    assert tally.is_open
    assert not tally.counts
    assert tally.rows == module.VALUES + 1


def test_forgotten_rows_are_not_found_again() -> None:
    tally = Tally()
    for handle in range(module.ROWS + 5):
        tally.add("a", handle)
    tally.remove("a", 3)
    tally.remove("a", module.ROWS + 1)
    assert tally.counts["a"].rows == module.ROWS + 3
    assert list(tally.counts["a"].handles) == [at for at in range(module.ROWS) if at != 3]
