"""The JSON text of a value, as short as it can be written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

__all__ = ["Number", "compact"]


class Number(float):
    """A number that would be written otherwise than it was, such as 1.50 or 1e5."""

    __slots__ = ("written",)
    written: str


def compact(value: Any) -> str:
    """Write what `decode` gave without white space. Takes any value, however deep, and never raises."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # lone surrogates, numbers as written, integers of no machine, nested too deep
        return "".join(_pieces(value))


class _Written(str):
    """What is JSON text already."""

    __slots__ = ()


def _pieces(value: Any) -> Iterator[str]:
    """The same without recursion."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is _Written:
            yield one
        elif type(one) is dict:
            members = ((_Written(f"{_scalar(key)}:"), item) for key, item in one.items())
            waiting += _enclosed("{", members, "}")
        elif type(one) is list:
            waiting += _enclosed("[", ((item,) for item in one), "]")
        else:
            yield _scalar(one)


def _enclosed(start: str, members: Iterable[tuple[Any, ...]], end: str) -> list[Any]:
    """What an array or object consists of, the last piece first."""
    inside = [piece for member in members for piece in (_Written(","), *member)]
    return [_Written(start), *inside[1:], _Written(end)][::-1]


def _scalar(value: Any) -> str:
    return value.written if type(value) is Number else json.dumps(value, ensure_ascii=False)
