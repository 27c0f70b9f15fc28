"""The command that shows two rows beside each other: by the client if it can, else as what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.lsp.showing import SHOWS, opened, shown
from tests.lsp_client import LspClient, Message

COMPARES = {"experimental": {"commands": {"commands": ["other", "turnlint.compareRows"]}}}
OPTIONS = {"select": ["exact-duplicate", "normalised-duplicate", "conflicting-label", "conflicting-answer"]}
CHAT = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
ROW = CHAT % ("漢\\n😀", "eins\\nzwei\\ndrei\\u0020")
SPACED = '{"messages": [' + CHAT[13:] % ("漢\\n😀", "eins\\nzwei\\n drei ")


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    """One that can show documents, but not two rows."""
    with LspClient(capabilities=SHOWS, options=OPTIONS) as client:
        yield client


def compare(client: LspClient, *arguments: Any) -> Message:
    """Run the command; give the answer."""
    client.requests.clear()
    params = {"command": "turnlint.compareRows", "arguments": list(arguments)}
    return client.call({"method": "workspace/executeCommand", "params": params})


LEFT = """{
  "messages": [
    {
      "role": "user",
      "content": "漢\\n
😀"
    },
    {
      "role": "assistant",
      "content": "eins\\n
zwei\\n
drei\\u0020"
    }
  ]
}"""
RIGHT = LEFT.replace('drei\\u0020"', ' drei "')


@pytest.mark.parametrize("capabilities", [COMPARES, COMPARES | SHOWS, {}])
def test_the_two_rows_are_the_answer(capabilities: Message) -> None:
    with LspClient(capabilities=capabilities, options=OPTIONS) as client:
        assert "turnlint.compareRows" in client.capabilities["executeCommandProvider"]["commands"]
        uri = opened(client, "{}", ROW, SPACED)
        assert compare(client, uri, 2, "normalised-duplicate")["result"] == {
            "left": {"name": "train.jsonl row 2", "text": LEFT},
            "right": {"name": "train.jsonl row 3", "text": RIGHT},
        }
        assert shown(client) == []


@pytest.mark.parametrize("experimental", [None, 5, [], {"commands": 5}, {"commands": {"commands": ["x", 1]}}])
def test_other_clients_are_shown_what_differs(experimental: Any) -> None:
    with LspClient(capabilities=SHOWS | {"experimental": experimental}, options=OPTIONS) as client:
        uri = opened(client, ROW, "{}", SPACED)
        assert compare(client, uri, 2, "normalised-duplicate")["result"]["left"]["text"] == LEFT
        (path,) = shown(client)
        assert path.name == "train.jsonl row 3_ train.jsonl row 1.diff"
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines[:4] == ["--- train.jsonl row 1", "+++ train.jsonl row 3", "@@ -1,15 +1,15 @@", " {"]
        assert [line for line in lines[3:] if line[:1] in "+-" and line] == ['-drei\\u0020"', '+ drei "']


def test_conflicting_rows(client: LspClient) -> None:
    uri = opened(client, CHAT % ("Wie viele?", "Es sind 12."), CHAT % ("Wie viele?", "Es sind 13."))
    diagnostics = client.request(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri},
            "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}},
            "context": {"diagnostics": []},
        },
    )
    (action,) = (one for one in diagnostics if one["title"] == "Compare with row 1")
    assert action["command"] == "turnlint.compareRows"
    assert not any(one["title"].startswith("Delete") for one in diagnostics)
    result = compare(client, *action["arguments"])["result"]
    assert '"Es sind 12."' in result["left"]["text"]
    assert '"Es sind 13."' in result["right"]["text"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("%1b%5b31m%e2%80%ae.jsonl", "␛[31m⟨U+202E⟩.jsonl"),
        ("a%0a%2b%2b%2b%20b.jsonl", "a\n+++ b.jsonl"),
        ("%3Cimg%20src%3Dx%3E.jsonl", "<img src=x>.jsonl"),
    ],
)
def test_names_and_rows_that_would_be_more_than_text(client: LspClient, name: str, expected: str) -> None:
    row = CHAT % ("\u202e <img src=x> [a](command:x) ```", "vim: set makeprg=x:")
    uri = opened(client, row, row, name=name)
    result = compare(client, uri, 1, "exact-duplicate")["result"]
    assert result["left"]["name"] == " ".join(f"{expected} row 1".split("\n"))
    assert "\u202e <img src=x> [a](command:x) ```" in result["left"]["text"]
    (path,) = shown(client)
    assert path.read_text(encoding="utf-8").split("\n")[2].startswith("@@ ")
    assert path.parents[1].name.startswith("turnlint-")


@pytest.mark.parametrize(
    "row",
    [
        json.dumps({"messages": [{"role": "user", "content": "a\n" * 60_000}]}),
        CHAT % ("x" * 200_000, "漢😀" * 50_000),
        '{"broken": "\udce9',
        "[" * 500,
    ],
)
def test_rows_of_all_kinds(client: LspClient, row: str) -> None:
    uri = opened(client, CHAT % ("a", "b"), row, row)
    answer = compare(client, uri, 2, "exact-duplicate")["result"]
    assert answer["left"]["text"] == answer["right"]["text"]
    assert len(shown(client)) == 1


def test_what_is_too_large_is_refused(client: LspClient) -> None:
    row = CHAT % ("x" * 6_000_000, "")
    uri = opened(client, row, row, until=(1, "exact-duplicate"))
    assert "too large to be shown" in compare(client, uri, 1, "exact-duplicate")["error"]["message"]


def test_what_is_no_longer_found(client: LspClient) -> None:
    uri = opened(client, ROW, ROW, CHAT % ("a", "b"))
    for line, rule in ((2, "exact-duplicate"), (1, "near-duplicate"), (1, "no-such-rule")):
        error = compare(client, uri, line, rule)["error"]
        assert (error["code"], error["message"]) == (-32803, "there is no such finding any more")
    for arguments in (
        (),
        (uri,),
        (uri, 9, "exact-duplicate"),
        (uri, "1", "x"),
        (uri, 1, None),
        ("x", 0, "x"),
    ):
        assert compare(client, *arguments)["error"]["code"] == -32602
    assert shown(client) == []
