"""Schemas of tools are hostile data: nothing is fetched, nothing hangs, nothing raises."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.config import resolve
from turnlint.engine import RowChecker
from turnlint.formats import get_format
from turnlint.model import Finding, Place
from turnlint.rules.tools import _schema

SECONDS = 2.0
"""Far more than any of these takes, and far less than an explosion would."""


OTHERS = ("risky-schema-keyword", "incomplete-tool", "calls-without-content")
"""Rules about tools that are not about their schemas."""


def check(schema: Any, arguments: Any = None, *, strict: bool = False) -> tuple[Finding, ...]:
    """Judge a row that defines one tool and calls it."""
    function = {"name": "tool", "parameters": schema, "strict": strict}
    text = json.dumps(arguments if arguments is not None else {"a": 1})
    call = {"id": "c1", "type": "function", "function": {"name": "tool", "arguments": text}}
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": [call]}]
    row = {"messages": messages, "tools": [{"type": "function", "function": function}]}
    return _checker().findings(json.dumps(row).encode())


@cache
def _checker() -> RowChecker:
    return RowChecker(
        get_format("openai-chat"),
        resolve(
            select=["tools"], ignore=["risky-schema-keyword", "incomplete-tool", "calls-without-content"]
        ),
    )


def rules(found: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in found]


class _Counter(socketserver.ThreadingTCPServer):
    """Counts who connects."""

    daemon_threads = True
    connections = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.connections += 1
        return False


@pytest.fixture
def listener() -> Iterator[_Counter]:
    with _Counter(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_listener_counts(listener: _Counter) -> None:
    import socket

    with socket.create_connection(listener.server_address[:2]) as client:  # type: ignore[arg-type]
        client.recv(1)
    assert listener.connections == 1


def _references(base: str) -> dict[str, dict[str, Any]]:
    target = f"{base}/schema.json"
    typed = {"type": "object"}
    return {
        "root": {**typed, "$ref": target},
        "property": {**typed, "properties": {"a": {"$ref": f"{target}#/$defs/a"}}},
        "dynamic": {**typed, "properties": {"a": {"$dynamicRef": target}}},
        "recursive": {**typed, "properties": {"a": {"$recursiveRef": target}}},
        "through $id": {**typed, "$id": f"{base}/", "properties": {"a": {"$ref": "schema.json"}}},
        "inner $id": {**typed, "properties": {"a": {"$id": f"{base}/", "$ref": "schema.json"}}},
        "draft 4 id": {**typed, "id": f"{base}/", "properties": {"a": {"$ref": "schema.json"}}},
        "unused": {**typed, "$defs": {"a": {"$ref": target}}},
        "not": {**typed, "not": {"$ref": target}},
        "scheme-relative": {**typed, "properties": {"a": {"$ref": target.removeprefix("http:")}}},
    }


@pytest.mark.parametrize("name", _references(""))
def test_no_reference_is_followed(listener: _Counter, name: str) -> None:
    base = f"http://127.0.0.1:{listener.server_address[1]}"
    assert rules(check(_references(base)[name])) == ["external-schema-ref"]
    assert listener.connections == 0


@pytest.mark.parametrize("name", _references(""))
def test_the_validator_fetches_nothing_itself(
    listener: _Counter, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a reference out of the schema were overlooked."""
    monkeypatch.setattr(_schema, "external_refs", lambda schema: iter(()))
    base = f"http://127.0.0.1:{listener.server_address[1]}"
    check(_references(base)[name])
    assert listener.connections == 0


@pytest.mark.parametrize("key", ["$schema", "$id", "id", "$vocabulary", "$anchor"])
def test_no_name_of_a_schema_is_fetched(listener: _Counter, key: str) -> None:
    url = f"http://127.0.0.1:{listener.server_address[1]}/meta.json"
    for value in (url, {url: True}):
        check({key: value, "type": "object", "properties": {"a": {"type": "integer"}}})
        check({"type": "object", "properties": {"a": {key: value, "type": "integer"}}})
    assert listener.connections == 0


