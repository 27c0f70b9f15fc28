"""The layout of a row: the paths of its keys and items, each with the type of the values there.

`messages[].content:string` is such a path with a type: keys are parted by dots, and `[]` stands for any item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from turnlint.model import Pointer

__all__ = ["LAYOUT", "find", "kind_of", "layout_of"]

LAYOUT = 64
"""A layout has so many paths at most."""
_PATH = 200
"""A path with more code points is left out of it."""

_KINDS = {str: "string", int: "integer", float: "float", bool: "boolean", dict: "object", list: "array"}


def kind_of(value: Any) -> str:
    """The type of a decoded value: `null`, `boolean`, `integer`, `float`, `string`, `array` or `object`."""
    return _KINDS.get(type(value), "null")


def layout_of(value: dict[str, Any]) -> tuple[str, ...]:
    """The paths of all keys and items of a row with the types of their values: level by level, each in order.

    Where there are more than `LAYOUT`, those further down are missing.
    """
    found: list[str] = []
    level: dict[str, list[Any]] = {key: [item] for key, item in value.items()}
    while level and len(found) < LAYOUT:
        below: dict[str, list[Any]] = {}
        for path in sorted(path for path in level if len(path) <= _PATH)[: LAYOUT - len(found)]:
            items = level[path]
            types = set(map(type, items))
            found += sorted({f"{path}:{_KINDS.get(one, 'null')}" for one in types})
            if dict in types:
                below |= {f"{path}.{key}": inner for key, inner in _members(items).items()}
            if list in types:
                inside = [inner for item in items if type(item) is list for inner in item]
                below |= {f"{path}[]": inside} if inside else {}
        level = below
    return tuple(found[:LAYOUT])


def _members(items: Iterable[Any]) -> dict[str, list[Any]]:
    """All values in the objects among some items, by key."""
    found: dict[str, list[Any]] = {}
    for item in items:
        if type(item) is dict:
            for key, inner in item.items():
                if key in found:
                    found[key].append(inner)
                else:
                    found[key] = [inner]
    return found


def find(value: Any, path: str, kind: str = "") -> Pointer | None:
    """Where in a decoded row the first value at a path stands that has a type, any without one; else None."""
    return next(_places(value, "", path, kind, ()), None)


def _places(value: Any, at: str, path: str, kind: str, pointer: Pointer) -> Iterator[Pointer]:
    if at == path:
        if kind in ("", kind_of(value)):
            yield pointer
    elif type(value) is dict:
        for key, item in value.items():
            below = f"{at}.{key}" if at else key
            if path.startswith(below) and path[len(below) :][:1] in ("", ".", "["):
                yield from _places(item, below, path, kind, (*pointer, key))
    elif type(value) is list and path.startswith(f"{at}[]"):
        for number, item in enumerate(value):
            yield from _places(item, f"{at}[]", path, kind, (*pointer, number))
