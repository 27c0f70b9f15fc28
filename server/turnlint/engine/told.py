"""The rules that are on, and findings that no row check makes: of rows not judged, of unknown files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.model import Finding, JsonFault, Place, Settings
from turnlint.rules import Bound, all_rules

__all__ = [
    "array_refused",
    "blank_row",
    "bound_rules",
    "if_on",
    "row_rules",
    "row_too_large",
    "unknown_format",
]


def bound_rules(settings: Settings) -> dict[str, Bound]:
    """The rules that are on, ready to make findings."""
    rules = all_rules()
    return {name: Bound(rules[name], one) for name, one in settings.rules.items()}


def row_rules(settings: Settings, format: Format | None) -> dict[str, Bound]:  # noqa: A002
    """The rules that judge the rows of a file. Of one in no known format, none that compares rows."""
    bound = bound_rules(settings.judging(format.name if format else None))
    if format is not None:
        return bound
    return {name: one for name, one in bound.items() if one.module.family != "duplicates"}


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


def array_refused(bound: Bound) -> Finding:
    """What is said of a file whose rows are the items of an array, where a target does not take it."""
    todo = "Write one item per row: `jq -c '.[]' in.json > out.jsonl`."
    return replace(bound.at(None, "the file is one JSON array", todo), fix=None)


def unknown_format(bound: Bound) -> Finding:
    """What is said of a file in none of the formats."""
    words = (
        "No row looks like training data in a format that turnlint knows, so only its JSON is judged. "
        "If it is training data, name its format (`format` in turnlint.toml) and its keys (`columns`)."
    )
    return bound.fault(JsonFault("unknown-format", Place(), words))
