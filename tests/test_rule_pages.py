"""The page of every rule: its headings, its example that fires, its remedy that is silent, its words."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.harness import COUNTING_RULES, FIXTURES, Outcome, cases_of, pages, run_engine, settings_from
from turnlint.config import all_targets, resolve
from turnlint.engine import vote
from turnlint.model import Settings, Severity
from turnlint.rules import all_rules
from turnlint.rules.page import HEADINGS, sections

RULES = sorted(all_rules())
LONGEST_MESSAGE = 300


@cache
def _parts(name: str) -> dict[str, str]:
    return sections(all_rules()[name].page)


def _settings(name: str, data: bytes) -> Settings:
    """Settings in which the rule is on: those of the first target that has it, else it is selected."""
    formats = all_rules()[name].rule.formats
    voted = vote(data.split(b"\n"))
    format_name = voted.name if voted else None
    if formats and format_name not in formats:
        format_name = formats[0]
    for target in sorted(all_targets(), key=lambda one: (one != "generic", one)):
        accepted = all_targets()[target].formats
        if format_name and accepted and format_name not in accepted:
            continue
        if name in resolve(target).judging(format_name).rules:
            return _resolved(name, target, format_name)
    return _resolved(name, "generic", format_name)


def _resolved(name: str, target: str, format_name: str | None) -> Settings:
    keys: dict[str, object] = {"target": target, "extend-select": [name]}
    return settings_from(keys | ({"format": format_name} if format_name else {}))


def _run(name: str, heading: str) -> Outcome:
    data = f"{_parts(name)[heading]}\n".encode()
    example = f"{_parts(name)['Example']}\n".encode()
    return run_engine(data, _settings(name, example))


@pytest.mark.parametrize("name", RULES)
def test_headings(name: str) -> None:
    assert all(_parts(name).values())
    assert tuple(_parts(name)) in (HEADINGS, tuple(heading for heading in HEADINGS if heading != "Fix"))


@pytest.mark.parametrize("name", RULES)
def test_name(name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)


@pytest.mark.parametrize("name", RULES)
def test_example_fires(name: str) -> None:
    assert name in {mark.rule for mark in _run(name, "Example").marks}


@pytest.mark.parametrize("name", RULES)
def test_fix_is_told(name: str) -> None:
    offers = any(one.fix for _, one in _run(name, "Example").findings if one.rule == name)
    assert not offers or _parts(name).get("Fix", "None.") != "None."


@pytest.mark.parametrize("name", RULES)
def test_use_instead_is_silent(name: str) -> None:
    marks = _run(name, "Use instead").marks
    assert not [one for one in marks if one.rule == name or Severity.parse(one.severity) > Severity.INFO]


@pytest.mark.parametrize("name", RULES)
def test_has_cases(name: str) -> None:
    assert (FIXTURES / "rules" / all_rules()[name].family / f"{name}.md").is_file()


def test_counting_rules_exist() -> None:
    assert set(COUNTING_RULES) <= all_rules().keys()


def test_messages() -> None:
    outcomes = [_run(name, "Example") for name in RULES]
    outcomes += [
        run_engine(case.data, settings_from(case.settings), name=case.name)
        for page in pages()
        for case in cases_of(page)
    ]
    messages = {(mark.rule, mark.words) for outcome in outcomes for mark in outcome.marks}
    assert not sorted(f"{rule}: {words}" for rule, words in messages if not _is_well_put(words))


def _is_well_put(message: str) -> bool:
    return (
        not message[:1].islower()
        and message.endswith(".")
        and len(message) <= LONGEST_MESSAGE
        and message.isprintable()
    )
