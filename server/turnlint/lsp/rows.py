"""What is known of the rows of one open document: an edit has only the lines judged that it touched."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, takewhile
from operator import itemgetter
from time import perf_counter
from typing import Any, TypeAlias

from turnlint.engine import RowChecker, row_key, row_rules
from turnlint.engine.baseline import Accepted, Counts, Key
from turnlint.engine.fix import is_safe
from turnlint.engine.told import blank_row, if_on, row_too_large
from turnlint.lsp.document import BLANKS, judged_text, row_bytes
from turnlint.lsp.order import LineOrder
from turnlint.lsp.relations import Relations
from turnlint.lsp.sayings import Said
from turnlint.model import Finding, Settings, Severity
from turnlint.rules import Bound, all_rules
from turnlint.text.lines import Change, Line, LineStore
from turnlint.text.rows import CUT_BYTES, ROW_BYTES

__all__ = ["GONE", "Judged", "Rows", "Shown"]

logger = logging.getLogger(__name__)


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


_Screen: TypeAlias = Callable[[bytes], bool]

Shown: TypeAlias = "tuple[int, Line, int, Said | None]"
"""A finding that was chosen to be shown: the number of its line, the line, and which of its findings it is.

Where it is so because of other lines, what is said of it instead. Thousands of these are made at each key.
"""


class Rows:
    """Judges the lines of a store, and chooses what to show of them."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self._checker: RowChecker | None = None
        self._bound: Mapping[str, Bound] = {}
        self.relations = Relations(store)
        self.accepted = Accepted()
        self.screen: _Screen | None = None
        """Whether the tokens of a row may break a rule; None where they are not counted."""
        self._clear()

    def _clear(self) -> None:
        self._pending: deque[Line] = deque()
        self._by_severity = {severity: LineOrder(self.store) for severity in Severity}
        self._once: dict[str, LineOrder] = {}
        self._fixable = LineOrder(self.store)
        self._hidden: set[Line] = set()
        """Lines of which something is accepted."""
        self._of_tokens: dict[Line, tuple[Finding, ...]] = {}
        self.needy: deque[Line] = deque()
        """Lines that were judged, and whose tokens may break a rule. Who counts them takes them out."""
        self._counts = Counter[Severity]()
        self._blank: int | None = None

    @property
    def pending(self) -> int:
        """How much there is to be done by `work`: lines to be judged, and what changes with them."""
        return len(self._pending) + self.relations.pending

    def judge_by(self, checker: RowChecker, settings: Settings) -> None:
        """Have all lines judged (anew) by `work`; until then they keep the findings that they have."""
        self._checker, self._bound = checker, row_rules(settings, checker.format)
        self._of_tokens.clear()
        self.needy.clear()
        self.accepted = Accepted(self.accepted.counts, settings.exempt)
        self.relations.accept(self.accepted, set())
        self.relations.judge_by(checker.format, settings)
        self._pending = deque(self.store)

    def accept(self, counts: Counts) -> None:
        """Show no more what is accepted. Lines that this changes are judged anew by `work`."""
        changed = {key for key, _ in counts.items() ^ self.accepted.counts.items()}
        self.accepted = Accepted(counts, self.accepted.exempt)
        self.relations.accept(self.accepted, {rule for rule, _ in changed})
        rows = {row for _, row in changed if row is not None}
        if rows and self._checker is not None:
            orders = chain(self._by_severity.values(), self._once.values())
            told = (line for order in orders for _, line in order)
            lines = {*told, *self._hidden}
            self._pending.extend(line for line in lines if _key(row_bytes(self.text(line))) in rows)

    def accepting(self, line: Line, rule: str) -> tuple[Key, int] | None:
        """What is to be accepted for a line to show no finding of a rule; None where it has none."""
        if rule in self.relations.bound and (found := self.relations.accepting(line, rule)) is not None:
            return found
        if self._checker is None:
            return None
        raw = row_bytes(self.text(line))
        findings = self._unread(raw)
        if findings is None:
            findings = self._check(line, raw, self._checker) + self._of_tokens.get(line, ())
        count = sum(finding.rule == rule for finding in findings)
        return ((rule, _key(raw)), count) if count else None

    def forget(self) -> None:
        """Judge nothing more: the text is no JSONL."""
        self._checker = None
        for line in self.store:
            line.result = None
        self.relations.stop()
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
        if self.relations.replace(changes) and self._checker is not None:
            self._pending = deque(self.store)

    def work(self, seconds: float) -> None:
        """Judge waiting lines for so long, and at least one; then what they have to do with each other."""
        end = perf_counter() + seconds
        while self._pending and self._checker is not None:
            line = self._pending.popleft()
            if line.result is not GONE:
                self._drop(line)
                self._judge(line, self._checker, self.screen)
                if perf_counter() > end:
                    return
        self.relations.work(end)

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
        raw = row_bytes(self.text(line))
        findings = self._unread(raw)
        if findings is None:
            findings = self._check(line, raw, checker) + self._of_tokens.get(line, ())
            if screen is not None and (line in self._of_tokens or screen(raw)):
                self.needy.append(line)
        else:
            self.relations.leave_out(line)
        line.result = self._keep(line, self._left(line, raw, findings))

    def _unread(self, raw: bytes) -> tuple[Finding, ...] | None:
        """What is wrong with a row that is not judged; None for one that is."""
        if not raw or raw.isspace():
            return if_on(self._bound, "blank-row", blank_row)
        if len(raw) > ROW_BYTES:
            return if_on(self._bound, "row-too-large", row_too_large, len(raw))
        return None

    def _check(self, line: Line, raw: bytes, checker: RowChecker) -> tuple[Finding, ...]:
        """Judge a row, and have it compared with others."""
        try:
            if self.relations.knows(line) or not self.relations.wants_facts:
                return checker.findings(raw)
            findings, facts = checker.check(raw)
        except Exception:
            logger.exception("a row could not be judged")
            self.relations.leave_out(line)
            return ()
        self.relations.add(line, facts)
        return findings

    def _left(self, line: Line, raw: bytes, findings: tuple[Finding, ...]) -> Sequence[Finding]:
        """What of the findings of a line is not accepted."""
        if not findings or not self.accepted:
            return findings
        left = self.accepted.left(_key(raw), findings)
        if len(left) < len(findings):
            self._hidden.add(line)
        return left

    def rest(self, seconds: float) -> bool:
        """Do for so long what can wait until the text rests. Says whether something is left to be done."""
        return self.pending > 0 or self.relations.rest(seconds)

    def text(self, line: Line) -> str:
        """The text to judge: the byte order mark of a file belongs to no row."""
        return judged_text(self.store, line)

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
        if any(map(is_safe, kept)):
            self._fixable.add(line)
        return Judged(tuple(kept), ranked) if kept else CLEAN

    def _drop(self, line: Line) -> None:
        judged: Judged | None = line.result
        if judged is None:
            return
        self._hidden.discard(line)
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
        said = map(self.relations.finding, self.relations.said_of(line))
        return [*judged.findings, *(finding for finding in said if finding is not None)]

    def fixable(self) -> Iterator[tuple[int, Line]]:
        """The lines with something that can be fixed safely, with their numbers and in their order."""
        end = self._end()
        return ((number, line) for number, line in self._fixable if number < end)

    @property
    def is_settled(self) -> bool:
        """Whether what is said of rows because of others holds for them as they are."""
        return self.relations.is_settled

    def copies(self, line: Line) -> list[Line]:
        """The lines equal to this one and itself, in their order; none where it has no equal."""
        equal = self.relations.equal(line)
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
        counts.update(self.relations.sayings.counts)
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
        for severity in sorted(Severity, reverse=True):
            yield from (one for one in once if one[1].result.findings[one[2]].severity == severity)
            for number, line in self._by_severity[severity]:
                if number >= end:
                    break
                for index in line.result.ranked[severity]:
                    yield number, line, index, None
            for number, line, said in self.relations.sayings.ranked(severity):
                if self.relations.locate(said) is not None:
                    yield number, line, 0, said

    def _first(self, rule: str, lines: LineOrder) -> Shown:
        number, line = next(iter(lines))
        findings: tuple[Finding, ...] = line.result.findings
        return number, line, next(at for at, finding in enumerate(findings) if finding.rule == rule), None

    def _end(self) -> int:
        """The number behind the last row that is not blank: what follows harms nobody."""
        return self.store.count - self._blanks()

    def _blanks(self) -> int:
        """How many blank rows there are at the end. They are counted once after each edit."""
        if self._blank is None:
            blank = takewhile(lambda line: not line.text.strip(BLANKS), reversed(self.store))
            self._blank = sum(1 for _ in blank)
        return self._blank


def _key(raw: bytes) -> int:
    """The key by which findings in a row are accepted: of one that is not read, that of its beginning."""
    return row_key(raw if len(raw) <= ROW_BYTES else raw[:CUT_BYTES])
