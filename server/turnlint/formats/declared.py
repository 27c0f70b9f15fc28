"""What a format declares of one place in a row, for whoever reads or types there.

The place need not be in the row yet. Where objects of several kinds may stand, the tag that the row holds
tells which one is meant; without a tag all of them count, first those that know the keys that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct, inspect

from turnlint.formats import Format
from turnlint.formats.shape import alternatives_of, described
from turnlint.model import Pointer

__all__ = ["Choice", "Declared", "Kind", "Member", "declared", "inside", "reach"]

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "array", "object", "null"]
"""A type of JSON, as JSON Schema names it."""


class Choice(Struct, frozen=True):
    """One of the values that may stand at a place."""

    value: str | int | float | bool | None
    description: str = ""
    """What it means, in plain text; empty where nothing is said of it alone."""
    misfits: int = 0
    """How many of the keys beside it, where it is a tag, do not go with it."""


class Member(Struct, frozen=True):
    """A place as the object around it declares it."""

    name: str = ""
    """The key; empty for an item of an array and for the row."""
    description: str = ""
    """What stands there, in plain text; empty where nothing is said."""
    required: bool = False
    """The object is wrong without it."""
    expected: bool = False
    """It is required, or has a rule of its own for where it is missing: most objects have it."""
    kinds: tuple[Kind, ...] = ()
    """The types that it may have, the usual one first; empty where anything goes."""
    choices: tuple[Choice, ...] = ()
    """All values that it may have, where they are listed."""

    def choice(self, value: Any) -> Choice | None:
        """The listed value that equals a decoded one."""
        return next((one for one in self.choices if _is_same(one.value, value)), None)


class Declared(Member, frozen=True):
    """A place with what may stand in it."""

    owner: str = ""
    """What the object there is, in the field's words: `user message`; empty where it can be several."""
    keys: tuple[Member, ...] = ()
    """The members that an object there may have, those that are present included; none beside one that
    stands for it."""
    is_open: bool = False
    """An object there may have other keys too."""


def declared(format_: Format, value: Any, pointer: Pointer) -> Declared | None:
    """Tell what a format declares of the place at a pointer.

    `value` is the decoded row, whole or partial. None where the declaration says nothing of the place.
    """
    place = _place("", [described(format_.shape)], required=True)
    for step in pointer:
        inner = _item(place) if isinstance(step, int) else _members(place, value).get(step)
        if inner is None:
            return None
        place, value = inner, inside(value, step)
    member, objects = place.member, _objects(place, value)
    excluded = _excluded(objects, value)
    return Declared(
        member.name,
        member.description or (_summary(objects[0]) if len(objects) == 1 else ""),
        member.required,
        member.expected,
        member.kinds,
        member.choices,
        owner=str(getattr(objects[0].cls, "owner", "")) if len(objects) == 1 else "",
        keys=tuple(one.member for name, one in _members(place, value).items() if name not in excluded),
        is_open=any(not one.forbid_unknown_fields for one in objects),
    )


def reach(value: Any, pointer: Pointer) -> Any:
    """What a decoded value holds at a pointer; None where nothing stands there."""
    for step in pointer:
        value = inside(value, step)
    return value


def inside(value: Any, step: str | int) -> Any:
    """The member or item of a decoded value; None where it has none."""
    if isinstance(step, int):
        return value[step] if type(value) is list and step < len(value) else None
    return value.get(step) if type(value) is dict else None


_TAGS = {"role": "Who speaks.", "type": "What it is."}
"""What a tag says, of which the declaration describes the values alone."""

_KINDS: dict[type, Kind] = {
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
    inspect.ListType: "array",
    inspect.DictType: "object",
    inspect.StructType: "object",
}


class _Place(NamedTuple):
    """A place on the way down: what is said of it, and the types that may stand there."""

    member: Member
    types: list[inspect.Type]


