"""What does not fit into memory: the same is given back, in the same order, however little may be kept."""

from __future__ import annotations

import io
import random
from array import array
from itertools import groupby
from operator import itemgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.corpus.records import Group, Records
from turnlint.corpus.scratch import Scratch, ScratchError
from turnlint.corpus.sketches import SketchStore
from turnlint.engine.held import Ordered, Sorted
from turnlint.model import Finding, Place, Severity

KEYS = st.one_of(st.integers(0, 3).map(lambda number: number << 62 | 5), st.integers(0, (1 << 64) - 1))


def _groups(keys: list[int], *, cap: int, edges: list[int], limit: int, bulk: int, step: int) -> list[Group]:
    records = Records(Scratch(io.BytesIO), cap, edges=edges, limit=limit, bulk=bulk)
    for start in range(0, len(keys), step):
        some = keys[start : start + step]
        records.add(array("Q", some), array("q", range(start, start + len(some))))
    return list(records.groups())


@settings(max_examples=200, deadline=None)
@given(
    keys=st.lists(KEYS, max_size=80),
    cap=st.integers(2, 6),
    edges=st.lists(st.integers(0, 80), max_size=2).map(sorted),
    limit=st.integers(1, 90),
    bulk=st.sampled_from([0, 1 << 30]),
    step=st.integers(1, 30),
)
def test_groups(keys: list[int], cap: int, edges: list[int], limit: int, bulk: int, step: int) -> None:
    pairs = sorted((key, handle) for handle, key in enumerate(keys))
    wanted = []
    for key, group in groupby(pairs, key=itemgetter(0)):
        handles = [handle for _, handle in group]
        if len(handles) > 1:
            sides = groupby(handles, key=lambda handle: sum(edge <= handle for edge in edges))
            kept = [handle for _, side in sides for handle in list(side)[:cap]]
            wanted.append((key, kept, len(handles) - len(kept)))
    assert _groups(keys, cap=cap, edges=edges, limit=limit, bulk=bulk, step=step) == wanted


def test_one_key_of_many_rows_does_not_fill_the_memory() -> None:
    records = Records(Scratch(io.BytesIO), 10, limit=1_000)
    for start in range(0, 50_000, 500):
        records.add(array("Q", [7] * 500), array("q", range(start, start + 500)))
    (part,) = records.parts()
    assert len(part.keys) == 10
    assert list(records.groups()) == [(7, list(range(10)), 49_990)]


def test_a_scratch_gives_back_what_it_took() -> None:
    scratch = Scratch(io.BytesIO)
    pieces: list[bytes | memoryview] = [b"a", b"", memoryview(array("Q", [1, 2])), b"bcd"]
    offsets = [scratch.put(piece) for piece in pieces]
    assert [scratch.get(*one) for one in zip(offsets, (1, 0, 16, 3), strict=True)] == [
        bytes(piece) for piece in pieces
    ]
    scratch.close()
    scratch.close()


def test_a_scratch_that_is_cut_is_told() -> None:
    stream = io.BytesIO()
    scratch = Scratch(lambda: stream)
    scratch.put(b"abc")
    stream.truncate(1)
    with pytest.raises(ScratchError, match="shorter"):
        scratch.get(0, 3)


def _finding(message: str, rule: str = "unknown-role") -> Finding:
    return Finding(rule, "roles", Severity.ERROR, message, Place(("messages", 0, "\ud800")))


@pytest.mark.parametrize("limit", [1, 2, 7, 1_000])
def test_findings_are_given_back_in_order(limit: int) -> None:
    held = Ordered(Scratch(io.BytesIO), limit)
    chance = random.Random(limit)
    wanted: dict[int, list[tuple[int, Finding]]] = {0: [], 1: [], 2: []}
    for row in range(300):
        file = chance.randrange(2)
        entry = (row, _finding(f"of row {row}"))
        held.add(file, entry)
        wanted[file].append(entry)
    assert {file: list(held.of(file)) for file in wanted} == wanted


@pytest.mark.parametrize("limit", [1, 2, 7, 1_000])
def test_findings_are_sorted(limit: int) -> None:
    held = Sorted[tuple[int, Finding]](Scratch(io.BytesIO), lambda one: (one[0], one[1].message), limit)
    entries = [(row % 50, _finding(f"{row:03}")) for row in range(300)]
    random.Random(limit).shuffle(entries)
    for entry in entries:
        held.add(entry)
    assert list(held) == sorted(entries, key=lambda one: (one[0], one[1].message))


@pytest.mark.parametrize("limit", [20, 100, 1_000, 1 << 20])
@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_alike_sketches(limit: int, step: int) -> None:
    chance = np.random.default_rng(1)
    sketches = chance.integers(0, 1 << 16, (60, 64), np.uint16)
    alike = {(20, 3): 60, (41, 3): 40, (41, 20): 38, (59, 58): 64}
    for (later, earlier), agreeing in alike.items():
        if (later, earlier) != (41, 20):
            sketches[later, :agreeing] = sketches[earlier, :agreeing]
    store = SketchStore(io.BytesIO, limit)
    handles = np.arange(60, dtype=np.int64) * 3 + (5 << 40)
    for start in range(0, 60, step):
        store.add(handles[start : start + step], sketches[start : start + step])
    wanted = {
        later: {
            earlier: int(np.count_nonzero(sketches[later] == sketches[earlier]))
            for one, earlier in alike
            if one == later
        }
        for later, _ in alike
    }
    assert dict(store.pairs()) == wanted
    assert [store.handle(place) for place in (0, 59)] == [5 << 40, (5 << 40) + 177]
    store.close()
