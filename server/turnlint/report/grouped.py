"""Findings under the name of their file, one a line."""

from __future__ import annotations

from collections.abc import Mapping

from turnlint.model import Finding, Span
from turnlint.report import RowFindings
from turnlint.report._human import HumanReport
from turnlint.report._text import paint, shown_path, visible

__all__ = ["REPORT"]


class GroupedReport(HumanReport):
    """A block for each file: place, severity, rule and message."""

    _is_open = False

    def row(self, found: RowFindings) -> None:
        if not self._is_open:
            self._write(f"{paint(shown_path(found.path), 'bold', self._style.colour)}:\n")
            self._is_open = True
        super().row(found)

    def finding(self, found: RowFindings, finding: Finding, span: Span, text: str) -> None:
        colour = self._style.colour
        place = "" if found.row is None else "{}:{}".format(*found.position(found.row, span.start))
        severity = paint(f"{finding.severity.word:<7}", finding.severity.word, colour)
        rule = paint(finding.rule, "bold", colour)
        self._write(f"  {place:>9}  {severity}  {rule}: {visible(finding.message)}\n")

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        for rule, count in hidden.items():
            self._write(f"{'':>11}  … and {count:,} more {rule}\n")
        if self._is_open:
            self._write("\n")
            self._is_open = False


REPORT = GroupedReport
