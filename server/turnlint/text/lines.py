r"""The editable line store: what an edit costs does not depend on the size of the text.

Lines live in blocks of bounded size, and a line knows its block: an edit touches one block, and the number of
a line is the number of its block's first line plus a position. Lines end in `\r\n` or `\n`, and
in a bare `\r` where the owner of the text says so.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Change", "Line", "LineStore"]

_LINE_END = re.compile(r"(\r\n|\n)")
_ANY_LINE_END = re.compile(r"(\r\n|\n|\r)")
_ENDS = {end: end for end in ("\r\n", "\n", "\r", "")}
"""One string object for all equal line ends."""


class Line:
    """A line of the store. An edit never changes a line; it replaces it by another."""

    __slots__ = ("_block", "_position", "end", "key", "result", "text", "tokens")

    _block: _Block | None
    _position: int
    text: str
    """The line without its end."""
    end: str
    r"""`\n`, `\r\n`, `\r`, or empty for the last line."""
    result: Any
    """Free for the owner of the store; None at first."""
    key: Any
    """Free for the owner of the store; None at first."""
    tokens: Any
    """Free for the owner of the store; None at first."""

    def __init__(self, text: str, end: str) -> None:
        self.text = text
        self.end = end
        self.result = self.key = self.tokens = self._block = None


class Change(Struct, frozen=True):
    """What an edit did: from the 0-based line `first` on, `added` stands where `removed` stood."""

    first: int
    removed: list[Line]
    added: list[Line]


class LineStore:
    """A text as lines, at least one. A position is a 0-based line and a 0-based column in code points."""

    def __init__(self, text: str, *, bare_cr: bool = True, block_lines: int = 512) -> None:
        r"""`bare_cr` says whether a `\r` without `\n` ends a line."""
        self._line_end = _ANY_LINE_END if bare_cr else _LINE_END
        self._block_lines = block_lines
        self._blocks = self._pack(_split(text, self._line_end))
        self._numbered = False
        self.moves = 0
        """How often lines have come or gone: as long as it stays, every line has its number."""

    def __iter__(self) -> Iterator[Line]:
        return chain.from_iterable(block.lines for block in self._blocks)

    def __reversed__(self) -> Iterator[Line]:
        return chain.from_iterable(reversed(block.lines) for block in reversed(self._blocks))

    @property
    def count(self) -> int:
        """The number of lines."""
        last = self._numbered_blocks()[-1]
        return last.first + len(last.lines)

    def text(self) -> str:
        """Put the text together again, exactly."""
        return "".join(chain.from_iterable((line.text, line.end) for line in self))

    def line(self, number: int) -> Line:
        """Give the line of this 0-based number. Raises IndexError where there is none."""
        if not 0 <= number < self.count:
            raise IndexError(f"no line {number}")
        index, position = self._locate(number)
        return self._blocks[index].lines[position]

    def number(self, line: Line) -> int:
        """Give the 0-based number of a line. Raises ValueError for one that an edit has removed."""
        block = line._block
        if block is None:
            raise ValueError("the line is no longer in the store")
        self._numbered_blocks()
        return block.first + line._position

    def replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> Change:
        """Put `text` in place of what stands from `start` to `end`.

        A column outside its line is clamped to it, a line past the last to the end of the text; `start` and
        `end` may come in either order.
        """
        (first, start_column), (last, end_column) = sorted((self._clamp(start), self._clamp(end)))
        tail = self.line(last)
        # One join: each concatenation would copy what was pasted, at four bytes a character with emoji in it.
        fresh = "".join((self.line(first).text[:start_column], text, tail.text[end_column:], tail.end))
        if fresh.startswith("\n") and first and self.line(first - 1).end == "\r":
            first -= 1  # the two halves of a line end have met
            fresh = self.line(first).text + "\r" + fresh
        added = _split(fresh, self._line_end)
        if tail.end:
            added.pop()  # the line behind it is there already
        return Change(first, self._exchange(first, last, added), added)

    def _clamp(self, position: tuple[int, int]) -> tuple[int, int]:
        number, column = position
        if number < 0:
            return 0, 0
        if number >= self.count:
            number, column = self.count - 1, sys.maxsize
        return number, min(max(column, 0), len(self.line(number).text))

    def _exchange(self, first: int, last: int, added: list[Line]) -> list[Line]:
        """Put lines in place of the lines `first` to `last`; give those."""
        index, position = self._locate(first)
        behind = self._locate(last)[0] + 1
        lines = [line for block in self._blocks[index:behind] for line in block.lines]
        stop = position + last - first + 1
        removed = lines[position:stop]
        if index + 1 == behind and len(added) == len(removed):
            self._blocks[index].put(position, added)
        else:
            lines[position:stop] = added
            self._blocks[index:behind] = self._pack(lines)
            self._numbered = False
            self.moves += 1
        for line in removed:
            line._block = None
        return removed

    def _pack(self, lines: list[Line]) -> list[_Block]:
        """Put lines into blocks, one of which may grow to twice the usual size before it is split."""
        size = self._block_lines
        if len(lines) <= 2 * size:
            return [_Block(lines)]
        return [_Block(lines[start : start + size]) for start in range(0, len(lines), size)]

    def _locate(self, number: int) -> tuple[int, int]:
        """Find the block of a line and its position there."""
        blocks = self._numbered_blocks()
        index = bisect_right(blocks, number, key=_FIRST) - 1
        return index, number - blocks[index].first

    def _numbered_blocks(self) -> list[_Block]:
        """Give the blocks with the numbers of their first lines brought up to date."""
        if not self._numbered:
            first = 0
            for block in self._blocks:
                block.first = first
                first += len(block.lines)
            self._numbered = True
        return self._blocks


class _Block:
    """A run of lines that move together."""

    __slots__ = ("first", "lines")

    def __init__(self, lines: list[Line]) -> None:
        self.first = 0
        self.lines = lines
        self.put(0, lines)

    def put(self, position: int, lines: list[Line]) -> None:
        """Put lines in place of as many others."""
        self.lines[position : position + len(lines)] = lines
        for at, line in enumerate(lines, position):
            line._block = self
            line._position = at


_FIRST = attrgetter("first")


def _split(text: str, line_end: re.Pattern[str]) -> list[Line]:
    """Split at line ends. The last line has no end and is empty where the text ends in one."""
    sole = _sole_end(text)
    if sole:
        lines = [Line(part, sole) for part in text.split(sole)]
        lines[-1].end = ""
        return lines
    parts = [*line_end.split(text), ""]
    return [Line(part, _ENDS[end]) for part, end in zip(parts[::2], parts[1::2], strict=True)]


def _sole_end(text: str) -> str | None:
    """Give the line end that is the only one in the text; None where there are several kinds."""
    returns = text.count("\r")
    if not returns:
        return "\n"
    return "\r\n" if returns == text.count("\r\n") == text.count("\n") else None
