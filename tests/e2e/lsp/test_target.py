"""Picking a target while a document is open: what it would do is told at once, with nothing typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from time import monotonic
from typing import Any

import pytest
from tests.lsp_client import LspClient, codes

from turnlint.config import all_targets

NUMBERS = count()
THINKING = {
    "messages": [
        {"role": "user", "content": "What is 2 + 2? 漢 😀"},
        {"role": "assistant", "content": "4", "reasoning_content": "Two and two."},
    ],
    "source": "quiz",
}


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    with LspClient(timeout=60) as client:
        yield client


def pick(client: LspClient, **settings: Any) -> None:
    client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": settings}})


def shown(client: LspClient, uri: str) -> set[str]:
    """The rules that the document breaks, once the server has acted on everything."""
    return {rule for _, rule in codes(client.published(uri))}


def test_all_targets_are_offered(client: LspClient) -> None:
    found = client.request("workspace/executeCommand", {"command": "turnlint.choices", "arguments": []})
    assert [one["name"] for one in found["targets"]] == list(all_targets())
    assert {one["title"] for one in found["targets"]} == {one.title for one in all_targets().values()}


def test_another_target_is_another_verdict_at_once(client: LspClient) -> None:
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    rows = "".join(json.dumps({**THINKING, "id": at}, ensure_ascii=False) + "\n" for at in range(20))
    pick(client, target="openai", select=["unknown-key", "ignored-key"])
    assert {rule for _, rule in codes(client.show(uri, rows))} == {"unknown-key"}
    pick(client, target="trl", select=["unknown-key", "ignored-key"])
    assert "unknown-key" not in shown(client, uri)
    pick(client, target="openai", select=["unknown-key", "ignored-key"])
    assert shown(client, uri) == {"unknown-key"}


def test_each_target_can_be_picked(client: LspClient) -> None:
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    pick(client, target="openai")
    client.show(uri, json.dumps(THINKING, ensure_ascii=False) + "\n")
    for name in all_targets():
        pick(client, target=name)
        end = monotonic() + client.timeout
        while describe(client, uri)["target"] != name:
            assert monotonic() < end
            client.settle()
    assert client.messages == []


def describe(client: LspClient, uri: str) -> Any:
    return client.request(
        "workspace/executeCommand", {"command": "turnlint.describeFile", "arguments": [uri]}
    )
