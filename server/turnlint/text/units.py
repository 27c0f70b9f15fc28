"""Columns counted in code points, and the same columns in the units of a client or a file.

A lone surrogate counts as one UTF-16 unit or three UTF-8 bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal, TypeAlias

__all__ = ["Encoding", "all_to_units", "from_units", "to_units", "without_surrogates"]

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]
"""The position encodings of LSP: bytes, 16-bit code units, code points."""

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2)}
"""The codec that writes the units, and how many bytes one unit takes in it."""


def to_units(text: str, column: int, encoding: Encoding) -> int:
    """Turn a column in code points into units of `encoding`; a column outside the text is clamped to it."""
    column = min(max(column, 0), len(text))
    if encoding == "utf-32" or text.isascii():
        return column
    codec, width = _CODECS[encoding]
    return len(text[:column].encode(codec, "surrogatepass")) // width


def all_to_units(text: str, columns: Iterable[int], encoding: Encoding) -> dict[int, int]:
    """Turn many columns of a text into units as `to_units` does, in one walk over the text."""
    if encoding == "utf-32" or text.isascii():
        return {column: to_units(text, column, encoding) for column in columns}
    found: dict[int, int] = {}
    done = units = 0
    for column in sorted(set(columns)):
        end = min(max(column, 0), len(text))
        units += to_units(text[done:end], end - done, encoding)
        found[column] = units
        done = end
    return found


def from_units(text: str, units: int, encoding: Encoding) -> int:
    """Turn a count of units of `encoding` into a column in code points.

    A count that ends inside a character gives the start of that character; one outside the text is clamped.
    """
    units = max(units, 0)
    if encoding == "utf-32" or text.isascii():
        return min(units, len(text))
    codec, width = _CODECS[encoding]
    text = text[:units]  # no character takes less than one unit
    try:
        return len(text.encode(codec)[: units * width].decode(codec, "ignore"))
    except UnicodeEncodeError:  # decoding would drop lone surrogates, or join two into one character
        return (
            bisect_right(range(len(text) + 1), units, key=lambda column: to_units(text, column, encoding)) - 1
        )


def without_surrogates(text: str) -> str:
    """Make two surrogates that pair one character, and others U+FFFD: UTF-8 can hold none of them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
