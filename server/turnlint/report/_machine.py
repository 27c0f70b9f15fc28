"""What the output formats for programs have in common."""

from __future__ import annotations

from typing import Any

from turnlint.report import Report, RowFindings
from turnlint.report._objects import JsonObject, encode, finding_objects

__all__ = ["ArrayReport", "MachineReport"]


class MachineReport(Report):
    """Shows all findings, each as the object that `json` writes or made of it."""

    def row(self, found: RowFindings) -> None:
        for one in finding_objects(found):
            self.finding(one, found)

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        """Write one finding of a row."""
        raise NotImplementedError


class ArrayReport(MachineReport):
    """Writes a JSON array with an item a line, as they come."""

    _separator = "\n"

    def item(self, value: Any) -> None:
        """Write the next item."""
        self._write(self._separator + encode(value))
        self._separator = ",\n"

    def close(self) -> None:
        """End the array."""
        self._write("]" if self._separator == "\n" else "\n]")
