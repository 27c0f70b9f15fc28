"""What `words` and `sketch` do, for many texts at once on numpy: the same results to the bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from turnlint.corpus.frequency import Common
from turnlint.corpus.sketch import BANDS, FEWEST_SHINGLES, MIXERS, SALTS, SLOTS, lenders
from turnlint.corpus.words import FEWEST_WORDS, LONGEST_TEXT, MULTIPLIERS, SIZE, UNSPACED, WORD_BYTES, spelled

__all__ = [
    "Hashes",
    "Shingles",
    "Sketches",
    "agreeing",
    "bands",
    "batched",
    "digests",
    "shingles",
    "sketches",
]

Hashes: TypeAlias = NDArray[np.uint64]
Sketches: TypeAlias = NDArray[np.uint16]
"""64 slots a text."""

_PREFIX = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
_LENDERS = np.array(lenders())
_SALTS = np.array(SALTS, np.uint64)
_FREE = np.uint32(0xFFFFFFFF)
_VALUE = np.uint32(0x7FFFFFFF)
_ONE, _TWO, _THREE, _LAST = (np.uint64(one) for one in MULTIPLIERS)
_HALF = np.uint64(32)
_OWN = np.zeros((256, 256), np.bool_)
"""Whether characters are words, by their first two bytes in UTF-8."""
for _first, _last in UNSPACED:
    for _code in range(_first, _last + 1, 1 << 6):
        _OWN[tuple(chr(_code).encode("utf-8", "surrogatepass")[:2])] = True
_LONG, _LONGER = 0xE0, 0xF0
"""A character that may be a word has three bytes, the first of which is at least so much, or else four."""
BATCH_TEXTS = 1 << 8
_BATCH_LENGTH = 1 << 17
"""Code points of a batch, about, so that what is made of it stays in the cache."""


class Shingles:
    """The shingles of several texts."""

    __slots__ = ("counts", "hashes")

    def __init__(self, hashes: Hashes, counts: NDArray[np.intp]) -> None:
        self.hashes = hashes
        """Those of the first text, then those of the second, and so on;"""
        self.counts = counts
        """how many are of each text."""

    def texts(self) -> NDArray[np.intp]:
        """For each shingle the number of its text."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def where(self, kept: NDArray[np.bool_]) -> Shingles:
        """Some of them."""
        texts = self.texts()[kept]
        return Shingles(self.hashes[kept], np.bincount(texts, minlength=len(self.counts)))


def batched(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in batches that are worked off best, of 256 at most."""
    batch: list[str] = []
    length = 0
    for text in texts:
        batch.append(text)
        length += len(text)
        if length >= _BATCH_LENGTH or len(batch) == BATCH_TEXTS:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def shingles(texts: Sequence[str]) -> Shingles:
    """The shingles of a batch of texts, as `words.shingles` gives those of each."""
    parts = [spelled(text[:LONGEST_TEXT]) for text in texts]
    data = b" ".join((b"", *parts, bytes(8))).translate(WORD_BYTES)
    starts, ends = _edges(data)
    lengths = np.fromiter(map(len, parts), np.intp, len(parts))
    counts = np.diff(np.searchsorted(starts, np.cumsum(np.concatenate(([0], lengths + 1)))))
    hashes = _words(data, starts, ends)
    mixed = hashes[:-2] * _ONE + hashes[1:-1] * _TWO + hashes[2:] * _THREE
    mixed = (mixed ^ mixed >> _HALF) * _LAST
    enough = counts >= FEWEST_WORDS
    kept = np.repeat(enough, counts)
    last = np.cumsum(counts)[enough] - 1
    for back in range(SIZE - 1):  # a shingle does not reach into the next text
        kept[last - back] = False
    return Shingles(mixed[kept[: len(mixed)]], np.where(enough, counts - (SIZE - 1), 0))


def _edges(data: bytes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the words begin and end."""
    octets = np.frombuffer(data, np.uint8)
    is_word = octets != ord(" ")
    is_edge = is_word[1:] != is_word[:-1]
    if data.isascii():
        edges = np.flatnonzero(is_edge) + 1
        return edges[::2], edges[1::2]
    leads = np.flatnonzero(octets >= _LONG)
    own = leads[_OWN[octets[leads], octets[leads + 1]]]
    is_edge[own - 1] = True
    is_edge[own + 2 + (octets[own] >= _LONGER)] = True
    edges = np.flatnonzero(is_edge) + 1
    begins = np.flatnonzero(is_word[edges])
    return edges[begins], edges[begins + 1]


def _words(data: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """A hash of each word that begins and ends at these bytes; at least eight bytes follow the last one."""
    eight: Hashes = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))
    lengths = ends - starts
    first = eight[starts] & _PREFIX[np.minimum(lengths, 8)]
    last = first.copy()
    long = np.flatnonzero(lengths > 8)
    last[long] = eight[ends[long] - 8]
    mixed: Hashes = first * _ONE
    mixed = (mixed ^ mixed >> _HALF ^ last) * _TWO + lengths.astype(np.uint64) * _THREE
    return mixed ^ mixed >> _HALF


