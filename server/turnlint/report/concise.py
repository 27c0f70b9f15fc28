"""One line for each finding: `path:row:column: severity[rule] message`."""

from __future__ import annotations

from turnlint.model import Finding, Span
from turnlint.report import RowFindings
from turnlint.report._human import HumanReport

__all__ = ["REPORT"]


class ConciseReport(HumanReport):
    """Headlines alone."""

    def finding(self, found: RowFindings, finding: Finding, span: Span, text: str) -> None:
        self._write(self.headline(found, finding, span))


REPORT = ConciseReport
