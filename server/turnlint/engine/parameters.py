"""What the JSON Schema of a tool declares of one place in the arguments of its calls.

Schemas are data of the row: references are followed within the schema alone, and only so many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast, get_args

from turnlint.formats.declared import Choice, Declared, Kind, Member, inside
from turnlint.model import Pointer
from turnlint.rules.tools._schema import resolve

__all__ = ["PARAMETERS", "declared_argument"]

_MOST = 100
"""So many schemas of one place, keys of an object and values of an enumeration are looked at."""
_LONGEST = 200
"""Values of more code points are left out."""
_KINDS = frozenset(get_args(Kind))
_TYPES: dict[type, Kind] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}

_Schema = dict[str, Any]


def declared_argument(root: Any, value: Any, pointer: Pointer) -> Declared | None:
    """Tell what a schema declares of the place at a pointer into the arguments.

    `value` is what the arguments hold, whole or partial. None where the schema says nothing of the place.
    """
    name, required = "", True
    schemas = _applying(root, [root], value)
    for step in pointer:
        name, required = str(step), _requires(schemas, step)
        value = inside(value, step)
        schemas = _applying(root, _inner(schemas, step), value)
    if not schemas:
        return None
    member = _member(name, schemas, required=required)
    keys = dict.fromkeys(key for one in schemas for key in _properties(one))
    return Declared(
        member.name,
        member.description,
        member.required,
        member.expected,
        member.kinds,
        member.choices,
        keys=tuple(
            _member(key, _applying(root, _inner(schemas, key), None), required=_requires(schemas, key))
            for key in islice(keys, _MOST)
        ),
        is_open=all(one.get("additionalProperties") is not False for one in schemas),
    )


def _applying(root: Any, schemas: Iterable[Any], value: Any) -> list[_Schema]:
    """The schemas that judge one value: those given, what they refer to, and the alternatives that fit."""
    found: dict[int, _Schema] = {}
    todo = list(schemas)
    while todo and len(found) < _MOST:
        one = todo.pop(0)
        if type(one) is not dict or id(one) in found:
            continue
        found[id(one)] = one
        todo += [resolve(root, one["$ref"])] if "$ref" in one else []
        todo += _listed(one, "allOf")
        for key in ("anyOf", "oneOf"):
            alternatives = _listed(one, key)
            todo += [each for each in alternatives if _fits(root, each, value)] or alternatives
    return list(found.values())


def _listed(schema: _Schema, key: str) -> list[Any]:
    value = schema.get(key)
    return value[:_MOST] if type(value) is list else []


def _fits(root: Any, schema: Any, value: Any) -> bool:
    """Whether an object may be of an alternative, by the values that the alternative lists for its keys."""
    if type(schema) is dict and "$ref" in schema:
        schema = resolve(root, schema["$ref"])
    if type(schema) is not dict or type(value) is not dict:
        return True
    properties = _properties(schema)
    tags = [(value[key], _values(properties[key])) for key in value if key in properties and value[key]]
    return all(not allowed or tag in allowed for tag, allowed in tags)


def _properties(schema: _Schema) -> _Schema:
    value = schema.get("properties")
    return value if type(value) is dict else {}


def _inner(schemas: Iterable[_Schema], step: str | int) -> list[Any]:
    """The schemas of a member or an item."""
    return [found for one in schemas for found in _parts(one, step)]


def _parts(schema: _Schema, step: str | int) -> Iterator[Any]:
    if isinstance(step, str):
        properties = _properties(schema)
        yield properties[step] if step in properties else schema.get("additionalProperties")
        return
    items = schema.get("items")
    listed = items if type(items) is list else _listed(schema, "prefixItems")
    yield listed[step] if step < len(listed) else items


def _requires(schemas: Iterable[_Schema], step: str | int) -> bool:
    return any(step in _listed(one, "required") for one in schemas)


def _member(name: str, schemas: list[_Schema], *, required: bool) -> Member:
    words = (one.get(key) for key in ("description", "title") for one in schemas)
    values = [value for one in schemas for value in _values(one)]
    kinds = [kind for one in schemas for kind in _kinds(one)] or [_TYPES[type(value)] for value in values]
    return Member(
        name,
        next((text for text in words if type(text) is str), ""),
        required,
        required,
        tuple(dict.fromkeys(kinds)),
        tuple(map(Choice, _distinct(values))),
    )


def _values(schema: Any) -> list[Any]:
    """The scalars that a schema lists, which are short enough to choose from."""
    if type(schema) is not dict:
        return []
    listed = [schema["const"]] if "const" in schema else _listed(schema, "enum")
    return [one for one in listed if type(one) in _TYPES and len(str(one)) <= _LONGEST]


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    return iter({(type(one), one): one for one in values}.values())


def _kinds(schema: _Schema) -> Iterator[Kind]:
    types = schema.get("type")
    for one in types if type(types) is list else [types]:
        if type(one) is str and one in _KINDS:
            yield cast(Kind, one)
    if "properties" in schema and types is None:
        yield "object"
    if schema.get("nullable") is True:
        yield "null"


PARAMETERS: dict[str, Any] = {
    "type": "object",
    "required": ["type", "properties"],
    "properties": {
        "type": {"const": "object"},
        "properties": {
            "type": "object",
            "description": "The arguments by name, each with its schema.",
            "additionalProperties": {"$ref": "#/$defs/schema"},
        },
        "required": {"$ref": "#/$defs/schema/properties/required"},
        "additionalProperties": {"$ref": "#/$defs/schema/properties/additionalProperties"},
        "$defs": {"$ref": "#/properties/properties", "description": "Schemas to refer to."},
    },
    "$defs": {
        "schema": {
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"enum": list(get_args(Kind)), "description": "The JSON type of the value."},
                "description": {"type": "string", "description": "What the value means, for the model."},
                "enum": {"type": "array", "description": "All values that are allowed."},
                "properties": {"$ref": "#/properties/properties"},
                "required": {
                    "type": "array",
                    "description": "The names of the members that must be there.",
                    "items": {"type": "string"},
                },
                "items": {"$ref": "#/$defs/schema", "description": "The schema of the items of an array."},
                "additionalProperties": {
                    "type": "boolean",
                    "description": "Whether members that are not declared are allowed.",
                },
                "default": {"description": "What holds where nothing is given."},
                "minimum": {"type": "number", "description": "The smallest number allowed."},
                "maximum": {"type": "number", "description": "The largest number allowed."},
                "pattern": {
                    "type": "string",
                    "description": "A regular expression for a string.",
                },
                "format": {"type": "string", "description": "What a string is: `date`, `email`, `uri`, …"},
                "$ref": {"type": "string", "description": "Another schema in this one: `#/$defs/NAME`."},
            },
        }
    },
}
"""A schema of schemas: what those of tools are mostly made of."""
