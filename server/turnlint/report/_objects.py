"""A finding as the JSON object that scripts rely on: fields may be added, never removed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from json import dumps
from typing import Any, TypeAlias

import msgspec

from turnlint.model import Fix, Place, Related, Span, format_pointer
from turnlint.report import RowFindings, Tally
from turnlint.rules.page import url
from turnlint.text.decode import row_text
from turnlint.text.scan import fix_spans, spans
from turnlint.text.secrets import hide
from turnlint.text.units import without_surrogates

__all__ = ["JsonObject", "encode", "finding_objects", "rule_counts"]

JsonObject: TypeAlias = dict[str, Any]


def finding_objects(found: RowFindings) -> Iterator[JsonObject]:
    """Yield an object for each finding. Lines and columns count from 1; a column is a code point."""
    text = row_text(found.raw)
    places = [finding.place or Place() for finding in found.findings]
    edits = fix_spans(text, [finding.fix for finding in found.findings])
    near = [one for finding in found.findings for one in finding.related if one.row is None]
    beside = iter(spans(text, [one.place for one in near]))
    for finding, span, edited in zip(found.findings, spans(text, places), edits, strict=True):
        yield {
            "rule": finding.rule,
            "family": finding.family,
            "severity": finding.severity.word,
            "message": finding.message,
            "url": url(finding.rule),
            "path": found.path,
            "row": _number(found.row),
            **_place(None if found.row is None else finding.place),
            **_location(found, found.row, span),
            "related": [_related(one, found, beside) for one in finding.related],
            "fix": _fix(finding.fix, found, edited),
        }


def rule_counts(tally: Tally) -> Iterator[JsonObject]:
    """Yield an object for each rule, the most frequent first."""
    for (family, rule, severity), count in tally.most_frequent():
        yield {"rule": rule, "family": family, "severity": severity.word, "count": count}


def encode(value: Any) -> str:
    """Write a value as JSON on one line; lone surrogates become U+FFFD.

    What does not show, or would move or reorder what does, is escaped, and one of two `#`: CI systems obey
    what begins with `##`, in JSON, too.
    """
    try:
        written = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        written = msgspec.json.encode(_clean(value)).decode()
    if not written.isprintable():
        written = re.sub(r"[^ -~]", _escaped, written)
    return written.replace("##", "#\\u0023")


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return character if character.isprintable() else dumps(character)[1:-1]


def _number(row: int | None) -> int | None:
    return None if row is None else row + 1


def _place(place: Place | None) -> JsonObject:
    if place is None:
        return {"pointer": None, "part": None, "inner": None}
    inner = None if place.inner is None else format_pointer(place.inner.pointer)
    return {"pointer": format_pointer(place.pointer), "part": place.part, "inner": inner}


def _location(found: RowFindings, row: int | None, span: Span, path: str = "") -> JsonObject:
    if row is None:
        return {"location": _spot(1, span.start + 1), "end_location": _spot(1, span.end + 1)}
    return {
        "location": _spot(*found.position(row, span.start, path)),
        "end_location": _spot(*found.position(row, span.end, path)),
    }


def _spot(line: int, column: int) -> JsonObject:
    return {"line": line, "column": column}


def _related(related: Related, found: RowFindings, beside: Iterator[Span]) -> JsonObject:
    """A place in another row is that row's first character: its text is not at hand."""
    row, span = (found.row, next(beside)) if related.row is None else (related.row, Span(0, 1))
    return {
        "path": related.file or found.path,
        "row": _number(row),
        "message": related.message,
        **_location(found, row, span, related.file),
    }


def _fix(fix: Fix | None, found: RowFindings, edits: Sequence[tuple[Span, str]]) -> JsonObject | None:
    """A fix as edits of a row, or nothing where there are none, or where they would show a secret."""
    if fix is None or not (edits or fix.removes_row):
        return None
    if fix.removes_row and found.path in found.layouts:  # it stands on no line of its own
        return None
    if any(hide(content) != content for _, content in edits):
        return None
    changes = [{**_location(found, found.row, span), "content": content} for span, content in edits]
    return {
        "applicability": "safe" if fix.safe else "unsafe",
        "message": fix.message,
        "edits": [_removal(found.row)] if fix.removes_row else changes,
    }


def _removal(row: int | None) -> JsonObject:
    line = (row or 0) + 1
    end = {"line": line + 1, "column": 1}
    return {"location": {"line": line, "column": 1}, "end_location": end, "content": ""}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return value
