"""Where somebody types in a row: what is typed, what of the row it replaces, and what stands around it.

The row may be broken, and the cursor anywhere. Columns are code points of the row, 0-based, ends exclusive.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Literal

from msgspec.structs import replace

from turnlint.model import Pointer, Span
from turnlint.text.decode import parse
from turnlint.text.scan import BLANK, STRING, bracket_columns
from turnlint.text.tree import Cursor, cursor, read

__all__ = ["Spot", "find"]

_BEHIND_A_STRING = r"(?=[ \t]*+(?:[:,}\]]|\Z)|[ \t]++\")"
_CLOSING = re.compile(rf'[^"\\]*+(?>(?:\\.[^"\\]*+)*)"{_BEHIND_A_STRING}', re.DOTALL)
"""The rest of a string, if the next quote closes it; behind a quote that opens another one come its words."""
_WORD = re.compile(r"[\w.+$-]*+")
_COLON = re.compile(rf"{BLANK}:")
_SCALAR = re.compile(rf"{BLANK}(?>{STRING}|[\w.+-]++)(?!{BLANK}:)", re.DOTALL)
_CONTAINER = re.compile(rf"{BLANK}[\[{{]")
_MEMBER = re.compile(rf'{BLANK}(?>{STRING}|[\w$-]++"?){BLANK}:', re.DOTALL)
_END = re.compile(rf"{BLANK}(?:\]|\Z)")
_ITEM = re.compile(rf'{BLANK}["\[{{\w-]')


class Spot:
    """The cursor in a row where a key or a value may be typed."""

    def __init__(self, text: str, column: int, found: Cursor, end: int) -> None:
        self.column = column
        self.pointer: Pointer = found.pointer
        """The value that is typed, or the object whose key is."""
        self.part: Literal["key", "value"] = found.part
        self.typed = found.typed
        """What stands before the cursor of the key or value, decoded and without its quote."""
        self.quoted = found.quoted
        """The cursor is inside of a string."""
        self.span = Span(found.start, end)
        """The key or value as far as it is there, its quotes included: what is typed takes its place."""
        self._text = text

    @property
    def before(self) -> str:
        """What the row has of it before the cursor, its quote included."""
        return self._text[self.span.start : self.column]

    @property
    def behind(self) -> str:
        """What the row has of it behind the cursor, its quote included."""
        return self._text[self.column : self.span.end]

    @cached_property
    def value(self) -> Any:
        """The decoded row, as far as it can be read, with an empty string for what is being typed."""
        filler = '"": null' if self.part == "key" and not self.has_colon else '""'
        comma = "," if self.wants_comma else ""
        text = f"{self._text[: self.span.start]} {filler}{comma} {self._text[self.span.end :]}"
        try:
            return parse(text + _closing(text))  # ten times as fast as reading it as a tree
        except ValueError:
            return read(text).value

    @property
    def has_colon(self) -> bool:
        """A colon follows the key."""
        return _COLON.match(self._text, self.span.end) is not None

    @property
    def wants_comma(self) -> bool:
        """What follows is another member or item for sure, and no comma stands between."""
        of_object = self.part == "key" or (self.pointer and isinstance(self.pointer[-1], str))
        return (_MEMBER if of_object else _ITEM).match(self._text, self.span.end) is not None

    @property
    def wants_brace(self) -> bool:
        """The object around the key is not closed for sure: the row ends, or an array does."""
        return _END.match(self._text, self.span.end) is not None


def find(text: str, column: int) -> Spot | None:
    """Tell what may be typed at a column of a row; None where nothing of JSON is missing."""
    found = _cursor(text[:column])
    if found is None:
        return None
    if found.part == "value" and not found.pointer and (text[: found.start] + text[column:]).strip():
        return None  # a row has one value
    end = _end(text, column, found)
    return None if end is None else Spot(text, column, found, end)


def _cursor(before: str) -> Cursor | None:
    """What is being typed at the end of a text, at the cost of what is open there."""
    short = _collapsed(before)
    found = cursor(short, len(short))
    return found and replace(found, start=found.start + len(before) - len(short))


def _collapsed(text: str) -> str:
    """The text with an empty string for each item of an array that is a closed object or array."""
    opened, closed = _paired(text)
    pieces, done = [], 0
    for start, end in closed if opened is not None else ():
        pieces += [text[done:start], '""']
        done = end
    return "".join([*pieces, text[done:]])


def _closing(text: str) -> str:
    """The brackets that a text lacks at its end; none if those that it has do not match."""
    opened, _ = _paired(text)
    return "".join(_PAIRS[text[at]] for at in reversed(opened or ()))


_PAIRS = {"{": "}", "[": "]"}


def _paired(text: str) -> tuple[list[int] | None, list[tuple[int, int]]]:
    """The brackets that are open at the end, and the spans of closed items of arrays, outermost alone.

    The first are None where brackets do not match.
    """
    opened: list[int] = []
    closed: list[tuple[int, int]] = []
    for at in bracket_columns(text):
        if text[at] in _PAIRS:
            opened.append(at)
            continue
        if not opened or _PAIRS[text[opened[-1]]] != text[at]:
            return None, closed
        start = opened.pop()
        if opened and text[opened[-1]] == "[":
            while closed and closed[-1][0] > start:
                closed.pop()
            closed.append((start, at + 1))
    return opened, closed


def _end(text: str, column: int, found: Cursor) -> int | None:
    """Where that ends which is being typed; None where an object or array is there already."""
    if found.quoted:
        match = _CLOSING.match(text, column) or _WORD.match(text, column)
    elif found.start < column:
        match = _WORD.match(text, column)
    elif found.part == "value" and found.pointer and isinstance(found.pointer[-1], str):
        if _CONTAINER.match(text, column):
            return None
        match = _SCALAR.match(text, column)
    else:
        match = None
    return match.end() if match else column
