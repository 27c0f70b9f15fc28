"""How long a row is in tokens, in words."""

from __future__ import annotations

from msgspec import Struct

from turnlint.lsp.tally import Counted
from turnlint.text.label import counted
from turnlint.tokens import Measured, TurnTokens

__all__ = ["Lengths"]


class Lengths(Struct, frozen=True):
    """What is known of the tokens of one row."""

    known: Measured | Counted | None
    """None as long as they are being counted; of a very long row nothing is known of its turns."""
    limit: int
    """So many are trained on; 0 where no limit is known."""
    trains: bool
    """The loss sees tokens of the row as they stand there."""

    def row(self) -> str:
        """All tokens, what share of the limit they are, and how many the loss sees."""
        known = self.known
        if known is None:
            return "counting tokens…"
        share = f" ({_share(known.total, self.limit)} of {self.limit:,})" if self.limit else ""
        said = f"{_total(known.total, known.about)}{share}"
        trained = f"{known.trained:,}" if known.trained else "none"
        return f"{said} · {trained} trained" if self.trains else said

    def brief(self) -> str:
        """All tokens, or nothing as long as they are not known."""
        return _total(self.known.total, self.known.about) if self.known else ""

    def turns(self) -> list[str]:
        """The tokens of each turn, in the order of `Example.all_turns`; none where they are not known."""
        known = self.known
        if not isinstance(known, Measured):
            return []
        return [_turn(one, known.about) for one in known.turns]


def _turn(one: TurnTokens, about: bool) -> str:
    said = _total(one.total, about)
    return f"{said}, {one.trained:,} trained" if one.trained else said


def _total(total: int, about: bool) -> str:
    return f"{'about ' * about}{counted(total, 'token')}"


def _share(total: int, limit: int) -> str:
    """So many per cent: of what is beyond the limit more than 100, and of a little more than 0."""
    if total * 100 < limit:
        return "under 1 %"
    return f"{total * 100 // limit if total <= limit else -(total * -100 // limit):,} %"