def _place(name: str, types: Sequence[inspect.Type], *, required: bool) -> _Place:
    flat = [pair for one in types for pair in _flatten(one)]
    description = next((words for words, _ in flat if words), "")
    listed = [value for _, one in flat if isinstance(one, inspect.LiteralType) for value in one.values]
    kinds = tuple(dict.fromkeys(kind for _, one in flat for kind in _kinds(one)))
    if any(isinstance(one, inspect.AnyType) for _, one in flat):
        kinds = ()
    choices = tuple(map(Choice, dict.fromkeys(listed)))
    expected = required or any(map(_is_missed, types))
    return _Place(Member(name, description, required, expected, kinds, choices), [one for _, one in flat])


def _is_missed(node: inspect.Type) -> bool:
    """Whether the annotation of an optional member names the rule for where it is missing."""
    return isinstance(node, inspect.Metadata) and "missing-key" in (node.extra or {}).get("rules", {})


def _flatten(node: inspect.Type, words: str = "") -> Iterator[tuple[str, inspect.Type]]:
    """The plain types of an annotated or united one, each with the nearest description around it."""
    if isinstance(node, inspect.Metadata):
        yield from _flatten(node.type, (node.extra_json_schema or {}).get("description") or words)
    elif isinstance(node, inspect.UnionType):
        for one in node.types:
            yield from _flatten(one, words)
    else:
        yield words, node


def _kinds(node: inspect.Type) -> Iterator[Kind]:
    if isinstance(node, inspect.LiteralType):
        yield from ("string" if isinstance(value, str) else "integer" for value in node.values)
    elif type(node) in _KINDS:
        yield _KINDS[type(node)]


def _item(place: _Place) -> _Place | None:
    items = [one.item_type for one in place.types if isinstance(one, inspect.ListType)]
    return _place("", items, required=False) if items else None


def _members(place: _Place, value: Any) -> dict[str, _Place]:
    """The members that an object at a place may have beside what the row holds there: its tag comes first."""
    objects = _objects(place, value)
    found: dict[str, _Place] = {}
    tag = _tag(place, value)
    if tag is not None:
        found[tag.name] = _Place(tag, [])
    for name in dict.fromkeys(field.encode_name for one in objects for field in one.fields):
        fields = [field for one in objects for field in one.fields if field.encode_name == name]
        required = len(fields) == len(objects) and all(field.required for field in fields)
        found[name] = _place(name, [field.type for field in fields], required=required)
    return found


def _objects(place: _Place, value: Any) -> list[inspect.StructType]:
    """The objects that a place may hold: the one that the tag names, else all in order of fitness."""
    everything = _by_fitness(place, value)
    if type(value) is dict:
        tagged = [one for one in everything if one.tag_field and _is_same(one.tag, value.get(one.tag_field))]
        return tagged or everything
    return everything


def _excluded(objects: list[inspect.StructType], value: Any) -> frozenset[str]:
    """The absent keys for which others stand that are present."""
    present = value.keys() if type(value) is dict else frozenset()
    groups = [group for one in objects for group in alternatives_of(one.cls)]
    return frozenset(key for group in groups if not present.isdisjoint(group) for key in group) - present


def _by_fitness(place: _Place, value: Any) -> list[inspect.StructType]:
    """Every object that a place may hold, first those to which the fewest of the present keys are strange."""
    found = [one for one in place.types if isinstance(one, inspect.StructType)]
    return sorted(found, key=lambda one: _misfits(one, value))


def _misfits(node: inspect.StructType, value: Any) -> int:
    """How many of the keys that are there an object does not know."""
    known = {node.tag_field, *(field.encode_name for field in node.fields)}
    return len(value.keys() - known) if type(value) is dict else 0


def _tag(place: _Place, value: Any) -> Member | None:
    """The member that tells the objects of a place apart, if they have one."""
    objects = [one for one in _by_fitness(place, value) if one.tag_field]
    if not objects:
        return None
    name = str(objects[0].tag_field)
    choices = tuple(Choice(one.tag, _summary(one), _misfits(one, value)) for one in objects)
    return Member(name, _TAGS.get(name, ""), required=True, expected=True, kinds=("string",), choices=choices)


def _summary(node: inspect.StructType) -> str:
    return (node.cls.__doc__ or "").partition("\n")[0]


def _is_same(one: Any, other: Any) -> bool:
    """Whether two scalars are equal in JSON, where true is not 1."""
    return (type(one) is bool) == (type(other) is bool) and bool(one == other)
