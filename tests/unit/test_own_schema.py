"""The user's own JSON Schema of rows: what it judges, and what is refused."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from tests.e2e.test_cli import write

from turnlint.config import ConfigError
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.engine import RowChecker
from turnlint.formats import get_format
from turnlint.model import Finding, Place, Settings, Severity

SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "messages": {"type": "array", "items": {"$ref": "#/$defs/turn"}},
    },
    "$defs": {"turn": {"required": ["role"], "properties": {"role": {"enum": ["user", "assistant"]}}}},
}
CHAT = {"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "At four."}]}


def settings(
    folder: Path, schema: Any, text: str = "", *, lenient: bool = False, **overrides: Any
) -> Settings:
    """The settings of a file in a folder whose rows are to have this schema."""
    data = schema if isinstance(schema, str) else json.dumps(schema)
    write(folder, {"schemas/row.json": data, "turnlint.toml": f'schema = "schemas/row.json"\n{text}'})
    finder = SettingsFinder(Overrides(**overrides), lenient=lenient)
    return finder.settings(folder / "train.jsonl")


def judged(row: Any, known: Settings) -> list[Finding]:
    checker = RowChecker(get_format(known.format or ""), known)
    raw = json.dumps(row).encode()
    found = checker.check(raw)[0]
    assert checker.check(raw)[0] == found
    assert set(checker.judge(raw)) == set(found)
    return list(found)


def test_the_schema_alone_judges_where_no_format_is_named(tmp_path: Path) -> None:
    known = settings(tmp_path, SCHEMA, 'target = "openai"')
    assert judged({**CHAT, "id": 1}, known) == []
    assert judged({"id": 1, "messages": [{"role": "user"}]}, known) == []
    (found,) = judged({"id": 1, "messages": [{"role": "user"}, {"role": "wizard"}]}, known)
    assert (found.rule, found.severity) == ("schema-mismatch", Severity.ERROR)
    assert found.place == Place(("messages", 1, "role"))
    assert found.message == "`role` must be one of `user`, `assistant`, says `schemas/row.json`."
    (lack,) = judged(CHAT, known)
    assert (lack.place, lack.message) == (Place(), "`id` is missing, says `schemas/row.json`.")
    assert "format-not-accepted" not in known.rules


def test_both_judge_where_a_format_is_named(tmp_path: Path) -> None:
    known = settings(tmp_path, SCHEMA, 'format = "sharegpt"')
    row = {"conversations": [{"from": "usr", "value": "Tide?"}, {"from": "gpt", "value": "At four."}]}
    assert {one.rule for one in judged(row, known)} == {"unknown-role", "schema-mismatch"}
    assert settings(tmp_path, SCHEMA, format="sharegpt").format == "sharegpt"


def test_a_data_set_has_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"other.json": '{"required": ["name"]}'})
    text = '[[dataset]]\ntrain = ["train.jsonl"]\nschema = "other.json"\n'
    (found,) = judged({"id": 1}, settings(tmp_path, SCHEMA, text))
    assert found.message == "`name` is missing, says `other.json`."


def test_select_of_a_run_asks_no_other_rule(tmp_path: Path) -> None:
    assert set(settings(tmp_path, SCHEMA, select=("unknown-role",)).rules) == {"unknown-role"}
    assert "schema-mismatch" not in settings(tmp_path, SCHEMA, ignore=("schema-mismatch",)).rules


@pytest.mark.parametrize("row", [{}, {"id": float("nan")}, {"id": 10**400}, {"id": "\ud800"}, {"\udfff": {}}])
def test_any_row(tmp_path: Path, row: dict[str, Any]) -> None:
    judged(row, settings(tmp_path, SCHEMA))


def deep(levels: int) -> dict[str, Any]:
    return {"properties": {"a": deep(levels - 1)}} if levels else {}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "must be a JSON object"),
        ({"type": "strin"}, "`/type`: `strin` is not a type of JSON Schema"),
        ({"properties": {"a": {"$ref": "http://127.0.0.1:9/a.json"}}}, "leads out of the schema"),
        ({"$ref": "file:///etc/passwd"}, "nothing is fetched"),
        ({"$ref": "other.json#/a"}, "nothing is fetched"),
        ({"$ref": "#/$defs/none"}, "points to nothing"),
        ({"properties": {"a": {"pattern": r"(a)\1"}}}, "`/properties/a/pattern` is no pattern"),
        ({"patternProperties": {"(?=a)b": {}}}, "is no pattern that is matched in linear time"),
        (deep(40), "nests deeper than 64 levels"),
        (" " * (1 << 18) + "{}", "too many for a schema"),
    ],
)
def test_what_is_no_schema(tmp_path: Path, schema: Any, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings(tmp_path, schema)
    assert words in str(error.value)
    assert str(error.value).startswith(f"{tmp_path}/turnlint.toml: `schemas/row.json`")
    noted = settings(tmp_path, schema, lenient=True)
    assert "schema-mismatch" not in noted.rules
    assert noted.format is None
    assert noted.notes[0].startswith("turnlint judges rows as if no schema were set.")


@pytest.mark.parametrize(
    "path", ["../row.json", "/etc/hostname", "//host/share/row.json", "none.json", "schemas"]
)
def test_only_files_below_the_settings_are_named(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "inside"
    write(
        tmp_path,
        {"row.json": "{}", "inside/schemas/row.json": "{}", "inside/turnlint.toml": f"schema = '{path}'"},
    )
    with pytest.raises(ConfigError) as error:
        SettingsFinder().settings(folder / "train.jsonl")
    assert any(words in str(error.value) for words in ("leads out", "there is no file", "is not a file"))


def test_nothing_is_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/row.json"
        for key in ("$ref", "$dynamicRef", "$schema"):
            settings(tmp_path, {key: address, "properties": {"a": {"$ref": "#"}}}, lenient=True)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_costly_schemas_and_patterns(tmp_path: Path) -> None:
    before = process_time()
    levels = {f"l{n}": {"anyOf": [{"$ref": f"#/$defs/l{n + 1}"}] * 2} for n in range(40)}
    doubling = {"$defs": {**levels, "l40": {"type": "string"}}, "$ref": "#/$defs/l0"}
    (told,) = judged({"a": 1}, settings(tmp_path, doubling))
    assert (told.rule, told.severity) == ("schema-mismatch", Severity.INFO)
    assert told.message.startswith("This row nests too deep to be held against `schemas/row.json`")
    (found,) = judged(
        {"a": "a" * 50_000 + "!"}, settings(tmp_path, {"properties": {"a": {"pattern": "^(a+)+$"}}})
    )
    assert found.message.startswith("`a` breaks `pattern`")
    assert process_time() - before < 10


def test_what_a_schema_costs_is_counted_once_for_rows_alike(tmp_path: Path) -> None:
    tree = {"$ref": "#/$defs/node"}
    node = {"properties": {"left": tree, "middle": tree, "right": tree, "id": {"type": "integer"}}}
    known = settings(tmp_path, {**tree, "$defs": {"node": node}})
    checker = RowChecker(get_format(known.format or ""), known)
    row: dict[str, Any] = {"id": "x"}
    for _ in range(6):
        row = {"left": row}
    raw = json.dumps(row).encode()
    assert [one.rule for one in checker.check(raw)[0]] == ["schema-mismatch"]
    before = process_time()
    for number in range(500):
        assert checker.judge(raw.replace(b"x", b"%d" % number))
    assert process_time() - before < 1


def test_many_breaches_are_capped(tmp_path: Path) -> None:
    known = settings(tmp_path, {"properties": {"a": {"items": {"type": "string"}}}})
    found = judged({"a": list(range(1_000))}, known)
    assert len(found) == 100
    assert found[-1].message.endswith("The row has more of these.")
