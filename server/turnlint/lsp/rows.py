"""What is known of the rows of one open document: an edit has only the lines judged that it touched."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, takewhile
from operator import itemgetter
from time import perf_counter
from typing import Any, TypeAlias

from turnlint.engine import RowChecker, facts_of
from turnlint.engine.baseline import Accepted, Counts, Key
from turnlint.engine.fix import is_safe
from turnlint.engine.told import blank_row, duplicate, first_copy, if_on, row_too_large
from turnlint.lsp.copies import Copies
from turnlint.lsp.document import BLANKS, row_bytes, row_text
from turnlint.lsp.order import LineOrder
from turnlint.model import Facts, Finding, Severity
from turnlint.rules import Bound, all_rules
from turnlint.text.lines import Change, Line, LineStore
from turnlint.text.rows import CUT_BYTES, ROW_BYTES

__all__ = ["BLANK_ROW", "GONE", "Judged", "Rows", "Shown", "is_fixable"]

logger = logging.getLogger(__name__)

_COPIED = "exact-duplicate"
BLANK_ROW = "blank-row"
_NAMED_COPIES = 10
"""How many of its copies a row names."""


class Judged:
    """The `result` of a line: its findings, and what the renderer keeps of them."""

    __slots__ = ("drawn", "findings", "ranked")

    def __init__(self, findings: tuple[Finding, ...], ranked: Mapping[Severity, Sequence[int]]) -> None:
        self.findings = findings
        self.ranked = ranked
        """Which findings are of each severity, without those that are told once a document."""
        self.drawn: Any = None


CLEAN = Judged((), {})
GONE = Judged((), {})
"""The result of a line that an edit has taken out of the document."""


_Named: TypeAlias = "tuple[tuple[int, Line], ...]"
"""Lines with their numbers: either may change, and what is drawn of them with it."""


class Telling:
    """What a line says of its equals, kept as long as it is true."""

    __slots__ = ("about", "drawn", "finding", "group", "state")

    def __init__(self, about: tuple[int, _Named], finding: Finding) -> None:
        self.about = about
        """How many later copies there are if it stands on the first one, else 0; and the lines it names."""
        self.finding = finding
        self.drawn: Any = None
        self.group: Mapping[Line, int] = {}
        """The lines that it was found out from,"""
        self.state = (-1, -1)
        """and the state of the document: as long as both stay, it is true."""

    @property
    def echo(self) -> bool:
        """It stands on the first copy of a row and repeats what its later copies say."""
        return self.about[0] > 0


_Screen: TypeAlias = Callable[[bytes], bool]

Shown: TypeAlias = "tuple[int, Line, int, Telling | None]"
"""A finding that was chosen to be shown: the number of its line, the line, and which of its findings it is.

