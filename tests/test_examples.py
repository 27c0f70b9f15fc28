"""Every published case of fixtures/formats gives the finding that it names, and no other that matters.

The files there were written from the documentation of each service and the code of each trainer, before
there was a rule, in a working vocabulary: for each small example the one finding that it must give, and how
bad that is at most. The tables beside them, fixtures/formats/tables/*.toml, translate it:

    [formats]    from the `format` of a case, which joins format and target, to ours:
                 `["openai-chat", "openai"]`; an empty format is one that the file must tell itself. A case
                 that needs others than the rest of its format is named `FORMAT/FINDING`
    [rules]      from the working name of a finding to our rule, where it is not the same: for one format
                 alone as `FORMAT/FINDING`, else for all formats of the table
    [severity]   where a case is milder with us, as `FORMAT/FINDING` or FINDING: `{ is = "info", why = "…" }`

What a tool refuses or drops is an error here; what it warns of, or mistrains in silence, a warning.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from typing import Any, NamedTuple

import pytest

from tests.harness import COUNTING_RULES, FIXTURES, Mark, run_engine
from turnlint.config import get_target, resolve
from turnlint.formats import detect, get_format
from turnlint.model import Severity

SEVERITIES = {"error": "error", "drop": "error", "warn": "warning", "warning": "warning", "silent": "warning"}
"""From what becomes of a case at its target to the severity of our finding."""


class Published(NamedTuple):
    """One case: the file to judge, which of its rows is meant (None: the file), and what must be found."""

    name: str
    data: bytes
    row: int | None
    format: str | None
    target: str
    rule: str | None
    severity: str


class Table(NamedTuple):
    """What one table says of the cases of its formats."""

    formats: dict[str, tuple[str, str]]
    rules: dict[str, str]
    severity: dict[str, dict[str, str]]

    def judged(self, case: dict[str, Any]) -> tuple[str, str]:
        """As what a case is judged: our format, or none, and the target."""
        return self.formats.get(f"{case['format']}/{case['finding']}", self.formats[case["format"]])

    def rule(self, case: dict[str, Any]) -> str | None:
        """Our rule for the finding of a case."""
        found = case["finding"]
        named = (self.rules.get(name) for name in (f"{case['format']}/{found}", found))
        return next(filter(None, named), found)

    def mildness(self, case: dict[str, Any]) -> str:
        """The severity that our finding must have."""
        found = case["finding"]
        said = (self.severity.get(name) for name in (f"{case['format']}/{found}", found))
        own = next((one["is"] for one in said if one), "")
        return own or SEVERITIES.get(case["severity"], case["severity"] or "")


@cache
def _tables() -> list[Table]:
    files = sorted((FIXTURES / "formats" / "tables").glob("*.toml"))
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return [
        Table(
            {name: (one, target) for name, (one, target) in table["formats"].items()},
            table.get("rules", {}),
            table.get("severity", {}),
        )
        for table in read
    ]


@cache
def _neighbours(format_name: str) -> list[str]:
    """Valid rows of a format."""
    text = (FIXTURES / "valid" / f"{format_name}.jsonl").read_text(encoding="utf-8")
    return [row for row in text.split("\n") if row]


def _read() -> list[Published]:
    cases = []
    for path in sorted((FIXTURES / "formats").glob("*-examples.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            case = json.loads(line)
            table = next(one for one in _tables() if case["format"] in one.formats)
            format_name, target = table.judged(case)
            text = case["raw"] if "raw" in case else json.dumps(case["example"], ensure_ascii=False)
            row = None
            if format_name:
                rows = _neighbours(format_name)
                row = len(rows) // 2
                text = "".join(f"{one}\n" for one in [*rows[:row], text, *rows[row:]])
            name = f"{case['format']}-{number}-{case['finding'] or 'silent'}"
            rule, severity = table.rule(case), table.mildness(case)
            cases.append(Published(name, text.encode(), row, format_name or None, target, rule, severity))
    return cases


def test_tables_name_what_is_there() -> None:
    for table in _tables():
        for name, target in table.formats.values():
            assert get_target(target)
            assert not name or name == get_format(name).name
        assert all(one["why"] for one in table.severity.values())


CASES = _read()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_published_example(case: Published) -> None:
    ignored = () if case.format is None else COUNTING_RULES
    outcome = run_engine(case.data, resolve(case.target, format=case.format, ignore=ignored))
    expected = [mark for mark in outcome.marks if mark.rule == case.rule and case.row in (None, mark.row)]
    others = [mark for mark in outcome.marks if mark not in expected and _matters(mark)]
    assert not others
    assert {mark.severity for mark in expected} == ({case.severity} if case.rule else set())


def _matters(mark: Mark) -> bool:
    return Severity.parse(mark.severity) > Severity.INFO


VALID = [case for case in CASES if case.rule is None and case.row is not None]
each_valid = pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)


def _row(case: Published) -> bytes:
    return case.data.split(b"\n")[case.row or 0]


@each_valid
def test_a_valid_example_is_recognised_at_its_target(case: Published) -> None:
    found = detect(json.loads(_row(case)), accepted=get_target(case.target)[0].formats)
    assert found is get_format(case.format or "")


@each_valid
def test_a_valid_example_stands_out_in_a_file_of_another_format(case: Published) -> None:
    others = _neighbours("cohere-rerank" if case.format != "cohere-rerank" else "segments")
    rows = [*others[:8], _row(case).decode(), *others[8:]]
    outcome = run_engine("".join(f"{one}\n" for one in rows).encode(), resolve(ignore=COUNTING_RULES))
    assert [mark.row for mark in outcome.marks if mark.rule == "mixed-formats"] == [8]
