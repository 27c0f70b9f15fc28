"""Which rows may be nearly the same: those whose sketches share a band.

Of rows with one and the same sketch, copies mostly, the first leads and is compared with each of the others.
Rows that lead and share a band are compared with each other, but of a band no more than the 64 first, and
only where their sketches are alike. `join` finds the same pairs among rows that are not in memory together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from turnlint.corpus.exact import ExactIndex
from turnlint.corpus.sketch import ALIKE, BANDS, BUCKET, SLOTS, agreeing, bands, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from turnlint.corpus.bulk import Sketches
    from turnlint.corpus.join import SortedBands

__all__ = ["NearIndex"]

_LOOSE_ROWS = 1_000
_LOOSE_SHARE = 10


class NearIndex:
    """Rows by their sketches. `order` gives what handles are sorted by, which must not change between them.

    Rows that come many at a time stand in sorted arrays, 355 bytes each; those that come one by one, and what
    these arrays no longer hold, in dictionaries, until `compact` is called.
    """

    def __init__(self, order: Callable[[int], Any] = int) -> None:
        self._order = order
        self._twins = ExactIndex()
        self._sketches: dict[int, bytes] = {}
        self._buckets: dict[int, list[int]] = {}
        self._listed: set[int] = set()  # rows whose bands are in _buckets
        self._base: SortedBands | None = None
        self._gone: set[int] = set()  # rows of the base that were removed
        self._dead: set[int] = set()  # rows of the base whose bands there no longer count
        self._pending: list[tuple[NDArray[np.int64], Sketches]] = []

    def enter(self, handle: int, sketch: bytes) -> None:
        """Take in a row."""
        first = self._first(sketch)
        self._twins.add(digest(sketch), handle)
        self._sketches[handle] = sketch
        if first is None or self._order(handle) < self._order(first):
            self._hand_over(first, handle, sketch)

    def extend(self, handles: NDArray[np.int64], sketches: Sketches) -> None:
        """Take in many rows, none of which was there before."""
        from turnlint.corpus import bulk

        for key, handle in zip(bulk.digests(bulk.bands(sketches)).tolist(), handles.tolist(), strict=True):
            self._twins.add(key, handle)
        self._pending.append((handles, sketches))

    def add(self, handle: int, sketch: bytes) -> set[int]:
        """Take in a row; give the rows, itself among them, before which others may count now."""
        first = self._first(sketch)
        leads = first is None or self._order(handle) < self._order(first)
        touched = {handle} if first is None or not leads else self._around(first, sketch)
        self.enter(handle, sketch)
        return touched | self._around(handle, sketch) if leads else touched

    def remove(self, handle: int) -> set[int]:
        """Let go of a row, which need not be there; give the others before which others may count now."""
        sketch = self.sketch(handle)
        if sketch is None:
            return set()
        leads = self._first(sketch) == handle
        touched = self._around(handle, sketch) if leads else set()
        self._twins.remove(digest(sketch), handle)
        if self._sketches.pop(handle, None) is None:
            self._gone.add(handle)
        if leads:
            follows = self._first(sketch)
            self._hand_over(handle, follows, sketch)
            if follows is not None:
                touched |= self._around(follows, sketch)
        return touched - {handle}

    def sketch(self, handle: int) -> bytes | None:
        """The sketch of a row; None where it is not there."""
        self._settle()
        held = self._sketches.get(handle)
        if held is not None or self._base is None or handle in self._gone:
            return held
        return self._base.sketch(handle)

    def earlier(self, handle: int) -> dict[int, int]:
        """The rows before a row to compare it with, each with how many slots of the sketches agree."""
        sketch = self.sketch(handle)
        first = None if sketch is None else self._first(sketch)
        if sketch is None or first is None:
            return {}
        if first != handle:
            return {first: SLOTS}
        here = self._order(handle)
        found = {row for bucket in self._beside(handle, sketch, BUCKET) for row in bucket}
        return self._alike(sketch, [row for row in found if self._order(row) < here])

    def pairs(self) -> Iterator[tuple[int, dict[int, int]]]:
        """Yield what `earlier` gives for every row for which it gives something, in order of the rows."""
        if self._base is None and not self._pending:
            for row in sorted(self._sketches, key=self._order):
                if found := self.earlier(row):
                    yield row, found
            return
        from turnlint.corpus.join import alike, grouped, pairs

        self.compact()
        base = self._base
        if base is None:
            return
        rows = sorted(base.handles.tolist(), key=self._order)
        sketches = base.sketches[base.handles.searchsorted(rows)]
        for row, found in grouped(*alike(pairs(sketches), sketches)):
            yield rows[row], {rows[other]: count for other, count in found.items()}

    @property
    def is_loose(self) -> bool:
        """Whether so much was added and removed that `compact` saves memory."""
        settled = len(self._base.handles) if self._base is not None else 0
        return len(self._sketches) + len(self._dead) > max(_LOOSE_ROWS, settled // _LOOSE_SHARE)

    def compact(self) -> None:
        """Put all rows into sorted arrays. Changes no answer."""
        import numpy as np

        from turnlint.corpus.join import SortedBands

        parts = self._pending
        if self._sketches:
            joined = np.frombuffer(b"".join(self._sketches.values()), "<u2").reshape(-1, SLOTS)
            parts.append((np.fromiter(self._sketches, np.int64, len(self._sketches)), joined))
        if self._base is not None:
            stays = ~np.isin(self._base.handles, np.fromiter(self._gone, np.int64, len(self._gone)))
            parts.append((self._base.handles[stays], self._base.sketches[stays]))
        if parts:
            twins = [self._twins.group(key) for key in self._twins.groups()]
            led = {row for rows in twins for row in rows} - {min(rows, key=self._order) for rows in twins}
            handles, sketches = zip(*parts, strict=True)
            self._base = SortedBands(np.concatenate(handles), np.concatenate(sketches), led)
        self._pending = []
        self._gone, self._dead, self._listed = set(), set(), set()
        self._sketches, self._buckets = {}, {}

    def _settle(self) -> None:
        if self._pending:
            self.compact()

    def _first(self, sketch: bytes) -> int | None:
        """The row that leads those with a sketch."""
        return min(self._twins.group(digest(sketch)), key=self._order, default=None)

    def _hand_over(self, old: int | None, new: int | None, sketch: bytes) -> None:
        """Let another row stand for a sketch in its bands."""
        keys = bands(sketch)
        if old in self._listed:
            self._listed.remove(old)
            for key in keys:
                self._buckets[key].remove(old)
                if not self._buckets[key]:
                    del self._buckets[key]
        elif old is not None:
            self._dead.add(old)
        if new is not None:
            self._listed.add(new)
            for key in keys:
                self._buckets.setdefault(key, []).append(new)

    def _around(self, handle: int, sketch: bytes) -> set[int]:
        """A row that leads, and the rows that are compared with it."""
        found: set[int] = set()
        crowd: set[int] = set()
        for bucket in self._beside(handle, sketch, BUCKET + 1):  # where one more comes in or drops out
            (crowd if len(bucket) == BUCKET else found).update(bucket)
        return {handle, *self._alike(sketch, found), *crowd, *self._copies(handle, sketch)}

    def _beside(self, handle: int, sketch: bytes, most: int) -> Iterator[list[int]]:
        """For each band of a row that leads the others in it, where it is one of the first rows there."""
        keys = bands(sketch)
        settled = self._base.buckets(keys) if self._base is not None else [[]] * BANDS
        for key, rows in zip(keys, settled, strict=True):
            bucket = [row for row in rows if row not in self._dead] + self._buckets.get(key, [])
            if len(bucket) > most:
                bucket = nsmallest(most, bucket, key=self._order)
            if handle in bucket:
                bucket.remove(handle)
                yield bucket

    def _alike(self, sketch: bytes, rows: Iterable[int]) -> dict[int, int]:
        """Those of some rows whose sketches are alike, with how many slots agree."""
        counts = ((row, agreeing(sketch, other)) for row in rows if (other := self.sketch(row)) is not None)
        return {row: count for row, count in counts if count >= ALIKE}

    def _copies(self, handle: int, sketch: bytes) -> list[int]:
        """The other rows with a sketch."""
        return [row for row in self._twins.group(digest(sketch)) if row != handle]
