"""One JSON object a line, for scripts that read as it is written."""

from __future__ import annotations

from turnlint.report import Report, RowFindings, Tally
from turnlint.report._objects import encode, finding_objects, rule_counts

__all__ = ["REPORT"]


class JsonLinesReport(Report):
    """Objects, one a line."""

    def row(self, found: RowFindings) -> None:
        for one in finding_objects(found):
            self._write(encode(one) + "\n")

    def statistics(self, tally: Tally) -> None:
        for one in rule_counts(tally):
            self._write(encode(one) + "\n")


REPORT = JsonLinesReport
