"""What can be typed, as a client gets it: ranges in its units, snippets or text, filters and sorting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest
from tests.lsp_client import LspClient, Message
from tests.ranges import ENCODINGS, covered, width

from turnlint.formats import VARIANT, all_formats

SNIPPETS = {"completionItem": {"snippetSupport": True, "insertReplaceSupport": True}}
KEY = "sk-" + "a1" * 24
NUMBERS = count()
ROW = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]}'
USER = '{"role":"user","content":"wo ist 😀 漢字?"}'


def capabilities(completion: Mapping[str, Any]) -> dict[str, Any]:
    return {"textDocument": {"completion": completion}}


@pytest.fixture(scope="module", params=ENCODINGS)
def encoding(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def client(encoding: str) -> Iterator[LspClient]:
    with LspClient((encoding,), capabilities=capabilities(SNIPPETS)) as client:
        yield client


@pytest.fixture(scope="module")
def plain() -> Iterator[LspClient]:
    """A client that knows neither snippets nor how to replace what stands behind the cursor."""
    with LspClient() as client:
        yield client


def ask(client: LspClient, marked: str, encoding: str = "utf-32", name: str = "jsonl") -> tuple[str, Any]:
    """The text without its mark, and the answer to the request at the mark."""
    before, _, behind = marked.partition("|")
    line = before.count("\n")
    position = {"line": line, "character": width(before.rpartition("\n")[2], encoding)}
    uri = f"untitled:{next(NUMBERS)}.{name}"
    client.open(uri, before + behind)
    params = {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}}
    try:
        return before + behind, client.request("textDocument/completion", params)
    finally:
        client.shut(uri)


def items(client: LspClient, marked: str, encoding: str = "utf-32") -> tuple[str, list[Message]]:
    text, answer = ask(client, marked, encoding)
    assert answer["isIncomplete"] is False
    return text, answer["items"]


def labels(client: LspClient, marked: str) -> list[str]:
    answer = ask(client, marked)[1]
    return [one["label"] for one in answer["items"]] if answer else []


def test_triggers(client: LspClient) -> None:
    assert (
        client.capabilities["completionProvider"]
        == {
            "triggerCharacters": ['"', "{", "[", ",", ":"],
            "resolveProvider": False,
        }
        or "resolveProvider" not in client.capabilities["completionProvider"]
    )


@pytest.mark.parametrize(
    ("marked", "label", "replaced", "written"),
    [
        (
            '{"messages":[%s,{"ro|',
            "role",
            '"ro',
            '"role": "${1|assistant,user,tool,system,function,developer|}"$0',
        ),
        ('{"messages":[%s,{"ro|le":"x"}]}', "content", '"role"', '"content"'),
        ('{"messages":[%s,{"role":"as|"}]}', "assistant", '"as"', '"assistant"'),
        ('{"messages":[%s,{|}]}', "user message", "", '"role": "user", "content": "$1"$0'),
        (
            '{"messages":[%s,|]}',
            "tool message",
            "",
            '{"role": "tool", "tool_call_id": "$1", "content": "$2"\\}$0',
        ),
        ('{"messages":[%s],|}', "parallel_tool_calls", "", '"parallel_tool_calls": ${1|true,false|}$0'),
    ],
)
def test_edits(
    client: LspClient, encoding: str, marked: str, label: str, replaced: str, written: str
) -> None:
    text, found = items(client, f"{ROW}\n{marked % USER}\n{ROW}", encoding)
    (item,) = [one for one in found if one["label"] == label]
    edit = item["textEdit"]
    assert covered(text, edit["range"], encoding) == replaced
    assert edit["newText"] == written
    assert item["insertTextFormat"] == 2
    assert item["filterText"].startswith(replaced[:1] if replaced else label)


def test_every_item(client: LspClient, encoding: str) -> None:
    text, found = items(client, f'{{"messages":[{USER},{{"|', encoding)
    assert len(found) == len({one["label"] for one in found}) >= 8
    assert [one["sortText"] for one in found] == sorted(one["sortText"] for one in found)
    for one in found:
        assert covered(text, one["textEdit"]["range"], encoding) == '"'
        assert one["filterText"] == '"' + one["label"]
        assert one["kind"] == 10
        assert one["documentation"]
        assert not {"commitCharacters", "insertText", "command", "additionalTextEdits"} & one.keys()


def test_the_same_each_time(client: LspClient) -> None:
    first, second = (ask(client, '{"messages":[{|')[1] for _ in range(2))
    assert first == second


def test_arguments_in_units_of_the_client(client: LspClient, encoding: str) -> None:
    schema = {"type": "object", "properties": {"größe 😀": {"type": "string", "description": "Wie groß."}}}
    tools = json.dumps([{"type": "function", "function": {"name": "find", "parameters": schema}}])
    call = (
        r'{"id":"c","type":"function","function":{"name":"find","arguments":"{\"x😀\": \"\u00e9\", \"gr|"}}'
    )
    row = f'{{"messages":[{USER},{{"role":"assistant","tool_calls":[{call}]}}],"tools":{tools}}}'
    text, (item,) = items(client, row, encoding)
    assert item["label"] == "größe 😀"
    assert item["documentation"] == "Wie groß."
    assert item["filterText"] == r"\"größe 😀"
    assert covered(text, item["textEdit"]["range"], encoding) == r"\"gr"
    assert item["textEdit"]["newText"] == r'\\"größe 😀\\": \\"$1\\"$0'


@pytest.mark.parametrize(
    ("marked", "label", "written"),
    [
        ('{"messages":[{"ro|', "role", '"role": "system"'),
        ('{"messages":[{"role":"us|"}]}', "user", '"user'),
        ('{"messages":[{"ro|":"user"}]}', "role", '"role'),
        ('{"messages":[|]}', "user message", '{"role": "user", "content": ""}'),
    ],
)
def test_clients_that_know_little(plain: LspClient, marked: str, label: str, written: str) -> None:
    _, found = items(plain, marked)
    (item,) = [one for one in found if one["label"] == label]
    assert item["insertTextFormat"] == 1
    assert item["textEdit"]["newText"] == written
    assert item["textEdit"]["range"]["end"]["character"] == marked.index("|")


HOSTILE = [
    "a\u001b[31mb",
    "x\u202ey",
    "l1\nl2",
    "${HOME}$1}",
    "`<b>[a](http://b)",
    KEY,
    "\ud800",
    " ",
    "n" * 300,
]


def test_hostile_names(client: LspClient, encoding: str) -> None:
    tools = [{"type": "function", "function": {"name": name, "description": name}} for name in HOSTILE]
    call = '{"id":"c","type":"function","function":{"name":"|"}}'
    row = f'{{"messages":[{{"role":"assistant","tool_calls":[{call}]}}],"tools":{json.dumps(tools)}}}'
    _, found = items(client, row, encoding)
    assert len(found) == len(HOSTILE)
    for name, one in zip(HOSTILE, found, strict=True):
        for shown in (one["label"], one["filterText"], one.get("documentation", "")):
            assert shown.isprintable()
            assert KEY not in shown
            assert len(shown) <= 301
        assert len(one["label"]) <= 80
        written = one["textEdit"]["newText"]
        assert written.isprintable()
        assert json.loads(written.replace("\\$", "$").replace("\\}", "}").replace("\\\\", "\\")) == name


def test_what_is_no_prose_only(plain: LspClient) -> None:
    for marked in ('{"messages":[{"role":"user","content":"hi, |"}]}', '{"messages":[{"role":"user"}]}|'):
        assert ask(plain, marked)[1] is None


FORMATS = {f"{one.title} row" for one in all_formats() if one.rank < VARIANT}


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|", FORMATS),
        ("\n\n|", FORMATS),
        (f"{ROW}\n|", {"OpenAI chat row"}),
        (f"|\n{ROW}", {"OpenAI chat row"}),
        ('{"instruction":"x","out\n|', {"Alpaca row"}),
        ('{"instruction":"x","output":"y"}\n{|', {"Alpaca row", "instruction", "output", "input"}),
        ('{"level":"info","at":1}\n|', set()),
        ('{"level":"info","at":1}\n{"|', set()),
        ('{"level":"info","|', set()),
        ('{\n  "level": "info",\n  "|"\n}', set()),
    ],
)
def test_documents(plain: LspClient, marked: str, expected: set[str]) -> None:
    found = labels(plain, marked)
    assert set(found) >= expected
    assert bool(found) == bool(expected)
    assert expected != FORMATS or set(found) == FORMATS


def test_what_the_settings_allow() -> None:
    with LspClient(options={"target": "openai"}) as client:
        assert "Alpaca row" not in labels(client, "|")


def test_positions_outside_of_the_text(plain: LspClient) -> None:
    uri = "untitled:outside.jsonl"
    plain.open(uri, ROW)
    for position in ((0, 10_000), (1, 0), (99, 3)):
        where = {"line": position[0], "character": position[1]}
        asked = {"textDocument": {"uri": uri}, "position": where}
        assert plain.request("textDocument/completion", asked) is None
    asked = {"textDocument": {"uri": "untitled:none"}, "position": {"line": 0, "character": 0}}
    assert plain.request("textDocument/completion", asked) is None
    plain.shut(uri)


def test_a_byte_order_mark(plain: LspClient) -> None:
    assert "role" in labels(plain, '\ufeff{"messages":[{"|')


def test_rows_that_are_long(plain: LspClient) -> None:
    message = json.dumps({"role": "user", "content": "x" * 350})
    row = f'{{"messages":[{", ".join([message] * 500)}, {{"ro'
    assert labels(plain, row + "|")[0] == "role"
    endless = '{"messages":[' + '{"role":"user"},' * 30_000
    assert labels(plain, endless + "|") == []
