"""Findings as LSP diagnostics: plain dicts, as they go over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from lsprotocol.types import DiagnosticSeverity, DiagnosticTag

from turnlint.lsp.document import Document, row_text
from turnlint.lsp.rows import Judged, Shown, Telling
from turnlint.model import Finding, Place, Severity, Span, format_pointer
from turnlint.rules.page import url
from turnlint.text.lines import Line
from turnlint.text.scan import fix_spans, spans
from turnlint.text.units import to_units

__all__ = ["SOURCE", "Diagnostic", "of_file", "of_row", "summary"]

Diagnostic: TypeAlias = dict[str, Any]

SOURCE = "turnlint"
_SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.Error.value,
    Severity.WARNING: DiagnosticSeverity.Warning.value,
    Severity.INFO: DiagnosticSeverity.Information.value,
    Severity.HINT: DiagnosticSeverity.Hint.value,
}
_TAGS = {
    "blank-row": [DiagnosticTag.Unnecessary.value],
    "exact-duplicate": [DiagnosticTag.Unnecessary.value],
    "legacy-functions": [DiagnosticTag.Deprecated.value],
}
_TOP = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def of_row(document: Document, shown: Shown) -> Diagnostic:
    """The diagnostic of a finding about a row."""
    if shown.telling is not None:
        return _of_copy(document, shown.number, shown.telling)
    judged: Judged = shown.line.result
    if judged.drawn is None:
        judged.drawn = _Drawing(document, shown.line, judged.findings)
    drawing: _Drawing = judged.drawn
    return drawing.at(shown.number)[shown.at]


def of_file(finding: Finding) -> Diagnostic:
    """The diagnostic of a finding about the file as a whole: an empty range at its start."""
    return _diagnostic(finding, _TOP, {"file": True})


def summary(left: int) -> Diagnostic:
    """The entry that stands for findings beyond the limit."""
    verb = "finding is" if left == 1 else "findings are"
    return {
        "range": _TOP,
        "severity": _SEVERITIES[Severity.INFO],
        "source": SOURCE,
        "message": f"{left:,} more {verb} not shown here. Run `turnlint check` on the file to see all.",
    }


class _Drawing:
    """The diagnostics of the findings of one line. When lines move, only the numbers in them are changed."""

    __slots__ = ("_entries", "_number", "_positions")

    def __init__(self, document: Document, line: Line, findings: tuple[Finding, ...]) -> None:
        self._number = 0
        self._positions: list[dict[str, int]] = []
        places = [finding.place or Place() for finding in findings]
        text = row_text(line.text)
        found = spans(text, places)
        edits = fix_spans(text, [finding.fix for finding in findings])
        near = [one for finding in findings for one in finding.related if one.row is None]
        beside = iter(spans(text, [one.place for one in near]))

        def place(start: int, end: int) -> dict[str, Any]:
            made = _range(document, line, 0, start, end)
            self._positions += made.values()
            return made

        self._entries = [
            _diagnostic(
                finding,
                place(span.start, span.end),
                _data(finding, edited, place),
                _near(finding, document.uri, beside, place),
            )
            for finding, span, edited in zip(findings, found, edits, strict=True)
        ]

    def at(self, number: int) -> list[Diagnostic]:
        """The entries, for the line at this number."""
        if number != self._number:
            self._number = number
            for position in self._positions:
                position["line"] = number
        return self._entries


_Ranger: TypeAlias = Callable[[int, int], dict[str, Any]]


def _data(finding: Finding, edits: Sequence[tuple[Span, str]], place: _Ranger) -> dict[str, Any]:
    """What a code action will need: where the value stands, and the edits of the fix."""
    data: dict[str, Any] = {}
    if finding.place is not None:
        data["pointer"] = format_pointer(finding.place.pointer)
    if finding.fix is not None and edits:
        made = [{"range": place(span.start, span.end), "newText": content} for span, content in edits]
        data["fix"] = {"message": finding.fix.message, "safe": finding.fix.safe, "edits": made}
    return data


def _near(finding: Finding, uri: str, beside: Iterator[Span], place: _Ranger) -> list[dict[str, Any]]:
    """The related places in the same row, whose spans come next."""
    near = [(next(beside), related) for related in finding.related if related.row is None]
    return [_related(uri, place(span.start, span.end), related.message) for span, related in near]


def _related(uri: str, range_: dict[str, Any], message: str) -> dict[str, Any]:
    return {"location": {"uri": uri, "range": range_}, "message": message}


def _of_copy(document: Document, number: int, telling: Telling) -> Diagnostic:
    """What a line says of its equals. Drawn once; when the line moves, only its number is changed."""
    if telling.drawn is None:
        finding = telling.finding
        related = [
            _related(document.uri, _first_token(document, one.row), one.message)
            for one in finding.related
            if one.row is not None
        ]
        data: dict[str, Any] = {"pointer": "", "echo": True} if telling.echo else {"pointer": ""}
        telling.drawn = _diagnostic(finding, _first_token(document, number), data, related)
    drawn: Diagnostic = telling.drawn
    for position in drawn["range"].values():
        position["line"] = number
    return drawn


def _first_token(document: Document, number: int) -> dict[str, Any]:
    line = document.store.line(number)
    span = spans(row_text(line.text), [Place()])[0]
    return _range(document, line, number, span.start, span.end)


def _range(document: Document, line: Line, number: int, start: int, end: int) -> dict[str, Any]:
    first, last = (to_units(line.text, column, document.encoding) for column in (start, end))
    return {"start": {"line": number, "character": first}, "end": {"line": number, "character": last}}


def _diagnostic(
    finding: Finding, range_: dict[str, Any], data: dict[str, Any], related: Iterable[dict[str, Any]] = ()
) -> Diagnostic:
    made: Diagnostic = {
        "range": range_,
        "severity": _SEVERITIES[finding.severity],
        "code": finding.rule,
        "source": SOURCE,
        "message": finding.message,
        "data": data,
    }
    page = url(finding.rule)
    if page is not None:
        made["codeDescription"] = {"href": page}
    if finding.rule in _TAGS and "echo" not in data:
        made["tags"] = _TAGS[finding.rule]
    if information := list(related):
        made["relatedInformation"] = information
    return made
