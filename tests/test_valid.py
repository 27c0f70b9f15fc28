"""Real-looking rows of every format, tricky and fine: nothing above info is ever said of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness import FIXTURES, run_engine
from turnlint.config import resolve
from turnlint.engine import RowChecker, vote
from turnlint.formats import all_formats, get_format
from turnlint.model import Severity

FILES = sorted((FIXTURES / "valid").glob("*.jsonl"))
TARGETS = {
    "openai-chat-azure": ("azure",),
    "openai-chat": ("openai",),
    "openai-preference": ("openai",),
    "openai-reinforcement": ("openai", "azure"),
    "prompt-completion": ("openai",),
}
"""Besides generic, which takes every format."""

RUNS = [(path, target) for path in FILES for target in ("generic", *TARGETS.get(path.stem, ()))]


def _format(path: Path) -> str:
    return path.stem.removesuffix("-azure")


def test_every_format_has_valid_rows() -> None:
    assert {_format(path) for path in FILES} == {one.name for one in all_formats()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_are_many_and_distinct(path: Path) -> None:
    rows = path.read_bytes().split(b"\n")[:-1]
    assert len({json.dumps(json.loads(row)) for row in rows}) == len(rows) >= 15


@pytest.mark.parametrize(("path", "target"), RUNS, ids=lambda one: one.stem if isinstance(one, Path) else one)
def test_files_are_silent(path: Path, target: str) -> None:
    outcome = run_engine(path.read_bytes(), resolve(target), name=path.name)
    assert not [mark for mark in outcome.marks if Severity.parse(mark.severity) > Severity.INFO]


@pytest.mark.parametrize(("path", "target"), RUNS, ids=lambda one: one.stem if isinstance(one, Path) else one)
def test_rows_are_silent(path: Path, target: str) -> None:
    chosen = get_format(_format(path))
    rows = path.read_bytes().split(b"\n")[:-1]
    assert vote(rows) is chosen
    checker = RowChecker(chosen, resolve(target))
    for row in rows:
        loud = [one.message for one in checker.findings(row) if one.severity > Severity.INFO]
        assert not loud, row.decode()
