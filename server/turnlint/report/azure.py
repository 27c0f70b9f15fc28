"""Logging commands of Azure Pipelines, which shows findings as errors and warnings of the step.

It knows no other kinds: advice is a warning there, too.
"""

from __future__ import annotations

from turnlint.report import RowFindings
from turnlint.report._machine import MachineReport
from turnlint.report._objects import JsonObject
from turnlint.report._paths import repository_path
from turnlint.report._text import visible

__all__ = ["REPORT"]

_DATA = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_IN_DATA = str.maketrans(_DATA)
_IN_PROPERTY = str.maketrans(_DATA | {"]": "%5D", ";": "%3B"})


class AzureReport(MachineReport):
    """One `##vso[task.logissue …]` a line."""

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        properties = {
            "type": "error" if one["severity"] == "error" else "warning",
            "sourcepath": visible(repository_path(found.path, self._style.root)),
            "linenumber": str(one["location"]["line"]),
            "columnnumber": str(one["location"]["column"]),
            "code": one["rule"],
        }
        written = "".join(f"{name}={value.translate(_IN_PROPERTY)};" for name, value in properties.items())
        self._write(f"##vso[task.logissue {written}]{visible(one['message']).translate(_IN_DATA)}\n")


REPORT = AzureReport
