"""Show a row beside the one that a finding compares it with."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.lsp.actions import QUICK_FIX, Asked, Offer
from turnlint.lsp.others import others

RANK = 17

_COMMAND = "turnlint.compareRows"


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer it for the row where the range begins, once for each row that its findings name first."""
    row, session = asked.rows[0], asked.session
    offered: set[str] = set()
    for finding in row.findings:
        other = next(iter(others(session, finding)), None)
        if other is not None and other.words not in offered:
            offered.add(other.words)
            command = (_COMMAND, [session.document.uri, row.view.number, finding.rule])
            known = asked.known_as(finding.rule, row.view.number)
            yield Offer(f"Compare with {other.words}", QUICK_FIX, command=command, diagnostics=known)
