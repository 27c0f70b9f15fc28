"""Findings that no row check makes: of rows not judged, of rows that repeat others, of unknown files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from turnlint.model import Finding, JsonFault, Place, Related, Severity
from turnlint.rules import Bound

__all__ = ["blank_row", "duplicate", "first_copy", "if_on", "row_too_large", "unknown_format"]


_NAMED = 3
"""Of more copies, so many are named in words."""


def if_on(
    bound: Mapping[str, Bound], rule: str, word: Callable[..., Finding], *about: Any
) -> tuple[Finding, ...]:
    """What a rule says that needs no more than to be on: `word(rule, *about)`, or nothing where it is off."""
    return (word(bound[rule], *about),) if rule in bound else ()


def blank_row(bound: Bound) -> Finding:
    """What is said of a blank row."""
    return bound.fault(JsonFault("blank-row", Place(columns=(0, 0)), "This row is blank. Delete it."))


def row_too_large(bound: Bound, length: int) -> Finding:
    """What is said of a row with so many bytes, which is not judged."""
    words = f"This row has {length:,} bytes, more than turnlint reads, and was not judged."
    return bound.fault(JsonFault("row-too-large", Place(columns=(0, 1)), words))


def unknown_format(bound: Bound) -> Finding:
    """What is said of a file in none of the formats."""
    words = (
        "No row looks like training data in a format that turnlint knows, so only its JSON is judged. "
        "If it is training data, name its format (`--format`, or `format` in turnlint.toml)."
    )
    return bound.fault(JsonFault("unknown-format", Place(), words))


def duplicate(bound: Bound, first: int) -> Finding:
    """What is said of a row that repeats an earlier one; `first` is the 0-based number of that one."""
    what = f"this row repeats row {first + 1}, byte for byte"
    todo = "Delete it, unless the repetition is meant to weigh more."
    return bound.at(Place(), what, todo, related=(Related("first copy", first),))


def first_copy(bound: Bound, later: tuple[int, ...], copies: int) -> Finding:
    """What an editor says of the first of equal rows: `later` are 0-based numbers of some of its `copies`."""
    related = tuple(Related("a later copy", number) for number in later)
    named = [f"{number + 1:,}" for number in later[:_NAMED]]
    if copies == 1:
        words = f"Row {named[0]} repeats this row."
    elif copies == len(named):
        words = f"Rows {', '.join(named[:-1])} and {named[-1]} repeat this row."
    else:
        words = f"Rows {', '.join(named)} and {copies - len(named):,} more repeat this row."
    severity = min(bound.settings.severity, Severity.INFO)
    return Finding(bound.module.name, bound.module.family, severity, words, Place(), related)
