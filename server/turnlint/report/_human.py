"""What the output formats for people have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from turnlint.model import Finding, Place, Span
from turnlint.report import Report, RowFindings, Tally
from turnlint.report._text import paint, visible
from turnlint.text.decode import row_text
from turnlint.text.label import counted
from turnlint.text.scan import spans

__all__ = ["HumanReport"]


class HumanReport(Report):
    """Shows some findings of each rule, says how many more there are, and sums up."""

    limit: ClassVar[int | None] = 20
    terminal: ClassVar[bool] = True

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
        where = paint(visible(found.path), "bold", colour)
        if found.row is not None:
            where += f":{found.row + 1}:{span.start + 1}"
        severity = paint(finding.severity.word, finding.severity.word, colour)
        rule = paint(finding.rule, "bold", colour)
        return f"{where}: {severity}[{rule}] {visible(finding.message)}\n"

    def more(self, path: str, hidden: Mapping[str, int]) -> None:
        for rule, count in hidden.items():
            self._write(f"{visible(path)}: … and {count:,} more {rule}\n")

    def statistics(self, tally: Tally) -> None:
        ordered = sorted(tally.rules.items(), key=lambda pair: (-pair[1], pair[0]))
        width = max((len(f"{count:,}") for _, count in ordered), default=0)
        for (family, rule, severity), count in ordered:
            shown = paint(f"{severity.word:<7}", severity.word, self._style.colour)
            self._write(f"{count:>{width},}  {shown}  {family}/{rule}\n")

    def summary(self, tally: Tally) -> None:
        severities = tally.severities()
        if not severities:
            if not tally.files:
                return  # nothing could be read, which is told elsewhere
            self._write(f"No problems found in {counted(tally.files, 'file')}.\n")
            return
        words = ", ".join(counted(count, one.word) for one, count in severities.items())
        total = counted(sum(severities.values()), "problem")
        self._write(f"Found {total} ({words}) in {counted(tally.files_with_findings, 'file')}.\n")
