r"""The text of a document as its editor holds it, edited row by row.

A row ends in `\n` or `\r\n`; columns count code points.
"""

from __future__ import annotations

import random
from typing import NamedTuple, TypeAlias

from tests.lsp_client import Message
from turnlint.text.units import Encoding, to_units

__all__ = ["Buffer", "Edit", "Position"]

Position: TypeAlias = tuple[int, int]
"""A 0-based row and a 0-based column."""


class Edit(NamedTuple):
    """Text that is to stand in place of what is between two positions."""

    start: Position
    end: Position
    new: str


class Buffer:
    """A text that is edited, and the content changes that tell a server of it."""

    def __init__(self, text: str, encoding: Encoding = "utf-32") -> None:
        self._encoding = encoding
        self._rows = text.split("\n")

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(self._rows)

    @property
    def count(self) -> int:
        """The number of rows; the one behind the last line end is a row too."""
        return len(self._rows)

    def row(self, number: int) -> str:
        """A row without its end."""
        return self._rows[number].removesuffix("\r")

    def place(self, dice: random.Random, first: int = 0, last: int | None = None) -> Position:
        """Some position in the rows from `first` to `last`, by default anywhere; never within a line end."""
        number = dice.randint(first, self.count - 1 if last is None else last)
        return number, dice.randint(0, len(self.row(number)))

    def replace(self, edit: Edit) -> tuple[Message, Edit]:
        """Carry an edit out. Gives it as a content change, and the edit that takes it back."""
        (first, column), (last, end) = edit.start, edit.end
        change = {
            "range": {"start": self._position(edit.start), "end": self._position(edit.end)},
            "text": edit.new,
        }
        head, tail = self._rows[first][:column], self._rows[last][end:]
        old = "\n".join(self._rows[first : last + 1])
        old = old[column : len(old) - len(tail)]
        fresh = (head + edit.new + tail).split("\n")
        self._rows[first : last + 1] = fresh
        stop = (first + len(fresh) - 1, len(fresh[-1]) - len(tail))
        return change, Edit(edit.start, stop, old)

    def _position(self, position: Position) -> dict[str, int]:
        number, column = position
        return {"line": number, "character": to_units(self._rows[number], column, self._encoding)}
