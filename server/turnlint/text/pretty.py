"""A row laid out over lines, token by token as it is written: nothing is decoded, repaired or left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from turnlint.text.scan import tokens

__all__ = ["head", "pretty", "unfolded"]

_LINE_FEED = re.compile(r"(?<!\\)(?:\\\\)*\\n")
_OPENING = frozenset("{[")
_CLOSING = frozenset("}]")


def pretty(text: str) -> Iterator[str]:
    """Yield the pieces of a JSON text, whole or broken, on lines of their own and indented by two blanks.

    Numbers, escapes and equal keys stay as they are. Pieces are made as they are asked for; where brackets
    nest, all of them together are far longer than the text.
    """
    depth = 0
    before, end = "", 0
    for kind, start, stop in tokens(text):
        if kind in _CLOSING:
            depth = max(depth - 1, 0)
        yield _between(before, kind, depth, apart=start > end)
        yield text[start:stop]
        if kind in _OPENING:
            depth += 1
        before, end = kind, stop


def unfolded(text: str) -> Iterator[str]:
    """The same with a new line behind each line feed that a string holds, to be compared line by line."""
    return (_LINE_FEED.sub(r"\g<0>\n", piece) for piece in pretty(text))


def head(text: str, limit: int) -> tuple[str, bool]:
    """Lay out the beginning of a JSON text, in at most `limit` code points, and say whether that is all.

    Takes time by the limit, not by the length of the text.
    """
    pieces: list[str] = []
    room = limit
    for piece in pretty(text):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            return "".join(pieces)[:limit], False
    return "".join(pieces), True


def _between(before: str, kind: str, depth: int, *, apart: bool) -> str:
    """What stands between two tokens."""
    line = "\n" + "  " * depth
    if not before:
        return ""
    if before in _OPENING:
        return "" if kind in _CLOSING else line
    if before == "," or kind in _CLOSING:
        return line
    if kind in (",", ":"):
        return ""
    if before in _CLOSING and not depth:
        return line
    return " " if apart or before == ":" else ""
