"""Rows that take long to read: asking about them keeps nobody waiting, and has an end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from tests.lsp_client import LspClient, Message

NUMBERS = count()
CONTENT_MODIFIED = -32801
TURN = '{"role": "user", "content": "words and words and words and words"}'
FULL = f'{{"messages": [{", ".join([TURN] * 10_000)}]}}'
"""As much as is read."""
OVERFULL = json.dumps({"messages": [*range(400_000)]})
HERE = {"line": 0, "character": 300_000}
ABOUT: dict[str, Message] = {
    "selectionRange": {"positions": [HERE]},
    "documentSymbol": {},
    "inlayHint": {"range": {"start": {"line": 0, "character": 0}, "end": HERE}},
    "completion": {"position": {"line": 0, "character": FULL.index('{"role"', 300_000) + 1}},
}


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    with LspClient(timeout=60) as client:
        yield client


@pytest.fixture
def uri() -> str:
    return f"untitled:{next(NUMBERS)}.jsonl"


def frame(identity: str, method: str, params: Message) -> bytes:
    message = {"jsonrpc": "2.0", "id": identity, "method": f"textDocument/{method}", "params": params}
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def begin(client: LspClient, uri: str, method: str) -> None:
    """Open a full row and ask about it. What is asked once that is worked on is answered before it."""
    client.show(uri, FULL)
    document = {"textDocument": {"uri": uri}}
    client.write(frame("slow", method, document | ABOUT[method]) + frame("quick", "codeLens", document))
    assert client.answer("quick")["result"]
    for _ in range(2):
        assert client.request("textDocument/codeLens", document)
    assert "slow" not in client.answers


@pytest.mark.parametrize("method", ABOUT)
def test_others_are_heard_meanwhile(client: LspClient, uri: str, method: str) -> None:
    begin(client, uri, method)
    assert client.answer("slow")["result"]
    client.shut(uri)


@pytest.mark.parametrize("method", ABOUT)
def test_an_edit_ends_it(client: LspClient, uri: str, method: str) -> None:
    begin(client, uri, method)
    client.change(uri, {"text": TURN})
    assert client.answer("slow")["error"]["code"] == CONTENT_MODIFIED
    client.shut(uri)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("inlayHint", []),
        ("completion", None),
        ("documentSymbol", [f"1: {OVERFULL[:59]}…"]),
        ("selectionRange", 4),
    ],
)
def test_what_is_too_full_is_read_in_part(client: LspClient, uri: str, method: str, expected: Any) -> None:
    client.show(uri, OVERFULL)
    found = client.request(f"textDocument/{method}", {"textDocument": {"uri": uri}} | ABOUT[method])
    if method == "documentSymbol":
        found = [one["name"] for one in found]
    if method == "selectionRange":
        found = json.dumps(found).count('"range"')
    assert found == expected
    client.shut(uri)
