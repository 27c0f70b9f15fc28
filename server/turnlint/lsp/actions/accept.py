"""Accept what is found: it goes to the baseline, and is shown no more until the row changes."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from turnlint.lsp.actions import QUICK_FIX, Asked, Offer

RANK = 40

_COMMAND = "turnlint.acceptFinding"


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer each rule once a row. A baseline goes by the path of the file, so there must be one."""
    session = asked.session
    if session.path is None:
        return
    for row in asked.rows:
        where = f"row {row.view.number + 1}" if len(asked.rows) > 1 else "this row"
        known: dict[str, tuple[types.Diagnostic, ...]] = {}
        for touched in row.touched:
            rule = touched.finding.rule
            known[rule] = known.get(rule, ()) + touched.diagnostics
        for rule, diagnostics in known.items():
            yield _offer(asked, f"Accept `{rule}` in {where} (baseline)", row.view.number, rule, diagnostics)
    for finding in session.file_findings if asked.of_file else ():
        title = f"Accept `{finding.rule}` in this file (baseline)"
        yield _offer(asked, title, None, finding.rule, asked.known_as(finding.rule, 0))


def _offer(
    asked: Asked, title: str, line: int | None, rule: str, diagnostics: tuple[types.Diagnostic, ...]
) -> Offer:
    command = (_COMMAND, [asked.session.document.uri, line, rule])
    return Offer(title, QUICK_FIX, command=command, diagnostics=diagnostics)
