"""Some of the lines of a document in its order, at a cost that depends on how many are looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain

from turnlint.text.lines import Line, LineStore

__all__ = ["LineOrder"]

_SPARE = 256
"""So many lines may wait to be put in order, or to be forgotten, however few there are."""
_PART = 16
"""Else one in so many."""


class LineOrder:
    """A set of lines that iterates in order of the document.

    Lines come and go, but two that stay never change places. So a line goes to the end of the sorted ones if
    it belongs there, and else waits; one that goes is only marked. Both are put right when they are many.
    """

    def __init__(self, store: LineStore) -> None:
        self._store = store
        self._lines: set[Line] = set()
        self._sorted: list[Line] = []
        self._waiting: list[Line] = []
        self._gone: set[Line] = set()
        """Lines that still stand in one of the lists."""

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, line: Line) -> bool:
        return line in self._lines

    def add(self, line: Line) -> None:
        """Take in a line of the document."""
        if line in self._lines:
            return
        self._lines.add(line)
        if line in self._gone:
            self._gone.remove(line)
        elif self._is_last(line):
            self._sorted.append(line)
        else:
            self._waiting.append(line)
        self._tidy()

    def discard(self, line: Line) -> None:
        """Let go of a line, if it is there. It may have left the document, with others that will go next."""
        if line in self._lines:
            self._lines.remove(line)
            self._gone.add(line)

    def __iter__(self) -> Iterator[tuple[int, Line]]:
        """The lines with their 0-based numbers."""
        self._tidy()
        waiting = deque(sorted(self._numbered(self._waiting)))
        return self._merged(waiting) if waiting else self._numbered(self._sorted)

    def _merged(self, waiting: deque[tuple[int, Line]]) -> Iterator[tuple[int, Line]]:
        for one in self._numbered(self._sorted):
            while waiting and waiting[0] < one:
                yield waiting.popleft()
            yield one
        yield from waiting

    def _numbered(self, lines: list[Line]) -> Iterator[tuple[int, Line]]:
        number, gone = self._store.number, self._gone
        return ((number(line), line) for line in lines if line not in gone)

    def _is_last(self, line: Line) -> bool:
        while self._sorted and self._sorted[-1] in self._gone:
            self._gone.remove(self._sorted.pop())
        return not self._sorted or self._store.number(self._sorted[-1]) < self._store.number(line)

    def _tidy(self) -> None:
        if max(len(self._waiting), len(self._gone)) > _SPARE + len(self._lines) // _PART:
            kept = (line for line in chain(self._sorted, self._waiting) if line not in self._gone)
            self._sorted = sorted(kept, key=self._store.number)
            self._waiting = []
            self._gone = set()
