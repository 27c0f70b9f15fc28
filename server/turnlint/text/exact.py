"""JSON with its numbers as they are written: what is read and written again loses no digit and no zero."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from turnlint.text.compact import Number, compact

__all__ = ["read", "read_inner", "write"]

_PLAIN = 10**15
"""A whole number below this that is not 0 is written as it was."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def read(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for what strict parsers refuse."""
    value = orjson.loads(text)
    if not _has_odd_numbers(value):
        return value
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def read_inner(text: str) -> Any:
    """The value of a JSON text that stands in a string, where no key may stand twice in an object either.

    Raises ValueError.
    """
    orjson.loads(text)  # refuses what the other takes: NaN, half of a surrogate pair
    try:
        return _INNER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def write(value: Any, *, is_ascii: bool = False) -> str:
    """The JSON text of a value, without white space; `is_ascii` escapes all other characters."""
    text = compact(value)
    return _BEYOND_ASCII.sub(_escaped, text) if is_ascii and not text.isascii() else text


def _has_odd_numbers(value: Any) -> bool:
    """Whether a value holds a number that may have been written otherwise than it would be."""
    todo = [value]
    while todo:
        one = todo.pop()
        kind = type(one)
        if kind is dict:
            todo += one.values()
        elif kind is list:
            todo += one
        elif kind is float or (kind is int and not 0 < abs(one) < _PLAIN):
            return True
    return False


def _fraction(written: str) -> float:
    number = float(written)
    plain = repr(number) == written == orjson.dumps(number).decode()
    return number if plain else _as_written(number, written)


def _whole(written: str) -> float:
    return int(written) if written != "-0" and len(written) <= 4_000 else _as_written(float(written), written)


def _as_written(number: float, written: str) -> Number:
    made = Number(number)
    made.written = written
    return made


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) < len(members):
        raise ValueError("a key stands twice")
    return made


_DECODER = json.JSONDecoder(parse_float=_fraction, parse_int=_whole)
_INNER = json.JSONDecoder(parse_float=_fraction, parse_int=_whole, object_pairs_hook=_each_once)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
