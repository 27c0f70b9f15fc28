"""The sketches of as many rows as may be, and which of them are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from turnlint.corpus.bulk import Hashes, Sketches
from turnlint.corpus.join import RECORD, alike, grouped, join, packed, records, unpacked
from turnlint.corpus.records import Records, SortedPairs
from turnlint.corpus.scratch import Scratch
from turnlint.corpus.sketch import BANDS, SLOTS

__all__ = ["SketchStore"]

_ENTRY = np.dtype([("handle", "<i8"), ("slots", "<u2", SLOTS)])
_MOST = 1 << 14
"""So many rows with a band in common are looked at, the first ones."""
_HALF = np.uint64(32)


class SketchStore:
    """Rows by the order in which they came, with their handles and sketches."""

    def __init__(self, make: Callable[[], IO[bytes]], limit: int) -> None:
        """`make` makes a stream for what does not fit into memory; `limit` bands are kept there."""
        self._entries = Scratch(make)
        self._aside = Scratch(make)
        self._limit = limit
        self._bands = Records(self._aside, _MOST, limit=limit)
        self._count = 0

    def add(self, handles: NDArray[np.int64], sketches: Sketches) -> None:
        """Take in rows, all of which come behind those before. Raises ScratchError."""
        places = np.arange(self._count, self._count + len(handles))
        found = records(places, sketches)
        digests = found["digest"].astype(np.uint64) << _HALF | found["handle"]
        self._bands.add(np.ascontiguousarray(found["key"]), digests)
        entries = np.empty(len(handles), _ENTRY)
        entries["handle"], entries["slots"] = handles, sketches
        self._entries.put(entries.tobytes())
        self._count += len(handles)

    def pairs(self) -> Iterator[tuple[int, dict[int, int]]]:
        """Yield the place of each row that is like earlier ones, with theirs, and how many slots agree.

        Raises ScratchError.
        """
        found = Records(self._aside, BANDS, limit=self._limit)
        spread = np.uint64((1 << 32) // max(1, self._count))  # so that the later row is a key well spread
        for part in self._bands.parts():
            pairs, agreeing = alike(join(_records(part)), cast("Sketches", self))  # it is looked up like them
            later, earlier = unpacked(pairs)
            keys = packed(later.astype(np.uint64) * spread, earlier.astype(np.uint64))
            found.add(keys, agreeing.astype(np.int64))
        for part in found.parts():
            later, earlier = unpacked(part.keys[part.starts])
            pairs = packed(later.astype(np.uint64) // spread, earlier.astype(np.uint64))
            yield from grouped(pairs, part.handles[part.starts].astype(np.intp))

    def __getitem__(self, places: NDArray[np.int64]) -> Sketches:
        """The sketches of rows. Raises ScratchError."""
        wanted, at = np.unique(places, return_inverse=True)
        rows = b"".join(map(self._entry, wanted.tolist()))
        slots: Sketches = np.frombuffer(rows, _ENTRY)["slots"]
        return slots[at]

    def handle(self, place: int) -> int:
        """The handle of a row. Raises ScratchError."""
        return int.from_bytes(self._entry(place)[:8], "little", signed=True)

    def close(self) -> None:
        """Throw everything away."""
        self._entries.close()
        self._aside.close()

    def _entry(self, place: int) -> bytes:
        return self._entries.get(_ENTRY.itemsize * place, _ENTRY.itemsize)


def _records(part: SortedPairs) -> NDArray[np.void]:
    """The bands of a part as `join` wants them."""
    made = np.empty(len(part.keys), RECORD)
    packed_digests: Hashes = part.handles.view(np.uint64)
    made["key"], made["digest"] = part.keys, packed_digests >> _HALF
    made["handle"] = packed_digests & np.uint64(0xFFFFFFFF)
    return made
