"""What somebody may want to select around a place in a row, from a word to the row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import orjson

from turnlint.model import Pointer, Span
from turnlint.text.scan import Reading
from turnlint.text.tree import Node, read

__all__ = ["around"]

_WORD = re.compile(r"[^\s!-/:-@\[-^`{-~\u00a1-\u00bf\u2010-\u205e\u3001-\u303f\uff01-\uff0f\uff1a-\uff20]+")
"""Anything but white space and punctuation, as editors have it."""
_LONGEST_WORD = 200
"""A longer one is data."""
_LEVELS = 4
"""So deep JSON is looked for in the strings of JSON."""


def around(
    text: str, root: Node | None, column: int, json_texts: Collection[Pointer] = (), levels: int = _LEVELS
) -> list[Span]:
    """The spans that hold a column of a row or touch it, innermost first, each one within the next.

    `root` is the row read as a tree. `json_texts` are the strings that hold JSON even if it is broken; of
    others only what is whole counts. The last span is the row.
    """
    found: list[Span] = []
    inner = Span(column, column)
    for span in _candidates(text, root, column, json_texts, levels):
        if span != inner and span.start <= inner.start and inner.end <= span.end:
            found.append(span)
            inner = span
    return found or [inner]


def _candidates(
    text: str, root: Node | None, column: int, json_texts: Collection[Pointer], levels: int
) -> Iterator[Span]:
    path = root.path(column) if root else []
    if not path:
        yield from _words(text, column)
    else:
        innermost = path[-1]
        if innermost.key is not None and column <= innermost.key.end:
            yield from _string(text, innermost.key, column)
        elif innermost.kind == "string":
            is_json = innermost.pointer in json_texts or _is_json(innermost.value)
            yield from _string(text, innermost.span, column, levels if is_json else 0)
    for node in reversed(path):
        yield node.span
        yield node.whole
    yield Span(0, len(text))


def _string(text: str, token: Span, column: int, levels: int = 0) -> Iterator[Span]:
    """The spans within a string and the string itself that hold the column; a bare word has none within."""
    reading = Reading(text, token.start, token.end)
    if text[token.start] == '"' and reading.start <= column <= reading.end:
        parts = _parts(reading.value, reading.index(column), levels)
        yield from (reading.span(one.start, one.end) for one in parts)
        yield Span(reading.start, reading.end)
    if token.start <= column <= token.end:
        yield token


def _parts(value: str, index: int, levels: int) -> Iterable[Span]:
    """The spans within a decoded string."""
    root = read(value).root if levels else None
    if root is not None and root.kind in ("object", "array"):
        return around(value, root, index, levels=levels - 1)
    return _words(value, index)


def _words(value: str, index: int) -> Iterator[Span]:
    start = max(0, index - _LONGEST_WORD - 1)
    window = value[start : index + _LONGEST_WORD + 1]
    for word in _WORD.finditer(window):
        first, end = (start + edge for edge in word.span())
        if first <= index <= end and len(word[0]) <= _LONGEST_WORD:
            yield Span(first, end)


def _is_json(value: str) -> bool:
    """Whether a decoded string is an object or array."""
    if not value.lstrip().startswith(("{", "[")):
        return False
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True
