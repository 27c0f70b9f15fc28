"""How often each value of a trait is there, and in which rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from heapq import merge
from itertools import islice

__all__ = ["ROWS", "VALUES", "Count", "Tally"]

ROWS = 1_000
"""So many rows of a value are remembered."""
VALUES = 10_000
"""With more values than these nothing is drawn from how often one is there: counting ends."""


class Count:
    """How often a value is there, and in which rows: those with the lowest handles, in their order.

    Of a value in more than `ROWS` rows the first `ROWS` are remembered, and of these no other takes the place
    of one that is removed.
    """

    __slots__ = ("handles", "rows")

    def __init__(self, handles: Sequence[int] = ()) -> None:
        """Of rows with these handles, given in ascending order."""
        self.rows = len(handles)
        self.handles = array("q", handles[:ROWS])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Count) and (self.rows, self.handles) == (other.rows, other.handles)

    __hash__ = None  # type: ignore[assignment]


class Tally:
    """Counts values of rows, by handles that are added and removed.

    What it holds depends on which rows are there and not on the order in which they came, or were merged:
    within the limits of `ROWS`, and until there are too many values.
    """

    def __init__(self) -> None:
        self.counts: dict[Hashable, Count] = {}
        """By value, in no particular order; empty once there are too many."""
        self.rows = 0
        """All values that were counted, also once there are too many."""
        self.is_open = False
        """There were more values than are counted. It stays so, whatever is removed."""

    def add(self, value: Hashable, handle: int) -> None:
        """Count a value of a row."""
        self.extend(value, (handle,))

    def extend(self, value: Hashable, handles: Sequence[int]) -> None:
        """Count a value of several rows, given in ascending order."""
        self.rows += len(handles)
        found = self.counts.get(value)
        if found is None:
            if self.is_open:
                return
            if len(self.counts) == VALUES:
                self._give_up()
                return
            self.counts[value] = Count(handles)
            return
        found.rows += len(handles)
        found.handles = _lowest(found.handles, handles)

    def remove(self, value: Hashable, handle: int) -> None:
        """Take back what was added."""
        self.rows -= 1
        found = self.counts.get(value)
        if found is None:
            return
        found.rows -= 1
        at = bisect_left(found.handles, handle)
        if at < len(found.handles) and found.handles[at] == handle:
            del found.handles[at]
        if not found.rows:
            del self.counts[value]

    def merge(self, other: Tally) -> None:
        """Add everything that another one counted."""
        self.rows += other.rows
        if self.is_open or other.is_open or self._are_too_many(other.counts):
            self._give_up()
            return
        for value, theirs in other.counts.items():
            ours = self.counts.setdefault(value, Count())
            ours.rows += theirs.rows
            ours.handles = _lowest(ours.handles, theirs.handles)

    def _are_too_many(self, values: Mapping[Hashable, Count]) -> bool:
        """Whether there are more values with these than are counted."""
        most = len(self.counts) + len(values)
        return most > VALUES and most - sum(map(self.counts.__contains__, values)) > VALUES

    def _give_up(self) -> None:
        self.counts.clear()
        self.is_open = True


def _lowest(ours: array[int], theirs: Sequence[int]) -> array[int]:
    """The lowest handles of both, in their order. May change `ours`."""
    if ours and theirs and theirs[0] < ours[-1]:
        return array("q", islice(merge(ours, theirs), ROWS))
    if len(ours) < ROWS:  # as files are read: nothing comes between
        ours.extend(theirs[: ROWS - len(ours)])
    return ours
