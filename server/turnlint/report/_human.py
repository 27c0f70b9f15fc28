"""What the output formats for people have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from turnlint.model import Finding, Place, Span
from turnlint.report import Report, RowFindings, Tally
from turnlint.report._text import paint, shown_path, visible
from turnlint.text.decode import row_text
from turnlint.text.label import counted
from turnlint.text.scan import spans

__all__ = ["HumanReport"]


class HumanReport(Report):
    """Shows some findings of each rule, says how many more there are, and sums up."""

    limit: ClassVar[int | None] = 20
    terminal: ClassVar[bool] = True
    counts: ClassVar[bool] = True

    def row(self, found: RowFindings) -> None:
        text = row_text(found.raw)
        places = [finding.place or Place() for finding in found.findings]
        for finding, span in zip(found.findings, spans(text, places), strict=True):
            self.finding(found, finding, span, text)

    def finding(self, found: RowFindings, finding: Finding, span: Span, text: str) -> None:
        """Write one finding; `span` is where it stands in `text`, its row."""
        raise NotImplementedError

    def headline(self, found: RowFindings, finding: Finding, span: Span) -> str:
        """The line that says where, how bad, which rule, and what."""
        colour = self._style.colour
        where = paint(shown_path(found.path), "bold", colour)
        if found.row is not None:
            where += ":{}:{}".format(*found.position(found.row, span.start))
        severity = paint(finding.severity.word, finding.severity.word, colour)
        rule = paint(finding.rule, "bold", colour)
        return f"{where}: {severity}[{rule}] {visible(finding.message)}\n"

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        for rule, count in hidden.items():
            self._write(f"{shown_path(path)}: … and {count:,} more {rule}\n")

    def statistics(self, tally: Tally) -> None:
        ordered = tally.most_frequent()
        width = max((len(f"{count:,}") for _, count in ordered), default=0)
        for (family, rule, severity), count in ordered:
            shown = paint(f"{severity.word:<7}", severity.word, self._style.colour)
            self._write(f"{count:>{width},}  {shown}  {family}/{rule}\n")

    def summary(self, tally: Tally) -> None:
        fixed = f" {tally.fixed:,} fixed." if tally.fixed else ""
        if tally.rules:
            where = counted(tally.files_with_findings, "file")
            self._write(f"Found {tally.total()} in {where}.{fixed}{_fixable(tally)}\n")
        elif tally.files:  # else nothing could be read, which is told elsewhere
            self._write(f"No problems found in {counted(tally.files, 'file')}.{fixed}\n")


def _fixable(tally: Tally) -> str:
    """What can be fixed, and how, as a sentence with a blank before it; empty where nothing can be."""
    safe, unsafe = tally.fixable[True], tally.fixable[False]
    if safe:
        more = f", {unsafe:,} more with --unsafe-fixes" if unsafe else ""
        return f" --fix can fix {safe:,}{more}."
    return f" --fix --unsafe-fixes can fix {unsafe:,}." if unsafe else ""
