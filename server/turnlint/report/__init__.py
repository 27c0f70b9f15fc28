"""How findings are written: one file per output format, found by itself.

A module of this package without a leading underscore is an output format, named after its file
(`json_lines.py` is `json-lines`). It holds `REPORT`, a subclass of `Report`. The package `statistics` is what
`turnlint stats` writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from msgspec import Struct, field

from turnlint.model import Finding, Place, Severity

__all__ = ["Report", "RowFindings", "Style", "Tally", "load_report", "report_names"]


class Style(Struct, frozen=True):
    """What the place that a report is written to can show."""

    width: int = 100
    """Columns of the terminal, or of what stands in for it."""
    colour: bool = False
    blocks: bool = False
    """Bars may be drawn with block elements; else they are plain ASCII."""


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


class Tally(Struct):
    """What was found in a run, shown or not."""

    files: int = 0
    """Files that were read."""
    files_with_findings: int = 0
    rules: Counter[tuple[str, str, Severity]] = field(default_factory=Counter)
    """How many findings there are of each family, rule and severity."""

    def severities(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity, the worst first."""
        counts: Counter[Severity] = Counter()
        for (_, _, severity), count in self.rules.items():
            counts[severity] += count
        return dict(sorted(counts.items(), reverse=True))


class Report:
    """Writes findings as they come. Subclasses say how; what they do not override writes nothing."""

    limit: ClassVar[int | None] = None
    """How many findings of a rule are shown for each file unless the user says; None for all."""
    terminal: ClassVar[bool] = False
    """The output is for people: it ends with a summary, and may have colours."""

    def __init__(self, write: Callable[[str], object], style: Style) -> None:
        self._write = write
        self._style = style

    def begin(self) -> None:
        """Called once, before anything is checked."""

    def row(self, found: RowFindings) -> None:
        """Write the findings of one row; called in the order of the rows, file by file."""

    def more(self, path: str, hidden: Mapping[str, int]) -> None:
        """Called behind a file of which findings were not shown: how many, by rule."""

    def statistics(self, tally: Tally) -> None:
        """Write counts by rule; called in place of all of `row`."""

    def summary(self, tally: Tally) -> None:
        """Say in a line what was found; not called where the user wants quiet."""

    def end(self) -> None:
        """Called once, behind everything else."""


def report_names() -> list[str]:
    """The names of all output formats, in alphabetical order. Loads none of them."""
    modules = (one.name for one in iter_modules(__path__) if one.name[0] != "_" and not one.ispkg)
    return sorted(name.replace("_", "-") for name in modules)


def load_report(name: str) -> type[Report]:
    """Load an output format by name. Raises ImportError for one that is not there."""
    report: type[Report] = import_module(f"{__name__}.{name.replace('-', '_')}").REPORT
    return report
