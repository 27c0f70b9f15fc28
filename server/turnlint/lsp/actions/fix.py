"""The fix of each finding in the range."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from turnlint.engine.fix import is_safe
from turnlint.lsp.actions import QUICK_FIX, Asked, AskedRow, Offer, Touched
from turnlint.lsp.edits import deleted_rows, edited_row
from turnlint.text.label import snippet

RANK = 10

_MOST = 50
"""Of a wide range, so many fixes are offered."""
_TITLE = 120


class _Fix(Struct, frozen=True):
    offer: Offer
    safe: bool


def offers(asked: Asked) -> Iterator[Offer]:
    """Offer each fix, once where several findings have the same. The only safe one is preferred."""
    fixes: dict[tuple[bytes, ...], _Fix] = {}
    for row in asked.rows:
        for touched, edits in _edits(asked, row):
            known = fixes.get(edits)
            if known is not None:
                both = known.offer.diagnostics + touched.diagnostics
                fixes[edits] = replace(known, offer=replace(known.offer, diagnostics=both))
            elif len(fixes) < _MOST:
                where = f"Row {row.view.number + 1}: " if len(asked.rows) > 1 else ""
                offer = Offer(where + _title(touched), QUICK_FIX, edits, diagnostics=touched.diagnostics)
                fixes[edits] = _Fix(offer, is_safe(touched.finding))
    sole = sum(fix.safe for fix in fixes.values()) == 1
    yield from (replace(fix.offer, preferred=sole and fix.safe) for fix in fixes.values())


def _edits(asked: Asked, row: AskedRow) -> Iterator[tuple[Touched, tuple[bytes, ...]]]:
    """What is found in a row with the edits that cure it, where there are any.

    Deleting a row that says something is offered elsewhere.
    """
    document, number = asked.session.document, row.view.number
    gone = tuple(deleted_rows(document, [number]))
    written = edited_row(document, number, [touched.changes for touched in row.touched])
    for touched, edits in zip(row.touched, written, strict=True):
        fix = touched.finding.fix
        if edits or (fix is not None and fix.removes_row and fix.safe):
            yield touched, edits or gone


def _title(touched: Touched) -> str:
    fix = touched.finding.fix
    return snippet(fix.message, _TITLE) if fix is not None else ""
