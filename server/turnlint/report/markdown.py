"""A page of Markdown for CI systems: how often each rule is broken, and the first findings of each file.

It is written behind what the file holds already, so that `markdown:$GITHUB_STEP_SUMMARY` leaves what else the
step has to say. GitHub takes 1 MiB there; this is a quarter of it at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from turnlint.model import Finding, Place, Span
from turnlint.report import Report, RowFindings, Style, Tally
from turnlint.report._frame import frame
from turnlint.report._text import harmless
from turnlint.text.decode import row_text
from turnlint.text.label import counted
from turnlint.text.markdown import Markdown
from turnlint.text.scan import spans

__all__ = ["REPORT"]

_ROOM = 200_000
"""Bytes of UTF-8 for findings; paths and rules take the rest."""
_PROBLEMS = 50
"""So many files that cannot be read are named."""
_LONGEST_PATH = 300


class MarkdownReport(Report):
    """Waits for the counts: what is shown of findings is little enough for memory."""

    limit: ClassVar[int | None] = 3
    counts: ClassVar[bool] = True
    appends: ClassVar[bool] = True

    def __init__(self, write: Callable[[str], object], style: Style) -> None:
        super().__init__(write, style)
        self._markdown = Markdown()
        self._room = _ROOM
        self._shown: list[str] = []
        self._path: str | None = None

    def row(self, found: RowFindings) -> None:
        if self._room <= 0:
            return
        text = row_text(found.raw)
        secrets = spans(text, found.secrets)
        places = [finding.place or Place() for finding in found.findings]
        for finding, span in zip(found.findings, spans(text, places), strict=True):
            if found.path != self._path:
                self._path = found.path
                self._show(f"### {self._file(found.path)}")
            self._show(self._finding(found, finding, span, text, secrets))

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        if hidden and path == self._path:
            words = ", ".join(f"{count:,} `{rule}`" for rule, count in hidden.items())
            self._show(f"… and more: {words}")

    def end(self, tally: Tally) -> None:
        files = counted(tally.files, "file")
        if tally.rules:
            found = f"{tally.total()} in {tally.files_with_findings:,} of {files}"
        else:
            found = f"No problems in {files}"
        parts = ["## turnlint", f"{found}.", *self._unread(tally)]
        if tally.rules:
            table = ["| Problems | Severity | Rule |", "| ---: | --- | --- |"]
            for (family, rule, severity), count in tally.most_frequent():
                table.append(f"| {count:,} | {severity.word} | `{family}/{rule}` |")
            parts.append("\n".join(table))
        parts += self._shown
        if self._room <= 0:
            parts.append("There is no room here for other findings: see the log.")
        self._write(harmless("\n\n".join(parts)) + "\n\n")

    def _unread(self, tally: Tally) -> list[str]:
        told = [f"- {self._markdown.code(one, _LONGEST_PATH)}" for one in tally.problems[:_PROBLEMS]]
        if len(tally.problems) > _PROBLEMS:
            told.append(f"- … and {len(tally.problems) - _PROBLEMS:,} more")
        return ["Not checked:", "\n".join(told)] if told else []

    def _show(self, part: str) -> None:
        """Keep a part for the page, if there is room for it."""
        self._room -= len(part.encode("utf-8", "surrogatepass"))
        if self._room > 0:
            self._shown.append(part)

    def _file(self, path: str) -> str:
        return self._markdown.code(path, _LONGEST_PATH)

    def _finding(
        self, found: RowFindings, finding: Finding, span: Span, text: str, secrets: list[Span]
    ) -> str:
        message = self._markdown.prose(finding.message)
        if found.row is None:
            return f"**{finding.severity.word}** `{finding.rule}`: {message}"
        place = f"Row {found.row + 1:,}, column {span.start + 1:,}"
        cut = frame(text, span, self._style.width, secrets)
        quoted = self._markdown.block(f"{cut.line}\n{' ' * cut.indent}{'^' * cut.length}")
        return f"{place}: **{finding.severity.word}** `{finding.rule}`: {message}\n\n{quoted}"


REPORT = MarkdownReport
