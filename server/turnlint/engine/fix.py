"""Fixing a row: the safe fixes of its findings, carried out until none is left. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from turnlint.model import Finding, Fix, Span
from turnlint.text.scan import fix_spans

__all__ = ["fix_row", "is_safe"]

_PASSES = 100
"""A row is told in parts where much is wrong with it. After so many, fixes go in circles."""

_Edit: TypeAlias = tuple[Span, str]
_Piece: TypeAlias = range | str
"""Columns that stand as they were, or text that was put in."""


def is_safe(finding: Finding) -> bool:
    """Whether a finding has a fix that keeps the meaning."""
    return finding.fix is not None and finding.fix.safe


def fix_row(
    text: str,
    judge: Callable[[str], Iterable[Finding]],
    wanted: Callable[[Finding], bool] = is_safe,
) -> list[_Edit]:
    """Fix what `judge` finds wrong with a row, and what it finds then, as far as it is `wanted`.

    Gives edits of the row as it was, from left to right and apart from each other. Fixes that overlap are
    carried out one after the other. A fix whose place is not there is left out.
    """
    pieces: list[_Piece] = [range(len(text))]
    now = text
    for _ in range(_PASSES):
        edits = _together(now, [finding.fix for finding in judge(now) if wanted(finding)])
        if not edits:
            break
        pieces = list(_edited(pieces, edits))
        now = "".join(one if isinstance(one, str) else text[one.start : one.stop] for one in pieces)
    return list(_edits(pieces, len(text)))


def _together(text: str, fixes: Sequence[Fix | None]) -> list[_Edit]:
    """The edits of as many fixes as fit beside each other, each as a whole."""
    taken: list[tuple[int, int, str]] = []
    for edits in fix_spans(text, fixes):
        if not any(_clashes(taken, span.start, span.end) for span, _ in edits):
            for span, content in edits:
                insort(taken, (span.start, span.end, content))
    return [(Span(start, end), content) for start, end, content in taken]


def _clashes(taken: list[tuple[int, int, str]], start: int, end: int) -> bool:
    """Whether a span overlaps one of those taken. Of two insertions at one place, which is first is open."""
    at = bisect_left(taken, (start, end))
    before, after = taken[at - 1 : at] if at else (), taken[at : at + 1]
    return any(one[1] > start for one in before) or any(one[0] < end or one[1] == start for one in after)


def _edited(pieces: Sequence[_Piece], edits: Iterable[_Edit]) -> Iterator[_Piece]:
    """The pieces of a text after edits of it."""
    done = 0
    for span, content in edits:
        yield from _cut(pieces, done, span.start)
        yield content
        done = span.end
    yield from _cut(pieces, done, sum(map(len, pieces)))


def _cut(pieces: Iterable[_Piece], start: int, end: int) -> Iterator[_Piece]:
    """The pieces between two columns of the text that they make."""
    at = 0
    for piece in pieces:
        part = piece[max(start - at, 0) : max(end - at, 0)]
        if part:
            yield part
        at += len(piece)


def _edits(pieces: Iterable[_Piece], length: int) -> Iterator[_Edit]:
    """What to do to a text of so many columns so that it becomes the pieces."""
    done, content = 0, ""
    for piece in (*pieces, range(length, length)):
        if isinstance(piece, str):
            content += piece
            continue
        if content or piece.start > done:
            yield Span(done, piece.start), content
        done, content = piece.stop, ""
