"""Sketches: 64 small numbers of a text, as many of which agree for two texts as their shingles do.

This is one-permutation MinHash: a shingle falls into the slot that its first bits name, of each slot the
least is kept, and empty slots borrow from others in a fixed order. `bulk` does the same for many texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from struct import Struct

__all__ = [
    "ALIKE",
    "BANDS",
    "BUCKET",
    "FEWEST_SHINGLES",
    "SLOTS",
    "VERSION",
    "agreeing",
    "bands",
    "digest",
    "lenders",
    "sketch",
]

VERSION = 1
"""Sketches of another version cannot be compared."""
SLOTS = 64
BANDS = 16
"""Of four slots each: rows of which no band is the same are never compared."""
BUCKET = 64
"""So many rows with a band in common are compared with each other, the first ones."""
FEWEST_SHINGLES = 10
"""A text of which fewer shingles are left has no sketch."""
ALIKE = 32
"""So many slots of two texts agree where they are worth being compared word by word: half of them, since for
texts that have seven shingles of ten in common fewer agree by chance less than once in a thousand times."""

_WORDS = Struct("<16Q")
_SLOTS = Struct("<64H")
_SEED = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
SALTS = tuple(_SEED * (2 * band + 1) & _MASK for band in range(BANDS))
"""What is mixed into a band, so that equal slots in two bands are no match."""
MIXERS = ((32, _SEED), (29, 0xD6E8FEB86659FD93))
"""Shifts and factors by which the bits of a key are mixed."""


@cache
def lenders() -> tuple[tuple[int, ...], ...]:
    """For each slot the others from which it borrows where it is empty, in turn: shuffled for good."""
    state, orders = 1, []
    for slot in range(SLOTS):
        others = [other for other in range(SLOTS) if other != slot]
        for at in range(len(others) - 1, 0, -1):
            state = (state * 6364136223846793005 + 1442695040888963407) & _MASK
            swap = (state >> 33) % (at + 1)
            others[at], others[swap] = others[swap], others[at]
        orders.append(tuple(others))
    return tuple(orders)


def sketch(shingles: Iterable[int]) -> bytes | None:
    """The sketch of the shingles of a text, 128 bytes; None where they are too few."""
    found = sorted(shingles, reverse=True)
    if len(found) < FEWEST_SHINGLES:
        return None
    least = {shingle >> 58: shingle >> 27 & 0xFFFF for shingle in found}
    order = lenders()
    return _SLOTS.pack(
        *(
            least[slot] if slot in least else next(least[one] for one in order[slot] if one in least)
            for slot in range(SLOTS)
        )
    )


@lru_cache(1 << 10)
def bands(sketch: bytes) -> tuple[int, ...]:
    """The 64-bit keys of the bands of a sketch."""
    return tuple(_mixed(word ^ salt) for word, salt in zip(_WORDS.unpack(sketch), SALTS, strict=True))


@lru_cache(1 << 10)
def digest(sketch: bytes) -> int:
    """A 64-bit key of a whole sketch."""
    total = 0
    for key in bands(sketch):
        total = _mixed(total ^ key)
    return total


def agreeing(one: bytes, other: bytes) -> int:
    """How many slots of two sketches agree."""
    return sum(map(int.__eq__, _SLOTS.unpack(one), _SLOTS.unpack(other)))


def _mixed(value: int) -> int:
    for shift, factor in MIXERS:
        value = (value ^ value >> shift) * factor & _MASK
    return value ^ value >> 32
