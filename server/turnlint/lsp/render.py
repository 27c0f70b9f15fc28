"""Findings as LSP diagnostics: plain dicts, as they go over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from lsprotocol.types import DiagnosticSeverity, DiagnosticTag

from turnlint.lsp.document import Document
from turnlint.lsp.rows import Judged, Shown
from turnlint.model import Finding, Fix, Place, Severity, format_pointer
from turnlint.text.lines import Line
from turnlint.text.scan import edit_spans, spans
from turnlint.text.units import to_units

__all__ = ["SOURCE", "Diagnostic", "of_file", "of_row", "rule_url", "summary"]

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


def rule_url(name: str) -> str | None:
    """The page of a rule in the web; None until the project has one."""
    return None


def of_row(document: Document, shown: Shown) -> Diagnostic:
    """The diagnostic of a finding about a row."""
    if shown.at is None:
        return _of_copy(document, shown)
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
        found = spans(line.text, places)

        def place(start: int, end: int) -> dict[str, Any]:
            made = _range(document, line, 0, start, end)
            self._positions += made.values()
            return made

        self._entries = [
            _diagnostic(
                finding,
                place(span.start, span.end),
                _data(finding, line, place),
                _near(finding, document, line, place),
            )
            for finding, span in zip(findings, found, strict=True)
        ]

    def at(self, number: int) -> list[Diagnostic]:
        """The entries, for the line at this number."""
        if number != self._number:
            self._number = number
            for position in self._positions:
                position["line"] = number
        return self._entries


_Ranger: TypeAlias = Callable[[int, int], dict[str, Any]]


def _data(finding: Finding, line: Line, place: _Ranger) -> dict[str, Any]:
    """What a code action will need: where the value stands, and the edits of the fix."""
    data: dict[str, Any] = {}
    if finding.place is not None:
        data["pointer"] = format_pointer(finding.place.pointer)
    edits = _edits(finding.fix, line, place)
    if finding.fix is not None and edits:
        data["fix"] = {"message": finding.fix.message, "safe": finding.fix.safe, "edits": edits}
    return data


def _edits(fix: Fix | None, line: Line, place: _Ranger) -> list[dict[str, Any]]:
    if fix is None:
        return []
    try:
        found = edit_spans(line.text, fix.edits)
    except LookupError:  # a fix that does not fit the row is no fix
        return []
    return [{"range": place(span.start, span.end), "newText": content} for span, content in found]


def _near(finding: Finding, document: Document, line: Line, place: _Ranger) -> list[dict[str, Any]]:
    """The related places in the same row."""
    near = [related for related in finding.related if related.row is None]
    found = spans(line.text, [related.place for related in near])
    return [
        {"location": {"uri": document.uri, "range": place(span.start, span.end)}, "message": related.message}
        for related, span in zip(near, found, strict=True)
    ]


def _of_copy(document: Document, shown: Shown) -> Diagnostic:
    """A finding that depends on other rows, which may have moved since: made anew each time."""
    related = [
        {"location": {"uri": document.uri, "range": _first_token(document, one.row)}, "message": one.message}
        for one in shown.finding.related
        if one.row is not None
    ]
    data: dict[str, Any] = {"pointer": ""}
    if shown.echo:
        data["echo"] = True
    return _diagnostic(shown.finding, _first_token(document, shown.number), data, related)


def _first_token(document: Document, number: int) -> dict[str, Any]:
    line = document.store.line(number)
    span = spans(line.text, [Place()])[0]
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
    url = rule_url(finding.rule)
    if url is not None:
        made["codeDescription"] = {"href": url}
    if finding.rule in _TAGS:
        made["tags"] = _TAGS[finding.rule]
    if information := list(related):
        made["relatedInformation"] = information
    return made
