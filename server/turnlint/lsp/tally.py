"""The tokens of the rows of one document: what is kept of each, and what they come to together."""

from __future__ import annotations

from itertools import count

from msgspec import Struct

from turnlint.engine.statistics import Distribution
from turnlint.text.label import shortened
from turnlint.text.lines import Line
from turnlint.tokens import Measured

__all__ = ["Counted", "Tally", "Totals"]

_KEPT = 10_000
"""So many counts are shared by the rows that have them: short rows are many, and their counts are few."""
_ERAS = count()


class Counted(Struct, frozen=True, gc=False):
    """What is kept of a row whose tokens were counted, in `Line.tokens`."""

    total: int
    trained: int
    about: bool
    era: int
    """The tally that it belongs to: with other settings all rows are counted anew."""


class Totals(Struct, frozen=True):
    """The tokens of a document; its string says them in few words."""

    total: int
    median: int
    longest: int | None
    """None where only some rows were counted."""
    about: bool

    def __str__(self) -> str:
        said = f"{'about ' * self.about}{shortened(self.total)} tokens, median {self.median:,}"
        return said if self.longest is None else f"{said}, longest {self.longest:,}"


class Tally:
    """Adds up the counts of lines, and takes back those of lines that go.

    How often each count occurs is kept, and not what each line has: however many rows there are, their counts
    that differ are few (`turnlint.engine.statistics`).
    """

    def __init__(self) -> None:
        self._era = next(_ERAS)
        self._kept: dict[Counted, Counted] = {}
        self._totals = Distribution()
        self._guesses = 0
        self._characters = 0

    def of(self, line: Line) -> Counted | None:
        """The count of a line; None where nobody knows it."""
        counted: Counted | None = line.tokens
        return counted if counted is not None and counted.era == self._era else None

    def add(self, line: Line, measured: Measured) -> None:
        """Take in a line, in place of what was known of it."""
        self.remove(line)
        one = Counted(measured.total, measured.trained, measured.about, self._era)
        line.tokens = self._kept.setdefault(one, one) if len(self._kept) < _KEPT else one
        self._totals[one.total] += 1
        self._guesses += one.about
        self._characters += len(line.text) + len(line.end)

    def remove(self, line: Line) -> None:
        """Let go of a line, if it was taken in."""
        one, line.tokens = self.of(line), None
        if one is None:
            return
        self._totals[one.total] -= 1
        if not self._totals[one.total]:
            del self._totals[one.total]
        self._guesses -= one.about
        self._characters -= len(line.text) + len(line.end)

    def totals(self) -> Totals | None:
        """What all lines come to that were taken in; None where there is none."""
        if not self._totals:
            return None
        median, longest = self._totals.quantiles(0.5, 1)
        return Totals(self._totals.sum, median, longest, self._guesses > 0)

    def estimate(self, characters: int) -> Totals | None:
        """What a text of so many characters comes to, if it is like the lines that were taken in."""
        known = self.totals()
        if known is None or not self._characters:
            return None
        return Totals(round(known.total / self._characters * characters), known.median, None, True)
