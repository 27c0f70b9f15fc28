"""Every case of every rule, three ways: engine, command line, server; its fixes; and the pages as pages."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from pathlib import Path

import pytest

from tests.harness import (
    Case,
    Mark,
    by_place,
    cases_of,
    differences,
    fix_rows,
    pages,
    rewrite,
    run_case,
    updating,
)
from tests.runners import run_command, run_server
from turnlint.model import Finding
from turnlint.rules import all_rules

CASES = [case for page in pages() for case in cases_of(page)]


def _name(case: Case) -> str:
    return f"{case.rule}-{case.number}"


@pytest.fixture(scope="session", autouse=True)
def _updated_pages(request: pytest.FixtureRequest) -> None:
    """Write the markers of the pages whose cases were asked for anew."""
    if updating():
        asked = (getattr(item, "callspec", None) for item in request.session.items)
        for page in {one.params["case"].page for one in asked if one and "case" in one.params}:
            rewrite(page, [run_case(case) for case in cases_of(page)])


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_engine(case: Case) -> None:
    case = cases_of(case.page)[case.number - 1]
    if wrong := differences(case, run_case(case).marks):
        pytest.fail(f"{case.page}, block {case.number}\n{wrong}", pytrace=False)


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, list[Mark]]:
    """What `turnlint check` finds in each case."""
    return dict(zip(CASES, run_command(CASES, tmp_path_factory.mktemp("command")), strict=True))


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_command_agrees(case: Case, commanded: dict[Case, list[Mark]]) -> None:
    assert sorted(commanded[case], key=by_place) == sorted(run_case(case).marks, key=by_place)


def _is_of_data_set(mark: Mark) -> bool:
    """Whether a finding is about a file among others, which an editor does not read as wholes."""
    module = all_rules()[mark.rule]
    return "dataset" in module.hooks and "the settings" not in mark.words.lower()


def _in_editor(case: Case) -> list[Mark]:
    """What an editor is to be told of a case, sorted."""
    return sorted((mark for mark in run_case(case).marks if not _is_of_data_set(mark)), key=by_place)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, list[Mark]]:
    """What `turnlint server` says of each case, sorted."""
    wanted = list(map(_in_editor, CASES))
    return dict(zip(CASES, run_server(CASES, tmp_path_factory.mktemp("server"), wanted), strict=True))


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_server_agrees(case: Case, served: dict[Case, list[Mark]]) -> None:
    assert served[case] == _in_editor(case)


@pytest.mark.parametrize("case", [case for case in CASES if case.fixed is not None], ids=_name)
def test_fixed_rows(case: Case) -> None:
    case = cases_of(case.page)[case.number - 1]
    before = run_case(case).findings
    fixed = fix_rows(case.rows, before)
    assert fixed == list(case.fixed or ())
    after = run_case(case._replace(rows=tuple(fixed))).findings
    gone = sorted({row for row, one in before if row is not None and one.fix and one.fix.removes_row})
    kept = [(row and row - bisect(gone, row), one) for row, one in before if one.fix is None]
    assert _count(after) <= _count(kept)


def _count(findings: list[tuple[int | None, Finding]]) -> Counter[tuple[int | None, str]]:
    """Findings by row and rule. Rows that were told apart by their faults alone may be copies now."""
    return Counter((row, one.rule) for row, one in findings if one.family != "duplicates")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_page_shows_its_rule(page: Path) -> None:
    rule = all_rules()[page.stem]
    assert rule.family == page.parent.name
    assert any(mark.rule == page.stem for case in cases_of(page) for mark in case.markers)
    offers = any(
        finding.fix is not None and finding.rule == page.stem
        for case in cases_of(page)
        for _, finding in run_case(case).findings
    )
    assert not offers or any(case.fixed is not None for case in cases_of(page)), "the fix is not shown"
