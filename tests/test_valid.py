"""Real-looking rows of every format, tricky and fine: nothing above info is ever said of them.

fixtures/valid/FORMAT.jsonl must be silent under each target that takes the format, and where none is named;
fixtures/valid/FORMAT-TARGET.jsonl has rows that this target takes and others do not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.harness import COUNTING_RULES, FIXTURES, run_engine, valid_format
from turnlint.config import all_targets, resolve
from turnlint.engine import RowChecker, vote
from turnlint.formats import Format, all_formats, get_format
from turnlint.model import Severity


class Run(NamedTuple):
    """A file of valid rows, and a target that takes them."""

    path: Path
    format: str
    target: str


FILES = sorted((FIXTURES / "valid").glob("*.jsonl"))
NAMES = {one.name for one in all_formats()}


def _runs() -> list[Run]:
    found = []
    for path in FILES:
        if path.stem in NAMES:
            takers = (name for name, one in all_targets().items() if path.stem in one.formats)
            found += [Run(path, path.stem, target) for target in ("generic", *takers)]
        else:
            format_name = valid_format(path)
            found.append(Run(path, format_name, path.stem.removeprefix(f"{format_name}-")))
    return found


RUNS = _runs()
each_run = pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.path.stem}-{run.target}")


def test_every_format_has_valid_rows() -> None:
    assert {path.stem for path in FILES} >= NAMES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_are_many_and_distinct(path: Path) -> None:
    rows = path.read_bytes().split(b"\n")[:-1]
    assert len({json.dumps(json.loads(row)) for row in rows}) == len(rows) >= 15


@each_run
def test_files_are_silent(run: Run) -> None:
    settings = resolve(run.target, format=_told(run), ignore=COUNTING_RULES)
    outcome = run_engine(run.path.read_bytes(), settings, name=run.path.name)
    assert not [mark for mark in outcome.marks if Severity.parse(mark.severity) > Severity.INFO]


@each_run
def test_rows_are_silent(run: Run) -> None:
    settings = resolve(run.target)
    rows = run.path.read_bytes().split(b"\n")[:-1]
    if _told(run) is None:
        assert vote(rows, accepted=settings.formats) is get_format(run.format)
    checker = RowChecker(get_format(run.format), settings)
    for row in rows:
        loud = [one.message for one in checker.findings(row) if one.severity > Severity.INFO]
        assert not loud, row.decode()


def _told(run: Run) -> str | None:
    """The format, where the rows alone do not tell it: those of another look the same."""
    one = get_format(run.format)
    accepted = resolve(run.target).formats
    earlier = [other for other in all_formats() if other.rank < one.rank]
    twins = [other for other in earlier if not accepted or other.name in accepted]
    rows = [json.loads(row) for row in run.path.read_bytes().split(b"\n")[:-1]]
    beaten = any(sum(map(other.recognise, rows)) * 2 > len(rows) for other in twins)
    return run.format if beaten else None


@pytest.mark.parametrize("one", all_formats(), ids=lambda one: one.name)
def test_the_turns_of_a_row_are_what_the_kind_of_its_format_says(one: Format) -> None:
    for row in (FIXTURES / "valid" / f"{one.name}.jsonl").read_bytes().split(b"\n")[:-1]:
        example = one.example(json.loads(row))
        assert example.format == one.name
        assert one.kind == "other" or example.is_prompt == (one.kind == "prompt")
        assert (example.outputs is not None) == (one.kind == "preference")
        assert bool(example.all_turns) or one.kind in ("other", "judged")
