"""Whatever a row holds, it can be viewed: what is to be edited as it is, and all else as plain words."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins
from pygls.workspace import PositionCodec
from tests.harness import valid_format
from tests.rendering import HOSTILE

from turnlint.formats import get_format
from turnlint.lsp.document import Document
from turnlint.lsp.lengths import Lengths
from turnlint.lsp.row_view import view_of
from turnlint.lsp.session import Session
from turnlint.lsp.view import RowView
from turnlint.model import Finding, Place, Settings, Severity, Turn, format_pointer
from turnlint.text.markdown import PlainText, visible
from turnlint.tokens import Measured, TurnTokens

TEXTS = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(HOSTILE)


def row_of(text: str, format_name: str | None = None) -> RowView:
    """The only row of a document that nobody has judged, of a format if one is named."""
    document = Document("file:///data/train.jsonl", text, 1, "jsonl", PositionCodec())
    format_ = get_format(format_name) if format_name else None
    return RowView(
        cast("Session", SimpleNamespace(document=document, format=format_, settings=Settings({}))), 0
    )


def view(
    row: str | Any,
    *findings: Finding,
    lengths: Lengths | None = None,
    judged_as: str | None = None,
) -> dict[str, Any]:
    """A row, or what JSON makes of a value, as the client gets it."""
    text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
    seen = row_of(text, judged_as)
    found: dict[str, Any] = orjson.loads(orjson.dumps(to_builtins(view_of(seen, 7, findings, lengths))))
    for part in (part for turn in found["turns"] for part in turn["parts"]):
        if part["pointer"] is not None:
            node = seen.pointed(part["pointer"])
            assert node is not None
            assert node.value == part["text"]
            assert part["omitted"] == 0
    return found


def chat(*messages: Any, **keys: Any) -> dict[str, Any]:
    return {"messages": list(messages), **keys}


def parts(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Kind, label, text and pointer of every part."""
    keys = "kind", "label", "text", "pointer"
    return [tuple(part[key] for key in keys) for turn in found["turns"] for part in turn["parts"]]


