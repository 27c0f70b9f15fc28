"""Regular expressions mean the same on every Python that we support."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import turnlint

MODULES = sorted(Path(turnlint.__file__).parent.rglob("*.py"))
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_group_repeats_possessively(path: Path) -> None:
    """Before 3.11.5, `(?:…)*+` matches wrongly where the group may backtrack; `(?>(?:…)*)` does not."""
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if POSSESSIVE_GROUP.search(line)]
    assert [line for line in found if "gh-106052" not in line] == []
