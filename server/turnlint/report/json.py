"""One JSON array of objects, written as they come."""

from __future__ import annotations

from typing import ClassVar

from turnlint.report import RowFindings, Tally
from turnlint.report._machine import ArrayReport
from turnlint.report._objects import JsonObject, rule_counts

__all__ = ["REPORT"]


class JsonReport(ArrayReport):
    """An array, one object a line."""

    counts: ClassVar[bool] = True

    def begin(self) -> None:
        self._write("[")

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        self.item(one)

    def statistics(self, tally: Tally) -> None:
        for one in rule_counts(tally):
            self.item(one)

    def end(self, tally: Tally) -> None:
        self.close()
        self._write("\n")


REPORT = JsonReport
