"""Which rows have a key in common, of as many rows as may be.

Pairs of key and handle are gathered in memory. Once they are too many they are sorted by key and put aside as
a run; in the end the runs are cut at the same keys, and what lies between two cuts is joined by itself.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from turnlint.corpus.scratch import Scratch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BULK", "LIMIT", "Cap", "Group", "Records", "SortedPairs"]

LIMIT = 1 << 19
"""So many pairs, of 16 bytes each, are kept in memory."""
BULK = 1 << 18
"""From so many pairs on, loading numpy pays."""
_PARTS = 1 << 10
"""A run is cut into so many parts, each of which has as many of all keys that there may be."""
_ITEM = 8
"""Bytes of a key, and of a handle."""

Buffer: TypeAlias = Any
"""An array of integers, or the bytes of one."""
Group: TypeAlias = tuple[int, list[int], int]
"""A key, the handles of it that are given, and how many more it has."""


class _Run(Struct, frozen=True):
    """Pairs that were put aside in order of their keys: all keys, and behind them all handles."""

    offset: int
    edges: NDArray[np.intp]
    """At which pair each part begins, and their number."""


class Records:
    """Pairs of a key, 64 bits that are well spread (a hash), and a handle of 64 bits."""

    def __init__(
        self,
        scratch: Scratch,
        cap: int,
        *,
        edges: Sequence[int] = (),
        limit: int = LIMIT,
        bulk: int = BULK,
    ) -> None:
        """Of the handles of a key, which must come in order, the `cap` first ones are given: of those between
        each two `edges`, which are handles in order. `limit` pairs are kept in memory.
        """
        self._scratch = scratch
        self._cap = Cap(cap, edges)
        self._limit = limit
        self._bulk = bulk
        self._keys = array("Q")
        self._handles = array("q")
        self._runs: list[_Run] = []
        self._more: dict[int, int] = {}

    def add(self, keys: Buffer, handles: Buffer) -> None:
        """Take in pairs, as two arrays of equal length. Raises ScratchError."""
        self._keys.frombytes(memoryview(keys).cast("B"))
        self._handles.frombytes(memoryview(handles).cast("B"))
        if len(self._keys) >= self._limit:
            self._put_aside()

    def groups(self) -> Iterator[Group]:
        """Each key that several handles have, in order: its handles, and how many more there are of them.

        Raises ScratchError.
        """
        if not self._runs and len(self._keys) < self._bulk:
            yield from self._few()
            return
        for part in self.parts():
            several = part.counts > 1
            sizes = part.counts[several].tolist()
            for start, size in zip(part.starts[several].tolist(), sizes, strict=True):
                key = int(part.keys[start])
                more = self._more.get(key, 0) + part.cut.get(key, 0)
                yield key, part.handles[start : start + size].tolist(), more

    def parts(self) -> Iterator[SortedPairs]:
        """All pairs, as many at once as memory may hold, those with one key together. Raises ScratchError."""
        import numpy as np

        if not self._runs:
            yield SortedPairs(self._keys, self._handles).first(self._cap)
            return
        if self._keys:
            self._put_aside()
        sizes = np.sum([np.diff(run.edges) for run in self._runs], axis=0).tolist()
        first = pairs = 0
        for part, size in enumerate(sizes):
            if pairs and pairs + size > self._limit:
                yield self._part(first, part)
                first, pairs = part, 0
            pairs += size
        yield self._part(first, _PARTS)

    def _few(self) -> Iterator[Group]:
        """The groups of pairs that are few."""
        firsts: dict[int, int] = {}
        several: dict[int, list[int]] = {}
        for key, handle in zip(self._keys, self._handles, strict=True):
            first = firsts.setdefault(key, handle)
            if first != handle:
                several.setdefault(key, [first]).append(handle)
        for key, found in sorted(several.items()):
            kept = self._cap.kept(found)
            yield key, kept, len(found) - len(kept)

    def _put_aside(self) -> None:
        """Make a run of all pairs in memory."""
        import numpy as np

        found = SortedPairs(self._keys, self._handles).first(self._cap)
        for key, count in found.cut.items():
            self._more[key] = self._more.get(key, 0) + count
        firsts = np.arange(_PARTS, dtype=np.uint64) << np.uint64(64 - _PARTS.bit_length() + 1)
        edges = np.append(np.searchsorted(found.keys, firsts), len(found.keys))
        offset = self._scratch.put(found.keys.data)
        self._scratch.put(found.handles.data)
        self._runs.append(_Run(offset, edges))
        self._keys, self._handles = array("Q"), array("q")

    def _part(self, first: int, end: int) -> SortedPairs:
        """The pairs of some parts of all runs."""
        keys, handles = [], []
        for run in self._runs:  # earlier ones first
            start, size = int(run.edges[first]), int(run.edges[end] - run.edges[first])
            keys.append(self._scratch.get(run.offset + _ITEM * start, _ITEM * size))
            behind = run.offset + _ITEM * int(run.edges[-1])
            handles.append(self._scratch.get(behind + _ITEM * start, _ITEM * size))
        return SortedPairs(b"".join(keys), b"".join(handles)).first(self._cap)


class Cap(Struct, frozen=True):
    """How many handles of a key are kept: so many of those between each two edges, the first ones."""

    count: int
    edges: Sequence[int] = ()

    def kept(self, handles: list[int]) -> list[int]:
        """Those of some handles in order, all of one key, that are kept."""
        if len(handles) <= self.count:
            return handles
        ends = [0, *(bisect_left(handles, edge) for edge in self.edges), len(handles)]
        return [one for start, end in pairwise(ends) for one in handles[start : min(end, start + self.count)]]

    def sides(self, handles: NDArray[np.int64]) -> NDArray[np.intp]:
        """Between which edges handles are."""
        import numpy as np

        return np.searchsorted(np.array(self.edges, np.int64), handles, "right")


class SortedPairs:
    """Pairs in order of their keys, and for each key where its pairs begin and how many they are."""

    def __init__(self, keys: Buffer, handles: Buffer) -> None:
        """Of equal keys, what comes first stays first."""
        import numpy as np

        unsorted = np.frombuffer(keys, np.uint64)
        order = np.argsort(unsorted, kind="stable")
        self.keys: NDArray[np.uint64] = unsorted[order]
        self.handles: NDArray[np.int64] = np.frombuffer(handles, np.int64)[order]
        is_first = np.ones(len(order), bool)
        is_first[1:] = self.keys[1:] != self.keys[:-1]
        self.starts = np.flatnonzero(is_first)
        self.counts = np.diff(np.append(self.starts, len(order)))
        self.cut: dict[int, int] = {}
        """How many pairs of a key were left out."""

    def first(self, cap: Cap) -> SortedPairs:
        """The same with no more pairs of each key than are kept; the others are counted."""
        import numpy as np

        if not (self.counts > cap.count).any():
            return self
        begins = np.zeros(len(self.keys), bool)
        begins[self.starts] = True
        sides = cap.sides(self.handles)
        begins[1:] |= sides[1:] != sides[:-1]
        starts = np.flatnonzero(begins)
        sizes = np.diff(np.append(starts, len(begins)))
        is_kept = np.arange(len(begins)) - np.repeat(starts, sizes) < cap.count
        made = SortedPairs(self.keys[is_kept], self.handles[is_kept])
        keys, counts = np.unique(self.keys[~is_kept], return_counts=True)
        made.cut = dict(zip(keys.tolist(), counts.tolist(), strict=True))
        return made
