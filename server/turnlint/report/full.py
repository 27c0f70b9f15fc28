"""Each finding with the part of the row that it is about, its fix, and the places that belong to it."""

from __future__ import annotations

from turnlint.model import Finding, Related, Span
from turnlint.report import RowFindings
from turnlint.report._frame import frame
from turnlint.report._human import HumanReport
from turnlint.report._text import paint, visible
from turnlint.text.scan import spans

__all__ = ["REPORT"]


class FullReport(HumanReport):
    """Headlines with code frames."""

    def finding(self, found: RowFindings, finding: Finding, span: Span, text: str) -> None:
        lines = [self.headline(found, finding, span)]
        number = "" if found.row is None else str(found.position(found.row, span.start)[0])
        gutter = " " * len(number)
        if number:
            room = max(20, self._style.width - len(number) - 3)
            cut = frame(text, span, room, spans(text, found.secrets))
            carets = paint("^" * cut.length, finding.severity.word, self._style.colour)
            lines += [f"{gutter} |\n", f"{number} | {cut.line}\n", f"{gutter} | {' ' * cut.indent}{carets}\n"]
        if finding.fix is not None:
            lines.append(f"{gutter} = help: {visible(finding.fix.message)}\n")
        for related in finding.related:
            lines.append(f"{gutter} = note: {self._related(found, related, text)}\n")
        self._write("".join(lines) + "\n")

    def _related(self, found: RowFindings, related: Related, text: str) -> str:
        if related.row is not None:
            line, _ = found.position(related.row, 0, related.file)
            where = f"{visible(related.file or found.path)}:{line}"
        else:
            where = f"column {spans(text, [related.place])[0].start + 1}"
        return f"{visible(related.message)} ({where})"


REPORT = FullReport
