"""What waits until it is its turn, findings above all: as much in memory as may be, the rest put aside."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from typing import Any, Generic, TypeAlias, TypeVar

from turnlint.corpus.scratch import Scratch
from turnlint.model import Finding

__all__ = ["LIMIT", "Entry", "Ordered", "Sorted"]

LIMIT = 1 << 14
"""So many things are kept in memory; a finding takes a kilobyte or so."""
_FRAME = 64
"""So many are read again at a time."""

_Item = TypeVar("_Item")
Entry: TypeAlias = tuple[int, Finding]
"""The place at which a finding is told, and the finding."""


class Ordered:
    """Findings of several files, those of each file coming in the order in which they are told."""

    def __init__(self, scratch: Scratch, limit: int = LIMIT) -> None:
        """`limit` findings are kept in memory."""
        self._limit = limit
        self._in_memory: dict[int, list[Entry]] = defaultdict(list)
        self._aside: dict[int, _Frames[Entry]] = defaultdict(lambda: _Frames(scratch))
        self._count = 0

    def add(self, file: int, entry: Entry) -> None:
        """Take in a finding of a file by its number. Raises ScratchError."""
        self._in_memory[file].append(entry)
        self._count += 1
        if self._count >= self._limit:
            for number, entries in self._in_memory.items():
                self._aside[number].put(entries)
            self._in_memory.clear()
            self._count = 0

    def of(self, file: int) -> Iterator[Entry]:
        """The findings of a file in their order. Raises ScratchError."""
        if file in self._aside:
            yield from self._aside[file]
        yield from self._in_memory.get(file, ())


class Sorted(Generic[_Item]):
    """Things that come in any order."""

    def __init__(self, scratch: Scratch, key: Callable[[_Item], Any], limit: int = LIMIT) -> None:
        """They are given in the order of their keys, which differ. `limit` things are kept in memory."""
        self._scratch = scratch
        self._key = key
        self._limit = limit
        self._in_memory: list[_Item] = []
        self._runs: list[_Frames[_Item]] = []

    def add(self, item: _Item) -> None:
        """Take in one. Raises ScratchError."""
        self._in_memory.append(item)
        if len(self._in_memory) >= self._limit:
            run = _Frames[_Item](self._scratch)
            run.put(sorted(self._in_memory, key=self._key))
            self._runs.append(run)
            self._in_memory = []

    def __iter__(self) -> Iterator[_Item]:
        """Raises ScratchError."""
        return merge(*self._runs, sorted(self._in_memory, key=self._key), key=self._key)


class _Frames(Generic[_Item]):
    """Things that were put aside, in the order in which they were."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._offsets = array("Q")
        self._sizes = array("Q")

    def put(self, items: Sequence[_Item]) -> None:
        import pickle  # takes long to load

        for start in range(0, len(items), _FRAME):
            frame = pickle.dumps(items[start : start + _FRAME], pickle.HIGHEST_PROTOCOL)
            self._offsets.append(self._scratch.put(frame))
            self._sizes.append(len(frame))

    def __iter__(self) -> Iterator[_Item]:
        import pickle

        for offset, size in zip(self._offsets, self._sizes, strict=True):
            yield from pickle.loads(self._scratch.get(offset, size))  # noqa: S301  # nobody else writes there
