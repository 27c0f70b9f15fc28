"""The orchestrator: row -> findings and facts, file -> findings. Pure: it reads only what it is handed."""

from __future__ import annotations

from turnlint.engine.file import (
    Located,
    bound_rules,
    check_stream,
    file_findings,
    left_to_right,
    row_rules,
    split_of,
    vote,
)
from turnlint.engine.row import RowChecker, facts_of

__all__ = [
    "Located",
    "RowChecker",
    "bound_rules",
    "check_stream",
    "facts_of",
    "file_findings",
    "left_to_right",
    "row_rules",
    "split_of",
    "vote",
]
