"""Which shingles are so common that they say nothing of a row: those of a template, of a shared passage.

They are counted on a sample of the rows, which is drawn by the keys of their bytes and so is the same however
the rows are split up and ordered. A sample is small enough for the table that counts in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from turnlint.corpus.words import LONGEST_TEXT, shingles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from turnlint.corpus.bulk import Hashes

__all__ = ["BULK", "Common", "Sample", "common"]

BULK = 1 << 20
"""From so many code points on it pays to load numpy."""

_SAMPLE_ROWS = 1 << 12
_SAMPLE_BYTES = 1 << 24
_SHIFT = 41
"""A shingle is counted by its first 23 bits."""
_FEWEST_ROWS = 20
_MOST_ROWS = 200
_SHARE = 50
"""Common is what stands in more rows than 20, or than one in 50, or than 200: the middle one of the three."""
_FEWEST_COUNTED = 3
"""But in more rows of the sample than share a cell of the table by chance."""


class Sample:
    """Distinct rows of a corpus, by handles: at most 4,096 of them and about 16 MB.

    Every row whose key is divisible by 1, 2, 4, ..., whichever is the first to give so few.
    """

    def __init__(self) -> None:
        self._rows: dict[int, tuple[int, int]] = {}
        self._bytes = 0
        self._mask = 0

    def add(self, key: int, handle: int, size: int) -> None:
        """Offer a row: the key and the number of its bytes. Of equal rows the lowest handle stays."""
        if not key & self._mask:
            self._take(key, handle, min(size, LONGEST_TEXT))

    def merge(self, other: Sample) -> None:
        """Take in what another sample was offered."""
        self._thin(self._mask | other._mask)
        for key, (handle, size) in other._rows.items():
            self.add(key, handle, size)

    def handles(self) -> list[int]:
        """The rows, in order of their handles."""
        return sorted(handle for handle, _ in self._rows.values())

    @property
    def most(self) -> int:
        """So many rows of the sample may have a shingle before it is common."""
        every = self._mask + 1
        rows = min(_MOST_ROWS, max(_FEWEST_ROWS, len(self._rows) * every // _SHARE))
        return max(_FEWEST_COUNTED, rows // every)

    def _take(self, key: int, handle: int, size: int) -> None:
        held = self._rows.get(key)
        if held is not None:
            self._rows[key] = min(held, (handle, size))
            return
        self._rows[key] = handle, size
        self._bytes += size
        while len(self._rows) > _SAMPLE_ROWS or self._bytes > _SAMPLE_BYTES:
            self._thin(2 * self._mask + 1)

    def _thin(self, mask: int) -> None:
        self._mask = mask
        self._rows = {key: row for key, row in self._rows.items() if not key & mask}
        self._bytes = sum(size for _, size in self._rows.values())


class Common(Struct, frozen=True):
    """Shingles that are common."""

    bits: bytes = b""
    """One bit for each cell of the table, 1 MiB; empty where nothing is common."""

    def rare(self, found: Iterable[int]) -> Iterable[int]:
        """The shingles among these that are not common."""
        bits = self.bits
        if not bits:
            return found
        return (one for one in found if not bits[one >> _SHIFT + 3] >> (one >> _SHIFT & 7) & 1)

    def are_rare(self, found: Hashes) -> NDArray[np.bool_]:
        """Which of these shingles are not common."""
        import numpy as np

        if not self.bits:
            return np.ones(len(found), np.bool_)
        cells = found >> np.uint64(_SHIFT)
        octets = np.frombuffer(self.bits, np.uint8)[cells >> np.uint64(3)]
        rare: NDArray[np.bool_] = octets >> (cells & np.uint64(7)).astype(np.uint8) & 1 == 0
        return rare


def common(texts: Iterable[str], most: int) -> Common:
    """The shingles that stand in more than `most` of these texts."""
    texts = iter(texts)
    few, length = [], 0
    for text in texts:
        few.append(text)
        length += len(text)
        if length >= BULK:
            return _common_in_bulk(chain(few, texts), most)
    counts = bytearray(1 << 64 - _SHIFT)  # as `most` is below 255; one block, which is given back as such
    cells: set[int] = set()
    for cell in chain.from_iterable({one >> _SHIFT for one in shingles(text)} for text in few):
        if counts[cell] == most:
            cells.add(cell)
        else:
            counts[cell] += 1
    if not cells:
        return Common()
    bits = bytearray(1 << 64 - _SHIFT - 3)
    for cell in cells:
        bits[cell >> 3] |= 1 << (cell & 7)
    return Common(bytes(bits))


def _common_in_bulk(texts: Iterator[str], most: int) -> Common:
    import numpy as np

    from turnlint.corpus import bulk

    table = np.zeros(1 << 64 - _SHIFT, np.uint16)
    for batch in bulk.batched(texts):
        found = bulk.shingles(batch)
        cells = (found.texts() << 64 - _SHIFT).astype(np.uint32) | (found.hashes >> np.uint64(_SHIFT)).astype(
            np.uint32
        )
        cells.sort()
        first = np.flatnonzero(np.diff(cells, prepend=~cells[:1]))  # a text counts once
        np.add.at(table, cells[first] & np.uint32(len(table) - 1), np.uint16(1))
    frequent = table > most
    return Common(np.packbits(frequent, bitorder="little").tobytes() if frequent.any() else b"")
