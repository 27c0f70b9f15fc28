"""The shape check: from one declaration (msgspec Structs) to every fault of a decoded value.

A declaration is a Struct that derives from `Shape`. `field()` adds to a member what its type cannot say.
The typed decoder made from the same declaration proves a row clean; `faults` runs on the rows it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec
from msgspec import Meta, Struct, inspect

from turnlint.model import Place, Pointer, ShapeFault
from turnlint.text.ready import ready

__all__ = [
    "FAULT_CAP",
    "Exact",
    "Shape",
    "alternatives_of",
    "declared_keys",
    "described",
    "faults",
    "has_alternatives",
    "is_open",
    "iter_structs",
    "note",
    "twice",
]

FAULT_CAP = 10_000
"""Behind so many faults of a value, no further items of its arrays are read."""


_MOST = 2**53
Exact: TypeAlias = Annotated[int, Meta(ge=-_MOST, le=_MOST)]
"""An integer that every parser reads as it is written. Of others the rules about JSON tell, not the shape."""


class Shape(Struct, forbid_unknown_fields=True):
    """Base of every declared object."""

    owner: ClassVar[str] = "row"
    """What the object is in the field's words."""
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Keys that stand for each other: of each group an object has one, and no more."""


def note(
    description: str = "",
    *,
    rules: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    **constraints: Any,
) -> Meta:
    """Annotate a member of a shape.

    `rules` names the rule for a kind of fault (`missing-key`, `wrong-type`, `misplaced-key`, …); `aliases`
    maps a wrong key that stands for this one to a hint; `tags` maps a tag of a union that is known elsewhere,
    yet wrong here, to a rule. Constraints are msgspec's (`min_length`).
    """
    extra = {"rules": dict(rules or {}), "aliases": dict(aliases or {}), "tags": dict(tags or {})}
    return Meta(description=description, extra=extra, **constraints)


def faults(
    shape: type[Struct], value: Any, pointer: Pointer = (), *, strangers: bool = False
) -> list[ShapeFault]:
    """List the departures of a decoded JSON value from its declared shape, in the order it is read.

    They are all unless there are `FAULT_CAP` or more. With `strangers`, keys that an open object does not
    declare are among them, for the rule `ignored-key`.
    """
    found: list[ShapeFault] = []
    _checker(shape, strangers)(value, pointer, found)
    return found


@cache
def declared_keys(shape: type[Struct]) -> frozenset[str]:
    """Every key that the declaration names, at any depth."""
    keys: set[str] = set()
    for node in iter_structs(shape):
        keys |= {member.encode_name for member in node.fields}
        keys |= {node.tag_field} if node.tag_field else set()
    return frozenset(keys)


@cache
def described(shape: type[Struct]) -> inspect.Type:
    """What msgspec says of a declaration, which takes it milliseconds."""
    return inspect.type_info(ready(shape))


@cache
def iter_structs(shape: type[Struct]) -> Iterable[inspect.StructType]:
    """Every object type of a declaration, outermost first."""
    seen: dict[type, inspect.StructType] = {}
    todo: list[inspect.Type] = [described(shape)]
    while todo:
        node = todo.pop(0)
        if isinstance(node, inspect.StructType) and node.cls not in seen:
            seen[node.cls] = node
            todo += (member.type for member in node.fields)
        elif isinstance(node, inspect.UnionType):
            todo += node.types
        elif isinstance(node, inspect.ListType):
            todo.append(node.item_type)
        elif isinstance(node, inspect.Metadata):
            todo.append(node.type)
    return tuple(seen.values())


def is_open(shape: type[Struct]) -> bool:
    """Whether any object of a declaration may have other keys than are declared."""
    return any(not node.forbid_unknown_fields for node in iter_structs(shape))


def alternatives_of(kind: type) -> tuple[tuple[str, ...], ...]:
    """The groups of keys of a declared object that stand for each other."""
    return getattr(kind, "alternatives", ())


def has_alternatives(shape: type[Struct]) -> bool:
    """Whether any object of a declaration has keys that stand for each other, which types cannot say."""
    return any(alternatives_of(node.cls) for node in iter_structs(shape))


_Check = Callable[[Any, Pointer, list[ShapeFault]], None]

_NAMES = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    list: "an array",
    dict: "an object",
    date: "a date without quotes, such as 2027-03-31",
    type(None): "null",
}


@cache
def _checker(shape: type[Struct], strangers: bool) -> _Check:
    return _compile(described(shape), _Context(strangers=strangers))


class _Context(Struct, frozen=True):
    """What a member's annotation says, on the way down to where a fault of it is found."""

    owner: str = "row"
    name: str = ""
    rules: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    strangers: bool = False
    """Keys that open objects do not declare are told."""

    def fault(self, kind: str, pointer: Pointer, found: Any, expected: tuple[str, ...] = ()) -> ShapeFault:
        rule = self.rules.get(kind, "")
        return ShapeFault(kind, Place(pointer), self.owner, self.name, expected, found, rule)


