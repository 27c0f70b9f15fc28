"""Workflow commands of GitHub Actions, which shows findings beside the changed rows of a pull request.

Of each kind it shows the first 10 of a step, so that few of each rule and file are written, and a last notice
says how many there are. Advice is a notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

from turnlint.report import RowFindings, Tally
from turnlint.report._machine import MachineReport
from turnlint.report._objects import JsonObject
from turnlint.report._paths import repository_path
from turnlint.report._text import visible
from turnlint.text.label import counted

__all__ = ["REPORT"]

_SHOWN = 10
"""So many errors, warnings and notices of a step become annotations."""
_KINDS = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_DATA = str.maketrans(_DATA)
_IN_PROPERTY = str.maketrans(_DATA | {":": "%3A", ",": "%2C"})


class GithubReport(MachineReport):
    """One `::error …::message` a line, with `warning` and `notice` for what is less."""

    limit: ClassVar[int | None] = _SHOWN

    def begin(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._unwritten = 0

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        kind = _KINDS[one["severity"]]
        if kind == "notice" and self._kinds[kind] == _SHOWN - 1:  # the last one says how many there are
            self._unwritten += 1
            return
        self._kinds[kind] += 1
        path = visible(repository_path(found.path, self._style.root))
        start, end = one["location"], one["end_location"]
        place = f"{path}:{start['line']}:{start['column']}"
        self._command(
            kind,
            {
                "title": f"turnlint ({one['rule']})",
                "file": path,
                "line": str(start["line"]),
                "col": str(start["column"]),
                "endLine": str(end["line"]),
                "endColumn": str(end["column"]),
            },
            f"{place}: [{one['rule']}] {visible(one['message'])}",
        )

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        self._unwritten += sum(hidden.values())

    def end(self, tally: Tally) -> None:
        if not self._unwritten and max(self._kinds.values(), default=0) <= _SHOWN:
            return
        words = f"{tally.total()} in {counted(tally.files_with_findings, 'file')}."
        if self._unwritten:
            words += f" {self._unwritten:,} of them are not in this log."
        self._command(
            "notice", {"title": "turnlint"}, f"{words} GitHub shows the first {_SHOWN} of each kind."
        )

    def _command(self, name: str, properties: Mapping[str, str], message: str) -> None:
        written = ",".join(f"{key}={value.translate(_IN_PROPERTY)}" for key, value in properties.items())
        self._write(f"::{name} {written}::{message.translate(_IN_DATA)}\n")


REPORT = GithubReport
