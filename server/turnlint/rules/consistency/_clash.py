"""Two answers that are the same but for numbers, booleans or other single values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from turnlint.model import Pointer
from turnlint.text.compact import compact
from turnlint.text.decode import decode
from turnlint.text.normal import normal

__all__ = ["Clash", "clash"]


class Clash(NamedTuple):
    """The first value in which two answers differ."""

    values: tuple[str, str]
    """As they are written."""
    chars: tuple[tuple[int, int], tuple[int, int]] | None = None
    """Where they stand in the texts, in code points;"""
    pointer: Pointer | None = None
    """of answers in JSON, where in the JSON."""


_VALUE = re.compile(r"(?:(?<![\w.,)])[-+\u2212])?\d(?:[\d.,]*\d)?|\b(?:true|false|yes|no)\b", re.IGNORECASE)
_LONGEST = 100_000
"""Longer texts, in code points, are not taken apart."""


def clash(one: str, other: str) -> Clash | None:
    """Find the first value in which two texts differ; None where they differ in more, or not at all."""
    if max(len(one), len(other)) > _LONGEST:
        return None
    first, second = _document(one), _document(other)
    if first is not None and second is not None:
        return next(_in_documents(first, second), None) if _is_alike(first, second) else None
    return next(_in_texts(one, other), None)


def _document(text: str) -> Any:
    """The object or array that a text holds as JSON; None for any other text."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    return decode(text.encode("utf-8", "surrogatepass")).value


def _in_texts(one: str, other: str) -> Iterator[Clash]:
    if len(one.split()) != len(other.split()):  # most pairs end here, which costs little
        return
    if normal(_VALUE.sub("\0", one)) != normal(_VALUE.sub("\0", other)):
        return
    for left, right in zip(_VALUE.finditer(one), _VALUE.finditer(other), strict=True):
        if not _is_same(left[0], right[0]):
            yield Clash((left[0], right[0]), (left.span(), right.span()))


def _is_same(one: str, other: str) -> bool:
    if normal(one) == normal(other):
        return True
    try:
        return float(one.replace(",", "")) == float(other.replace(",", ""))
    except ValueError:
        return False


def _leaves(one: Any, other: Any) -> Iterator[tuple[Pointer, Any, Any]]:
    """The values of two JSON values side by side, down to where they part, with their places."""
    waiting: list[tuple[Pointer, Any, Any]] = [((), one, other)]
    while waiting:
        pointer, left, right = waiting.pop()
        if type(left) is type(right) is dict and left.keys() == right.keys():
            waiting += [((*pointer, key), left[key], right[key]) for key in reversed(left)]
        elif type(left) is type(right) is list and len(left) == len(right):
            waiting += [((*pointer, at), left[at], right[at]) for at in reversed(range(len(left)))]
        else:
            yield pointer, left, right


def _is_alike(one: Any, other: Any) -> bool:
    """Whether JSON values have one structure, and texts in them differ in values alone."""
    return all(_is_value(left, right) for _, left, right in _leaves(one, other))


def _is_value(left: Any, right: Any) -> bool:
    if type(left) is str and type(right) is str:
        is_name = not any(map(str.isspace, left.strip() + right.strip()))
        return is_name or normal(left) == normal(right) or any(_in_texts(left, right))
    return not isinstance(left, dict | list) and not isinstance(right, dict | list)


def _in_documents(one: Any, other: Any) -> Iterator[Clash]:
    for pointer, left, right in _leaves(one, other):
        shown = _written(left), _written(right)
        if not _is_same(*shown):
            yield Clash(shown, pointer=pointer)


def _written(value: Any) -> str:
    return value if type(value) is str else compact(value)
