"""What is known of the rows of one open document: an edit has only the lines judged that it touched."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, NamedTuple

from turnlint.engine import RowChecker
from turnlint.engine.told import blank_row, duplicate, first_copy, row_too_large
from turnlint.lsp.copies import Copies
from turnlint.lsp.document import BLANKS, BOM, row_bytes, row_text
from turnlint.lsp.order import LineOrder
from turnlint.model import Finding, Severity
from turnlint.rules import Bound, all_rules
from turnlint.text.lines import Change, Line, LineStore
from turnlint.text.rows import ROW_BYTES

__all__ = ["Judged", "Rows", "Shown"]

logger = logging.getLogger(__name__)

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


class Telling:
    """What a line says of its equals, kept as long as it is true."""

    __slots__ = ("about", "drawn", "echo", "finding")

    def __init__(self, about: tuple[int, ...], finding: Finding, *, echo: bool) -> None:
        self.about = about
        self.finding = finding
        self.echo = echo
        """It stands on the first copy of a row and repeats what its later copies say."""
        self.drawn: Any = None


class Shown(NamedTuple):
    """A finding that was chosen to be shown, and its line."""

    number: int
    line: Line
    finding: Finding
    at: int
    """Which finding of the line it is."""
    telling: Telling | None = None
    """Given instead where other lines decide."""


class Rows:
    """Judges the lines of a store, and chooses what to show of them."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self._checker: RowChecker | None = None
        self._bound: Mapping[str, Bound] = {}
        self._clear()

    def _clear(self) -> None:
        self._pending: deque[Line] = deque()
        self._by_severity = {severity: LineOrder(self.store) for severity in Severity}
        self._once: dict[str, LineOrder] = {}
        self._copies = Copies(self.store)
        self._tellings: dict[Line, Telling] = {}
        self._head: Line | None = None
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
        head = self.store.line(0)
        if head is not self._head and self._checker is not None:
            # A byte order mark is one at the start of the text alone.
            moved = (line for line in (self._head, head) if line is not None and line.text.startswith(BOM))
            self._pending.extend(moved)
            self._head = head

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
            line.result = self._keep(line, self._said("blank-row", blank_row))
            return
        if len(raw) > ROW_BYTES:
            line.result = self._keep(line, self._said("row-too-large", row_too_large, len(raw)))
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

    def _said(self, rule: str, word: Callable[..., Finding], *about: int) -> tuple[Finding, ...]:
        bound = self._bound.get(rule)
        return (word(bound, *about),) if bound else ()

    def _keep(self, line: Line, findings: Iterable[Finding]) -> Judged:
        """Enter a line where its findings will be looked for."""
        rules = all_rules()
        kept: dict[Any, Finding] = {}
        for finding in findings:
            if rules[finding.rule].rule.once:
                kept.setdefault(finding.rule, finding)
                self._once.setdefault(finding.rule, LineOrder(self.store)).add(line)
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
        self._tellings.pop(line, None)
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
        telling = self._telling(line) if line in self._copies.lines else None
        return [*found, telling.finding] if telling else found

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
            left = self._count + self._told() - repeated - hidden - limit
        chosen.sort(key=lambda one: one.number)
        return chosen, max(left, 0)

    def _by_rank(self, end: int) -> Iterator[Shown]:
        """All findings, the most severe first."""
        once = [self._first(rule, lines) for rule, lines in self._once.items() if lines]
        copied = self._bound.get("exact-duplicate")
        for severity in sorted(Severity, reverse=True):
            yield from (one for one in once if one.finding.severity == severity)
            for number, line in self._by_severity[severity]:
                for index, finding in enumerate(line.result.findings):
                    if finding.severity == severity and self._stands(finding, number, end):
                        yield Shown(number, line, finding, index)
            if copied is not None and severity in (copied.settings.severity, Severity.INFO):
                for number, line in self._copies.lines:
                    telling = self._telling(line)
                    if telling is not None and telling.finding.severity == severity:
                        yield Shown(number, line, telling.finding, 0, telling)

    def _stands(self, finding: Finding, number: int, end: int) -> bool:
        """Whether a line shows a finding itself: not of a blank row at the end, nor what is said once."""
        return finding.rule not in self._once and (finding.rule != "blank-row" or number < end)

    def _first(self, rule: str, lines: LineOrder) -> Shown:
        number, line = next(iter(lines))
        findings: tuple[Finding, ...] = line.result.findings
        index = next(at for at, finding in enumerate(findings) if finding.rule == rule)
        return Shown(number, line, findings[index], index)

    def _told(self) -> int:
        """How many lines say something of their equals."""
        bound = self._bound.get("exact-duplicate")
        allowed = _allowed(bound) if bound else 0
        return sum(groups * (size - allowed + 1) for size, groups in self._copies.groups() if size > allowed)

    def _telling(self, line: Line) -> Telling | None:
        """What a line says of its equals: a later copy that it is one, the first row where the copies are."""
        bound = self._bound["exact-duplicate"]
        allowed = _allowed(bound)
        group = self._copies.group(line)
        at, copies = group[line], len(group) - allowed
        if copies <= 0 or 0 < at < allowed:
            return None
        number = self.store.number
        if at:
            about: tuple[int, ...] = (number(next(iter(group))),)
        else:
            about = (copies, *map(number, islice(group, allowed, allowed + _NAMED_COPIES)))
        known = self._tellings.get(line)
        if known is None or known.about != about or known.echo != (not at):
            finding = duplicate(bound, about[0]) if at else first_copy(bound, about[1:], copies)
            known = self._tellings[line] = Telling(about, finding, echo=not at)
        return known

    def _end(self) -> int:
        """The number behind the last row that is not blank: what follows harms nobody."""
        end = self.store.count
        while end and not self.store.line(end - 1).text.strip(BLANKS):
            end -= 1
        return end


def _allowed(bound: Bound) -> int:
    """How many equal rows there may be."""
    return bound["max_copies"] or 1
