"""Fixing a row: the fixes of its findings, carried out until none is left. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from turnlint.engine.baseline import Accepted
from turnlint.engine.check import Located
from turnlint.engine.facts import row_key
from turnlint.engine.row import RowChecker
from turnlint.model import Finding, Span
from turnlint.text.decode import decode, row_text
from turnlint.text.scan import carried_out, fix_spans

__all__ = ["Change", "RowFixer", "fix_row", "has_fix", "is_safe"]

_PASSES = 100
"""A row is told in parts where much is wrong with it. After so many, fixes go in circles."""

_Edit: TypeAlias = tuple[Span, str]
_Piece: TypeAlias = range | str
"""Columns that stand as they were, or text that was put in."""


def is_safe(finding: Finding) -> bool:
    """Whether a finding has a fix that keeps the meaning."""
    return finding.fix is not None and finding.fix.safe


def has_fix(finding: Finding) -> bool:
    """Whether a finding has a fix of any kind."""
    return finding.fix is not None


class Change(Struct, frozen=True):
    """What becomes of a row."""

    row: int
    """0-based number of the row."""
    content: bytes | None
    """The row without its line end; None where it goes."""
    fixed: Counter[str]
    """How many findings of each rule were fixed."""


class RowFixer:
    """Fixes the rows of one file."""

    def __init__(
        self,
        checker: RowChecker,
        wanted: Callable[[Finding], bool],
        accepted: Accepted | None = None,
    ) -> None:
        """`checker` judges rows anew once they were fixed; what is `accepted` in them stays as it is."""
        self._checker = checker
        self._wanted = wanted
        self._accepted = accepted or Accepted()

    def change(self, row: int, found: Sequence[Located]) -> Change | None:
        """Fix what was found in a row, and what is found then; None where nothing is to be done.

        A row that would not be JSON even then stays as it is: what is mended of it by guess helps nobody.
        """
        findings = [one.finding for one in found]
        raw = found[0].raw
        goes = next((one for one in findings if one.fix and one.fix.removes_row and self._wanted(one)), None)
        if goes is not None:
            return Change(row, None, Counter((goes.rule,)))
        if not any(map(self._wanted, findings)):
            return None
        text, key, fixed = row_text(raw), row_key(raw), Counter[str]()

        def judge(now: str) -> Iterable[Finding]:
            if now is text:
                return findings
            return self._accepted.left(key, self._checker.findings(_row_bytes(now)))

        edits = fix_row(text, judge, self._wanted, lambda one: fixed.update((one.rule,)))
        content = _row_bytes(carried_out(text, edits))
        return Change(row, content, fixed) if edits and decode(content).parsed else None


def fix_row(
    text: str,
    judge: Callable[[str], Iterable[Finding]],
    wanted: Callable[[Finding], bool] = is_safe,
    on_fix: Callable[[Finding], object] = lambda finding: None,
) -> list[_Edit]:
    """Fix what `judge` finds wrong with a row, and what it finds then, as far as it is `wanted`.

    Gives edits of the row as it was, from left to right and apart from each other. Fixes that overlap are
    carried out one after the other. A fix whose place is not there is left out. `on_fix` is told what is
    carried out.
    """
    pieces: list[_Piece] = [range(len(text))]
    now = text
    for _ in range(_PASSES):
        edits = _together(now, [finding for finding in judge(now) if wanted(finding)], on_fix)
        if not edits:
            break
        pieces = list(_edited(pieces, edits))
        now = "".join(one if isinstance(one, str) else text[one.start : one.stop] for one in pieces)
    return list(_edits(pieces, len(text)))


def _together(text: str, findings: Sequence[Finding], on_fix: Callable[[Finding], object]) -> list[_Edit]:
    """The edits of as many fixes as fit beside each other, each as a whole."""
    taken: list[tuple[int, int, str]] = []
    for finding, edits in zip(findings, fix_spans(text, [one.fix for one in findings]), strict=True):
        if edits and not any(_clashes(taken, span.start, span.end) for span, _ in edits):
            on_fix(finding)
            for span, content in edits:
                insort(taken, (span.start, span.end, content))
    return [(Span(start, end), content) for start, end, content in taken]


def _clashes(taken: list[tuple[int, int, str]], start: int, end: int) -> bool:
    """Whether a span overlaps one of those taken. Of two insertions at one place, which is first is open."""
    at = bisect_left(taken, (start, end))
    before, after = taken[at - 1 : at] if at else (), taken[at : at + 1]
    return any(one[1] > start for one in before) or any(one[0] < end or one[1] == start for one in after)


def _row_bytes(text: str) -> bytes:
    """The row as the file holds it, each lone surrogate being the byte that it stands for."""
    return text.encode("utf-8", "surrogateescape")


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
