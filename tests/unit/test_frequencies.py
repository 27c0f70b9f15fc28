"""Frequencies: exact where keys are few, about right where they are many, the same for any parts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from turnlint.corpus import frequencies
from turnlint.corpus.frequencies import Frequencies


def counted(keys: list[int]) -> Frequencies:
    found = Frequencies()
    for key in keys:
        found.add(key)
    return found


@given(st.lists(st.lists(st.integers(0, 30), max_size=40), max_size=5))
def test_few_keys_are_counted_exactly_in_any_parts(parts: list[list[int]]) -> None:
    merged = Frequencies()
    for part in parts:
        merged.merge(counted(part))
    truth = Counter(key for part in parts for key in part)
    assert (merged.rows, merged.distinct, merged.is_exact) == (truth.total(), len(truth), True)
    assert merged.most == max(truth.values(), default=0)
    assert merged.least == min(truth.values(), default=0)
    assert dict(merged.frequent(2)) == {key: count for key, count in truth.items() if count > 1}


def test_many_keys_are_estimated_and_frequent_ones_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequencies, "KEPT", 1 << 10)
    often = xxh3_64_intdigest(b"often")
    whole, parts = Frequencies(), Frequencies()
    for start in range(0, 50_000, 1_000):
        keys = [xxh3_64_intdigest(b"%d" % at) for at in range(start, start + 1_000)] + [often] * 20
        part = counted(keys)
        parts.merge(part)
        for key in keys:
            whole.add(key)
    for found in (whole, parts):
        assert not found.is_exact
        assert found.distinct == pytest.approx(50_001, rel=0.15)  # three times the error of 1,024 keys
        assert dict(found.frequent(510)) == {often: 1_000}
        assert len(found._sample) <= 1 << 10
        assert len(found._often) <= 1 << 11
