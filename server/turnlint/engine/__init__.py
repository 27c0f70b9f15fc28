"""The orchestrator: row -> findings and facts, file -> findings. Pure: it reads only what it is handed."""

from __future__ import annotations

from turnlint.engine.check import Located, check_files, check_stream, file_findings, left_to_right
from turnlint.engine.election import vote
from turnlint.engine.facts import facts_of, row_key
from turnlint.engine.file import Input
from turnlint.engine.resources import Resources
from turnlint.engine.row import RowChecker
from turnlint.engine.splits import split_of
from turnlint.engine.told import bound_rules, row_rules

__all__ = [
    "Input",
    "Located",
    "Resources",
    "RowChecker",
    "bound_rules",
    "check_files",
    "check_stream",
    "facts_of",
    "file_findings",
    "left_to_right",
    "row_key",
    "row_rules",
    "split_of",
    "vote",
]
