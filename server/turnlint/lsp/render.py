"""Findings as LSP diagnostics, as they go over the wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, TypeAlias

from lsprotocol.types import DiagnosticSeverity, DiagnosticTag
from msgspec.structs import replace
from orjson import Fragment

from turnlint.engine import Located
from turnlint.lsp.document import Paper, row_text
from turnlint.lsp.protocol import dump
from turnlint.lsp.ranges import written_range
from turnlint.lsp.rows import Judged, Shown
from turnlint.lsp.sayings import Said
from turnlint.model import Finding, Place, Related, Severity, Span, format_pointer
from turnlint.rules.compare import ROW, phrased, reference
from turnlint.rules.page import url
from turnlint.text.decode import row_text as decoded
from turnlint.text.scan import fix_spans, spans
from turnlint.text.units import to_units

__all__ = ["SOURCE", "Diagnostic", "of_file", "of_line", "of_located", "of_row", "summary"]

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
_GAP = re.compile(rb'"line":(?P<line>-\d+)|\0')
"""No string that was written out can hold this: quotes and what cannot be printed are escaped there."""
_TOP = written_range((0, 0), (0, 0))


def of_row(paper: Paper, shown: Shown) -> Diagnostic:
    """The diagnostic of a finding about a row."""
    number, line, at, said = shown
    if said is not None:
        if said.drawn is None:
            said.drawn = _draw_said(paper, line.text, said)
        return said.drawn.at(*said.numbers)  # type: ignore[no-any-return]
    judged: Judged = line.result
    if judged.drawn is None:
        judged.drawn = _draw(paper, line.text, judged.findings)
    entries: list[_Drawn] = judged.drawn
    return entries[at].at(number)


def of_located(paper: Paper, found: Located, uris: Mapping[str, str]) -> Diagnostic:
    """The diagnostic of a finding in a file on disk; `uris` are those of other files, by their names."""
    if found.row is None:
        return of_file(found.finding)
    (drawn,) = _draw(paper, decoded(found.raw), (found.finding,), partial(_beside, paper.uri, uris))
    return drawn.at(found.row)


def of_line(finding: Finding, line: int) -> Diagnostic:
    """The diagnostic of a finding where rows are no lines: an empty range at the start of a 0-based line."""
    return Diagnostic(dump(_diagnostic(finding, written_range((line, 0), (line, 0)), {})))


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
    """A diagnostic, written once. When lines move, only the numbers in it are changed."""

    __slots__ = ("_entry", "_numbers", "_parts", "_template")

    def __init__(self, entry: Mapping[str, Any], references: Sequence[tuple[int, str]] = ()) -> None:
        """`entry` has negative numbers for lines: `_HERE` for its own, and those below for others in turn.

        `references` are the lines and their files that the message names where it has `ROW`.
        """
        named = iter(references)
        self._parts: list[Callable[[Sequence[int]], object]] = []
        """What stands in each gap of the template: the number of a line, or words for it."""

        def gap(found: re.Match[bytes]) -> bytes:
            line = found["line"]
            self._parts.append(itemgetter(_HERE - int(line)) if line else _Words(found, *next(named)))
            return b'"line":%d' if line else b"%b"

        self._template = _GAP.sub(gap, dump(entry).replace(b"%", b"%%"))
        self._numbers: tuple[int, ...] = ()
        self._entry = Diagnostic(b"")

    def at(self, *numbers: int) -> Diagnostic:
        """The diagnostic, for its line at the first of these numbers, and others at the rest."""
        if numbers != self._numbers:
            self._numbers = numbers
            self._entry = Diagnostic(self._template % tuple([part(numbers) for part in self._parts]))
        return self._entry


class _Words:
    """Names a row in a message."""

    __slots__ = ("_at", "_begins", "_file")

    def __init__(self, gap: re.Match[bytes], at: int, file: str) -> None:
        self._begins = gap.string[gap.start() - 1 : gap.start()] == b'"'
        self._at, self._file = at, file

    def __call__(self, numbers: Sequence[int]) -> bytes:
        words = reference(numbers[self._at], self._file)
        return dump(words[:1].upper() + words[1:] if self._begins else words)[1:-1]


_Ranger: TypeAlias = Callable[[int, int], dict[str, Any]]
_Elsewhere: TypeAlias = Callable[[Related], dict[str, Any]]


def _draw(
    paper: Paper, text: str, findings: Sequence[Finding], elsewhere: _Elsewhere | None = None
) -> list[_Drawn]:
    """Draw the findings of one line. `elsewhere` gives the place of a related row, where they name some."""
    return [_Drawn(entry) for entry in _entries(paper, text, findings, elsewhere)]


def _entries(
    paper: Paper, text: str, findings: Sequence[Finding], elsewhere: _Elsewhere | None
) -> Iterator[dict[str, Any]]:
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
                location = {"uri": paper.uri, "range": place(span.start, span.end)}
            elif elsewhere is not None:
                location = elsewhere(one)
            else:
                continue
            yield {"location": location, "message": one.message}

    for finding, span, edited in zip(findings, found, edits, strict=True):
        data = _data(finding, edited, place)
        yield _diagnostic(finding, place(span.start, span.end), data, related(finding))


def _data(finding: Finding, edits: Sequence[tuple[Span, str]], place: _Ranger) -> dict[str, Any]:
    """What a code action will need: where the value stands, and the edits of the fix."""
    data: dict[str, Any] = {}
    if finding.place is not None:
        data["pointer"] = format_pointer(finding.place.pointer)
    if finding.fix is not None and edits:
        made = [{"range": place(span.start, span.end), "newText": content} for span, content in edits]
        data["fix"] = {"message": finding.fix.message, "safe": finding.fix.safe, "edits": made}
    return data


def _draw_said(paper: Paper, text: str, said: Said) -> _Drawn:
    """Draw what a line says because of others, of which only the columns are drawn for good."""
    verdict = said.verdict
    others = range(1, len(verdict.others) + 1)
    files = [said.file(handle) for handle in verdict.others]

    def elsewhere(one: Related) -> dict[str, Any]:
        assert one.row is not None, "other rows are named by their places among the others"
        line, handle = said.lines[one.row], said.handles[one.row]
        if line is None:
            there = said.elsewhere[handle]
            return {"uri": there.uri, "range": _start(there.row)}
        span = spans(row_text(line.text), [one.place])[0]
        return {"uri": paper.uri, "range": _range(paper, line.text, _HERE - one.row, span.start, span.end)}

    related = tuple(Related(verdict.note(at - 1), at, verdict.place_in(at - 1)) for at in others)
    finding = replace(phrased(verdict, said.bound), related=related)
    (entry,) = _entries(paper, text, (finding,), elsewhere)
    if said.is_echo:
        entry["data"]["echo"] = True
        entry.pop("tags", None)
    first, *rest = (dump(part)[1:-1] for part in finding.message.split(ROW))
    entry["message"] = Fragment(b'"' + b"\0".join((first, *rest)) + b'"')
    return _Drawn(entry, list(zip(others, files, strict=True)))


def _beside(uri: str, uris: Mapping[str, str], one: Related) -> dict[str, Any]:
    """The location of another row, in the same file on disk or in another one."""
    return {"uri": uris.get(one.file, uri), "range": _start(one.row or 0)}


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
    if finding.rule in _TAGS:
        made["tags"] = _TAGS[finding.rule]
    if information := list(related):
        made["relatedInformation"] = information
    return made
