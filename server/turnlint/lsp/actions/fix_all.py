"""All safe fixes of a document, or those of one rule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from lsprotocol import types

from turnlint.engine import RowChecker, row_key
from turnlint.engine.fix import fix_row, is_safe
from turnlint.lsp.actions import QUICK_FIX, Asked, Later, Offer
from turnlint.lsp.document import row_bytes, row_text
from turnlint.lsp.edits import deleted_rows, edited_row
from turnlint.lsp.pace import Pace
from turnlint.lsp.session import Session
from turnlint.model import Finding

RANK = 20
KIND = "source.fixAll.turnlint"

_POLL_SECONDS = 0.005
_LARGE_ROW = 1 << 18
"""Judging a row of so many code points may take longer than a slice."""


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer to fix everywhere what can be fixed safely here, and all that can be fixed safely."""
    document = asked.session.document
    later = Later("fix_all", document.uri, document.version)
    known: dict[str, list[types.Diagnostic]] = {}
    for row in asked.rows:
        for touched in row.touched:
            if is_safe(touched.finding):
                known.setdefault(touched.finding.rule, []).extend(touched.diagnostics)
    lines = [line for _, line in islice(asked.session.fixable(), 2)]
    for rule, diagnostics in known.items() if len(lines) == 2 else ():
        title = f"Fix all `{rule}` in this file"
        one = Later(later.action, later.uri, later.version, rule)
        yield Offer(title, QUICK_FIX, later=one, diagnostics=tuple(diagnostics))
    if lines:
        yield Offer("Apply all safe fixes of turnlint", KIND, later=later)


async def edits(session: Session, pace: Pace, later: Later) -> list[bytes]:
    """Fix row by row what is shown of it. Rows that are not judged yet are waited for."""
    while not session.settled and session.document.version == later.version:
        await asyncio.sleep(_POLL_SECONDS)
    checker = await pace.aside(partial(RowChecker, session.format, session.settings, bulk=True))
    fixer = _Fixer(session, checker, later.rule)
    gone: list[int] = []
    found: list[bytes] = []
    for number, line in session.fixable():
        shown = [one for one in session.findings(line) if fixer.wants(one)]
        if any(one.fix and one.fix.removes_row for one in shown):
            gone.append(number)
        elif shown:
            text = row_text(line.text)
            fix = partial(fix_row, text, fixer.judge(text, shown))
            changes = fix() if len(text) < _LARGE_ROW else await pace.aside(fix)
            found += edited_row(session.document, number, [changes])[0]
        await pace.breathe()
    return found + await pace.all(deleted_rows(session.document, gone))


class _Fixer:
    """What is to be fixed in the rows of a document."""

    def __init__(self, session: Session, checker: RowChecker, rule: str | None) -> None:
        self._checker = checker
        self._apart = RowChecker(session.format, session.settings)
        """Judges large rows in another thread, with nothing that it would share."""
        self._rule = rule
        self._exempt = session.settings.exempt
        self._accepted: dict[int | None, set[str]] = {}
        for accepted, row in session.accepted:
            self._accepted.setdefault(row, set()).add(accepted)

    def wants(self, finding: Finding) -> bool:
        """Whether a finding is to be fixed."""
        wanted = self._rule in (None, finding.rule) and finding.rule not in self._exempt
        return wanted and is_safe(finding)

    def judge(self, text: str, shown: Sequence[Finding]) -> Callable[[str], Sequence[Finding]]:
        """How to judge a row while it is fixed: by what is shown, then anew, but for what is accepted."""
        accepted = self._accepted.get(row_key(row_bytes(text)), ()) if self._accepted else ()
        checker = self._checker if len(text) < _LARGE_ROW else self._apart

        def judge(now: str) -> Sequence[Finding]:
            found = shown if now == text else checker.findings(row_bytes(now))
            return [one for one in found if self.wants(one) and (now == text or one.rule not in accepted)]

        return judge
