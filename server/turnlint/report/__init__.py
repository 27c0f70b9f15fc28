"""How findings are written: one file per output format, found by itself.

A module of this package without a leading underscore is an output format, named after its file
(`json_lines.py` is `json-lines`). It holds `REPORT`, a subclass of `Report`. The package `statistics` is what
`turnlint stats` writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import ClassVar

from msgspec import Struct, field

from turnlint.model import Finding, Place, Severity
from turnlint.modules import modules_of
from turnlint.text.label import counted
from turnlint.text.layouts import Layout

__all__ = ["Report", "RowFindings", "Style", "Tally", "load_report", "report_names"]


class Style(Struct, frozen=True):
    """What the place that a report is written to can show."""

    width: int = 100
    """Columns of the terminal, or of what stands in for it."""
    colour: bool = False
    blocks: bool = False
    """Bars may be drawn with block elements; else they are plain ASCII."""
    root: str = ""
    """The top folder of the repository, where a CI system says which one that is; else empty."""


class RowFindings(Struct, frozen=True):
    """The findings of one row, or of a file as a whole, that are to be shown."""

    path: str
    """The file as the user named it; may hold lone surrogates for bytes that are not UTF-8."""
    row: int | None
    """0-based number of the row; None for the file as a whole."""
    raw: bytes
    """The row without its line end; empty for the file."""
    findings: Sequence[Finding]
    secrets: Sequence[Place] = ()
    """Places of the row that must not be shown, whichever finding is."""
    layouts: Mapping[str, Layout] = {}
    """For files whose rows are not their lines, by name: where the rows stand."""

    def position(self, row: int, column: int, path: str = "") -> tuple[int, int]:
        """The line and column, from 1, of a column of a row, both from 0; in another file by its path."""
        layout = self.layouts.get(path or self.path)
        line, column = layout.position(row, column) if layout else (row, column)
        return line + 1, column + 1


class Tally(Struct):
    """What was found in a run, shown or not."""

    files: int = 0
    """Files that were read."""
    files_with_findings: int = 0
    rules: Counter[tuple[str, str, Severity]] = field(default_factory=Counter)
    """How many findings there are of each family, rule and severity."""
    fixable: Counter[bool] = field(default_factory=Counter)
    """How many of them have a fix that is safe, and one that is not."""
    fixed: int = 0
    """How many problems were fixed before."""
    problems: list[str] = field(default_factory=list)
    """What kept files from being read, in words for the user."""

    def severities(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity, the worst first."""
        counts: Counter[Severity] = Counter()
        for (_, _, severity), count in self.rules.items():
            counts[severity] += count
        return dict(sorted(counts.items(), reverse=True))

    def total(self) -> str:
        """How many findings there are, in words: `1,201 problems (1,200 errors, 1 warning)`."""
        severities = self.severities()
        words = ", ".join(counted(count, one.word) for one, count in severities.items())
        return f"{counted(sum(severities.values()), 'problem')} ({words})"

    def most_frequent(self) -> Sequence[tuple[tuple[str, str, Severity], int]]:
        """How many findings there are of each family, rule and severity, the most frequent first."""
        return sorted(self.rules.items(), key=lambda pair: (-pair[1], pair[0]))


class Report:
    """Writes findings as they come. Subclasses say how; what they do not override writes nothing."""

    limit: ClassVar[int | None] = None
    """How many findings of a rule are shown for each file unless the user says; None for all."""
    terminal: ClassVar[bool] = False
    """The output is for people: it ends with a summary, and may have colours."""
    counts: ClassVar[bool] = False
    """Counts by rule can be written in place of findings."""
    appends: ClassVar[bool] = False
    """What a file holds already is kept, and the report written behind it."""

    def __init__(self, write: Callable[[str], object], style: Style) -> None:
        self._write = write
        self._style = style

    def begin(self) -> None:
        """Called once, before anything is checked."""

    def row(self, found: RowFindings) -> None:
        """Write the findings of one row; called in the order of the rows, file by file."""

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        """Called behind each file that was read: how many of its findings were not shown, by rule."""

    def statistics(self, tally: Tally) -> None:
        """Write counts by rule; called in place of all of `row` and `end_file`."""

    def summary(self, tally: Tally) -> None:
        """Say in a line what was found; not called where the user wants quiet."""

    def end(self, tally: Tally) -> None:
        """Called once, behind everything else."""


def report_names() -> list[str]:
    """The names of all output formats, in alphabetical order. Loads none of them."""
    return sorted(name.replace("_", "-") for name in modules_of(__path__) if name[0] != "_")


def load_report(name: str) -> type[Report]:
    """Load an output format by name. Raises ImportError for one that is not there."""
    report: type[Report] = import_module(f"{__name__}.{name.replace('-', '_')}").REPORT
    return report
