"""The keys of all rows of a file, with the types of their values: what rules about layouts see of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct

from turnlint.corpus.tally import ROWS, Count
from turnlint.formats import get_format
from turnlint.formats.declared import Declared, declared
from turnlint.formats.shape import iter_structs
from turnlint.model import Example, Place, Pointer
from turnlint.rules.compare import Spread
from turnlint.text.layout import LAYOUT, find

__all__ = [
    "BLOCK",
    "ONE_NUMBER",
    "Field",
    "declaration",
    "fields",
    "is_free",
    "kind_words",
    "leaves_free",
    "parent",
    "place_of",
    "whole",
]

BLOCK = 10 << 20
"""Bytes from which Hugging Face datasets takes the columns of a file."""

ONE_NUMBER = {"integer": "number", "float": "number"}
"""Takes integers and fractions for one type."""


class Field(Struct):
    """What is known of one path: `meta.source`, `messages[].content`."""

    path: str
    layouts: dict[tuple[str, ...], Count]
    """The layouts of rows that have it."""
    kinds: dict[str, list[Count]]
    """By type: `null`, `boolean`, `integer`, `float`, `string`, `array`, `object`."""

    @property
    def rows(self) -> int:
        """In so many rows it is there."""
        return sum(count.rows for count in self.layouts.values())

    @property
    def first(self) -> int:
        """The first row that has it."""
        return min(count.handles[0] for count in self.layouts.values() if count.handles)

    def handles(self, kind: str) -> list[int]:
        """Rows that have it with a value of this type, lowest first: 1,000 at most."""
        return sorted(handle for count in self.kinds[kind] for handle in count.handles)[:ROWS]

    def rows_with(self, kind: str) -> int:
        """In so many rows it has a value of this type."""
        return sum(count.rows for count in self.kinds[kind])


def fields(spread: Spread, kinds: Mapping[str, str] = {}) -> Mapping[str, Field]:
    """Every path in the layouts that were counted. Types are called by other names where `kinds` has them."""
    found: dict[str, Field] = {}
    for layout, count in spread.counts.items():
        for entry in layout if count.handles else ():
            path, _, kind = entry.rpartition(":")
            field = found.get(path)
            if field is None:
                field = found[path] = Field(path, {}, {})
            field.layouts[layout] = count
            of_kind = field.kinds.setdefault(kinds.get(kind, kind), [])
            if not of_kind or of_kind[-1] is not count:
                of_kind.append(count)
    return found


def whole(layout: Sequence[str]) -> list[str]:
    """The paths of a layout, but for those on its lowest level where this may not have been counted out."""
    paths = [entry.rpartition(":")[0] for entry in layout]
    if len(paths) < LAYOUT:
        return paths
    lowest = _depth(paths[-1])
    return [path for path in paths if _depth(path) < lowest]


def _depth(path: str) -> int:
    return path.count(".") + path.count("[]")


def parent(path: str) -> tuple[str, str]:
    """The path of what holds a key, and the key; of a key of the row itself, nothing and the path."""
    above, _, key = path.rpartition(".")
    return above, key


def _pointer(path: str) -> Pointer:
    """A path as a pointer, with 0 for each array."""
    steps: list[str | int] = []
    for part in path.split("."):
        name = part.rstrip("[]")
        steps += [name, *[0] * ((len(part) - len(name)) // 2)]
    return tuple(steps)


def declaration(example: Example, path: str) -> Declared | None:
    """What the format of a row declares of a path; None where it says nothing of it."""
    return declared(get_format(example.declared_by), None, _pointer(path))


def leaves_free(spread: Spread) -> bool:
    """Whether the format of the rows lets whoever writes them add keys of their own, anywhere."""
    first = min((count.handles[0] for count in spread.counts.values() if count.handles), default=None)
    example = spread.member(first).example if first is not None else None
    return example is not None and _is_open(example.declared_by)


@cache
def _is_open(name: str) -> bool:
    return any(not one.forbid_unknown_fields for one in iter_structs(get_format(name).shape))


def is_free(example: Example, path: str) -> bool:
    """Whether a path is under a key that the format leaves to whoever writes the rows."""
    steps = _pointer(path)
    format_ = get_format(example.declared_by)
    for length in range(len(steps)):
        here = declared(format_, None, steps[: length + 1])
        if here is None or not here.kinds:  # undeclared, or anything goes
            around = declared(format_, None, steps[:length])
            return around is not None and around.is_open
    return False


def kind_words(kind: str) -> str:
    """A type with its article."""
    return f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def place_of(spread: Spread, handle: int, field: Field, kind: str = "") -> Place:
    """Where a row has a field, with a value of a type where one is named; else the row."""
    example = spread.member(handle).example
    if example is None:
        return Place()
    kinds = [plain for plain, name in ONE_NUMBER.items() if name == kind] or [kind]
    found = (find(example.value, field.path, plain) for plain in kinds)
    return Place(next((pointer for pointer in found if pointer is not None), ()))
