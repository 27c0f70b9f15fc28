"""Files whose bytes are the case: marks at their start, line ends, encodings, what is no JSONL at all."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness import COUNTING_RULES, FIXTURES
from turnlint.config import resolve
from turnlint.engine import Resources, check_stream

CASES = sorted((FIXTURES / "bytes").glob("*.jsonl"))


def _expected(path: Path) -> list[dict[str, Any]]:
    """What is expected, in the order of the rows; what is said of the file as a whole may come anywhere."""
    return _sorted(json.loads(path.with_suffix(".expect.json").read_bytes()))


def _sorted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: (one["row"] or 0, one["column"] or 0, one["rule"]))


def test_every_case_has_an_expectation_and_every_expectation_a_case() -> None:
    assert CASES
    assert {path.stem for path in CASES} == {
        path.name.removesuffix(".expect.json") for path in (FIXTURES / "bytes").glob("*.json")
    }


@pytest.mark.parametrize("chunk", [1, 7, 1 << 15])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_by_the_engine(path: Path, chunk: int) -> None:
    settings, resources = resolve(ignore=COUNTING_RULES), Resources(chunk_bytes=chunk)
    found = []
    for located in check_stream(io.BytesIO(path.read_bytes()), settings, name=path.name, resources=resources):
        finding, span, row = located.finding, located.span(), located.row
        found.append(
            {
                "rule": finding.rule,
                "severity": finding.severity.word,
                "row": None if row is None else row + 1,
                "column": None if span is None else span.start + 1,
            }
        )
    assert _sorted(found) == _expected(path)


def test_by_the_command_line() -> None:
    options = [
        "--isolated",
        "--quiet",
        "--output-format=json",
        *(f"--ignore={rule}" for rule in COUNTING_RULES),
    ]
    command = [sys.executable, "-m", "turnlint", "check", *options, *map(str, CASES)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr.decode()
    found: dict[str, list[dict[str, Any]]] = {str(path): [] for path in CASES}
    for one in json.loads(done.stdout):
        column = None if one["row"] is None else one["location"]["column"]
        found[one["path"]].append(
            {"rule": one["rule"], "severity": one["severity"], "row": one["row"], "column": column}
        )
    for path in CASES:
        assert _sorted(found[str(path)]) == _expected(path), path.stem
