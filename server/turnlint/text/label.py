"""Labels: what is said of something in a list, on one line."""

from __future__ import annotations

from turnlint.text.markdown import visible
from turnlint.text.secrets import hide

__all__ = ["counted", "percent", "shortened", "snippet"]

_SECRET = 64
"""So much of a secret that begins within the limit tells what it is."""
_LOOKED_AT = 4
"""A snippet is made of so many times its length: white space is left out of it."""


def counted(count: int, word: str, words: str = "") -> str:
    """Write a count with its word: `1 file`, `12,345 files`; `words` where an s makes no plural."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {words or word + 's'}"


def percent(part: int, whole: int) -> str:
    """Write a share: `12.3%`; a part that would show as nothing is `<0.1%`, one that is not all `>99.9%`."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.05:
        return "<0.1%"
    return ">99.9%" if 99.95 <= share < 100 else f"{share:.1f}%"


def shortened(number: int) -> str:
    """Write a number as people say it: `999,999`, `1.2M`, `12M`, `3.4B`."""
    for unit, size in (("B", 1_000_000_000), ("M", 1_000_000)):
        if number >= size:
            return f"{number * 10 // size / 10}{unit}" if number < 10 * size else f"{number // size:,}{unit}"
    return f"{number:,}"


def snippet(text: str, limit: int) -> str:
    """The first words of a text in at most `limit` code points, with secrets hidden and cuts shown.

    Nothing in it ends the line, moves or reorders what stands there, or is left unseen.
    """
    text = text.strip()
    head = text[: limit * _LOOKED_AT]
    words = hide(" ".join(head.split())[: limit + _SECRET])
    if not words.isprintable():
        words = visible(words)
    if len(words) <= limit and len(head) == len(text):
        return words
    return words[: limit - 1].rstrip() + "…"
