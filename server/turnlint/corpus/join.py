"""The bands of many rows on numpy: sorted in memory, or as records that are joined part by part."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from turnlint.corpus.bulk import Hashes, Sketches, agreeing, bands, digests
from turnlint.corpus.sketch import ALIKE, BANDS, BUCKET

__all__ = ["RECORD", "SortedBands", "alike", "grouped", "join", "packed", "pairs", "records", "unpacked"]

RECORD = np.dtype([("key", "<u8"), ("digest", "<u4"), ("handle", "<u4")])
"""A band of a row: its key, 32 bits of the key of the whole sketch, the row."""

_HALF = np.uint64(32)
_COMPARED = 1 << 16
"""So many pairs of sketches are compared at a time."""


def records(handles: NDArray[np.int64], sketches: Sketches) -> NDArray[np.void]:
    """The 16 records of each row. Handles must be below 2**32. They can be split up by keys at will."""
    keys = bands(sketches)
    return _records(handles, keys, digests(keys))


def _records(handles: NDArray[np.int64], keys: Hashes, digests: Hashes) -> NDArray[np.void]:
    made = np.empty(keys.shape, RECORD)
    made["key"] = keys
    made["digest"] = (digests >> _HALF)[:, None]
    made["handle"] = handles[:, None]
    return made.reshape(-1)


def join(records: NDArray[np.void]) -> Hashes:
    """The pairs of rows to compare, packed, in ascending order and each once.

    `records` are all those with certain keys. Other keys may give some of the same pairs.
    """
    several, keys = _shared(records)
    order = np.lexsort((several["handle"], several["digest"], keys))
    keys, digest, handle = keys[order], several["digest"][order], several["handle"][order].astype(np.uint64)
    leads = np.ones(len(keys), np.bool_)
    leads[1:] = (keys[1:] != keys[:-1]) | (digest[1:] != digest[:-1])
    leaders = np.flatnonzero(leads)
    leader = np.repeat(leaders, np.diff(np.append(leaders, len(keys))))
    twins = np.flatnonzero(~leads)
    found = [packed(handle[twins], handle[leader[twins]])]
    order = np.lexsort((handle[leaders], keys[leaders]))
    found += _all_pairs(keys[leaders][order], handle[leaders][order])
    return np.unique(np.concatenate(found))


def pairs(sketches: Sketches) -> Hashes:
    """The same for rows in memory, whose handles are their places here."""
    keys = bands(sketches)
    whole, rows = digests(keys), np.arange(len(keys))
    # Band by band: it takes less memory.
    return np.unique(np.concatenate([join(_records(rows, keys[:, [band]], whole)) for band in range(BANDS)]))


def alike(pairs: Hashes, sketches: Sketches) -> tuple[Hashes, NDArray[np.intp]]:
    """The pairs of rows that are alike, with how many slots agree. Handles are places in `sketches`."""
    counts = [
        agreeing(*(sketches[rows] for rows in unpacked(pairs[start : start + _COMPARED])))
        for start in range(0, len(pairs), _COMPARED)
    ]
    agree = np.concatenate([np.zeros(0, np.intp), *counts])
    kept = agree >= ALIKE
    return pairs[kept], agree[kept]


def grouped(pairs: Hashes, agreeing: NDArray[np.intp]) -> Iterator[tuple[int, dict[int, int]]]:
    """Yield the later row of pairs in ascending order, with the earlier ones and how many slots agree."""
    later, earlier = unpacked(pairs)
    found = zip(later.tolist(), earlier.tolist(), agreeing.tolist(), strict=True)
    for row, others in groupby(found, itemgetter(0)):
        yield row, {other: count for _, other, count in others}


def packed(later: Hashes, earlier: Hashes) -> Hashes:
    """Pairs of handles in 64 bits, the later one first, so that they are in order when they are sorted."""
    return later << _HALF | earlier


def unpacked(pairs: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The later and the earlier handles."""
    return (pairs >> _HALF).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _shared(records: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.intp]]:
    """The records that share their key, in order of keys, with a number for each key."""
    order = np.argsort(records["key"])
    keys = records["key"][order]
    same = np.zeros(len(keys) + 1, np.bool_)
    same[1:-1] = keys[1:] == keys[:-1]
    several = np.flatnonzero(same[1:] | same[:-1])
    return records[order[several]], np.cumsum(~same[several], dtype=np.intp)


def _all_pairs(keys: NDArray[np.intp], handles: Hashes) -> Iterator[Hashes]:
    """The pairs of the first rows with each key. Keys are in order, and the rows of a key too."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    sizes = np.minimum(np.diff(np.append(starts, len(keys))), BUCKET)
    for size in np.unique(sizes[sizes > 1]):
        rows = handles[starts[sizes == size][:, None] + np.arange(size)]
        later, earlier = np.tril_indices(size, -1)
        yield packed(rows[:, later], rows[:, earlier]).reshape(-1)


class SortedBands:
    """Rows that stay as they are, by their bands: some 330 bytes a row."""

    def __init__(self, handles: NDArray[np.int64], sketches: Sketches, hidden: Collection[int]) -> None:
        """The bands of `hidden` rows are left out."""
        order = np.argsort(handles)
        self.handles, self.sketches = handles[order], sketches[order]
        listed = np.flatnonzero(~np.isin(self.handles, np.fromiter(hidden, np.int64, len(hidden))))
        keys = bands(self.sketches[listed]).reshape(-1)
        order = np.argsort(keys)
        self._keys = keys[order]
        self._rows = listed.astype(np.uint32)[order // BANDS]

    def sketch(self, handle: int) -> bytes | None:
        """The sketch of a row; None where it is not there."""
        at = int(np.searchsorted(self.handles, handle))
        if at == len(self.handles) or self.handles[at] != handle:
            return None
        return bytes(self.sketches[at])

    def buckets(self, keys: Sequence[int]) -> list[list[int]]:
        """The rows with each of these keys."""
        wanted = np.array(keys, np.uint64)
        starts, ends = np.searchsorted(self._keys, wanted), np.searchsorted(self._keys, wanted, "right")
        rows = self._rows
        return [
            self.handles[rows[start:end]].tolist() if start < end else []
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