Where other lines decide, what the line says of them instead. Thousands of these are made at each key.
"""


class Rows:
    """Judges the lines of a store, and chooses what to show of them."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self._checker: RowChecker | None = None
        self._bound: Mapping[str, Bound] = {}
        self.accepted = Accepted()
        self.screen: _Screen | None = None
        """Whether the tokens of a row may break a rule; None where they are not counted."""
        self._clear()

    def _clear(self) -> None:
        self._pending: deque[Line] = deque()
        self._by_severity = {severity: LineOrder(self.store) for severity in Severity}
        self._once: dict[str, LineOrder] = {}
        self._copies = Copies(self.store)
        self._fixable = LineOrder(self.store)
        self._tellings: dict[Line, Telling] = {}
        self._of_tokens: dict[Line, tuple[Finding, ...]] = {}
        self.needy: deque[Line] = deque()
        """Lines that were judged, and whose tokens may break a rule. Who counts them takes them out."""
        self._counts = Counter[Severity]()
        self._blank: int | None = None

    @property
    def pending(self) -> int:
        """How many lines wait to be judged, or to be judged again."""
        return len(self._pending)

    def judge_by(self, checker: RowChecker, bound: Mapping[str, Bound]) -> None:
        """Have all lines judged (anew) by `work`; until then they keep the findings that they have.

        `bound` are the rules that are on, for what rows say of each other.
        """
        self._checker, self._bound = checker, bound
        self._of_tokens.clear()
        self.needy.clear()
        self._allow_copies()
        self._pending = deque(self.store)

    def accept(self, counts: Counts) -> None:
        """Show no more what is accepted. Lines that this changes are judged anew by `work`."""
        changed = {row for (_, row), _ in counts.items() ^ self.accepted.counts.items() if row is not None}
        self.accepted = Accepted(counts)
        self._allow_copies()
        if changed and self._checker is not None:
            equal = [self._copies.equal(row) for row in changed]
            self._pending = deque(chain(self._pending, *equal) if all(equal) else self.store)

    def _allow_copies(self) -> None:
        bound = self._bound.get(_COPIED)
        copied = ((row, count) for (rule, row), count in self.accepted.counts.items() if rule == _COPIED)
        accepted = {row: count for row, count in copied if row is not None}
        self._copies.allow((bound["max_copies"] if bound else None) or 1, accepted)

    def accepting(self, line: Line, rule: str) -> tuple[Key, int] | None:
        """What is to be accepted for a line to show no finding of a rule; None where it has none."""
        if rule == _COPIED and line in self._copies.lines:
            return (rule, self._copies.key(line)), len(self._copies.group(line))
        if self._checker is None:
            return None
        raw, findings, _ = self._found(line, self._checker)
        count = sum(finding.rule == rule for finding in findings)
        return ((rule, facts_of(raw).exact), count) if count else None

    def forget(self) -> None:
        """Judge nothing more: the text is no JSONL."""
        self._checker = None
        for line in self.store:
            line.result = line.key = None
        self._clear()

    def replace(self, changes: Sequence[Change]) -> None:
        """Follow edits. The lines that they brought are the next that `work` judges."""
        for change in changes:
            if len(change.removed) == len(change.added):  # who types in a row sees no finding come and go
                self._pass_on(change)
            for line in change.removed:
                self._of_tokens.pop(line, None)
                self._drop(line)
                line.result = GONE
            if self._checker is not None:
                self._pending.extendleft(reversed(change.added))
        self._blank = None

    def work(self, seconds: float) -> None:
        """Judge waiting lines for so long, and at least one."""
        end = perf_counter() + seconds
        while self._pending and self._checker is not None:
            line = self._pending.popleft()
            if line.result is not GONE:
                self._drop(line)
                self._judge(line, self._checker, self.screen)
                if perf_counter() > end:
                    return

    def tell(self, line: Line, findings: tuple[Finding, ...]) -> bool:
        """Take what is wrong with the tokens of a line, in place of what was. Says whether that differs."""
        if findings == self._of_tokens.get(line, ()) or self._checker is None:
            return False
        if findings:
            self._of_tokens[line] = findings
        else:
            del self._of_tokens[line]
        self._drop(line)
        self._judge(line, self._checker)
        return True

    def tell_none(self) -> None:
        """Take back what is wrong with the tokens of any line: nobody counts them any more."""
        for line in list(self._of_tokens):
            self.tell(line, ())

    def _pass_on(self, change: Change) -> None:
        """Let lines keep what was wrong with the tokens of those that they replace until they are counted."""
        for old, new in zip(change.removed, change.added, strict=True):
            if old in self._of_tokens:
                self._of_tokens[new] = self._of_tokens[old]

    def _judge(self, line: Line, checker: RowChecker, screen: _Screen | None = None) -> None:
        raw, findings, facts = self._found(line, checker)
        if facts is not None and screen is not None and (line in self._of_tokens or screen(raw)):
            self.needy.append(line)
        if findings and self.accepted.counts:
            findings = self.accepted.left(facts_of(raw).exact, findings)
        line.result = self._keep(line, findings)
        if facts is not None and _COPIED in self._bound:
            self._copies.add(line, facts.exact)

    def _found(self, line: Line, checker: RowChecker) -> tuple[bytes, Sequence[Finding], Facts | None]:
        """The row as far as it is read, all that is wrong with it, and its facts if it was judged."""
        raw = row_bytes(self.text(line))
        if not raw or raw.isspace():
            return b"", if_on(self._bound, BLANK_ROW, blank_row), None
        if len(raw) > ROW_BYTES:
            return raw[:CUT_BYTES], if_on(self._bound, "row-too-large", row_too_large, len(raw)), None
        try:
            findings, facts = checker.check(raw)
        except Exception:
            logger.exception("a row could not be judged")
            return raw, (), None
        return raw, findings + self._of_tokens.get(line, ()), facts

    def text(self, line: Line) -> str:
        """The text to judge: the byte order mark of a file belongs to no row."""
        text = row_text(line.text)
        return text if text is line.text or self.store.line(0) is line else line.text

    def _keep(self, line: Line, findings: Iterable[Finding]) -> Judged:
        """Enter a line where its findings will be looked for."""
        rules = all_rules()
        kept: list[Finding] = []
        once: set[str] = set()
        ranked: dict[Severity, list[int]] = {}
        for finding in findings:
            if not rules[finding.rule].rule.once:
                ranked.setdefault(finding.severity, []).append(len(kept))
            elif finding.rule in once:
                continue
            else:
                once.add(finding.rule)
                self._once.setdefault(finding.rule, LineOrder(self.store)).add(line)
            kept.append(finding)
            self._counts[finding.severity] += 1
        for severity in ranked:
            self._by_severity[severity].add(line)
        if any(map(is_fixable, kept)):
            self._fixable.add(line)
        return Judged(tuple(kept), ranked) if kept else CLEAN

    def _drop(self, line: Line) -> None:
        judged: Judged | None = line.result
        if judged is None:
            return
        self._copies.remove(line)
        self._tellings.pop(line, None)
        self._fixable.discard(line)
        for severity in judged.ranked:
            self._by_severity[severity].discard(line)
        for finding in judged.findings:
            self._counts[finding.severity] -= 1
            if finding.rule in self._once:
                self._once[finding.rule].discard(line)
        line.result = None

    def findings(self, line: Line) -> list[Finding]:
        """What is wrong with a line, what other lines decide included."""
        if self.store.number(line) >= self._end():
            return []
        judged: Judged = line.result or CLEAN
        telling = self._telling(line) if line in self._copies.lines else None
        return [*judged.findings, telling.finding] if telling else [*judged.findings]

    def fixable(self) -> Iterator[tuple[int, Line]]:
        """The lines with something that can be fixed safely, with their numbers and in their order."""
        end = self._end()
        return ((number, line) for number, line in self._fixable if number < end)

    def copies(self, line: Line) -> list[Line]:
        """The lines equal to this one and itself, in their order; none where it has no equal."""
        equal = list(self._copies.group(line)) if line.key is not None else []
        return equal if len(equal) > 1 else []

    @property
    def count(self) -> int:
        """How many rows there are, up to the last one that is not blank."""
        return self._end()

    def tally(self) -> Counter[Severity]:
        """How many findings of each severity there are to be shown."""
        counts = self._counts.copy()
        for rule, lines in self._once.items():
            if lines:
                _, line, at, _ = self._first(rule, lines)
                counts[line.result.findings[at].severity] -= len(lines) - 1
        blank = (line.result or CLEAN for line in islice(reversed(self.store), self._blanks()))
        counts.subtract(finding.severity for judged in blank for finding in judged.findings)
        copied = self._bound.get(_COPIED)
        if copied is not None:
            counts[min(copied.settings.severity, Severity.INFO)] += self._copies.groups
            counts[copied.settings.severity] += self._copies.surplus
        return counts

    def shown(self, limit: int) -> tuple[list[Shown], int]:
        """Choose at most so many findings: the most severe, of these the first of the document.

        Gives them in order of lines, and how many more there are.
        """
        end = self._end()
        chosen = list(islice(self._by_rank(end), limit))
        left = self.tally().total() - limit if len(chosen) == limit else 0
        chosen.sort(key=itemgetter(0))
        return chosen, max(left, 0)

    def _by_rank(self, end: int) -> Iterator[Shown]:
        """All findings, the most severe first, but none of blank lines from `end` on."""
        once = [self._first(rule, lines) for rule, lines in self._once.items() if lines]
        copied = self._bound.get(_COPIED)
        for severity in sorted(Severity, reverse=True):
            yield from (one for one in once if one[1].result.findings[one[2]].severity == severity)
            for number, line in self._by_severity[severity]:
                if number >= end:
                    break
                for index in line.result.ranked[severity]:
                    yield number, line, index, None
            if copied is not None and severity in (copied.settings.severity, Severity.INFO):
                for number, line in self._copies.lines:
                    telling = self._telling(line)
                    if telling is not None and telling.finding.severity == severity:
                        yield number, line, 0, telling

    def _first(self, rule: str, lines: LineOrder) -> Shown:
        number, line = next(iter(lines))
        findings: tuple[Finding, ...] = line.result.findings
        return number, line, next(at for at, finding in enumerate(findings) if finding.rule == rule), None

    def _telling(self, line: Line) -> Telling | None:
        """What a line says of its equals: a later copy that it is one, the first row where the copies are."""
        bound = self._bound.get(_COPIED)
        if bound is None:  # it was turned off, and the line is not judged anew yet
            return None
        allowed = self._copies.allowed(self._copies.key(line))
        group = self._copies.group(line)
        known = self._tellings.get(line)
        if known is not None and known.group is group and known.state == (self.store.moves, allowed):
            return known
        at, copies = group[line], len(group) - allowed
        if copies <= 0 or 0 < at < allowed:
            return None
        others = islice(group, 1) if at else islice(group, allowed, allowed + _NAMED_COPIES)
        about = (0 if at else copies, tuple((self.store.number(one), one) for one in others))
        if known is None or known.about != about:
            numbers = tuple(number for number, _ in about[1])
            finding = duplicate(bound, *numbers) if at else first_copy(bound, numbers, copies)
            known = self._tellings[line] = Telling(about, finding)
        known.group, known.state = group, (self.store.moves, allowed)
        return known

    def _end(self) -> int:
        """The number behind the last row that is not blank: what follows harms nobody."""
        return self.store.count - self._blanks()

    def _blanks(self) -> int:
        """How many blank rows there are at the end. They are counted once after each edit."""
        if self._blank is None:
            blank = takewhile(lambda line: not line.text.strip(BLANKS), reversed(self.store))
            self._blank = sum(1 for _ in blank)
        return self._blank


def is_fixable(finding: Finding) -> bool:
    """Whether a finding can be fixed and the meaning kept; a blank row is deleted."""
    return finding.rule == BLANK_ROW or is_safe(finding)
