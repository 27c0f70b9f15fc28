"""One line for each finding as pylint writes it, for tools that read that: `path:row: [rule] message`."""

from __future__ import annotations

from turnlint.report import RowFindings
from turnlint.report._machine import MachineReport
from turnlint.report._objects import JsonObject
from turnlint.report._text import shown_path, visible

__all__ = ["REPORT"]


class PylintReport(MachineReport):
    """Lines without columns and severities, which the format does not have."""

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        line = one["location"]["line"]
        self._write(f"{shown_path(found.path)}:{line}: [{one['rule']}] {visible(one['message'])}\n")


REPORT = PylintReport