def rows(text: str) -> list[Any]:
    """Rows of every format that hold a text wherever they can."""
    call = {"id": text, "type": "function", "function": {"name": text, "arguments": text}}
    tool = {"name": text, "description": text, "parameters": {text: text}}
    messages = [
        {"role": "system", "content": text, "name": text},
        {"role": "user", "content": [{"type": "text", "text": text}, {"type": text, text: text}, text]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": text}}]},
        {"role": text, "content": text, text: text},
        {"role": "assistant", "content": text, "weight": text, "tool_calls": [call, text], "refusal": text},
        {"role": "assistant", "function_call": {"name": text, "arguments": {text: text}}},
        {"role": "tool", "tool_call_id": text, "content": text},
        {"role": "function", "name": text, "content": {text: text}},
        text,
    ]
    tools = [{"type": "function", "function": tool}, text]
    return [
        {"messages": messages, "tools": tools, text: text},
        {"input": {"messages": messages, "tools": tools}, "preferred_output": messages, text: [text]},
        {"messages": [{"role": "developer", "content": text}, {"role": "user", "content": text}], text: text},
        {"prompt": text, "completion": text},
        {"instruction": text, "input": text, "output": text, "history": [[text, text]]},
        {"conversations": [{"from": text, "value": text}, {"from": "gpt"}], "tools": text, "system": text},
        {text: text, "b": [text, {text: text}]},
        [text],
        text,
    ]


@given(TEXTS, st.integers(0, 8), st.booleans(), st.integers(0), st.booleans())
def test_any_row_whole_or_broken(text: str, kind: int, ascii_only: bool, cut: int, reversed_: bool) -> None:
    row = json.dumps(rows(text)[kind], ensure_ascii=ascii_only)
    for one in (row, row[: cut % len(row)], row[::-1] if reversed_ else f"{row}{row}"):
        found = view(one, judged_as=("openai-chat", None)[cut % 2])
        assert (found["source"] is None) == bool(found["turns"])


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_as_they_are_and_names_are_made_visible(text: str) -> None:
    found = view(rows(text)[0])
    whole = text.isprintable() or not any("\ud800" <= one <= "\udfff" for one in text)
    first = found["turns"][0]["parts"][0]
    assert (first["pointer"] is not None) == whole
    assert not whole or first["text"] == text
    named = [found["tools"][0]["name"], found["turns"][3]["role"], *found["turns"][0]["notes"]]
    assert all(visible(one) == one and "\n" not in one for one in named)


def test_a_conversation_with_all_that_it_can_have() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"n":1e400,"é":[]}'}}
    row = chat(
        {"role": "user", "content": [{"type": "text", "text": "Where?"}, {"type": "input_audio", "n": 1}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}]},
        {"role": "assistant", "tool_calls": [call], "weight": 0},
        {"role": "tool", "tool_call_id": "c1", "content": "[1, 2]"},
        {"role": "assistant", "content": "Here.", "name": "ann", "refusal": "No."},
        {"role": "usr", "content": {"a": 1}},
        {"content": []},
        5,
        tools=[{"type": "function", "function": {"name": "find", "description": "Finds.", "parameters": {}}}],
        seed=7,
    )
    found = view(row)
    assert found["about"] == "8 turns, 1 tool call, 1 image · 1 tool"
    assert found["format"] == "OpenAI chat"
    assert (found["row"], found["rows"], found["name"]) == (1, 7, "train.jsonl")
    assert parts(found) == [
        ("text", "", "Where?", "/messages/0/content/0/text"),
        ("code", "input_audio", '{\n  "type": "input_audio",\n  "n": 1\n}', None),
        ("image", "image at https://a.example/x.png", "", None),
        ("call", "find (c1)", '{"n":1e400,"é":[]}', "/messages/2/tool_calls/0/function/arguments"),
        ("text", "", "[1, 2]", "/messages/3/content"),
        ("text", "", "Here.", "/messages/4/content"),
        ("text", "", "No.", "/messages/4/refusal"),
        ("code", "content", '{\n  "a": 1\n}', None),
        ("code", "content", "5", None),
    ]
    assert found["turns"][2]["parts"][0]["laidOut"] == '{\n  "n": 1e400,\n  "é": []\n}'
    assert found["turns"][3]["parts"][0]["laidOut"] == "[\n  1,\n  2\n]"
    assert found["turns"][4]["parts"][0]["laidOut"] is None
    assert [(turn["role"], turn["notes"]) for turn in found["turns"]] == [
        ("user", []),
        ("user", []),
        ("assistant", ["weight 0: not trained on"]),
        ("tool", ["answers find (c1)"]),
        ("assistant", ["name ann", "a refusal"]),
        ("usr", []),
        (None, ["empty"]),
        (None, []),
    ]
    assert found["tools"] == [{"name": "find", "description": "Finds.", "schema": "{}"}]
    assert found["fields"] == [{"name": "seed", "text": "7"}]


def test_sides() -> None:
    answer = [{"role": "assistant", "content": "a"}]
    prompt = {"messages": [{"role": "user", "content": "q"}]}
    found = view({"non_preferred_output": answer, "input": prompt, "preferred_output": answer, "score": 1})
    assert [turn["side"] for turn in found["turns"]] == ["", "preferred", "non-preferred"]
    assert [pointer for *_, pointer in parts(found)] == [
        "/input/messages/0/content",
        "/preferred_output/0/content",
        "/non_preferred_output/0/content",
    ]
    assert found["fields"] == [{"name": "score", "text": "1"}]


def test_fields_hold_what_is_no_turn() -> None:
    tools = json.dumps([{"name": "find"}])
    found = view(
        {"conversations": [{"from": "human", "value": "hi"}], "tools": tools, "system": "s", "id": "7"}
    )
    assert [turn["role"] for turn in found["turns"]] == ["system", "human"]
    assert found["fields"] == [
        {"name": "tools", "text": '[\n  {\n    "name": "find"\n  }\n]'},
        {"name": "id", "text": '"7"'},
    ]


