"""Checkstyle's XML report, which many CI systems and editors read."""

from __future__ import annotations

from collections.abc import Mapping

from turnlint.report import RowFindings, Tally
from turnlint.report._machine import MachineReport
from turnlint.report._markup import tag, words
from turnlint.report._objects import JsonObject
from turnlint.report._text import visible

__all__ = ["REPORT"]

_SEVERITIES = {"error": "error", "warning": "warning", "info": "info", "hint": "info"}


class CheckstyleReport(MachineReport):
    """An element for each file with findings, and one a line for each finding."""

    _is_open = False

    def begin(self) -> None:
        self._write('<?xml version="1.0" encoding="utf-8"?>\n<checkstyle version="4.3">\n')

    def row(self, found: RowFindings) -> None:
        if not self._is_open:
            self._write(f'<file name="{words(visible(found.path))}">\n')
            self._is_open = True
        super().row(found)

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        element = tag(
            "error",
            line=one["location"]["line"],
            column=one["location"]["column"],
            severity=_SEVERITIES[one["severity"]],
            message=visible(one["message"]),
            source=f"turnlint.{one['family']}.{one['rule']}",
        )
        self._write(f"{element}\n")

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        if self._is_open:
            self._write("</file>\n")
            self._is_open = False

    def end(self, tally: Tally) -> None:
        self._write("</checkstyle>\n")


REPORT = CheckstyleReport
