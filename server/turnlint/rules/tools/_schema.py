"""JSON Schemas of tools, which come with the data and are trusted with nothing.

Whatever a schema says, nothing is fetched, patterns match in linear time, and schemas too large, too deep or
too costly to hold arguments against are left unjudged.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from msgspec import Struct

from turnlint.model import Place, Pointer, pointer_names
from turnlint.rules import quote

__all__ = [
    "Problem",
    "Violation",
    "bad_patterns",
    "breaches",
    "depth",
    "external_refs",
    "problem",
    "resolve",
    "subschemas",
    "violations",
]

MAX_BYTES = 1 << 18
"""Larger schemas and arguments are not judged."""
MAX_DEPTH = 64
"""Nor are those that nest deeper."""
MAX_VISITS = 20_000
"""Nor schemas of which validation may visit more subschemas, each reference counted as what it means."""
MAX_PATTERN_BYTES = 1 << 16
"""Patterns that compile to more are left out, as are those that need backtracking."""

_ONE = frozenset(
    (
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
_LIST = frozenset(("allOf", "anyOf", "items", "oneOf", "prefixItems"))
_MAP = frozenset(
    ("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties")
)
_SHELF = frozenset(("$defs", "definitions"))
"""Their schemas count only where something refers to them."""
_IN_PLACE = frozenset(
    ("allOf", "anyOf", "dependencies", "dependentSchemas", "else", "if", "not", "oneOf", "then")
)
"""Their schemas judge the same value; all others judge a part of it."""
_NOT_MONOTONE = frozenset(("if", "maxContains", "not", "oneOf", "unevaluatedItems", "unevaluatedProperties"))
"""With these, a condition left out can make a valid value invalid."""

_Schema = dict[str, Any]


class Problem(Struct, frozen=True):
    """Why a schema is none: where in it, and what, as a clause."""

    pointer: Pointer
    words: str
    value: Any = None


class Violation(Struct, frozen=True):
    """Where a value breaks its schema, as a place in that value, and how, as a clause."""

    place: Place
    words: str


def subschemas(schema: _Schema) -> Iterator[tuple[Pointer, _Schema]]:
    """Yield a schema and every schema in it, with their pointers, in the order of the text."""
    todo: list[tuple[Pointer, _Schema]] = [((), schema)]
    while todo:
        pointer, one = todo.pop()
        yield pointer, one
        todo += reversed([((*pointer, *steps), child) for steps, child in _children(one)])


def external_refs(schema: _Schema) -> Iterator[tuple[Pointer, str]]:
    """Yield every reference that leads out of the schema, with the pointer to its text."""
    names = {
        _absolute("", one[key]) for _, one in subschemas(schema) for key in _IDS if type(one.get(key)) is str
    }
    base = next((schema[key] for key in _IDS if type(schema.get(key)) is str), "")
    for pointer, one in subschemas(schema):
        for key in _REFS:
            ref = one.get(key)
            if type(ref) is str and not ref.startswith("#") and _absolute(base, ref) not in names | {base}:
                yield (*pointer, key), ref


def problem(schema: _Schema) -> Problem | None:
    """Say why this is no JSON Schema of any draft; None where it is one, or is too large to judge."""
    return _compiled(schema).problem


def violations(schema: _Schema, value: Any) -> Iterator[Violation]:
    """Yield where a decoded value breaks a schema; nothing where either cannot be judged."""
    yield from _violations(_compiled(schema), value)


def breaches(text: bytes, value: Any) -> Iterator[Violation] | None:
    """The same of a schema as JSON, nothing where that is none; None where it might take too long."""
    compiled = _compile(text) if len(text) <= MAX_BYTES else _Compiled()
    return _violations(compiled, value) if _is_affordable(compiled, depth(value)) else None


def bad_patterns(schema: _Schema) -> Iterator[tuple[Pointer, str]]:
    """Yield every pattern that the engine cannot match in linear time, or at all, with the pointer to it."""
    for pointer, one in subschemas(schema):
        named = one.get("patternProperties")
        keys = [*(named if type(named) is dict else ())]
        found = [(("patternProperties", key), key) for key in keys]
        for steps, pattern in [(("pattern",), one.get("pattern")), *found]:
            if type(pattern) is str and not _is_linear(pattern):
                yield (*pointer, *steps), pattern


def _violations(compiled: _Compiled, value: Any) -> Iterator[Violation]:
    if compiled.validator is None or not _is_affordable(compiled, depth(value)):
        return
    try:
        errors = compiled.validator.iter_errors(value)
    except (UnicodeEncodeError, ValueError):  # lone surrogates and numbers of no machine, which others name
        return
    for error in errors:
        yield from _violation(error, value)


_IDS = ("$id", "id")
_REFS = ("$ref", "$dynamicRef", "$recursiveRef")


class _Compiled(Struct, frozen=True):
    validator: Any = None
    problem: Problem | None = None
    refers: bool = False
    """The schema holds references, so that its cost has to be counted."""
    schema: _Schema = {}
    costs: dict[int, bool] = {}
    """Whether that is affordable, by the levels of values that were counted."""


def _children(schema: _Schema) -> Iterator[tuple[Pointer, _Schema]]:
    for key, value in schema.items():
        if type(value) is dict and key in _ONE:
            yield (key,), value
        elif type(value) is dict and key in _MAP:
            yield from (((key, name), one) for name, one in value.items() if type(one) is dict)
        elif type(value) is list and key in _LIST:
            yield from (((key, index), one) for index, one in enumerate(value) if type(one) is dict)


def _compiled(schema: _Schema) -> _Compiled:
    try:
        text = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, integers of no machine
        return _Compiled()
    return _compile(text) if len(text) <= MAX_BYTES else _Compiled()


@lru_cache(maxsize=128)
def _compile(text: bytes) -> _Compiled:
    import jsonschema_rs

    try:
        schema = orjson.loads(text)
    except orjson.JSONDecodeError:
        schema = None
    if type(schema) is not dict:
        return _Compiled()
    if depth(schema) > MAX_DEPTH or not _without_bad_patterns(schema):
        return _Compiled()
    if next(external_refs(schema), None):
        return _Compiled()
    _admit_null(schema)
    refers = any(key in one for _, one in subschemas(schema) for key in _REFS)
    refusals = []
    for draft in _drafts(schema):
        try:
            validator = getattr(jsonschema_rs, draft)(schema, **_options())
        except jsonschema_rs.ValidationError as refusal:
            refusals.append(refusal)
        else:
            return _Compiled(validator, refers=refers, schema=schema)
    return _Compiled(problem=_problem(schema, refusals[0]))


def _options() -> dict[str, Any]:
    from jsonschema_rs import RegexOptions

    patterns = RegexOptions(size_limit=MAX_PATTERN_BYTES, dfa_size_limit=1 << 20)
    return {"retriever": _refuse, "pattern_options": patterns, "validate_formats": False}


def _refuse(uri: str) -> Any:
    """Fetch nothing, ever."""
    raise LookupError(uri)


_DRAFTS = {
    "2020-12": "Draft202012Validator",
    "2019-09": "Draft201909Validator",
    "draft-07": "Draft7Validator",
    "draft-06": "Draft6Validator",
    "draft-04": "Draft4Validator",
}


def _drafts(schema: _Schema) -> tuple[str, ...]:
    """The drafts to read a schema by: the one it names, else whichever takes it."""
    named = str(schema.get("$schema"))
    return tuple(draft for name, draft in _DRAFTS.items() if name in named) or tuple(_DRAFTS.values())


def _without_bad_patterns(schema: _Schema) -> bool:
    """Take out the patterns that the engine cannot run; say whether the rest still means what it did."""
    bad = False
    for _, one in subschemas(schema):
        if type(one.get("pattern")) is str and not _is_linear(one["pattern"]):
            del one["pattern"]
            bad = True
        named = one.get("patternProperties")
        if type(named) is dict and not all(map(_is_linear, named)):
            del one["patternProperties"]
            one.pop("additionalProperties", None)
            bad = True
    return not bad or all(_NOT_MONOTONE.isdisjoint(one) for _, one in subschemas(schema))


def _admit_null(schema: _Schema) -> None:
    """Read OpenAPI's `nullable`, which JSON Schema does not know, as one more type."""
    for _, one in subschemas(schema):
        if one.get("nullable") is True:
            if type(one.get("type")) is str:
                one["type"] = list({one["type"]: None, "null": None})
            if type(one.get("enum")) is list and None not in one["enum"]:
                one["enum"].append(None)