@pytest.mark.parametrize(
    "row", ["5", "[]", '"text"', "{}", '{"level":"info"}', "}", '{"messages":[]}', "nul"]
)
def test_a_row_without_turns_is_shown_as_it_is(row: str) -> None:
    found = view(row, judged_as="openai-chat")
    assert (found["turns"], found["fields"], found["tools"]) == ([], [], [])
    assert found["source"].replace("\n", "").replace(" ", "") == row


def test_a_row_of_another_format_than_its_file() -> None:
    found = view({"prompt": "a", "completion": "b"}, judged_as="openai-chat")
    assert found["format"] == "Prompt and completion"
    assert [pointer for *_, pointer in parts(found)] == ["/prompt", "/completion"]


def test_of_a_broken_row_what_can_be_read() -> None:
    row = '\ufeff{"messages": [{"role": "user", "content": "é\\n"}, {"role": "assistant" "content": "cut o'
    found = view(row)
    assert parts(found) == [("text", "", "é\n", "/messages/0/content"), ("text", "", "cut o", None)]


def test_of_equal_keys_the_last_is_meant() -> None:
    found = view('{"messages":[{"role":"user","content":"a","content":"b"}]}')
    assert parts(found) == [("text", "", "b", "/messages/0/content")]


def test_tokens_are_those_of_the_turns() -> None:
    row = chat({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"})
    turn = Turn(None, ())
    known = Measured(12, 4, (TurnTokens(turn, 5, 0), TurnTokens(turn, 7, 4)), 0, about=False)
    found = view(row, lengths=Lengths(known, 100, True), judged_as="openai-chat")
    assert found["tokens"] == "12 tokens (12 % of 100) · 4 trained"
    assert [turn["tokens"] for turn in found["turns"]] == ["5 tokens", "7 tokens, 4 trained"]
    assert view(row, lengths=Lengths(None, 100, True), judged_as="openai-chat")["tokens"] is None


def finding(place: Place, severity: Severity = Severity.ERROR, message: str = "It `is` so.") -> Finding:
    return Finding("unknown-role", "roles", severity, message, place)


def test_findings_stand_with_their_turns() -> None:
    row = chat({"role": "usr", "content": "a"}, {"role": "assistant", "content": "bb"}, extra=1)
    text = json.dumps(row)
    places = [
        Place(("messages", 1, "content")).slice(1, 2),
        Place(("messages", 0, "role")),
        Place(("messages", 1, "role"), part="key"),
        Place(("extra",), part="key"),
        Place(),
        Place(columns=(text.index("usr"), text.index("usr") + 1)),
    ]
    found = view(text, *map(finding, places))

    def shown(findings: Any) -> list[str]:
        ranges = [one["range"] for one in findings]
        return [text[one["start"]["character"] : one["end"]["character"]] for one in ranges]

    assert [shown(turn["findings"]) for turn in found["turns"]] == [['"usr"', "u"], ['"role"', "b"]]
    assert shown(found["findings"]) == ["{", '"extra"']
    first = found["turns"][0]["findings"][0]
    assert (first["severity"], first["rule"], first["message"]) == ("error", "unknown-role", "It `is` so.")
    at = found["turns"][1]["range"]
    assert json.loads(text[at["start"]["character"] : at["end"]["character"]]) == row["messages"][1]


def test_keys_of_turns_without_objects_belong_to_them() -> None:
    found = view('{"prompt": 1, "completion": "b"}', finding(Place(("prompt",), part="key")))
    assert [len(turn["findings"]) for turn in found["turns"]] == [1, 0]
    assert found["turns"][0]["range"] == {
        "start": {"line": 0, "character": 1},
        "end": {"line": 0, "character": 12},
    }


def test_the_worst_findings_are_shown_of_very_many() -> None:
    hints = [finding(Place(), Severity.HINT)] * 600
    found = view("{}", *hints, finding(Place()))["findings"]
    assert len(found) == 501
    assert "error" in {one["severity"] for one in found}
    assert (found[-1]["rule"], found[-1]["message"]) == ("", "… 101 more findings")


def test_a_long_row_is_cut_and_says_so() -> None:
    long, short = "漢" * 150_000, "b" * 300
    found = view(chat(*({"role": "user", "content": one} for one in (long, short, *[long] * 4, short, "c"))))
    texts = [
        (len(part["text"]), part["omitted"], part["pointer"])
        for turn in found["turns"]
        for part in turn["parts"]
    ]
    assert texts[:3] == [
        (50_000, 100_000, None),
        (300, 0, "/messages/1/content"),
        (50_000, 100_000, None),
    ]
    assert [length + omitted for length, omitted, _ in texts] == [150_000, 300, *[150_000] * 4, 300, 1]
    assert texts[-2:] == [(200, 100, None), (1, 0, "/messages/7/content")]
    assert sum(length for length, *_ in texts) < 210_000


def test_long_lists_are_cut_and_say_so() -> None:
    turn = {"role": "user", "content": [{"type": "text", "text": "a"}] * 5}
    tool = {"type": "function", "function": {"name": "f"}}
    fields = {f"f{number}": number for number in range(300)}
    found = view(chat(*[turn] * 700, tools=[tool] * 300, **fields))
    assert len(found["turns"]) == 500
    assert found["turns"][-1]["notes"] == ["… 5 more parts", "… 200 more turns"]
    assert sum(len(turn["parts"]) for turn in found["turns"]) == 2_000
    assert (len(found["tools"]), found["tools"][-1]["name"]) == (129, "… 172 more tools")
    assert (len(found["fields"]), found["fields"][-1]["name"]) == (101, "… 200 more fields")


@pytest.mark.parametrize(
    "row",
    [
        "[" * 20_000,
        '{"messages":' * 20_000,
        '{"messages":[' * 20_000,
        "]" * 20_000,
        '"' * 20_001,
        "\\" * 20_000,
        json.dumps({"k" * 500_000: "v" * 500_000, "prompt": "p" * 500_000}),
        json.dumps(
            {"messages": [{"role": "r" * 500_000, "name": "n" * 500_000, "content": ["c" * 500_000]}]}
        ),
        json.dumps({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}] * 40_000}]}),
        json.dumps({"messages": [{"role": "user", "content": "[" * 60_000 + "]" * 60_000}]}),
        json.dumps({"messages": [{"role": "user", "content": "[" * 500 + "]" * 500}] * 40}),
        json.dumps({"messages": [5] * 100_000, "tools": [5] * 10_000}),
    ],
    ids=lambda row: row[:20],
)
def test_hostile_sizes(row: str) -> None:
    assert len(json.dumps(view(row), ensure_ascii=False)) < 1_000_000


def test_names_are_cut_and_secrets_in_them_hidden() -> None:
    secret = "sk-proj-" + "a1" * 30
    found = view(chat({"role": "user", "name": secret, "content": secret}))
    assert found["turns"][0]["notes"] == [f"name {PlainText().code(secret)}"]
    assert "a1a1" not in found["turns"][0]["notes"][0]
    assert found["turns"][0]["parts"][0]["text"] == secret


@pytest.mark.parametrize("path", sorted(Path("fixtures/valid").glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_text_of_every_format_can_be_edited(path: Path) -> None:
    for row in path.read_text(encoding="utf-8").splitlines():
        seen = row_of(row, valid_format(path))
        example = seen.example
        assert example is not None
        shown = parts(view(row, judged_as=valid_format(path)))
        editable = {pointer for *_, pointer in shown if pointer is not None}
        wanted = {format_pointer(text.pointer) for turn in example.all_turns for text in turn.texts}
        calls = [call for turn in example.all_turns for call in turn.calls if type(call.arguments) is str]
        wanted |= {format_pointer(call.arguments_place.pointer) for call in calls}
        assert editable == wanted
