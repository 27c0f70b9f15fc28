"""Delete a row that the data set holds already, as a copy or in another split."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.lsp.actions import QUICK_FIX, Asked, Offer
from turnlint.lsp.edits import deleted_rows
from turnlint.lsp.others import others

RANK = 15

_TITLES = {
    "exact-duplicate": "Delete this copy",
    "normalised-duplicate": "Delete this copy",
    "near-duplicate": "Delete this copy",
    "leaked-row": "Delete this row",
    "leaked-prompt": "Delete this row",
    "near-leak": "Delete this row",
}


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer it for a later copy. It may be meant to weigh more, so it is never the preferred fix.

    Where an edit is not judged yet, the row may be no copy any more.
    """
    row, session = asked.rows[0], asked.session
    for finding in row.findings if len(asked.rows) == 1 and session.is_settled else ():
        named = others(session, finding)
        if finding.rule in _TITLES and named and named[0].is_before(row.view):
            edits = tuple(deleted_rows(session.document, [row.view.number]))
            known = asked.known_as(finding.rule, row.view.number)
            yield Offer(_TITLES[finding.rule], QUICK_FIX, edits, diagnostics=known)
            return
