"""One JSON array of objects, written as they come."""

from __future__ import annotations

from typing import Any

from turnlint.report import Report, RowFindings, Tally
from turnlint.report._objects import encode, finding_objects, rule_counts

__all__ = ["REPORT"]


class JsonReport(Report):
    """An array, one object a line."""

    _separator = "\n"

    def begin(self) -> None:
        self._write("[")

    def row(self, found: RowFindings) -> None:
        for one in finding_objects(found):
            self._item(one)

    def statistics(self, tally: Tally) -> None:
        for one in rule_counts(tally):
            self._item(one)

    def end(self) -> None:
        self._write("]\n" if self._separator == "\n" else "\n]\n")

    def _item(self, one: dict[str, Any]) -> None:
        self._write(self._separator + encode(one))
        self._separator = ",\n"


REPORT = JsonReport