@lru_cache(maxsize=256)
def _is_linear(pattern: str) -> bool:
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, **_options())
    except jsonschema_rs.ValidationError:
        return False
    return True


def _is_affordable(compiled: _Compiled, levels: int) -> bool:
    """Whether a value of so many levels may be held against a schema."""
    if levels > MAX_DEPTH or not compiled.refers:
        return levels <= MAX_DEPTH
    if levels not in compiled.costs:
        compiled.costs[levels] = _is_cheap(compiled.schema, levels)
    return compiled.costs[levels]


def _is_cheap(root: _Schema, levels: int) -> bool:
    """Say whether holding a value of so many levels against a schema stays within `MAX_VISITS`.

    References that lead to each other can double the work at every step.
    """
    visits = 0
    todo = [(root, levels)]
    while todo:
        schema, left = todo.pop()
        if schema is not root and not schema.keys().isdisjoint(_IDS):
            return False  # another base for references: too much for a count
        following = [
            (child, left - (steps[0] not in _IN_PLACE))
            for steps, child in _children(schema)
            if steps[0] not in _SHELF and (left or steps[0] in _IN_PLACE)
        ]
        for key in _REFS:
            if key in schema:
                target = resolve(root, schema[key])
                if target is None:
                    return False
                following.append((target, left))
        visits += 1 + len(following)
        if visits > MAX_VISITS:
            return False
        todo += following
    return True


