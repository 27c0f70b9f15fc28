"""What fixing changes in a file: a unified diff that `patch` and `git apply` take, or lines for people."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import BinaryIO, TypeAlias

from msgspec import Struct

from turnlint.model import Span
from turnlint.report import Style
from turnlint.report._frame import frame
from turnlint.report._text import paint, visible
from turnlint.text.decode import row_text

__all__ = ["Versions", "for_people", "unified"]

_CONTEXT = 3
"""So many rows are shown around those that change."""
_Opener: TypeAlias = Callable[[], AbstractContextManager[BinaryIO]]


class Versions(Struct, frozen=True):
    """A file as it was and as it is."""

    name: str
    old: _Opener
    """Opens the file as it was,"""
    new: _Opener
    """and as it is."""
    removed: Sequence[int] | None
    """The 0-based numbers of the rows that are gone, in ascending order; None where no row is the same."""

    def rows(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Yield each row of the old file and what it is now, with their line ends; None where it is gone."""
        gone = iter(self.removed or ())
        following = next(gone, -1)
        with self.old() as old, self.new() as new:
            for number, row in enumerate(old):
                if number == following:
                    yield row, None
                    following = next(gone, -1)
                else:
                    yield row, next(new, b"")


def unified(versions: Versions) -> Iterator[bytes]:
    """Give the pieces of a diff, each row of the files byte by byte. Reads the files twice.

    Whatever opening and reading them raises passes through.
    """
    name = _quoted(versions.name)
    yield b"--- %s\n+++ %s\n" % (name, name)
    if versions.removed is None:
        yield from _replaced(versions)
        return
    rows = versions.rows()
    at = 0
    for start, end in list(_extents(_changed(versions.rows()))):
        for _ in range(start - at):
            next(rows)
        lines = end - start
        before, after = (bisect_left(versions.removed, one) for one in (start, end))
        yield _header(start, lines, start - before, lines - (after - before))
        for _ in range(lines):
            old, new = next(rows)
            if old == new:
                yield _line(b" ", old)
            else:
                yield _line(b"-", old)
                yield b"" if new is None else _line(b"+", new)
        at = end


def for_people(versions: Versions, style: Style) -> Iterator[str]:
    """Give the rows that change, cut to the width of the terminal around the first difference."""
    yield paint(visible(versions.name), "bold", style.colour) + "\n"
    if versions.removed is None:
        yield "  is written anew as a whole\n"
        return
    for number, (old, new) in enumerate(versions.rows(), 1):
        if old == new:
            continue
        texts = [row_text(one).rstrip("\r\n") for one in (old, new or b"")]
        start = _common(*texts)
        room = max(20, style.width - len(str(number)) - 4)
        shown = (("-", "error", texts[0]), ("+", "info", texts[1]))
        for mark, colour, text in shown[: 1 if new is None else 2]:
            cut = frame(text, Span(start, start + 1), room).line
            yield f"{number} " + paint(f"{mark} {cut}", colour, style.colour) + "\n"


def _changed(rows: Iterable[tuple[bytes, bytes | None]]) -> Iterator[tuple[int, bool]]:
    """Yield the number of each row with whether it changes."""
    return ((number, old != new) for number, (old, new) in enumerate(rows))


def _extents(rows: Iterable[tuple[int, bool]]) -> Iterator[tuple[int, int]]:
    """Where rows change, with those around: first row and the one behind the last."""
    start, last, number = -1, -1, -1
    for number, is_changed in rows:
        if start >= 0 and number > last + 2 * _CONTEXT:
            yield start, last + _CONTEXT + 1
            start = -1
        if is_changed:
            start = max(0, number - _CONTEXT) if start < 0 else start
            last = number
    if start >= 0:
        yield start, min(last + _CONTEXT, number) + 1


def _replaced(versions: Versions) -> Iterator[bytes]:
    with versions.old() as old, versions.new() as new:
        yield _header(0, sum(1 for _ in old), 0, sum(1 for _ in new))
    with versions.old() as old, versions.new() as new:
        yield from chain((_line(b"-", one) for one in old), (_line(b"+", one) for one in new))


def _header(old: int, old_lines: int, new: int, new_lines: int) -> bytes:
    """The head of a hunk, of rows from 0 on. Where there are no lines, it names the line before."""
    return b"@@ -%d,%d +%d,%d @@\n" % (old + bool(old_lines), old_lines, new + bool(new_lines), new_lines)


def _line(mark: bytes, row: bytes) -> bytes:
    return mark + row if row.endswith(b"\n") else mark + row + b"\n\\ No newline at end of file\n"


def _quoted(name: str) -> bytes:
    """A file name as git writes it in a diff: in quotes where it holds what would end or hide it."""
    raw = name.encode("utf-8", "surrogateescape")
    if name.isprintable() and not {'"', "\\"}.intersection(name):
        return raw
    escaped = (_ESCAPES.get(byte) or (b"%c" % byte if 32 <= byte < 127 else b"\\%03o" % byte) for byte in raw)
    return b'"' + b"".join(escaped) + b'"'


_ESCAPES = {ord('"'): b'\\"', ord("\\"): b"\\\\", ord("\n"): b"\\n", ord("\t"): b"\\t", ord("\r"): b"\\r"}


def _common(one: str, other: str) -> int:
    """How many code points two texts have in common from the beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
