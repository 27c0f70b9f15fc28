"""What the schema of a tool declares of its arguments; schemas are hostile data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.engine.parameters import PARAMETERS, declared_argument
from turnlint.formats.declared import Declared
from turnlint.rules.tools._schema import problem

TIDES: dict[str, Any] = {
    "type": "object",
    "required": ["harbour"],
    "properties": {
        "harbour": {"type": "string", "description": "Where."},
        "unit": {"enum": ["m", "ft", None]},
        "days": {"type": ["integer", "null"]},
        "at": {"$ref": "#/$defs/point"},
        "seen": {"type": "array", "items": {"$ref": "#/$defs/point"}},
        "pair": {"prefixItems": [{"type": "string"}, {"type": "number"}]},
        "deep": {"type": "boolean", "nullable": True},
        "for": {
            "anyOf": [
                {"type": "object", "properties": {"kind": {"const": "boat"}, "draught": {"type": "number"}}},
                {"$ref": "#/$defs/swimmer"},
            ]
        },
    },
    "additionalProperties": False,
    "$defs": {
        "point": {"type": "object", "properties": {"north": {"type": "number"}}, "required": ["north"]},
        "swimmer": {"properties": {"kind": {"enum": ["swimmer"]}, "stroke": {"type": "string"}}},
    },
}


def place(value: Any, *pointer: str | int) -> Declared:
    found = declared_argument(TIDES, value, pointer)
    assert found is not None
    return found


def test_keys() -> None:
    found = place({})
    assert [one.name for one in found.keys] == list(TIDES["properties"])
    assert [one.name for one in found.keys if one.required] == ["harbour"]
    assert [one.name for one in place({}, "at").keys] == ["north"]
    assert [one.name for one in place({}, "seen", 4).keys] == ["north"]
    assert not found.is_open
    assert place({}, "at").is_open


@pytest.mark.parametrize(
    ("pointer", "kinds"),
    [
        ((), ("object",)),
        (("harbour",), ("string",)),
        (("unit",), ("string", "null")),
        (("days",), ("integer", "null")),
        (("at",), ("object",)),
        (("at", "north"), ("number",)),
        (("pair", 1), ("number",)),
        (("deep",), ("boolean", "null")),
    ],
)
def test_kinds(pointer: tuple[str | int, ...], kinds: tuple[str, ...]) -> None:
    assert place({}, *pointer).kinds == kinds


def test_choices_and_descriptions() -> None:
    assert [one.value for one in place({}, "unit").choices] == ["m", "ft", None]
    assert place({}, "harbour").description == "Where."
    assert place({}, "harbour").required


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, ["kind", "draught", "stroke"]),
        ({"kind": ""}, ["kind", "draught", "stroke"]),
        ({"kind": "boat"}, ["kind", "draught"]),
        ({"kind": "swimmer"}, ["kind", "stroke"]),
        ({"kind": "fish"}, ["kind", "draught", "stroke"]),
    ],
)
def test_alternatives_are_told_apart_by_what_they_list(value: Any, expected: list[str]) -> None:
    assert [one.name for one in place({"for": value}, "for").keys] == expected


@pytest.mark.parametrize("pointer", [("x",), ("harbour", "x"), ("seen", 0, "south"), (0,)])
def test_nothing_is_said_of_other_places(pointer: tuple[str | int, ...]) -> None:
    found = declared_argument(TIDES, {}, pointer)
    assert found is None


def test_references_that_lead_nowhere_or_in_circles() -> None:
    around: dict[str, Any] = {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#"}]}}}
    assert declared_argument(around, {}, ()) is not None
    assert declared_argument({"$ref": "https://127.0.0.1/x"}, {}, ("a",)) is None
    tree: dict[str, Any] = {"properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}}
    found = declared_argument(tree, {}, ("child",) * 40)
    assert found is not None
    assert [one.name for one in found.keys] == ["child", "name"]


def test_the_schema_of_schemas_is_one() -> None:
    assert problem(PARAMETERS) is None
    inner = ("properties", "when", "items", "properties", "what", "type")
    found = declared_argument(PARAMETERS, {}, inner)
    assert found is not None
    assert "array" in [one.value for one in found.choices]


KEYWORDS = st.sampled_from(
    [
        *(
            "type",
            "properties",
            "required",
            "items",
            "prefixItems",
            "anyOf",
            "oneOf",
            "allOf",
            "$ref",
            "enum",
        ),
        *("const", "title", "description", "nullable", "additionalProperties", "a"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["object", "string", "#", "#/anyOf/0", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS, inner, max_size=4),
    max_leaves=15,
)


@given(JSON, JSON, st.lists(st.sampled_from(["a", "type", 0, 1]), max_size=4))
def test_any_schema_and_any_arguments(schema: Any, value: Any, pointer: list[str | int]) -> None:
    declared_argument(schema, value, tuple(pointer))


def test_wide_schemas_are_cut() -> None:
    wide = {"properties": {f"p{at}": {"enum": list(range(500))} for at in range(5_000)}}
    found = declared_argument(wide, {}, ())
    assert found is not None
    assert len(found.keys) == 100
    assert all(len(one.choices) == 100 for one in found.keys)
