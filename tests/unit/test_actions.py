"""What code actions offer when something has changed between the question and the answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from turnlint.lsp.actions import Asked, AskedRow, delete_copies, delete_row
from turnlint.model import Finding, Severity


def test_a_row_that_is_no_copy_any_more_is_offered_nothing() -> None:
    settings = SimpleNamespace(rules={})
    session: Any = SimpleNamespace(copies=lambda line: [], settings=settings, is_settled=True)
    view: Any = SimpleNamespace(line=None, number=0)
    found = Finding("exact-duplicate", "duplicates", Severity.WARNING, "")
    asked = Asked(session, (AskedRow(view, (found,), ()),), (), of_file=False, by_hand=True)
    assert list(delete_row.offers(asked)) == []
    assert list(delete_copies.offers(asked)) == []
