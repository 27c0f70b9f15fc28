"""Show the row laid out for reading."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.lsp.actions import Asked, Offer
from turnlint.lsp.document import BLANKS

RANK = 50

_COMMAND = "turnlint.showRow"


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer it for the row where the range begins, when the user asks."""
    row = asked.rows[0]
    if asked.by_hand and row.view.text.strip(BLANKS):
        command = (_COMMAND, [asked.session.document.uri, row.view.number])
        yield Offer("Show this row pretty-printed", command=command)