def resolve(root: _Schema, ref: Any) -> _Schema | None:
    """Follow a reference that is a plain pointer into the schema; None for all others."""
    from urllib.parse import unquote

    if type(ref) is not str or (ref != "#" and not ref.startswith("#/")):
        return None
    one: Any = root
    for name in pointer_names(unquote(ref)):
        if type(one) is list and name.isdecimal() and len(name) < 9 and int(name) < len(one):
            one = one[int(name)]
        elif type(one) is dict and (one is root or one.keys().isdisjoint(_IDS)):
            one = one.get(name)
        else:
            return None
    return {} if type(one) is bool else one if type(one) is dict else None


def _absolute(base: str, ref: str) -> str:
    """What a reference means, without its fragment."""
    from urllib.parse import urldefrag, urljoin

    try:
        return urldefrag(urljoin(base, ref)).url
    except ValueError:
        return ref


def depth(value: Any) -> int:
    """How many levels of arrays and objects a decoded value has."""
    levels, level = 0, [value]
    while level := [one for one in level if type(one) in (dict, list)]:
        levels += 1
        level = [inner for one in level for inner in (one.values() if type(one) is dict else one)]
    return levels


def _problem(schema: _Schema, refusal: Any) -> Problem | None:
    """Put the refusal of a validator into words."""
    kind = refusal.kind
    if kind.name == "$ref":
        for pointer, one in subschemas(schema):
            if "$ref" in one and resolve(schema, one["$ref"]) is None:
                return Problem((*pointer, "$ref"), f"{quote(one['$ref'])} points to nothing in the schema")
        return None
    pointer, value = _found(schema, refusal.instance_path)
    name = quote(pointer[-1]) if pointer else "the schema"
    if pointer[-1:] == ("type",):
        return Problem(pointer, f"{quote(value)} is not a type of JSON Schema", value)
    if kind.name == "type":
        return Problem(pointer, f"{name} must be {_alternatives(kind.types)}, not {quote(value)}", value)
    return Problem(pointer, f"{quote(value)} is not allowed as the value of {name}", value)


def _found(value: Any, path: list[str | int]) -> tuple[Pointer, Any]:
    """Follow the path of an error as far as it leads.

    The validator writes a key that reads as a number like a position, and leaves an empty key out.
    """
    pointer: list[str | int] = []
    for named in path:
        step = named
        if type(value) is dict and step not in value:
            number = str(step)
            alike = (key for key in value if (key.removeprefix("+").lstrip("0") or "0") == number)
            step = next(alike, "")
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        pointer.append(step)
    return tuple(pointer), value


_SHOWN = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}


def _alternatives(types: list[str]) -> str:
    return " or ".join(_SHOWN.get(one, one) for one in sorted(types))


def _violation(error: Any, value: Any) -> Iterator[Violation]:
    """Put one error of a validator into words; an object with several unknown keys gives one for each."""
    kind, (pointer, holder) = error.kind, _found(value, error.instance_path)
    place = Place(pointer)
    name = quote(pointer[-1]) if pointer else "the value"
    unwanted = _unwanted_keys(error, holder)
    if unwanted:
        for key in unwanted:
            yield Violation(Place((*pointer, key), part="key"), f"{quote(key)} is not declared")
    elif kind.name == "required":
        yield Violation(place, f"{quote(kind.property)} is missing")
    elif kind.name == "type":
        yield Violation(place, f"{name} must be {_alternatives(kind.types)}")
    elif kind.name == "enum":
        options = ", ".join(quote(one, 20) for one in islice(kind.options, 5))
        more = ", …" if len(kind.options) > 5 else ""
        yield Violation(place, f"{name} must be one of {options}{more}")
    else:
        yield Violation(place, f"{name} breaks `{kind.name}`")


def _unwanted_keys(error: Any, holder: Any) -> list[str]:
    """The keys that an object may not have, up to eight of them; `holder` is what the error points at."""
    if error.kind.name in ("additionalProperties", "unevaluatedProperties"):
        return list(error.kind.unexpected[:8])
    # An object without any declared property: the error names a value in it and not its key.
    if error.kind.name == "falseSchema" and error.schema_path[-1:] == ["additionalProperties"]:
        return list(holder)[:8] if type(holder) is dict else []
    return []
