"""The outline: rows by their first words, and what they consist of."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import count
from typing import Any, TypeAlias

import pytest
from tests.lsp_client import LspClient, Message
from tests.ranges import ENCODINGS, covered, holds

MOST = 5_000
KEY = "sk-" + "a1" * 24
NESTED = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}
NUMBERS = count()
Tree: TypeAlias = tuple[str, str, list["Tree"]]
"""Name, detail and children."""


@pytest.fixture(scope="module", params=ENCODINGS)
def client(request: pytest.FixtureRequest) -> Iterator[LspClient]:
    with LspClient((request.param,), capabilities=NESTED) as client:
        yield client


def message(role: str, content: Any = None, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content} | more


def chat(*messages: Any, **more: Any) -> str:
    return json.dumps({"messages": messages} | more, ensure_ascii=False)


def call(name: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}}


def tool(name: str, description: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description}}


def symbols(client: LspClient, text: str) -> tuple[str, Any]:
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    client.open(uri, text)
    try:
        return uri, client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    finally:
        client.shut(uri)


def tree(symbol: Message) -> Tree:
    return symbol["name"], symbol["detail"], [tree(child) for child in symbol.get("children", ())]


def turns(*names: str) -> list[Tree]:
    return [(name, "", []) for name in names]


HI = chat(message("user", "hi 😀"), message("assistant", "yo"))
HI_TREE: Tree = ("1: hi 😀", "2 turns", turns("user: hi 😀", "assistant: yo"))

ROWS: dict[str, tuple[str, Tree]] = {
    "plain": (HI, HI_TREE),
    "indented": (f"  {HI} ", HI_TREE),
    "system first": (
        chat(message("system", "Be\nkind."), message("user", "word " * 40), message("assistant", "ok")),
        (
            "1: " + "word " * 11 + "word…",
            "3 turns",
            turns("system: Be kind.", "user: " + "word " * 11 + "word…", "assistant: ok"),
        ),
    ),
    "tools": (
        chat(
            message("user", "weather?"),
            message("assistant", tool_calls=[call("get_weather"), call("get_weather"), call("now")]),
            message("tool", "21 °C", tool_call_id="get_weather"),
            message("assistant", "It is 21 °C", weight=0),
            message("assistant", "And now", tool_calls=[call("now")]),
            tools=[
                tool("get_weather", "Tells it\tall"),
                tool("now", ""),
                {"type": "function", "function": {}},
            ],
        ),
        (
            "1: weather?",
            "5 turns, 4 tool calls",
            [
                *turns("user: weather?", "assistant: calls get_weather ×2, now", "tool: 21 °C"),
                ("assistant: It is 21 °C", "weight 0", []),
                ("assistant: And now", "calls now", []),
                ("tools", "3 tools", [("get_weather", "Tells it all", []), *turns("now", "?")]),
            ],
        ),
    ),
    "parts": (
        chat(
            message(
                "user",
                [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
                    {"type": "text", "text": "What is it?"},
                ],
            ),
            message("assistant", refusal="I cannot say."),
        ),
        (
            "1: What is it?",
            "2 turns, 1 image",
            [("user: What is it?", "1 image", []), *turns("assistant: I cannot say.")],
        ),
    ),
    "preference": (
        json.dumps(
            {
                "input": {"messages": [message("user", "q?")], "tools": [tool("now", "Time")]},
                "preferred_output": [message("assistant", "good")],
                "non_preferred_output": [message("assistant", "bad")],
            }
        ),
        (
            "1: q?",
            "1 turn, 2 answers",
            [
                *turns("user: q?"),
                ("tools", "1 tool", [("now", "Time", [])]),
                ("preferred_output", "1 turn", turns("assistant: good")),
                ("non_preferred_output", "1 turn", turns("assistant: bad")),
            ],
        ),
    ),
    "reinforcement": (
        chat(message("developer", "Be brief."), message("user", "1+1?"), answer=2, kind="sum"),
        ("1: 1+1?", "2 turns, 2 grader fields", turns("developer: Be brief.", "user: 1+1?")),
    ),
    "alpaca": (
        json.dumps({"instruction": "Add.", "input": "1 and 1", "output": "2"}),
        ("1: Add.", "", turns("instruction: Add.", "input: 1 and 1", "output: 2")),
    ),
    "prompt and completion": (
        json.dumps({"prompt": "Say", "completion": " yes"}),
        ("1: Say", "", turns("prompt: Say", "completion: yes")),
    ),
    "sharegpt": (
        json.dumps({"system": "Be kind.", "conversations": [{"from": "human", "value": "hi"}]}),
        ("1: hi", "1 turn", turns("system: Be kind.", "human: hi")),
    ),
    "unknown role, no message, no text": (
        chat(message("usr", "hi"), "hello", message("assistant"), {"content": "x"}, message("", "y")),
        ("1: hi", "5 turns", turns("usr: hi", "?", "assistant", "?: x", "?: y")),
    ),
    "half typed": (
        '{"messages": [{"role": "user", "content": "What is 2+',
        ("1: What is 2+", "not valid JSON", turns("user: What is 2+")),
    ),
    "broken in the middle": (
        HI.replace('"yo"', '"y"o"').replace("😀", "😀" * 3),
        ("1: hi 😀😀😀", "not valid JSON", turns("user: hi 😀😀😀", "assistant: y")),
    ),
    "read by the lenient": (
        '{"messages": [{"role": "user", "content": "a\tb\\ud800", "name": NaN}]}',
        ("1: a b⟨U+D800⟩", "1 turn", turns("user: a b⟨U+D800⟩")),
    ),
    "hostile": (
        chat(
            message("user\u202e\x1b[31m", f"\u202e\x07{KEY} <b>[a](command:x)"),
            message("assistant", "\u2028"),
        ),
        (
            "1: ⟨U+202E⟩␇sk-" + "•" * 47 + "…",
            "2 turns",
            turns("user⟨U+202E⟩␛[31m: ⟨U+202E⟩␇sk-" + "•" * 47 + "…", "assistant"),
        ),
    ),
    "a log": ('{"level": "info", "text": "hi"}', ('1: {"level": "info", "text": "hi"}', "", [])),
    "no object": ("[1, 2]", ("1: [1, 2]", "", [])),
    "no JSON": ("hello there", ("1: hello there", "not valid JSON", [])),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows(client: LspClient, name: str) -> None:
    row, expected = ROWS[name]
    _, (found,) = symbols(client, row)
    assert tree(found) == expected


@pytest.mark.parametrize("name", ROWS)
def test_ranges(client: LspClient, name: str) -> None:
    text = f"\n😀\n{ROWS[name][0]}\n"
    encoding = client.capabilities["positionEncoding"]
    found = symbols(client, text)[1][1]
    assert covered(text, found["range"], encoding) == ROWS[name][0]
    assert covered(text, found["selectionRange"], encoding) == ROWS[name][0].lstrip()[0]
    inside = [(found, child) for child in found.get("children", ())]
    for parent, symbol in inside:
        assert holds(parent["range"], symbol["range"])
        assert holds(symbol["range"], symbol["selectionRange"])
        inside += [(symbol, child) for child in symbol.get("children", ())]


def test_what_is_selected(client: LspClient) -> None:
    row = ROWS["tools"][0]
    encoding = client.capabilities["positionEncoding"]
    (found,) = symbols(client, row)[1]
    *messages, tools = found["children"]
    for symbol, value in zip(messages, json.loads(row)["messages"], strict=True):
        assert json.loads(covered(row, symbol["range"], encoding)) == value
        assert json.loads(covered(row, symbol["selectionRange"], encoding)) == value["content"]
    assert covered(row, tools["selectionRange"], encoding) == '"tools"'
    assert [covered(row, one["selectionRange"], encoding) for one in tools["children"]] == [
        '"get_weather"',
        '"now"',
        "{",
    ]


def test_rows_are_numbered_by_line_and_blank_ones_left_out(client: LspClient) -> None:
    _, found = symbols(client, f"{HI}\r\n\r\n  \t\r\n{HI}\r\nhalf\r\n")
    assert [one["name"] for one in found] == ["1: hi 😀", "4: hi 😀", "5: half"]


@pytest.fixture(scope="module")
def plain() -> Iterator[LspClient]:
    """A client that says nothing of what it can do."""
    with LspClient() as client:
        yield client


def test_clients_that_know_no_tree(plain: LspClient) -> None:
    uri, found = symbols(plain, ROWS["preference"][0])
    assert [(one["name"], one["containerName"]) for one in found] == [
        ("1: q?", ""),
        ("user: q?", "1: q?"),
        ("tools", "1: q?"),
        ("now", "tools"),
        ("preferred_output", "1: q?"),
        ("assistant: good", "preferred_output"),
        ("non_preferred_output", "1: q?"),
        ("assistant: bad", "non_preferred_output"),
    ]
    assert {one["location"]["uri"] for one in found} == {uri}
    assert all(1 <= one["kind"] <= 18 for one in found)
    assert covered(ROWS["preference"][0], found[-1]["location"]["range"], "utf-32").endswith('"bad"}')


@pytest.mark.parametrize(
    ("rows", "length", "opened", "last"),
    [
        (MOST + 1_000, 2, 0, 0),
        (MOST, 2, 0, 0),
        (1_000, 6, 666, 4),
        (10, 600, 8, 190),
        (1_000, 4, 1_000, 0),
    ],
)
def test_rows_come_first(plain: LspClient, rows: int, length: int, opened: int, last: int) -> None:
    row = chat(*(message("user", "a") for _ in range(length)))
    _, found = symbols(plain, f"{row}\n" * rows)
    kept = min(rows, MOST)
    assert len(found) == min(kept + rows * length, MOST)
    inside = [0] * kept
    number = -1
    for one in found:
        number += not one["containerName"]
        inside[number] += bool(one["containerName"])
    assert inside == ([length] * opened + [last] + [0] * kept)[:kept]


def replace(client: LspClient, uri: str, lines: list[str], first: int, last: int, fresh: list[str]) -> None:
    """Put lines in place of others, in the list and in the document."""
    lines[first:last] = fresh
    span = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
    client.change(uri, {"range": span, "text": "".join(f"{line}\n" for line in fresh)})


def test_after_edits_it_is_as_if_opened_anew(client: LspClient) -> None:
    dice = random.Random(5)
    names = (
        "plain",
        "indented",
        "tools",
        "parts",
        "half typed",
        "broken in the middle",
        "hostile",
        "no JSON",
    )
    texts = [*(ROWS[name][0] for name in names), ""]
    lines = [HI, *dice.choices(texts, k=30)]
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    client.open(uri, "\n".join(lines))
    for _ in range(15):
        first, last = sorted(dice.choices(range(1, len(lines)), k=2))
        replace(client, uri, lines, first, last, dice.choices(texts, k=dice.randrange(4)))
        found = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert found == symbols(client, "\n".join(lines))[1]
    client.shut(uri)


def test_rows_are_opened_when_there_is_room(plain: LspClient) -> None:
    row = chat(*(message("user", "a") for _ in range(5)))
    uri, lines = "untitled:room.jsonl", [row] * (MOST + 10)
    plain.open(uri, "\n".join(lines))
    for first, last, fresh in ((0, 4_001, 0), (10, 200, 0), (3, 4, 300), (0, 0, 0)):
        found = plain.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        assert without_uri(found) == without_uri(symbols(plain, "\n".join(lines))[1])
        replace(plain, uri, lines, first, last, [row] * fresh)
    plain.shut(uri)


def without_uri(found: list[Message]) -> list[Message]:
    return [one | {"location": one["location"]["range"]} for one in found]


def test_long_rows(plain: LspClient) -> None:
    many = chat(*(message("user", f"é{number}") for number in range(6_000)))
    dense = chat(message("user", list(range(60_000))))
    huge = chat(message("user", "x" * (9 << 20)))
    _, found = symbols(plain, f"{many}\n{dense}\n{huge}")
    names = [one["name"] for one in found]
    *first, second, inside, third = names
    assert first == ["1: é0", *(f"user: é{number}" for number in range(len(first) - 1))]
    assert 3_900 < len(first) < 4_100
    assert (second, inside, third) == (f"2: {dense[:59]}…", "user", f"3: {huge[:59]}…")


@pytest.mark.parametrize(
    "text", ["", "\n \n", '[\n{"messages": []},\n{"messages": []}\n]', '{\n"messages":\n[]}\n']
)
def test_no_rows(client: LspClient, text: str) -> None:
    assert not symbols(client, text)[1]


def test_documents_that_are_not_open(client: LspClient) -> None:
    about = {"textDocument": {"uri": "untitled:elsewhere.jsonl"}}
    assert client.request("textDocument/documentSymbol", about) is None
