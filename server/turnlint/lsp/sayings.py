"""What lines say of each other: verdicts by where they come from, and by severity in order of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from turnlint.lsp.order import LineOrder
from turnlint.model import Severity
from turnlint.rules import Bound
from turnlint.rules.compare import ROW, Verdict
from turnlint.text.lines import Line, LineStore

__all__ = ["COPIED", "Elsewhere", "Said", "Sayings", "Source"]

Source: TypeAlias = Any
"""What verdicts come from, and are replaced together with. Any value that can be hashed."""

COPIED = "exact-duplicate"
_NAMED = 3
"""So many of its copies the first one names in words,"""
_LED_TO = 10
"""and to so many it leads."""


class Elsewhere(Struct, frozen=True):
    """A row of another file."""

    row: int
    """Its 0-based number."""
    file: str
    """The file as words name it."""
    uri: str


class Said:
    """A verdict, and what is kept of how it is told for as long as that is true."""

    __slots__ = (
        "bound",
        "drawn",
        "elsewhere",
        "is_echo",
        "is_hidden",
        "lines",
        "moves",
        "numbers",
        "severity",
        "verdict",
    )

    def __init__(
        self, verdict: Verdict, bound: Bound, elsewhere: Mapping[int, Elsewhere], is_echo: bool = False
    ) -> None:
        self.verdict = verdict
        self.bound = bound
        self.elsewhere = elsewhere
        """The rows of other files that it names, by their handles."""
        severity = bound.settings.severity
        self.severity = severity if verdict.most is None else min(severity, verdict.most)
        self.is_echo = is_echo
        """It stands on the first copy of a row and repeats what its later copies say."""
        self.is_hidden = False
        """It is accepted."""
        self.lines: tuple[Line | None, ...] = ()
        """Its line and the others that it names, as they are drawn; None for rows of other files."""
        self.numbers: tuple[int, ...] = ()
        """Their numbers, with the store moved so often."""
        self.moves = -1
        self.drawn: Any = None

    @property
    def handles(self) -> tuple[int, ...]:
        """Those of its row, if it is said of one, and of the others."""
        verdict = self.verdict
        return verdict.others if verdict.row is None else (verdict.row, *verdict.others)

    def file(self, handle: int) -> str:
        """The file of a row that it names, as words name it; empty for the document."""
        return self.elsewhere[handle].file if handle < 0 else ""


_NOBODY = -1
_HERE: Mapping[int, Elsewhere] = {}


class Sayings:
    """All that lines say of each other, by handles, of which `line` gives those in the store.

    Negative handles are rows of other files: nothing is kept of what is said of these.
    """

    def __init__(self, store: LineStore, line: Callable[[int], Line | None]) -> None:
        self._line = line
        self._by_source: dict[Source, tuple[Said, ...]] = {}
        self._by_row: dict[int | None, tuple[Said, ...]] = {}
        self._by_severity = {severity: LineOrder(store) for severity in Severity}
        self.counts = Counter[Severity]()
        """How many there are to be shown of lines, of each severity."""

    @property
    def sources(self) -> Iterable[Source]:
        """Where anything comes from, accepted or not."""
        return self._by_source.keys()

    def of_source(self, source: Source) -> tuple[Said, ...]:
        """What comes from a source, accepted or not."""
        return self._by_source.get(source, ())

    def of_row(self, handle: int | None) -> tuple[Said, ...]:
        """What is to be shown of a line; of None, of the document as a whole."""
        return self._by_row.get(handle, ())

    def ranked(self, severity: Severity) -> Iterator[tuple[int, Line, Said]]:
        """What is to be shown of one severity, with lines and their numbers, in their order."""
        for number, line in self._by_severity[severity]:
            for said in self._by_row[line.key]:
                if said.severity == severity:
                    yield number, line, said

    def put(
        self,
        source: Source,
        verdicts: Iterable[Verdict],
        bound: Mapping[str, Bound],
        accepts: Callable[[Verdict], bool],
        elsewhere: Callable[[int], Elsewhere],
    ) -> None:
        """Take in what comes from a source, in place of what came from it before.

        What `bound` has no rule for, or `accepts` hides, is not shown. `elsewhere` knows rows of other files.
        """
        before = {said.verdict: said for said in self._by_source.pop(source, ())}
        after: list[Said] = []
        for verdict in verdicts:
            if verdict.rule in bound and (verdict.row is None or verdict.row >= 0):
                there = {one: elsewhere(one) for one in verdict.others if one < 0} or _HERE
                said = self._taken(before, Said(verdict, bound[verdict.rule], there))
                said.is_hidden = accepts(verdict)
                after.append(said)
        after += [self._taken(before, echo) for echo in _echoes(after)]
        for said in before.values():
            said.is_hidden = True
        for said in (*before.values(), *after):
            self._show(said)
        if after:
            self._by_source[source] = tuple(after)

    def pass_on(self, old: Mapping[int, Line]) -> None:
        """Other lines have these handles now: they keep what was said until somebody knows better."""
        for handle, line in old.items():
            for said in self.of_row(handle):
                self._by_severity[said.severity].discard(line)
        for handle in old:
            new = self._line(handle)
            if new is not None:
                for said in self.of_row(handle):
                    self._by_severity[said.severity].add(new)
                    said.moves = -1

    def drop(self, handle: int, line: Line) -> None:
        """A line has gone, and what was said of it."""
        for said in self._by_row.pop(handle, ()):
            self.counts[said.severity] -= 1
            self._by_severity[said.severity].discard(line)
            said.is_hidden = True

    def _taken(self, before: dict[Verdict, Said], said: Said) -> Said:
        """What was said before and is told as it was, in place of the same said anew."""
        same = before.get(said.verdict)
        if same is None or same.bound is not said.bound or same.elsewhere != said.elsewhere:
            return said
        # Drawn of lines of which one is another now, it would show the columns of that one.
        return before.pop(said.verdict) if tuple(map(self._line, same.handles)) == same.lines else said

    def _show(self, said: Said) -> None:
        """Enter what is to be shown where it will be looked for, and take out what is not."""
        row, severity = said.verdict.row, said.severity
        others = self._by_row.get(row, ())
        if (said in others) != said.is_hidden:
            return
        if row is not None:
            self.counts[severity] += -1 if said.is_hidden else 1
        there = tuple(one for one in others if one is not said) if said.is_hidden else (*others, said)
        if there:
            self._by_row[row] = there
        else:
            del self._by_row[row]
        line = None if row is None else self._line(row)
        if line is not None:
            order = self._by_severity[severity]
            if any(one.severity == severity for one in there):
                order.add(line)
            else:
                order.discard(line)


def _echoes(found: Iterable[Said]) -> list[Said]:
    """What the first of equal rows says of its copies that are shown."""
    copies: dict[int, list[Said]] = {}
    for said in found:
        verdict = said.verdict
        first = next(iter(verdict.others), _NOBODY)
        if verdict.rule == COPIED and not said.is_hidden and first >= 0:
            copies.setdefault(first, []).append(said)
    return [_echo(first, later) for first, later in copies.items()]


def _echo(first: int, later: list[Said]) -> Said:
    more = len(later) - _NAMED
    named = [ROW] * min(len(later), _NAMED) + ([f"{more:,} more"] if more > 0 else [])
    start, end = ", ".join(named[:-1]), named[-1]
    words = f"{start} and {end} repeat this row" if start else f"{end} repeats this row"
    verdict = Verdict(
        COPIED,
        first,
        words,
        others=tuple(said.verdict.row for said in later[:_LED_TO] if said.verdict.row is not None),
        notes=("a later copy",),
        most=Severity.INFO,
        group=later[0].verdict.group,
        number=later[-1].verdict.number,
    )
    return Said(verdict, later[0].bound, _HERE, is_echo=True)