def _compile(node: inspect.Type, context: _Context) -> _Check:
    node, context = _unwrap(node, context)
    if isinstance(node, inspect.LiteralType):
        return _literal(node, context)
    by_type = _alternatives(node, context)
    if by_type is None:
        return lambda value, pointer, found: None
    expected = tuple(_NAMES[kind] for kind in by_type)
    for listed in _listed(node):
        # Of a scalar that is not listed it is the value that is wrong, whatever its type.
        by_type = {**dict.fromkeys((str, int, float, bool), _literal(listed, context)), **by_type}

    def check(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
        inner = by_type.get(type(value))
        if inner is None:
            found.append(context.fault("wrong-type", pointer, value, expected))
        else:
            inner(value, pointer, found)

    return check


def _listed(node: inspect.Type) -> Iterator[inspect.LiteralType]:
    """The lists of values among the types of a union."""
    types = node.types if isinstance(node, inspect.UnionType) else ()
    return (one for one in types if isinstance(one, inspect.LiteralType))


def _unwrap(node: inspect.Type, context: _Context) -> tuple[inspect.Type, _Context]:
    """Take annotations off a type and into the context."""
    while isinstance(node, inspect.Metadata):
        extra = node.extra or {}
        rules = {**context.rules, **extra.get("rules", {})}
        context = msgspec.structs.replace(context, rules=rules, tags=extra.get("tags", {}))
        node = node.type
    return node, context


def _alternatives(node: inspect.Type, context: _Context) -> dict[type, _Check] | None:
    """How to check a value by its JSON type; None where anything goes."""
    types = node.types if isinstance(node, inspect.UnionType) else (node,)
    table: dict[type, _Check] = {}
    structs: list[inspect.StructType] = []
    outer = context
    for wrapped in types:
        one, context = _unwrap(wrapped, outer)
        if isinstance(one, inspect.AnyType):
            return None
        if isinstance(one, inspect.StructType):
            structs.append(one)
        elif isinstance(one, inspect.LiteralType):
            table.update(dict.fromkeys(map(type, one.values), _literal(one, context)))
        elif isinstance(one, inspect.ListType):
            table[list] = _array(one, context)
        elif isinstance(one, inspect.StrType) and one.min_length:
            table[str] = _filled(context)
        else:
            table[_PYTHON[type(one)]] = _nothing
    if structs:
        table[dict] = _union(structs, context)
    return table


def _nothing(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
    """Any value of the right type will do."""


def _filled(context: _Context) -> _Check:
    """A string that must not be empty: empty, it counts as missing."""

    def check(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
        if not value:
            found.append(context.fault("missing-key", pointer, value))

    return check


_PYTHON: dict[type, type] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.BoolType: bool,
    inspect.NoneType: type(None),
    inspect.DictType: dict,
    inspect.DateType: date,
}


def _literal(node: inspect.LiteralType, context: _Context) -> _Check:
    expected = tuple(msgspec.json.encode(value).decode() for value in node.values)

    def check(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
        # 1.0 stands for 1 in JSON as most parsers read it; true does not.
        if type(value) is bool or type(value) not in (str, int, float) or value not in node.values:
            found.append(context.fault("invalid-value", pointer, value, expected))

    return check


def _array(node: inspect.ListType, context: _Context) -> _Check:
    item = _compile(node.item_type, context)
    minimum = node.min_length or 0
    maximum = node.max_length
    limit = (str(maximum),)

    def check(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
        if len(value) < minimum:
            found.append(context.fault("too-few-items", pointer, value))
        if maximum is not None and len(value) > maximum:
            found.append(context.fault("too-many-items", (*pointer, maximum), value, limit))
        for position, element in enumerate(value):
            if len(found) >= FAULT_CAP:
                break
            item(element, (*pointer, position), found)

    return check


def _union(structs: list[inspect.StructType], context: _Context) -> _Check:
    siblings = {member.encode_name: member for one in structs for member in one.fields}
    table = {one.tag: _object(one, siblings, context.strangers) for one in structs}
    if structs[0].tag_field is None:
        return table[None]
    tag_field = structs[0].tag_field
    tags = tuple(str(one.tag) for one in structs)

    def check(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
        if tag_field not in value:
            owner = "message" if tag_field == "role" else _owner(structs[0])
            rule = context.rules.get("missing-tag", "")
            found.append(ShapeFault("missing-tag", Place(pointer), owner, tag_field, tags, value, rule))
            return
        tag = value[tag_field]
        known = table.get(tag) if type(tag) is str else None
        if known is None:
            rule = context.tags.get(tag, "") if type(tag) is str else ""
            fault = context.fault("unknown-tag", (*pointer, tag_field), tag, tags)
            found.append(msgspec.structs.replace(fault, rule=rule) if rule else fault)
            return
        known(value, pointer, found)

    return check


def _object(node: inspect.StructType, siblings: Mapping[str, inspect.Field], strangers: bool) -> _Check:
    owner = _owner(node)
    members = {
        one.encode_name: _compile(one.type, _Context(owner, one.encode_name, strangers=strangers))
        for one in node.fields
    }
    names = tuple(members)
    required = [one for one in node.fields if one.required]
    known = {*members, *({node.tag_field} if node.tag_field else ())}
    needed = frozenset(one.encode_name for one in required)
    closed = node.forbid_unknown_fields
    groups = alternatives_of(node.cls)

    def check(value: Any, pointer: Pointer, found: list[ShapeFault]) -> None:
        strange = [*islice((key for key in value if key not in known), FAULT_CAP)]
        if not needed <= value.keys():
            absent = [one for one in required if one.encode_name not in value]
            found.extend([_missing(one, owner, value, pointer, strange) for one in absent])
        for group in groups:
            found.extend(_chosen(group, owner, value, pointer, strange, node.fields))
        if closed and strange:
            found.extend([_strange(key, owner, value, pointer, names, siblings) for key in strange])
        elif strangers and strange:
            found.extend([_ignored(key, owner, value, pointer) for key in strange])
        for key, element in value.items():
            inner = members.get(key)
            if inner is not None:
                inner(element, (*pointer, key), found)

    return check


def twice(value: dict[str, Any], pointer: Pointer, owner: str, one: str, other: str) -> ShapeFault:
    """The fault of an object with two keys of which it may have one. `found` are the values of both."""
    place = Place((*pointer, other), part="key")
    rule = "exclusive-keys"
    return ShapeFault(rule, place, owner, other, (one, other), (value[one], value[other]), rule)


def _chosen(
    group: tuple[str, ...],
    owner: str,
    value: dict[str, Any],
    pointer: Pointer,
    strange: list[str],
    fields: tuple[inspect.Field, ...],
) -> Iterator[ShapeFault]:
    """The fault of an object with none, or with several, of the keys that stand for each other.

    In an object without any key that is known, the strange ones are what stands in their place.
    """
    there = [key for key in group if key in value]
    if len(there) > 1:
        yield twice(value, pointer, owner, *there[:2])
    elif not there:
        member = next(one for one in fields if one.encode_name == group[0])
        is_strange = len(strange) == len(value)
        yield _missing(member, owner, value, pointer, strange)
        if is_strange:
            strange.clear()


def _owner(node: inspect.StructType) -> str:
    return str(getattr(node.cls, "owner", "object"))


def _notes(member: inspect.Field) -> Mapping[str, Any]:
    return member.type.extra or {} if isinstance(member.type, inspect.Metadata) else {}


def _missing(
    member: inspect.Field, owner: str, value: dict[str, Any], pointer: Pointer, strange: list[str]
) -> ShapeFault:
    """The fault of a missing member; takes the wrong keys that stand for it out of `strange`."""
    name, notes = member.encode_name, _notes(member)
    rule = notes.get("rules", {}).get("missing-key", "")
    for alias, hint in notes.get("aliases", {}).items():
        if alias in value:
            if alias in strange:
                strange.remove(alias)
            place = Place((*pointer, alias), part="key")
            return ShapeFault("missing-key", place, owner, name, (hint,), alias, rule)
    inside = [key for key in strange if key in _members_of(member)]
    for key in inside:
        strange.remove(key)
    if inside:
        place = Place((*pointer, inside[0]), part="key")
        hint = f"put {' and '.join(f'`{key}`' for key in inside)} into an object under `{name}`"
        return ShapeFault("missing-key", place, owner, name, (hint,), tuple(inside), rule)
    for key in strange:
        if _close(key, name):
            strange.remove(key)
            place = Place((*pointer, key), part="key")
            return ShapeFault("missing-key", place, owner, name, (f"rename `{key}` to `{name}`",), key, rule)
    return ShapeFault("missing-key", Place(pointer), owner, name, (), value, rule)


def _members_of(member: inspect.Field) -> frozenset[str]:
    node = member.type.type if isinstance(member.type, inspect.Metadata) else member.type
    return (
        frozenset(one.encode_name for one in node.fields)
        if isinstance(node, inspect.StructType)
        else frozenset()
    )


def _strange(
    key: str,
    owner: str,
    value: dict[str, Any],
    pointer: Pointer,
    names: tuple[str, ...],
    siblings: Mapping[str, inspect.Field],
) -> ShapeFault:
    place = Place((*pointer, key), part="key")
    if key in siblings:
        rule = _notes(siblings[key]).get("rules", {}).get("misplaced-key", "")
        return ShapeFault("misplaced-key", place, owner, key, names, value[key], rule)
    free = tuple(one for one in names if one not in value)
    meant = next((one for one in free if _stands_for(key, siblings[one])), "")
    return ShapeFault("unknown-key", place, owner, key, free, value[key], meant=meant)


def _ignored(key: str, owner: str, value: dict[str, Any], pointer: Pointer) -> ShapeFault:
    place = Place((*pointer, key), part="key")
    return ShapeFault("unknown-key", place, owner, key, (), value[key], "ignored-key")


def _stands_for(key: str, member: inspect.Field) -> bool:
    return key in _notes(member).get("aliases", {}) or _close(key, member.encode_name)


_LIKE = 0.85


@lru_cache(4096)
def _close(key: str, name: str) -> bool:
    """One edit apart, or equal but for case and separators."""
    from difflib import SequenceMatcher

    if min(len(key), len(name)) < _LIKE / (2 - _LIKE) * max(len(key), len(name)):
        return False  # so different in length that nothing else matters
    plain = key.lower().replace("-", "_")
    return plain == name or SequenceMatcher(None, plain, name).ratio() >= _LIKE
