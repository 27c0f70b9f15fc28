"""What stands before each row: how many turns and calls it has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from tests.lsp_client import LspClient, Message
from tests.ranges import ENCODINGS

MOST = 5_000
NUMBERS = count()
KEY = "sk-" + "a1" * 24


@pytest.fixture(scope="module", params=ENCODINGS)
def client(request: pytest.FixtureRequest) -> Iterator[LspClient]:
    with LspClient((request.param,)) as client:
        yield client


def message(role: str, content: Any = "😀", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content} | more


def call(name: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}}


def chat(*messages: Any, **more: Any) -> str:
    return json.dumps({"messages": messages} | more, ensure_ascii=False)


def lines(first: int, last: int, column: int = 0) -> Message:
    return {"start": {"line": first, "character": column}, "end": {"line": last, "character": 0}}


def hints(client: LspClient, text: str, range_: Message) -> Any:
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    client.open(uri, text)
    try:
        return client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": range_})
    finally:
        client.shut(uri)


IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
CALLS = [call("search"), call("search"), call(f"a\u202e{KEY}")]
TOOLS = [{"type": "function", "function": {"name": name}} for name in "abcdefg"]

ROWS: dict[str, tuple[str, str | None, str]] = {
    "plain": (chat(message("user"), message("assistant")), "2 turns", "1 user, 1 assistant"),
    "one": (chat(message("user")), "1 turn", "1 user"),
    "calls": (
        chat(message("user"), message("assistant", None, tool_calls=CALLS), tools=TOOLS),
        "2 turns, 3 tool calls",
        f"1 user, 1 assistant\ncalls: search ×2, a⟨U+202E⟩sk-{'•' * 27}…\ntools: a, b, c, d, e, 2 more",
    ),
    "images": (
        chat(message("user", [IMAGE, IMAGE]), message("assistant")),
        "2 turns, 2 images",
        "1 user, 1 assistant",
    ),
    "unknown role": (chat(message("usr"), 7), "2 turns", "2 unknown"),
    "preference": (
        json.dumps(
            {
                "input": {"messages": [message("system"), message("user")]},
                "preferred_output": [message("assistant")],
                "non_preferred_output": [message("assistant"), message("assistant")],
            }
        ),
        "2 turns, 2 answers",
        "1 system, 1 user\npreferred: 1 assistant\nnon-preferred: 2 assistant",
    ),
    "preference with one answer": (
        json.dumps({"input": {"messages": [message("user")]}, "preferred_output": [message("assistant")]}),
        "1 turn, 1 answer",
        "1 user\npreferred: 1 assistant",
    ),
    "reinforcement": (
        chat(message("developer"), message("user"), answer="4"),
        "2 turns, 1 grader field",
        "1 developer, 1 user",
    ),
    "sharegpt": (
        json.dumps({"system": "Be kind.", "conversations": [{"from": "human", "value": "hi"}]}),
        "1 turn",
        "1 system, 1 user",
    ),
    "always two": (json.dumps({"prompt": "a", "completion": "b"}), None, ""),
    "alpaca": (json.dumps({"instruction": "a", "output": "b"}), None, ""),
    "no turns": (chat(), None, ""),
    "half typed": ('{"messages": [{"role": "user", "content": "hi"}, {"role": "assi', None, ""),
    "missing comma": (chat(message("user"), message("user")).replace("}, {", "} {"), None, ""),
    "not a number": ('{"messages": [{"role": "user", "content": "hi", "weight": NaN}]}', "1 turn", "1 user"),
    "an array": ("[1]", None, ""),
    "a log": ('{"level": "info"}', None, ""),
    "blank": ("", None, ""),
    "no JSON": ("hello", None, ""),
}


@pytest.mark.parametrize("name", ROWS)
def test_hints(client: LspClient, name: str) -> None:
    row, label, tooltip = ROWS[name]
    expected = [
        {"position": {"line": line, "character": 0}, "label": label, "tooltip": tooltip, "paddingRight": True}
        for line in (0, 2)
    ]
    assert (hints(client, f"{row}\n\n{row}\n", lines(0, 9)) or []) == (expected if label else [])


@pytest.mark.parametrize(
    ("range_", "expected"),
    [
        (lines(0, 0), [0]),
        (lines(2, 4), [2, 3, 4]),
        (lines(2, 4, column=1), [3, 4]),
        (lines(4, 2), []),
        (lines(98, 400), [98, 99]),
        (lines(100, 100), []),
        (lines(7_000, 8_000), []),
    ],
)
def test_only_the_range(client: LspClient, range_: Message, expected: list[int]) -> None:
    text = f"{ROWS['plain'][0]}\n" * 100
    assert [one["position"]["line"] for one in hints(client, text, range_)] == expected


def test_no_more_than_the_client_can_show(client: LspClient) -> None:
    text = f"{ROWS['plain'][0]}\n" * (MOST + 50)
    assert [one["position"]["line"] for one in hints(client, text, lines(20, 9_000))] == [
        *range(20, MOST + 20)
    ]


def test_rows_of_many_megabytes_say_nothing(client: LspClient) -> None:
    text = f"{chat(message('user', 'x' * (9 << 20)))}\n{ROWS['plain'][0]}"
    assert [one["position"]["line"] for one in hints(client, text, lines(0, 1))] == [1]


def test_no_rows(client: LspClient) -> None:
    assert hints(client, json.dumps({"messages": []}, indent=1), lines(0, 9)) is None
    about = {"textDocument": {"uri": "untitled:elsewhere.jsonl"}, "range": lines(0, 1)}
    assert client.request("textDocument/inlayHint", about) is None
