"""How often keys are there, of any number of rows in a few megabytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

__all__ = ["KEPT", "Frequencies"]

KEPT = 1 << 16
"""So many keys are remembered of each kind."""


class Frequencies:
    """Counts keys that are spread evenly, such as hashes.

    How many keys differ is exact up to `KEPT` of them, and about right beyond: then those are remembered
    whose last bits are 0, so many bits that they are few enough. The most frequent keys are remembered beside
    them; of one in at least a hundredth of all rows the count is exact, unless rows are sorted against it.
    """

    __slots__ = ("_mask", "_often", "_sample", "rows")

    def __init__(self) -> None:
        self.rows = 0
        """All that was counted."""
        self._mask = 0
        """The bits that are 0 in the keys of the sample."""
        self._sample: set[int] = set()
        self._often: Counter[int] = Counter()

    def add(self, key: int) -> None:
        """Count a key."""
        self.rows += 1
        self._often[key] += 1
        if not key & self._mask:
            self._sample.add(key)
        self._shrink()

    def merge(self, other: Frequencies) -> None:
        """Add all that another one counted."""
        self.rows += other.rows
        self._often.update(other._often)
        if other._mask > self._mask:
            self._thin(other._mask)
        self._sample.update([key for key in other._sample if not key & self._mask])
        self._shrink()

    @property
    def distinct(self) -> int:
        """How many keys differ."""
        return len(self._sample) * (self._mask + 1)

    @property
    def is_exact(self) -> bool:
        """Whether that is more than an estimate."""
        return not self._mask

    @property
    def most(self) -> int:
        """How often the most frequent key is there; 0 where there is none."""
        return max(self._often.values(), default=0)

    @property
    def least(self) -> int:
        """How often the rarest key is there that is remembered; 0 where there is none."""
        return min(self._often.values(), default=0)

    def frequent(self, rows: int) -> Iterator[tuple[int, int]]:
        """The keys that are there so many times at least, each with how often."""
        return ((key, count) for key, count in self._often.items() if count >= rows)

    def _shrink(self) -> None:
        while len(self._sample) > KEPT:
            self._thin(2 * self._mask + 1)
        if len(self._often) > 2 * KEPT:
            self._often = Counter({key: count for key, count in self._often.items() if count > 1})
            if len(self._often) > KEPT:
                self._often = Counter(dict(self._often.most_common(KEPT)))

    def _thin(self, mask: int) -> None:
        self._mask = mask
        self._sample = {key for key in self._sample if not key & mask}
