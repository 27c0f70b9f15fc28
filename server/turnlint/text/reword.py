"""Having a string of a row say something else by the least change of the row."""

from __future__ import annotations

import json
import re

from turnlint.model import Span
from turnlint.text.differences import shared_ends
from turnlint.text.scan import Reading

__all__ = ["reworded"]

_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
"""An escape of what is not ASCII."""
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON allows to stand as it is, and what some editor ends a line at or cannot hold."""


def reworded(row: str, string: Span, words: str) -> tuple[Span, str] | None:
    """Replace what differs between a closed string of a row, given with its quotes, and these words.

    Gives the columns of what goes, which cut no escape apart, and what takes its place; None where nothing
    differs. What comes is written as the row writes: escaped if it is not ASCII and the row escapes that.
    """
    reading = Reading(row, string.start, string.end)
    old = reading.value
    if old == words:
        return None
    first, last = shared_ends(old, words)
    is_escaping = row.isascii() and _ESCAPED.search(row) is not None
    new = _UNSEEN.sub(_escape, json.dumps(words[first : len(words) - last], ensure_ascii=is_escaping))
    return reading.span(first, len(old) - last), new[1:-1]


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
