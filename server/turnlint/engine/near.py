"""Rows that are nearly the same: from texts to verdicts, in memory or in parts.

First the common shingles are counted on a sample of the rows (`common_of`), then every row is sketched, and
what the sketches say is verified by the rules on the rows themselves (`said_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from turnlint.corpus.frequency import BULK, Common, Sample, common
from turnlint.corpus.near import NearIndex
from turnlint.corpus.sketch import sketch
from turnlint.corpus.words import shingles
from turnlint.engine.compare import Judge
from turnlint.rules.compare import Verdict

__all__ = ["NearRows", "common_of", "nearest", "said_of"]

_MOST_COMPARED = 8
"""With so many earlier rows a row is compared word by word: those most like it."""
_MOST_NAMED = 5
"""So many of them are named."""
_LONG, _SHORT = 1 << 14, 1 << 9
"""From so many code points on numpy sketches a single text faster: where it must be loaded, and where not."""


def common_of(sample: Sample, text: Callable[[int], str]) -> Common:
    """The shingles that are too common to tell rows apart. `text` gives the text of a row to compare."""
    return common(map(text, sample.handles()), sample.most)


def said_of(judge: Judge, row: int, earlier: Iterable[int]) -> list[Verdict]:
    """What the rules say of a row because of rows before it that seem nearly the same, given in order.

    One verdict a rule: of the first row that it is like, with the next four as related rows.
    """
    said: dict[str, Verdict] = {}
    for other in earlier:
        for verdict in judge.near(other, row):
            held = said.get(verdict.rule)
            said[verdict.rule] = replace(held, others=held.others + verdict.others) if held else verdict
        if any(len(one.others) >= _MOST_NAMED for one in said.values()):
            break
    return list(said.values())


class NearRows:
    """Rows in memory that are compared with each other, by handles."""

    def __init__(self, common: Common, order: Callable[[int], Any] = int) -> None:
        """`order` gives what handles are sorted by, which must not change between them."""
        self._common = common
        self._order = order
        self._index = NearIndex(order)
        self._length = 0
        self._long = _LONG

    def extend(self, rows: Iterable[tuple[int, str]]) -> None:
        """Take in rows by handle, with their texts to compare. None of them was there before."""
        waiting: list[tuple[int, str]] = []
        length = 0
        for handle, text in rows:
            waiting.append((handle, text))
            length += len(text)
            if length >= BULK:
                self._enter(waiting, length)
                waiting, length = [], 0
        self._enter(waiting, length)

    def add(self, handle: int, text: str) -> set[int]:
        """Take in a row; give the rows, itself among them, of which something else may be said now."""
        made = self._sketch(text)
        return {handle} if made is None else self._index.add(handle, made)

    def remove(self, handle: int) -> set[int]:
        """Let go of a row, if it is there; give the others of which something else may be said now."""
        return self._index.remove(handle)

    def earlier(self, handle: int) -> list[int]:
        """The rows before a row to compare it with, in order."""
        return nearest(self._index.earlier(handle), self._order)

    def pairs(self) -> Iterator[tuple[int, list[int]]]:
        """Yield every row that has earlier ones to be compared with, with these, all in order."""
        for row, found in self._index.pairs():
            yield row, nearest(found, self._order)

    def compact(self) -> None:
        """Put everything where it takes least memory, which pays where `is_loose`. Changes no answer."""
        self._index.compact()

    @property
    def is_loose(self) -> bool:
        """Whether many rows were added and removed one by one, and there is enough text to load numpy."""
        return self._length >= BULK and self._index.is_loose

    def _enter(self, rows: Sequence[tuple[int, str]], length: int) -> None:
        self._length += length
        if self._length < BULK:
            for handle, text in rows:
                made = self._sketch(text)
                if made is not None:
                    self._index.enter(handle, made)
            return
        import numpy as np

        from turnlint.corpus.bulk import sketched

        self._long = _SHORT
        numbers, sketches = sketched((text for _, text in rows), self._common)
        self._index.extend(np.array([handle for handle, _ in rows], np.int64)[numbers], sketches)

    def _sketch(self, text: str) -> bytes | None:
        if len(text) < self._long:
            return sketch(self._common.rare(shingles(text)))
        from turnlint.corpus.bulk import sketched

        _, found = sketched([text], self._common)
        return found[0].tobytes() if len(found) else None


def nearest(counts: Mapping[int, int], order: Callable[[int], Any] = int) -> list[int]:
    """Those of some rows that are most alike to another one, in order. `counts`: how many slots agree."""
    best = sorted(counts, key=lambda row: (-counts[row], order(row)))[:_MOST_COMPARED]
    return sorted(best, key=order)
