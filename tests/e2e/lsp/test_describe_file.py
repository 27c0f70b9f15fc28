"""What a client says of a document in its status line, what it can let the user choose, and when to ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from tests.lsp_client import LspClient

from turnlint.config import get_target
from turnlint.formats import all_formats

NUMBERS = count()
WORDS = ("error", "warning", "info", "hint")
LONG = 60.0
"""Seconds within which what is waited for comes, on a busy machine."""
MANY = 30_000
"""Rows whose judging takes longer than it takes to answer."""


def chat(number: int, role: str = "user") -> str:
    messages = [
        {"role": role, "content": f"漢 😀 {number}"},
        {"role": "assistant", "content": f"yo {number}"},
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def rows(number: int) -> str:
    return "".join(f"{chat(one)}\n" for one in range(number))


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    with LspClient(timeout=LONG) as client:
        yield client


def execute(client: LspClient, command: str, *arguments: Any) -> Any:
    return client.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})


def describe(client: LspClient, uri: str) -> Any:
    return execute(client, "turnlint.describeFile", uri)


def described(client: LspClient, text: str, uri: str = "") -> Any:
    """Open a document, and describe it once all its rows are judged."""
    uri = uri or f"untitled:{next(NUMBERS)}.jsonl"
    client.show(uri, text)
    while not (found := describe(client, uri))["settled"]:
        client.settle()
    return found


def test_a_document_is_described(client: LspClient) -> None:
    assert described(client, rows(12) + chat(12, role="usr")) == {
        "summary": "13 rows · OpenAI chat · target generic, rules of OpenAI · 1 error",
        "format": {"name": "openai-chat", "title": "OpenAI chat"},
        "jsonl": True,
        "target": "generic",
        "targetTitle": "OpenAI",
        "assumed": True,
        "rows": 13,
        "settled": True,
        "counts": {"error": 1, "warning": 0, "info": 0, "hint": 0},
        "tokens": None,
        "settings": None,
    }


def test_what_is_no_jsonl_is_described(client: LspClient) -> None:
    found = described(client, json.dumps({"messages": []}, indent=1))
    assert (found["jsonl"], found["format"], found["counts"]["error"]) == (False, None, 1)


def test_an_unknown_format_is_described(client: LspClient) -> None:
    found = described(client, '{"level": "info"}\n')
    assert (found["format"], found["targetTitle"], found["counts"]["hint"]) == (None, "No target", 1)


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "\0", "\ud83d", "{", '{"messages":"\u2028'])
def test_any_text_is_described(client: LspClient, text: str) -> None:
    found = described(client, text)
    assert set(found["counts"]) == set(WORDS)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("uri", ["untitled:never.jsonl", "", "😀", "file:///none.jsonl"])
def test_what_is_not_open_is_not_described(client: LspClient, uri: str) -> None:
    assert describe(client, uri) is None


def test_the_settings_that_hold_are_named(client: LspClient, tmp_path: Path) -> None:
    folder = tmp_path / "with space 漢"
    folder.mkdir()
    settings = folder / "turnlint.toml"
    settings.write_text('target = "openai:gpt-4.1"\n', encoding="utf-8")
    path = folder / "train.jsonl"
    uri = path.as_uri()
    found = described(client, rows(12), uri)
    assert (found["target"], found["targetTitle"]) == ("openai:gpt-4.1", "OpenAI")
    assert (found["assumed"], found["settings"]) == (False, str(settings))
    settings.write_text('target = "unsloth"\nformat = "sharegpt"\n', encoding="utf-8")
    change = {"changes": [{"uri": settings.as_uri(), "type": 2}]}
    client.notify("workspace/didChangeWatchedFiles", change)
    while (found := describe(client, uri))["target"] != "unsloth" or not found["settled"]:
        client.settle()
    assert found["format"] == {"name": "sharegpt", "title": "ShareGPT"}
    assert found["counts"]["error"] > 0


def test_counts_are_those_of_all_findings() -> None:
    with LspClient(options={"maxDiagnostics": 3}, timeout=LONG) as client:
        found = described(client, "".join(f"{chat(one, role='usr')}\n" for one in range(50)))
    assert found["counts"]["error"] == 50
    assert "50 errors" in found["summary"]


def test_the_client_is_told_when_to_ask_again() -> None:
    """A large clean document is judged, and its diagnostics say nothing of that: they stay none."""
    with LspClient(options={"select": ["unknown-role"]}, timeout=LONG) as client:
        uri = "untitled:large.jsonl"
        assert client.show(uri, rows(MANY)) == []
        found = describe(client, uri)
        assert not found["settled"]
        assert "judging" in found["summary"]
        until_told(client)
        assert describe(client, uri)["summary"].endswith("no problems")


def test_who_never_asked_is_not_told() -> None:
    """Who can be told to ask for code lenses again is told so in the same breath."""
    refreshes = {"workspace": {"codeLens": {"refreshSupport": True}}}
    with LspClient(capabilities=refreshes, timeout=LONG) as client:
        client.show("untitled:rows.jsonl", rows(12))
        end = monotonic() + client.timeout
        while not any(one["method"] == "workspace/codeLens/refresh" for one in client.requests):
            client.notifications.append(client.receive(end))
        client.settle()
        assert not any(one["method"].startswith("turnlint/") for one in client.notifications)


def test_tokens_are_told_once_they_are_counted() -> None:
    with LspClient(timeout=LONG) as client:
        uri = "untitled:rows.jsonl"
        assert described(client, rows(12), uri)["tokens"] is None
        client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
        while (found := describe(client, uri))["tokens"] is None:
            until_told(client)
        assert re.fullmatch(r"(about )?[\d,]+ tokens, median \d+, longest \d+", found["tokens"])
        assert found["summary"].endswith(found["tokens"])


def until_told(client: LspClient) -> None:
    """Wait to be told to ask again."""
    end = monotonic() + client.timeout
    while True:
        message = client.notifications.popleft() if client.notifications else client.receive(end)
        if message.get("method") == "turnlint/descriptionRefresh":
            return


def test_choices_can_all_be_set(client: LspClient) -> None:
    found = execute(client, "turnlint.choices")
    assert {one["name"] for one in found["formats"]} == {one.name for one in all_formats()}
    targets = {one["name"]: one for one in found["targets"]}
    assert "generic" in targets
    for name, target in targets.items():
        assert get_target(name)[0].title == target["title"]
        assert target["models"] == [model for model, *_ in get_target(name)[0].listed()]
        for model in target["models"]:
            assert get_target(f"{name}:{model}")
    assert targets["openai"]["note"] == "closes on 2027-01-06"
    assert targets["azure"]["note"] == ""
    assert "gpt-4.1" in targets["openai"]["models"]
