"""What is proposed where; and whatever is taken at whatever place, the row reads as JSON then."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness import valid_format

from turnlint.config import resolve
from turnlint.engine.completion import Proposals, propose
from turnlint.formats import Format, all_formats
from turnlint.formats.declared import inside
from turnlint.text.scan import tokens
from turnlint.text.sketch import plain
from turnlint.text.spot import find

VALID = Path(__file__).parents[2] / "fixtures" / "valid"
SETTINGS = resolve()
FORMATS = {one.name: one for one in all_formats()}
SAMPLES = 12
"""Places that are tried in a row, each in three states of it."""


def format_of(path: Path) -> Format:
    return FORMATS[valid_format(path)]


def places(row: str) -> list[int]:
    """The columns at which a token begins or ends, and one in the middle of each."""
    return sorted({column for _, start, end in tokens(row) for column in (start, (start + end) // 2, end)})


def closed(text: str) -> str:
    """The text with what is open at its end closed, as an editor closes it."""
    stack, last = [], ""
    for kind, start, end in tokens(text):
        last = text[start:end] if kind == "open" else ""
        if kind in ("{", "["):
            stack.append("}" if kind == "{" else "]")
        elif kind in ("}", "]"):
            stack.pop()
    half = len(last) - len(last.rstrip("\\"))
    return text + "\\" * (half % 2) + '"' * bool(last) + "".join(reversed(stack))


def taken(text: str, found: Proposals) -> Iterator[tuple[str, str]]:
    """Each proposal, by its label, as it is taken."""
    for one in found.items:
        yield one.label, text[: found.span.start] + plain(one.sketch) + text[found.span.end :]


def at(value: Any, pointer: tuple[str | int, ...]) -> Any:
    for step in pointer:
        value = inside(value, step)
    return value


def states(row: str, column: int) -> Iterator[str]:
    """The row as it is, as it was being typed, and as it was typed with brackets that close themselves."""
    yield row
    yield row[:column]
    yield closed(row[:column])


def check(text: str, column: int, format_: Format) -> int:
    """Try all that is proposed at a column; give how much that was."""
    found = propose(text, column, [format_], SETTINGS)
    spot = find(text, column)
    if found is None:
        return 0
    assert spot is not None
    assert found.span.start <= column <= found.span.end
    assert text[found.span.start : column].startswith(found.opening)
    for one, after in zip(found.items, taken(text, found), strict=True):
        value = json.loads(closed(after[1]))
        there = at(value, spot.pointer)
        if found.span != spot.span:  # in the text of arguments
            json.loads(closed(there))
        elif spot.part == "key" and one.kind == "key":
            assert one.label in there
        elif spot.part == "value" and one.kind != "skeleton":
            assert one.label == there or json.loads(one.label) == there
        else:
            assert isinstance(there, list) or spot.part == "value" or there
    return len(found.items)


@pytest.mark.parametrize("path", sorted(VALID.glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_is_taken_reads_as_json(path: Path) -> None:
    rng = random.Random(path.stem)
    tried = 0
    for row in path.read_text(encoding="utf-8").splitlines():
        columns = places(row)
        for column in rng.sample(columns, min(SAMPLES, len(columns))):
            for text in states(row, column):
                tried += check(text, column, format_of(path))
    assert tried > 50


TIDES = {
    "name": "get_tide",
    "description": "Tells the tide.",
    "parameters": {
        "type": "object",
        "required": ["harbour"],
        "properties": {
            "harbour": {"type": "string", "description": "Where."},
            "unit": {"enum": ["m", "ft"]},
            "days": {"type": "integer"},
        },
    },
}
TOOLS = json.dumps([{"type": "function", "function": one} for one in (TIDES, {"name": "find_ferry"})])
USER = '{"role": "user", "content": "Tide?"}'
SKELETONS = [
    "system message",
    "user message",
    "assistant message",
    "assistant message with a tool call",
    "tool message",
    "developer message",
    "function message",
]


def chat(*messages: str) -> str:
    """A row with tools whose last message need not be whole."""
    return f'{{"messages": [{", ".join(messages)}], "tools": {TOOLS}}}'


def calling(function: str, name: str = "c1") -> str:
    calls = f'[{{"id": "{name}", "type": "function", "function": {{{function}}}}}]'
    return f'{{"role": "assistant", "tool_calls": {calls}}}'


def result(name: str) -> str:
    return f'{{"role": "tool", "tool_call_id": "{name}", "content": "3 m"}}'


def arguments(text: str) -> str:
    return chat(USER, calling(f'"name": "get_tide", "arguments": "{text}"'))


def parameters(text: str) -> str:
    return f'{{"tools": [{{"type": "function", "function": {{"name": "a", "parameters": {text}}}}}]}}'


def proposed(marked: str, *names: str, **options: Any) -> tuple[str, Proposals | None]:
    """The text without its mark, and what is proposed at the mark."""
    column = marked.index("|")
    text = marked.replace("|", "", 1)
    formats = [FORMATS[name] for name in names or ("openai-chat",)]
    return text, propose(text, column, formats, SETTINGS, **options)


def labels(marked: str, *names: str) -> list[str]:
    found = proposed(marked, *names)[1]
    return [one.label for one in found.items] if found is not None else []


def take(marked: str, label: str, *names: str, **options: Any) -> str:
    """The text once the proposal with this label is taken."""
    text, found = proposed(marked, *names, **options)
    assert found is not None
    return dict(taken(text, found))[label]


GET_TIDE = '"name": "get_tide", "arguments": "{}"'


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # keys: required ones first, those that are there left out, by the tag behind the cursor too
        ('{"messages":[{"role":"user","content":"hi"},{"ro|', ["role", "content"]),
        ('{"messages":[{"role":"user","|"}]}', ["content", "name"]),
        ('{"messages":[{"|", "role":"tool"}]}', ["tool_call_id", "content"]),
        ('{"messages":[{"role":"user","content":[{"type":"image_url",|}]}]}', ["image_url"]),
        ('{"messages":[],|}', ["tools", "parallel_tool_calls", "functions"]),
        # roles: by who speaks next
        ('{"messages":[{"role":"|"}]}', ["system", "user", "assistant"]),
        ('{"messages":[{"role":"system"},{"role":"|', ["user", "assistant"]),
        ('{"messages":[{"role":"user"},{"role":|}]}', ["assistant", "user"]),
        ('{"messages":[{"role":"assistant"},{"role":"us|', ["user", "assistant"]),
        (chat(calling(GET_TIDE), '{"role": "|"}'), ["tool", "user"]),
        (chat(calling(GET_TIDE), result("c1"), '{"role": "|"}'), ["assistant", "user"]),
        (chat(calling(GET_TIDE), calling(GET_TIDE, "c2"), result("c2"), '{"role": "|"}'), ["tool"]),
        ('{"messages":[{"tool_call_id":"c1","role":"|"}]}', ["tool"]),
        # other values
        ('{"messages":[{"role":"assistant","weight":|}]}', ["0", "1"]),
        ('{"messages":[],"parallel_tool_calls":|}', ["true", "false"]),
        ('{"messages":[{"role":"user","content":|}]}', ["[…]", "null"]),
        ('{"messages":[{"role":"user","content":[{"type":"|"}]}]}', ["text", "image_url"]),
        # names from elsewhere in the row
        (chat(USER, calling('"name": "|"')), ["get_tide", "find_ferry"]),
        (chat(USER, calling('"name": |')), ["get_tide", "find_ferry"]),
        (chat(calling('"name": "spoken"'), calling('"name": "|"')), ["get_tide", "find_ferry", "spoken"]),
        (chat(calling(GET_TIDE), calling(GET_TIDE, "c2"), result("|")), ["c2", "c1"]),
        (chat(calling(GET_TIDE), calling(GET_TIDE, "c2"), result("|"), result("c2")), ["c1"]),
        (chat(calling(GET_TIDE), calling(GET_TIDE, "|")), ["call_1"]),
        (
            '{"messages":[{"role":"assistant","name":"clerk"},{"role":"user","name":"amara"},'
            '{"role":"user","name":"|"}]}',
            ["amara", "clerk"],
        ),
        (
            '{"messages":[{"role":"assistant","function_call":{"name":"find"}},{"role":"function","name":"|"}]}',
            ["find"],
        ),
        # arguments, which are JSON in a string
        (arguments("|"), ["{…}"]),
        (arguments("{|}"), ["{…}", "harbour", "unit", "days"]),
        (arguments(r"{\"harbour\": \"a\", \"|"), ["unit", "days"]),
        (arguments(r"{\"unit\": \"|\"}"), ["m", "ft"]),
        (arguments(r"{\"unit\": |}"), ["m", "ft"]),
        # whole turns and rows
        ('{"messages":[|', SKELETONS),
        ('{"messages":[|]}', SKELETONS),
        ('{"messages":[{|}]}', [*SKELETONS, "role"]),
        ('{"messages":[{"role":"user"},|', ["assistant message"]),
        ('{"messages":[{"role":"user","content":[|]}]}', ["text content part", "image_url content part"]),
        ('{"tools":[|]}', ["tool definition"]),
        ("|", ["OpenAI chat row"]),
        ("  |", ["OpenAI chat row"]),
        ("{|", ["OpenAI chat row", "messages"]),
        # the schemas of tools
        (parameters("{|}"), ["{…}", "type", "properties"]),
        (parameters('{"properties":{"b":{},"c":{}},"required":["b","|"]}'), ["c"]),
        (parameters('{"properties":{"b":{"|"}}}'), ["type", "description"]),
        (parameters('{"properties":{"b":{"type":"|"}}}'), ["string", "integer"]),
    ],
)
def test_what_is_proposed_first(marked: str, expected: list[str]) -> None:
    assert labels(marked)[: len(expected)] == expected


@pytest.mark.parametrize(
    "marked",
    [
        '{"messages":[{"role":"user","content":"hi, |"}]}',
        '{"messages":[{"role":"user","content":"|',
        '{"messages":[{"role":"user","content":[{"type":"text","text":"{|"}]}]}',
        '{"messages":[{"role":"user","content":"x","name":"|"}]}',
        '{"messages":[{"role":"user"|}]}',
        '{"messages":|[]}',
        '{"messages":[]}|',
        '{"mess":{"|"}}',
        '{"messages":[{"role":"user","tool_calls":[{"|"}]}]}',
        '"mess|',
        "1, |",
        chat(calling(GET_TIDE), result("c1"), result("|")),
        arguments(r"{\"harbour\": \"|\"}"),
        arguments(r"{\"harbour\": \"a\"|}"),
        arguments(r"{\"size\": |}"),
        parameters('{"properties":{"|"}}'),
    ],
)
def test_where_nothing_is_proposed(marked: str) -> None:
    assert labels(marked) == []


@pytest.mark.parametrize(
    ("name", "marked", "expected"),
    [
        ("sharegpt", '{"conversations":[{"from":"|"}]}', ["system", "human", "user", "gpt"]),
        ("sharegpt", '{"conversations":[{"from":"human","value":"x"},|]}', ["gpt message"]),
        ("sharegpt", '{"conversations":[{"from":"user","value":"x"},{"from":"|"}]}', ["assistant", "gpt"]),
        (
            "sharegpt",
            '{"conversations":[{"from":"function_call","value":"x"},{"from":"|"}]}',
            ["observation"],
        ),
        ("openai-preference", "{|}", ["OpenAI preference (DPO) row", "input"]),
        ("openai-preference", '{"preferred_output":[|]}', ["assistant message"]),
        ("openai-reinforcement", '{"messages":[|]}', ["developer message", "user message"]),
        ("alpaca", '{"|"}', ["instruction", "output", "input"]),
        ("prompt-completion", '{"prompt":"x","|"}', ["completion"]),
    ],
)
def test_other_formats(name: str, marked: str, expected: list[str]) -> None:
    assert labels(marked, name)[: len(expected)] == expected


def test_a_key_is_not_proposed_beside_its_alternative() -> None:
    assert "text" in labels('{"messages": [{"role": "user", "content": [{|}]}]}', "converse")
    assert not labels('{"messages": [{"role": "user", "content": [{"text": "a", |}]}]}', "converse")
    assert "interactions" not in labels('{"messages": [], |}', "mistral-chat")


def test_what_the_settings_advise_against_comes_last() -> None:
    marked = '{"messages":[{"role":"|"}]}'
    assert labels(marked)[-2:] == ["developer", "function"]
    quiet = resolve(ignore=["developer-role", "legacy-functions"])
    text, column = marked.replace("|", ""), marked.index("|")
    found = propose(text, column, [FORMATS["openai-chat"]], quiet)
    assert found is not None
    assert [one.label for one in found.items][:2] == ["system", "developer"]


@pytest.mark.parametrize(
    ("marked", "label", "after"),
    [
        ('{"messages":[{"ro|', "role", '{"messages":[{"role": "system"'),
        ('{"messages":[{"ro|"}]}', "content", '{"messages":[{"content": ""}]}'),
        ('{"messages":[{ro|}]}', "role", '{"messages":[{"role": "system"}]}'),
        ('{"messages":[{"ro|le": "user"}]}', "content", '{"messages":[{"content": "user"}]}'),
        ('{"messages":[{|"role": "user"}]}', "content", '{"messages":[{"content": "", "role": "user"}]}'),
        ('{"messages":[{"|"role": "user"}]}', "name", '{"messages":[{"name": "", "role": "user"}]}'),
        (
            '{"messages":[{"role":"us|er, "content":"x"}]}',
            "tool",
            '{"messages":[{"role":"tool", "content":"x"}]}',
        ),
        ('{"messages":[{"role": |"content":""}]}', "user", '{"messages":[{"role": "user", "content":""}]}'),
        ('{"messages":[{"role":| "usr"}]}', "user", '{"messages":[{"role":"user"}]}'),
        ('{"mess|', "messages", '{"messages": []'),
        ('{"tools|', "parallel_tool_calls", '{"parallel_tool_calls": true'),
        (
            '{"messages":[{|]}',
            "user message",
            '{"messages":[{"role": "user", "content": ""}]}',
        ),
        (
            '{"messages":[|{"role":"user"}]}',
            "system message",
            '{"messages":[{"role": "system", "content": ""}, {"role":"user"}]}',
        ),
        (
            '{"messages":[{"role":"user","content":[{"type":"image_url",|',
            "image_url",
            '{"messages":[{"role":"user","content":[{"type":"image_url","image_url": {"url": ""}',
        ),
        (
            "|",
            "OpenAI chat row",
            '{"messages": [{"role": "user", "content": ""}, {"role": "assistant", "content": ""}]}',
        ),
        (
            chat(calling('"name": "get_tide", |')),
            "arguments",
            chat(calling(r'"name": "get_tide", "arguments": "{\"harbour\": \"\"}"')),
        ),
        (arguments("|"), "{…}", arguments(r"{\"harbour\": \"\"}")),
        (arguments(r"{\"u|\": \"m\"}"), "unit", arguments(r"{\"unit\": \"m\"}")),
        (arguments(r"{\"unit\": \"f|\"}"), "ft", arguments(r"{\"unit\": \"ft\"}")),
        (
            arguments(r"{\"harbour\": \"\u00e9\", |}"),
            "days",
            arguments(r"{\"harbour\": \"\u00e9\", \"days\": 0}"),
        ),
    ],
)
def test_what_is_taken(marked: str, label: str, after: str) -> None:
    assert take(marked, label) == after


def test_a_call_is_made_with_the_only_tool() -> None:
    row = f'{{"messages": [{USER}, |], "tools": [{{"type": "function", "function": {json.dumps(TIDES)}}}]}}'
    made = json.loads(take(row, "assistant message with a tool call"))["messages"][1]
    (call,) = made["tool_calls"]
    assert call["id"] == "call_1"
    assert call["function"] == {"name": "get_tide", "arguments": '{"harbour": ""}'}


@pytest.mark.parametrize(
    ("marked", "label", "after"),
    [
        ('{"messages":[{"role":"us|"}]}', "user", '{"messages":[{"role":"user"}]}'),
        ('{"messages":[{"ro|":"user"}]}', "role", '{"messages":[{"role":"user"}]}'),
        ('{"messages":[{"ro|"}]}', "role", '{"messages":[{"role"}]}'),
        ('{"messages":[{"ro|', "content", '{"messages":[{"content": ""'),
        (arguments(r"{\"ha|\": 1}"), "harbour", arguments(r"{\"harbour\": 1}")),
    ],
)
def test_clients_that_keep_what_stands_behind_the_cursor(marked: str, label: str, after: str) -> None:
    text, found = proposed(marked, overwrites=False)
    assert found is not None
    assert found.span.end == marked.index("|")
    assert dict(taken(text, found))[label] == after


@pytest.mark.parametrize("marked", ['{"messages":[{"role":| "usr"}]}', '{"messages":[{ro|le: "user"}]}'])
def test_what_such_clients_would_break_is_not_proposed(marked: str) -> None:
    assert proposed(marked, overwrites=False)[1] is None


def test_what_is_said_of_it() -> None:
    found = proposed('{"messages":[{|')[1]
    assert found is not None
    said = {one.label: (one.kind, one.detail, one.description) for one in found.items}
    assert said["user message"] == ("skeleton", "role, content", "What a person asks.")
    assert said["role"] == ("key", "string, required", "Who speaks.")
    assert said["content"] == ("key", "string or array or null", "What the message says.")
    called = proposed(chat(calling(GET_TIDE), result("|")))[1]
    assert called is not None
    assert [(one.label, one.detail) for one in called.items] == [("c1", "get_tide")]
    named = proposed(chat(USER, calling('"name": "|"')))[1]
    assert named is not None
    assert [(one.kind, one.description) for one in named.items] == [("tool", "Tells the tide."), ("tool", "")]


def test_formats_together() -> None:
    names = ("openai-chat", "alpaca", "sharegpt")
    assert labels('{"|', *names)[:3] == ["messages", "tools", "parallel_tool_calls"]
    assert {"instruction", "conversations"} <= set(labels('{"|', *names))
    assert labels("|", *names) == ["OpenAI chat row", "Alpaca row", "ShareGPT row"]


PIECES = st.sampled_from(
    [
        *(
            '{"messages":[',
            '{"role":"',
            '"content":"',
            '"tool_calls":[',
            '"function":{"name":"',
            '"tool_call_id":"',
        ),
        *(
            '"arguments":"{\\"',
            '"tools":[{"function":{"name":"a","parameters":{"properties":{',
            '"required":["',
        ),
        *(
            '"type":"',
            "user",
            "a",
            "null",
            "1",
            '"',
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\\",
            "\\u00",
            " ",
            "😀",
            "\ud800",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join), st.data())
def test_any_text(text: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(text)))
    for overwrites in (True, False):
        found = propose(text, column, list(FORMATS.values()), SETTINGS, overwrites=overwrites)
        if found is not None:
            assert 0 <= found.span.start <= column <= found.span.end <= len(text)
            assert found.items


def test_deep_rows() -> None:
    for text in ('{"a":' * 5_000, "[" * 5_000, '{"messages":[{"content":' * 500 + '{"'):
        assert propose(text, len(text), list(FORMATS.values()), SETTINGS) is None
