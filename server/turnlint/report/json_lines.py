"""One JSON object a line, for scripts that read as it is written."""

from __future__ import annotations

from typing import ClassVar

from turnlint.report import RowFindings, Tally
from turnlint.report._machine import MachineReport
from turnlint.report._objects import JsonObject, encode, rule_counts

__all__ = ["REPORT"]


class JsonLinesReport(MachineReport):
    """Objects, one a line."""

    counts: ClassVar[bool] = True

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        self._write(encode(one) + "\n")

    def statistics(self, tally: Tally) -> None:
        for one in rule_counts(tally):
            self._write(encode(one) + "\n")


REPORT = JsonLinesReport
