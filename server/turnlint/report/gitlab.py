"""A Code Quality report of GitLab, which shows what a merge request adds and resolves.

A finding is the same one as before where its fingerprint is: path, rule and the bytes of the row.
"""

from __future__ import annotations

from xxhash import xxh3_128_hexdigest

from turnlint.report import RowFindings, Tally
from turnlint.report._fingerprints import Fingerprints
from turnlint.report._machine import ArrayReport
from turnlint.report._objects import finding_objects
from turnlint.report._paths import repository_path

__all__ = ["REPORT"]

_SEVERITIES = {"error": "critical", "warning": "major", "info": "minor", "hint": "info"}


class GitlabReport(ArrayReport):
    """A JSON array, one object a line."""

    def begin(self) -> None:
        self._fingerprints = Fingerprints()
        self._write("[")

    def row(self, found: RowFindings) -> None:
        path = repository_path(found.path, self._style.root)
        for one, name in zip(finding_objects(found), self._fingerprints.of(found), strict=True):
            identity = f"{path}\0{one['rule']}\0{name}"
            self.item(
                {
                    "description": one["message"],
                    "check_name": one["rule"],
                    "fingerprint": xxh3_128_hexdigest(identity.encode("utf-8", "surrogatepass")),
                    "severity": _SEVERITIES[one["severity"]],
                    "location": {
                        "path": path,
                        "positions": {"begin": one["location"], "end": one["end_location"]},
                    },
                }
            )

    def end(self, tally: Tally) -> None:
        self.close()
        self._write("\n")


REPORT = GitlabReport
