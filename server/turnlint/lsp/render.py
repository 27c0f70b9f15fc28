"""Findings as LSP diagnostics, as they go over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from lsprotocol.types import DiagnosticSeverity, DiagnosticTag
from orjson import Fragment

from turnlint.engine import Located
from turnlint.lsp.document import Document, Paper, row_text
from turnlint.lsp.protocol import dump
from turnlint.lsp.ranges import written_range
from turnlint.lsp.rows import Judged, Shown, Telling
from turnlint.model import Finding, Place, Severity, Span, format_pointer
from turnlint.rules.page import url
from turnlint.text.decode import row_text as decoded
from turnlint.text.scan import fix_spans, spans
from turnlint.text.units import to_units

__all__ = ["SOURCE", "Diagnostic", "of_file", "of_located", "of_row", "summary"]

Diagnostic: TypeAlias = Fragment
"""A diagnostic as it goes over the wire: JSON already, so that a thousand cost no more than their bytes."""


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
_HERE = -1
_TOP = written_range((0, 0), (0, 0))


def of_row(document: Document, shown: Shown) -> Diagnostic:
    """The diagnostic of a finding about a row."""
    number, line, at, telling = shown
    if telling is not None:
        drawn: _Drawn = telling.drawn or _draw_copy(document, telling, number)
        return drawn.at(number)
    judged: Judged = line.result
    if judged.drawn is None:
        judged.drawn = _draw(document.paper, line.text, judged.findings)
    entries: list[_Drawn] = judged.drawn
    return entries[at].at(number)


def of_located(paper: Paper, found: Located) -> Diagnostic:
    """The diagnostic of a finding in a file on disk."""
    if found.row is None:
        return of_file(found.finding)
    return _draw(paper, decoded(found.raw), (found.finding,), _start)[0].at(found.row)


def of_file(finding: Finding) -> Diagnostic:
    """The diagnostic of a finding about the file as a whole: an empty range at its start."""
    return Diagnostic(dump(_diagnostic(finding, _TOP, {"file": True})))


def summary(left: int) -> Diagnostic:
    """The entry that stands for findings beyond the limit."""
    verb = "finding is" if left == 1 else "findings are"
    words = f"{left:,} more {verb} not shown here. Run `turnlint check` on the file to see all."
    entry = {"range": _TOP, "severity": _SEVERITIES[Severity.INFO], "source": SOURCE, "message": words}
    return Diagnostic(dump(entry))


class _Drawn:
    """A diagnostic, written once. When its line moves, only the numbers in it are changed."""

    __slots__ = ("_count", "_entry", "_number", "_template")

    def __init__(self, entry: Mapping[str, Any]) -> None:
        """`entry` has `_HERE` for the number of its own line."""
        body = dump(entry)
        mark = b'"line":%d' % _HERE  # which no string can hold, as its quotes would be escaped
        self._count = body.count(mark)
        self._template = body.replace(b"%", b"%%").replace(mark, b'"line":%d')
        self._number = _HERE
        self._entry = Diagnostic(b"")

    def at(self, number: int) -> Diagnostic:
        """The diagnostic, for the line at this number."""
        if number != self._number:
            self._number = number
            self._entry = Diagnostic(self._template % ((number,) * self._count))
        return self._entry


_Ranger: TypeAlias = Callable[[int, int], dict[str, Any]]
_Elsewhere: TypeAlias = Callable[[int], dict[str, Any]]


def _draw(
    paper: Paper, text: str, findings: Sequence[Finding], elsewhere: _Elsewhere | None = None
) -> list[_Drawn]:
    """Draw the findings of one line. `elsewhere` gives the range of another row, where they name some."""
    row = row_text(text)
    found = spans(row, [finding.place or Place() for finding in findings])
    edits = fix_spans(row, [finding.fix for finding in findings])
    near = [one for finding in findings for one in finding.related if one.row is None]
    beside = iter(spans(row, [one.place for one in near]))

    def place(start: int, end: int) -> dict[str, Any]:
        return _range(paper, text, _HERE, start, end)

    def related(finding: Finding) -> Iterator[dict[str, Any]]:
        for one in finding.related:
            if one.row is None:
                span = next(beside)
                yield _related(paper.uri, place(span.start, span.end), one.message)
            elif elsewhere is not None:
                yield _related(paper.uri, elsewhere(one.row), one.message)

    return [
        _Drawn(
            _diagnostic(finding, place(span.start, span.end), _data(finding, edited, place), related(finding))
        )
        for finding, span, edited in zip(findings, found, edits, strict=True)
    ]


def _data(finding: Finding, edits: Sequence[tuple[Span, str]], place: _Ranger) -> dict[str, Any]:
    """What a code action will need: where the value stands, and the edits of the fix."""
    data: dict[str, Any] = {}
    if finding.place is not None:
        data["pointer"] = format_pointer(finding.place.pointer)
    if finding.fix is not None and edits:
        made = [{"range": place(span.start, span.end), "newText": content} for span, content in edits]
        data["fix"] = {"message": finding.fix.message, "safe": finding.fix.safe, "edits": made}
    return data


def _related(uri: str, range_: dict[str, Any], message: str) -> dict[str, Any]:
    return {"location": {"uri": uri, "range": range_}, "message": message}


def _draw_copy(document: Document, telling: Telling, number: int) -> _Drawn:
    """Draw what a line says of its equals."""
    finding = telling.finding
    related = [
        _related(document.uri, _first_token(document, one.row), one.message)
        for one in finding.related
        if one.row is not None
    ]
    own = _first_token(document, number)
    for position in own.values():
        position["line"] = _HERE
    data: dict[str, Any] = {"pointer": "", "echo": True} if telling.echo else {"pointer": ""}
    telling.drawn = drawn = _Drawn(_diagnostic(finding, own, data, related))
    return drawn


def _first_token(document: Document, number: int) -> dict[str, Any]:
    text = document.store.line(number).text
    span = spans(row_text(text), [Place()])[0]
    return _range(document.paper, text, number, span.start, span.end)


def _start(number: int) -> dict[str, Any]:
    return written_range((number, 0), (number, 1))


def _range(paper: Paper, text: str, number: int, start: int, end: int) -> dict[str, Any]:
    first, last = (to_units(text, column, paper.encoding) for column in (start, end))
    return written_range((number, first), (number, last))


def _diagnostic(
    finding: Finding, range_: dict[str, Any], data: dict[str, Any], related: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    made: dict[str, Any] = {
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
