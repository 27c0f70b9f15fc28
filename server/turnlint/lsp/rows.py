"""What is known of the rows of one open document: an edit has only the lines judged that it touched."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, NamedTuple

from turnlint.engine import RowChecker
from turnlint.engine.file import BLANK_ROW, duplicate_finding
from turnlint.lsp.copies import Copies
from turnlint.lsp.document import BLANKS, row_bytes, row_text
from turnlint.model import Finding, JsonFault, Place, Related, Severity
from turnlint.rules import Bound, all_rules
from turnlint.text.lines import Change, Line, LineStore

__all__ = ["Judged", "Rows", "Shown"]

logger = logging.getLogger(__name__)

_FEW = 4_000
"""So many lines are sorted; of more, the first ones are found by walking the document."""
_NAMED_COPIES = 10
"""How many of its copies a row names."""


class Judged:
    """The `result` of a line: its findings, and what the renderer keeps of them."""

    __slots__ = ("drawn", "findings")

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        self.drawn: Any = None


CLEAN = Judged(())
GONE = Judged(())
"""The result of a line that an edit has taken out of the document."""


class Shown(NamedTuple):
    """A finding that was chosen to be shown, and its line."""

    number: int
    line: Line
    finding: Finding
    at: int | None
    """Which finding of the line it is; None for one that other lines decide."""
    echo: bool = False
    """It stands on the first copy of a row and repeats what its later copies say."""


class Rows:
    """Judges the lines of a store, and chooses what to show of them."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self._checker: RowChecker | None = None
        self._bound: Mapping[str, Bound] = {}
        self._clear()

    def _clear(self) -> None:
        self._pending: deque[Line] = deque()
        self._by_severity: dict[Severity, set[Line]] = {severity: set() for severity in Severity}
        self._once: dict[str, set[Line]] = {}
        self._copies = Copies(self.store)
        self._count = 0

    @property
    def pending(self) -> bool:
        """Some lines wait to be judged, or to be judged again."""
        return bool(self._pending)

    def judge_by(self, checker: RowChecker, bound: Mapping[str, Bound]) -> None:
        """Have all lines judged (anew) by `work`; until then they keep the findings that they have.

        `bound` are the rules that are on, for what rows say of each other.
        """
        self._checker, self._bound = checker, bound
        self._pending = deque(self.store)

    def forget(self) -> None:
        """Judge nothing more: the text is no JSONL."""
        self._checker = None
        for line in self.store:
            line.result = line.key = None
        self._clear()

    def replace(self, changes: Sequence[Change]) -> None:
        """Follow edits. The lines that they brought are the next that `work` judges."""
        for change in changes:
            for line in change.removed:
                self._drop(line)
                line.result = GONE
            if self._checker is not None:
                self._pending.extendleft(reversed(change.added))

    def work(self, seconds: float) -> None:
        """Judge waiting lines for so long, and at least one."""
        end = perf_counter() + seconds
        while self._pending and self._checker is not None:
            line = self._pending.popleft()
            if line.result is not GONE:
                self._drop(line)
                self._judge(line, self._checker)
                if perf_counter() > end:
                    return

    def _judge(self, line: Line, checker: RowChecker) -> None:
        raw = row_bytes(self._text(line))
        if not raw or raw.isspace():
            line.result = self._keep(line, self._blank())
            return
        try:
            findings, facts = checker.check(raw)
        except Exception:
            logger.exception("a row could not be judged")
            line.result = CLEAN
            return
        line.result = self._keep(line, findings)
        if "exact-duplicate" in self._bound:
            self._copies.add(line, facts.exact)

    def _text(self, line: Line) -> str:
        """The text to judge: the byte order mark of a file belongs to no row."""
        text = row_text(line.text)
        return text if text is line.text or self.store.line(0) is line else line.text

    def _blank(self) -> tuple[Finding, ...]:
        bound = self._bound.get("blank-row")
        return (bound.fault(JsonFault("blank-row", Place(columns=(0, 0)), BLANK_ROW)),) if bound else ()

    def _keep(self, line: Line, findings: Iterable[Finding]) -> Judged:
        """Enter a line where its findings will be looked for."""
        rules = all_rules()
        kept: dict[Any, Finding] = {}
        for finding in findings:
            if rules[finding.rule].rule.once:
                kept.setdefault(finding.rule, finding)
                self._once.setdefault(finding.rule, set()).add(line)
            else:
                kept[len(kept)] = finding
                self._by_severity[finding.severity].add(line)
        self._count += len(kept)
        return Judged(tuple(kept.values())) if kept else CLEAN

    def _drop(self, line: Line) -> None:
        judged: Judged | None = line.result
        if judged is None:
            return
        self._copies.remove(line)
        self._count -= len(judged.findings)
        for finding in judged.findings:
            self._by_severity[finding.severity].discard(line)
            if finding.rule in self._once:
                self._once[finding.rule].discard(line)
        line.result = None

    def findings(self, line: Line) -> list[Finding]:
        """What is wrong with a line, what other lines decide included."""
        number, end = self.store.number(line), self._end()
        judged: Judged = line.result or CLEAN
        found = [one for one in judged.findings if one.rule in self._once or self._stands(one, number, end)]
        copied = self._bound.get("exact-duplicate")
        if copied is not None and line in self._copies.lines:
            for severity in {copied.settings.severity, _echo_severity(copied)}:
                found += [one.finding for one in self._copy(number, line, copied, severity)]
        return found

    def shown(self, limit: int) -> tuple[list[Shown], int]:
        """Choose at most so many findings: the most severe, of these the first of the document.

        Gives them in order of lines, and how many more there are.
        """
        end = self._end()
        chosen = list(islice(self._by_rank(end), limit))
        left = 0
        if len(chosen) == limit:
            repeated = sum(len(lines) - 1 for lines in self._once.values() if lines)
            hidden = self.store.count - end if "blank-row" in self._bound else 0
            left = self._count + len(self._copies.lines) - repeated - hidden - limit
        chosen.sort(key=lambda one: one.number)
        return chosen, max(left, 0)

    def _by_rank(self, end: int) -> Iterator[Shown]:
        """All findings, the most severe first."""
        once = [self._first(rule, lines) for rule, lines in self._once.items() if lines]
        copied = self._bound.get("exact-duplicate")
        for severity in sorted(Severity, reverse=True):
            yield from (one for one in once if one.finding.severity == severity)
            for number, line in self._in_order(self._by_severity[severity]):
                for index, finding in enumerate(line.result.findings):
                    if finding.severity == severity and self._stands(finding, number, end):
                        yield Shown(number, line, finding, index)
            if copied is not None and severity in (copied.settings.severity, _echo_severity(copied)):
                for number, line in self._in_order(self._copies.lines):
                    yield from self._copy(number, line, copied, severity)

    def _stands(self, finding: Finding, number: int, end: int) -> bool:
        """Whether a line shows a finding itself: not of a blank row at the end, nor what is said once."""
        return finding.rule not in self._once and (finding.rule != "blank-row" or number < end)

    def _first(self, rule: str, lines: set[Line]) -> Shown:
        number, line = next(self._in_order(lines))
        findings: tuple[Finding, ...] = line.result.findings
        index = next(at for at, finding in enumerate(findings) if finding.rule == rule)
        return Shown(number, line, findings[index], index)

    def _copy(self, number: int, line: Line, bound: Bound, severity: Severity) -> Iterator[Shown]:
        """What a row says of its equals: a later copy that it is one, the first row where the copies are."""
        allowed = bound["max_copies"] or 1
        group = self._copies.group(line)
        if len(group) <= allowed:
            return
        if group[line] >= allowed:
            if severity == bound.settings.severity:
                first = self.store.number(next(iter(group)))
                yield Shown(number, line, duplicate_finding(bound, first), None)
        elif group[line] == 0 and severity == _echo_severity(bound):
            later = islice(group, allowed, allowed + _NAMED_COPIES)
            related = tuple(Related("a later copy", self.store.number(one)) for one in later)
            copies = len(group) - allowed
            times = "once more" if copies == 1 else f"{copies:,} more times"
            words = f"This row stands in the file {times}."
            module = bound.module
            yield Shown(
                number,
                line,
                Finding(module.name, module.family, severity, words, Place(), related),
                None,
                echo=True,
            )

    def _in_order(self, lines: set[Line]) -> Iterator[tuple[int, Line]]:
        """Lines with their numbers in order of the document."""
        if len(lines) <= _FEW:
            yield from sorted(((self.store.number(line), line) for line in lines), key=lambda pair: pair[0])
        else:
            yield from ((number, line) for number, line in enumerate(self.store) if line in lines)

    def _end(self) -> int:
        """The number behind the last row that is not blank: what follows harms nobody."""
        end = self.store.count
        while end and not self.store.line(end - 1).text.strip(BLANKS):
            end -= 1
        return end


def _echo_severity(bound: Bound) -> Severity:
    return min(bound.settings.severity, Severity.INFO)
