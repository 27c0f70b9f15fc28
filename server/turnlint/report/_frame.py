"""The code frame: a row, however long, cut to the width of the terminal around the columns in question."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from turnlint.model import Span
from turnlint.report._text import cell, harmless
from turnlint.text.secrets import hide

__all__ = ["Frame", "frame"]

_MASK = ("•", 1)
_LONGEST_SECRET = 4_096
"""Columns before and behind the frame in which a secret may begin and end: a private key has about 3,300."""


class Frame(Struct, frozen=True):
    """A cut row and what to underline in it, in columns of the terminal."""

    line: str
    indent: int
    """Columns before the underlined part."""
    length: int
    """Columns of the underlined part, at least 1."""


def frame(text: str, span: Span, width: int, secrets: Sequence[Span] = ()) -> Frame:
    """Cut `text` to `width` columns so that the start of `span` shows.

    Secrets are masked: what looks like one as it is written in the row, and those known to be at `secrets`.

    What is left of the span gets a third of the width, and more where the row ends early. An ellipsis stands
    on each side where something was cut. Takes time by the width, not by the length of the row.
    """
    first = max(0, span.start - width)
    around = max(0, first - _LONGEST_SECRET)
    masked = hide(text[around : span.start + width + _LONGEST_SECRET])
    cells = [
        _MASK if any(one.start <= column < one.end for one in secrets) else cell(masked[column - around])
        for column in range(first, min(len(text), span.start + width))
    ]
    middle = span.start - first
    room = width - 2
    before = _fitting(cells[:middle][::-1], room // 3)
    after = _fitting(cells[middle:], room - _columns(cells[middle - before : middle]))
    if span.start + after >= len(text):
        before = _fitting(cells[:middle][::-1], room - _columns(cells[middle : middle + after]))
    left, right = cells[middle - before : middle], cells[middle : middle + after]
    start = "…" if before < span.start else ""
    end = "…" if span.start + after < len(text) else ""
    line = harmless(start + "".join(shown for shown, _ in left + right) + end)
    return Frame(line, len(start) + _columns(left), max(1, _columns(right[: span.end - span.start])))


def _columns(cells: Sequence[tuple[str, int]]) -> int:
    return sum(columns for _, columns in cells)


def _fitting(cells: Sequence[tuple[str, int]], room: int) -> int:
    """How many of the first cells fit into `room` columns."""
    for count, (_, columns) in enumerate(cells):
        room -= columns
        if room < 0:
            return count
    return len(cells)
