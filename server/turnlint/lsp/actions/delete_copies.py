"""Delete the later copies of a row, all at once."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.lsp.actions import QUICK_FIX, Asked, Later, Offer
from turnlint.lsp.document import BLANKS, row_text
from turnlint.lsp.edits import deleted_rows
from turnlint.lsp.pace import Pace
from turnlint.lsp.session import Session
from turnlint.text.lines import Line

RANK = 16

_RULE = "exact-duplicate"


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer it for each of the copies, the first one too, but not where it would delete this row alone."""
    row, session = asked.rows[0], asked.session
    if len(asked.rows) > 1 or not any(finding.rule == _RULE for finding in row.findings):
        return
    later = _later(session, row.view.line)
    if len(later) > 1 or (later and row.view.line is not later[0]):
        title = f"Delete all {len(later):,} later copies" if len(later) > 1 else "Delete the later copy"
        known = asked.known_as(_RULE, row.view.number)
        chosen = Later("delete_copies", session.document.uri, session.document.version, line=row.view.number)
        yield Offer(title, QUICK_FIX, later=chosen, diagnostics=known)


async def edits(session: Session, pace: Pace, later: Later) -> list[bytes]:
    """Delete the copies of a row, compared as they are: equal keys alone prove nothing."""
    store = session.document.store
    if later.line is None or not 0 <= later.line < store.count:
        return []
    line = store.line(later.line)
    wanted = _content(line)
    gone: list[int] = []
    for copy in _later(session, line):
        if _content(copy) == wanted:
            gone.append(store.number(copy))
        await pace.breathe()
    return await pace.all(deleted_rows(session.document, gone))


def _later(session: Session, line: Line) -> list[Line]:
    """The copies of a line behind those that the settings allow."""
    rule = session.settings.rules.get(_RULE)
    return session.copies(line)[rule.parameters["max_copies"] if rule else 1 :]


def _content(line: Line) -> str:
    return row_text(line.text).strip(BLANKS)
