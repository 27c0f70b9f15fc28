"""What to do with rows that stand in the file more than once."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.lsp.actions import QUICK_FIX, Asked, Later, Offer
from turnlint.lsp.document import BLANKS, row_text
from turnlint.lsp.edits import deleted_rows
from turnlint.lsp.pace import Pace
from turnlint.lsp.session import Session
from turnlint.text.lines import Line

RANK = 15

_RULE = "exact-duplicate"


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer to delete a later copy, and to keep one row of all that are equal."""
    row, session = asked.rows[0], asked.session
    equal = session.copies(row.view.line)
    if len(asked.rows) > 1 or not equal or not any(finding.rule == _RULE for finding in row.findings):
        return
    first, *others = equal
    known = asked.known_as(_RULE, row.view.number)
    document = session.document
    if row.view.line is not first and _content(row.view.line) == _content(first):
        edits = tuple(deleted_rows(document, [row.view.number]))
        yield Offer("Delete this duplicate row", QUICK_FIX, edits, diagnostics=known)
    copies = "other copy" if len(others) == 1 else f"{len(others):,} other copies"
    later = Later("duplicate", document.uri, document.version, line=row.view.number)
    yield Offer(f"Keep this row and delete its {copies}", QUICK_FIX, later=later, diagnostics=known)


async def edits(session: Session, pace: Pace, later: Later) -> list[bytes]:
    """Delete the copies of a row, compared as they are: equal keys alone prove nothing."""
    store = session.document.store
    if later.line is None or not 0 <= later.line < store.count:
        return []
    kept = store.line(later.line)
    wanted = _content(kept)
    gone: list[int] = []
    for line in session.copies(kept):
        if line is not kept and _content(line) == wanted:
            gone.append(store.number(line))
        await pace.breathe()
    return await pace.all(deleted_rows(session.document, gone))


def _content(line: Line) -> str:
    return row_text(line.text).strip(BLANKS)
