"""An open document in a line: how many rows of what, judged by whom, and with how many problems."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from turnlint.lsp.recognise import Recognised
from turnlint.lsp.tally import Totals
from turnlint.model import Severity
from turnlint.text.label import counted

__all__ = ["Summary"]


class Summary(Struct, frozen=True):
    """What is known of a document as a whole; its string is that line."""

    rows: int
    recognised: Recognised | None
    """None as long as nobody knows what the text is."""
    counts: Mapping[Severity, int]
    """How many findings of each severity there are."""
    settled: bool
    """All rows are judged."""
    tokens: Totals | None = None
    """None as long as nobody knows how many tokens the rows have."""

    def __str__(self) -> str:
        parts = [*self._about(), self._problems() if self.settled else "judging…"]
        parts += [str(self.tokens)] if self.tokens else []
        return " · ".join(parts)

    def _about(self) -> list[str]:
        found, rows = self.recognised, counted(self.rows, "row")
        if found is None:
            return [rows]
        if not found.jsonl:
            return ["not JSONL"]
        settings, format_ = found.settings, found.format
        judging = settings.judging(format_.name if format_ else None)
        home = "" if judging is settings else f", rules of {judging.target_title}"
        return [rows, format_.title if format_ else "unknown format", f"target {settings.target}{home}"]

    def _problems(self) -> str:
        worst_first = sorted(self.counts.items(), reverse=True)
        return ", ".join(counted(count, one.word) for one, count in worst_first if count) or "no problems"
