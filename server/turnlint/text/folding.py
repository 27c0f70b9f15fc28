"""Which lines of a JSON text that runs over many lines can be folded away."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from turnlint.text.scan import brackets

__all__ = ["Fold", "Folds"]

_OPENING = {"}": "{", "]": "["}
_DEPTH = 1_000
"""No parser goes deeper."""


class Fold(NamedTuple):
    """An object or array. The line that closes it stays in sight."""

    depth: int
    start: int
    """The 0-based line that it begins in, which stays in sight too."""
    end: int
    """The last line that is folded away."""


class Folds:
    """Takes in a text line by line, and keeps the folds that nest least deep."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._number = 0
        self._open: list[tuple[str, int]] = []
        self._standing = Counter[str]()
        self._found: list[Fold] = []

    def add(self, line: str) -> None:
        """Take in the next line. A string does not go beyond its line."""
        for bracket in brackets(line):
            opening = _OPENING.get(bracket)
            if opening is None:
                self._begin(bracket)
            elif self._standing[opening]:
                self._end(opening)
        self._number += 1

    def _begin(self, opening: str) -> None:
        if len(self._open) < _DEPTH:
            self._open.append((opening, self._number))
            self._standing[opening] += 1

    def _end(self, opening: str) -> None:
        """Close the innermost bracket of the kind, and what stands open inside of it."""
        kind = ""
        while kind != opening:
            kind, start = self._open.pop()
            self._standing[kind] -= 1
        if start < self._number - 1:
            self._found.append(Fold(len(self._open), start, self._number - 1))
            if len(self._found) > 2 * self._limit:
                self._found = self._least_deep()

    def result(self) -> list[Fold]:
        """The folds in order of lines, one for each line at most: of several the outermost."""
        outermost = {fold.start: fold for fold in reversed(self._least_deep())}
        return [outermost[start] for start in sorted(outermost)]

    def _least_deep(self) -> list[Fold]:
        return sorted(self._found)[: self._limit]