def sketches(shingles: Shingles) -> tuple[NDArray[np.intp], Sketches]:
    """The sketches of the texts that have one, with the numbers of these texts."""
    numbers = np.flatnonzero(shingles.counts >= FEWEST_SHINGLES)
    found = shingles.where(np.repeat(shingles.counts >= FEWEST_SHINGLES, shingles.counts))
    rows = np.repeat(np.arange(len(numbers)), shingles.counts[numbers])
    least = np.full(len(numbers) * SLOTS, _FREE)
    slots = rows * SLOTS + (found.hashes >> np.uint64(58)).astype(np.intp)
    np.minimum.at(least, slots, (found.hashes >> np.uint64(27)).astype(np.uint32) & _VALUE)
    return numbers, _lent(least.reshape(-1, SLOTS)).astype(np.uint16)


def sketched(texts: Iterable[str], common: Common) -> tuple[NDArray[np.intp], Sketches]:
    """The sketches, without common shingles, of those of some texts that have one, and their numbers."""
    numbers = [np.zeros(0, np.intp)]
    made = [np.zeros((0, SLOTS), np.uint16)]
    before = 0
    for batch in batched(texts):
        found = shingles(batch)
        number, sketch = sketches(found.where(common.are_rare(found.hashes)))
        numbers.append(number + before)
        made.append(sketch)
        before += len(batch)
    return np.concatenate(numbers), np.concatenate(made)


def _lent(least: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Fill the slots that are free."""
    rows, slots = np.nonzero(least == _FREE)
    filled = least.copy()
    for turn in range(SLOTS - 1):
        if not len(rows):
            break
        found = least[rows, _LENDERS[slots, turn]]
        filled[rows, slots] = found
        free = found == _FREE
        rows, slots = rows[free], slots[free]
    return filled


def bands(sketches: Sketches) -> Hashes:
    """The keys of the bands of sketches, one row a sketch."""
    return _mixed(np.ascontiguousarray(sketches).astype("<u2", copy=False).view("<u8") ^ _SALTS)


def digests(bands: Hashes) -> Hashes:
    """A key of each whole sketch, by its bands."""
    total = np.zeros(len(bands), np.uint64)
    for band in range(BANDS):
        total = _mixed(total ^ bands[:, band])
    return total


def agreeing(one: Sketches, other: Sketches) -> NDArray[np.intp]:
    """How many slots agree, of each sketch with the one in the same row."""
    counts: NDArray[np.intp] = np.count_nonzero(one == other, axis=1)
    return counts


def _mixed(values: Hashes) -> Hashes:
    for shift, factor in MIXERS:
        values = (values ^ values >> np.uint64(shift)) * np.uint64(factor)
    return values ^ values >> _HALF
