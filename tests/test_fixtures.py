"""Every case of every rule, through the engine; its fixes; and the pages as pages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.harness import (
    Case,
    Outcome,
    cases_of,
    differences,
    fix_rows,
    pages,
    rewrite,
    run_engine,
    settings_from,
    updating,
)

from turnlint.model import Finding
from turnlint.rules import all_rules

CASES = [case for page in pages() for case in cases_of(page)]


def _name(case: Case) -> str:
    return f"{case.rule}-{case.number}"


def _outcome(case: Case) -> Outcome:
    return run_engine(case.data, settings_from(case.settings), name=case.name)


@pytest.fixture(scope="session", autouse=True)
def _updated_pages() -> None:
    if updating():
        for page in pages():
            rewrite(page, [_outcome(case) for case in cases_of(page)])


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_engine(case: Case) -> None:
    case = cases_of(case.page)[case.number - 1]
    if wrong := differences(case, _outcome(case).marks):
        pytest.fail(f"{case.page}, block {case.number}\n{wrong}", pytrace=False)


@pytest.mark.parametrize("case", [case for case in CASES if case.fixed is not None], ids=_name)
def test_fixed_rows(case: Case) -> None:
    case = cases_of(case.page)[case.number - 1]
    before = _outcome(case).findings
    fixed = fix_rows(case.rows, before)
    assert fixed == list(case.fixed or ())
    after = _outcome(case._replace(rows=tuple(fixed))).findings
    kept = [(row, finding) for row, finding in before if finding.fix is None]
    assert _count(after) <= _count(kept)


def _count(findings: list[tuple[int | None, Finding]]) -> Counter[tuple[int | None, str]]:
    return Counter((row, finding.rule) for row, finding in findings)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_page_shows_its_rule(page: Path) -> None:
    rule = all_rules()[page.stem]
    assert rule.family == page.parent.name
    assert any(mark.rule == page.stem for case in cases_of(page) for mark in case.markers)
    offers = any(
        finding.fix is not None and finding.rule == page.stem
        for case in cases_of(page)
        for _, finding in _outcome(case).findings
    )
    assert not offers or any(case.fixed is not None for case in cases_of(page)), "the fix is not shown"
