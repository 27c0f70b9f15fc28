"""Labels: what is said of something in a list, on one line."""

from __future__ import annotations

from turnlint.text.markdown import visible
from turnlint.text.secrets import hide

__all__ = ["counted", "snippet"]

_SECRET = 64
"""So much of a secret that begins within the limit tells what it is."""
_LOOKED_AT = 4
"""A snippet is made of so many times its length: white space is left out of it."""


def counted(count: int, word: str) -> str:
    """Write a count with its word: `1 file`, `12,345 files`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


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