def test_no_file_is_read(tmp_path: Any) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"type": "string"}')
    found = check({"type": "object", "properties": {"a": {"$ref": file.as_uri()}}})
    assert rules(found) == ["external-schema-ref"]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "^(a+)+$",
        "^(a|aa)+$",
        "(.*a){25}",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "((a{1,99}){1,99}){1,99}",
        "[ab]*a[ab]{400}$",
    ],
)
def test_patterns_cannot_explode(pattern: str) -> None:
    text = "a" * 50_000 + "!"
    start = time.process_time()
    check({"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}}, {"a": text})
    check({"type": "object", "patternProperties": {pattern: {}}, "additionalProperties": False}, {text: 1})
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("pattern", ["(?=b)b", r"(a)\1", "(", "[", "a{99999}{99999}"])
def test_patterns_that_cannot_run_are_left_out(pattern: str) -> None:
    properties = {"a": {"type": "string", "pattern": pattern}, "b": {"type": "integer"}}
    assert check({"type": "object", "properties": properties}, {"a": "x"}) == ()
    assert rules(check({"type": "object", "properties": properties}, {"b": "x"})) == ["arguments-mismatch"]
    negated = {"type": "object", "properties": {"a": {"not": {"pattern": pattern}}}}
    assert check(negated, {"a": "x"}) == ()
    named = {"type": "object", "patternProperties": {pattern: {}}, "additionalProperties": False}
    assert check(named, {"a": "x"}) == ()


def _nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


def _laughs(levels: int) -> dict[str, Any]:
    shelf: dict[str, Any] = {
        f"a{level}": {"allOf": [{"$ref": f"#/$defs/a{level + 1}"}] * 2} for level in range(levels)
    }
    return {"type": "object", "$ref": "#/$defs/a0", "$defs": {**shelf, f"a{levels}": {"type": "object"}}}


TWICE = {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({"type": "object", "$ref": "#"}, {"a": 1}),
        ({"type": "object", "allOf": [{"$ref": "#"}, {"$ref": "#"}]}, {"a": 1}),
        ({"type": "object", "not": {"$ref": "#"}}, {"a": 1}),
        ({"type": "object", "$dynamicRef": "#a", "$dynamicAnchor": "a"}, {"a": 1}),
        (
            {
                "type": "object",
                "$ref": "#/$defs/a",
                "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
            },
            {},
        ),
        (TWICE, _nested(40)),
        (_laughs(40), {}),
        ({"type": "object", "properties": {"a": {"$id": "x", "allOf": [{"$ref": "#"}] * 2}}}, _nested(40)),
        (_nested(400), {}),
        ({"type": "object", "properties": {"a": {"properties": _nested(300)}}}, _nested(300)),
        ({"type": "object", "properties": {"a": {"enum": list(range(20_000))}}}, {"a": 10**30}),
        ({"type": "object", "properties": {str(n): {"type": "string"} for n in range(30_000)}}, {"1": 1}),
        ({"type": "object", "properties": {"a": {"uniqueItems": True}}}, {"a": [[n] for n in range(20_000)]}),
        ({"type": "object", "properties": {"a": {"multipleOf": 1e-300}}}, {"a": 10**300}),
        ({"type": "object", "maxProperties": 10**400}, {"a": 1}),
        ({"type": "object", "properties": {"\ud800": {}}}, {"\ud800": "\udfff"}),
    ],
)
def test_nothing_hangs(schema: dict[str, Any], arguments: Any) -> None:
    start = time.process_time()
    check(schema, arguments)
    assert time.process_time() - start < SECONDS


def test_references_into_the_schema_are_followed() -> None:
    tree = {
        "type": "object",
        "properties": {"child": {"$ref": "#"}, "size": {"$ref": "#/$defs/a~1b"}},
        "$defs": {"a/b": {"type": "integer"}},
    }
    assert check(tree, {"child": {"child": {"size": 1}}}) == ()
    assert rules(check(tree, {"child": {"child": {"size": "1"}}})) == ["arguments-mismatch"]


@pytest.mark.parametrize(
    ("schema", "arguments", "words"),
    [
        ({"required": ["a"]}, {"b": 1}, "`a` is missing"),
        ({"properties": {"a": {"type": ["integer", "null"]}}}, {"a": "x"}, "`a` must be an integer or null"),
        ({"properties": {"a": {"enum": ["x", 1, None]}}}, {"a": "y"}, "`a` must be one of `x`, `1`, `null`"),
        ({"additionalProperties": False}, {"a": 1}, "`a` is not declared"),
        ({"properties": {"b": {}}, "additionalProperties": False}, {"a": 1}, "`a` is not declared"),
        ({"properties": {"b": {}}, "unevaluatedProperties": False}, {"a": 1}, "`a` is not declared"),
        ({"properties": {"harbour": {}}}, {"harbor": 1}, "`harbor` should be `harbour`"),
        ({"properties": {"a": {"minimum": 2}}}, {"a": 1}, "`a` breaks `minimum`"),
    ],
)
def test_words(schema: dict[str, Any], arguments: Any, words: str) -> None:
    (found,) = check({"type": "object", **schema}, arguments)
    assert (found.rule, found.message.count(words)) == ("arguments-mismatch", 1)


def test_three_problems_at_most_in_one_finding() -> None:
    (found,) = check({"type": "object", "required": list("abcdef")}, {"x": 1})
    assert found.message.count("is missing") == 3


def test_unnamed_arguments_are_free_unless_strict() -> None:
    schema = {"type": "object", "properties": {"b": {"type": "integer"}}}
    assert check(schema, {"zebra": 1}) == ()
    assert "arguments-mismatch" in rules(check(schema, {"zebra": 1}, strict=True))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
_KEYWORDS = st.sampled_from(
    [
        "$ref",
        "$defs",
        "$id",
        "$anchor",
        "$dynamicRef",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "enum",
        "if",
        "items",
        "not",
        "pattern",
        "patternProperties",
        "prefixItems",
        "properties",
        "required",
        "then",
        "type",
    ]
)
_VALUES = _JSON | st.sampled_from(
    ["#", "#/$defs/a", "#/properties", "#a", "a", "object", "string", "(", "http://[", "urn:x"]
)
_SCHEMAS = st.recursive(
    st.dictionaries(_KEYWORDS, _VALUES, max_size=3),
    lambda inner: st.dictionaries(
        _KEYWORDS,
        inner
        | st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
        | _VALUES,
        max_size=4,
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_SCHEMAS, _JSON)
def test_never_raises(schema: dict[str, Any], value: Any) -> None:
    found = check({"type": "object", **schema}, value)
    assert len([one for one in rules(found) if one == "invalid-tool-schema"]) <= 1


@settings(max_examples=50, deadline=None)
@given(_SCHEMAS)
def test_pointers_of_problems_lead_into_the_schema(schema: dict[str, Any]) -> None:
    problem = _schema.problem({"type": "object", **schema})
    one: Any = {"type": "object", **schema}
    for step in problem.pointer if problem else ():
        one = one[step]


@pytest.mark.parametrize(
    "value", ["\ud83d", {"\ud83d": 1}, [{"b": "\udfff"}], float("nan"), float("inf"), 10**400, 2**64]
)
def test_values_that_no_validator_takes(value: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"multipleOf": 3, "pattern": "^a", "enum": [value and 1]}},
    }
    for _ in _schema.violations(schema, {"a": value}):
        pass
    check(schema, {"a": value})


def test_keys_that_are_numbers_are_keys() -> None:
    problem = _schema.problem({"type": "object", "$defs": {"0": None}, "$ref": {}})
    assert problem is not None
    assert problem.pointer[0] in ("$defs", "$ref")
    empty = {"type": "object", "properties": {"": {"type": "string", "required": True}}}
    assert _schema.problem(empty) is not None
    for key in ("0", "01", "+1", "-1", "１", " 1", "18446744073709551615", "0" * 30 + "1"):
        schema = {"type": "object", "properties": {key: {"items": {"type": "string"}}}}
        assert [one.place for one in _schema.violations(schema, {key: [1]})] == [Place((key, 0))]


def test_a_keyword_is_quoted_and_cut() -> None:
    schema = {"type": "object", "properties": {"a": {"\ud83d\u202e" + "x" * 500: 1}}}
    risky = RowChecker(get_format("openai-chat"), resolve(select=["risky-schema-keyword"]))
    function = {"name": "f", "parameters": schema}
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]
    row = {"messages": messages, "tools": [{"type": "function", "function": function}]}
    (found,) = risky.findings(json.dumps(row).encode())
    assert found.message.isprintable()
    assert found.message.encode()
    assert len(found.message) < 200
