"""The command that shows a row laid out, in a file of its own where the client can open one."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.lsp.showing import SHOWS, opened, shown
from tests.lsp_client import LspClient, Message

ROW = (
    r'{"messages":[{"role":"user","content":"😀 \u00e9\n漢","role":"user"},'
    r'{"n":1e400,"m":12345678901234567890}]}'
)
LAID_OUT = r"""{
  "messages": [
    {
      "role": "user",
      "content": "😀 \u00e9\n漢",
      "role": "user"
    },
    {
      "n": 1e400,
      "m": 12345678901234567890
    }
  ]
}"""


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    """One that can show documents."""
    with LspClient(capabilities=SHOWS) as client:
        yield client


def show(client: LspClient, *arguments: Any) -> Message:
    """Run the command; give the answer."""
    client.requests.clear()
    params = {"command": "turnlint.showRow", "arguments": list(arguments)}
    return client.call({"method": "workspace/executeCommand", "params": params})


def test_the_text_is_the_result() -> None:
    with LspClient() as client:
        assert "turnlint.showRow" in client.capabilities["executeCommandProvider"]["commands"]
        assert show(client, opened(client, "{}", ROW), 1)["result"] == LAID_OUT
        assert shown(client) == []


def test_the_client_shows_a_private_file_that_goes_with_the_server() -> None:
    with LspClient(
        capabilities=SHOWS, replies={"window/showDocument": lambda _: {"success": True}}
    ) as client:
        assert show(client, opened(client, "{}", ROW), 1)["result"] == LAID_OUT
        (path,) = shown(client)
        assert path.name == "train.jsonl row 2.json"
        assert path.read_text(encoding="utf-8") == LAID_OUT + "\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in path.parents[:2]} == {0o700}
    assert not path.parents[1].exists()


def test_a_server_whose_client_dies_takes_its_files_along() -> None:
    with LspClient(capabilities=SHOWS) as client:
        show(client, opened(client, ROW), 0)
        (path,) = shown(client)
        assert path.exists()
        assert client.process.stdin is not None
        client.process.stdin.close()
        client.process.wait(client.timeout)
        assert not path.parents[1].exists()


def test_a_file_that_cannot_be_written_is_told() -> None:
    with LspClient(capabilities=SHOWS) as client:
        uri = opened(client, ROW)
        show(client, uri, 0)
        (path,) = shown(client)
        path.unlink()
        path.mkdir()
        assert show(client, uri, 0)["result"] == LAID_OUT
        assert shown(client) == []
        told = [one["params"] for one in client.notifications if one["method"] == "window/showMessage"]
        assert "cannot be shown in a file" in told[-1]["message"]


def test_each_row_has_one_file_and_the_oldest_go(client: LspClient) -> None:
    uri = opened(client, *(f'{{"n":{number}}}' for number in range(50)))
    show(client, uri, 0)
    first = shown(client)
    start, end = {"line": 0, "character": 0}, {"line": 1, "character": 0}
    client.change(uri, {"range": {"start": start, "end": end}, "text": "[]\n"})
    assert show(client, uri, 0)["result"] == "[]"
    assert shown(client) == first
    assert first[0].read_text(encoding="utf-8") == "[]\n"
    paths: list[Path] = []
    for number in range(50):
        show(client, uri, number)
        paths += shown(client)
    assert len(set(paths)) == 50
    assert [path for path in paths if path.exists()] == paths[-32:]
    assert sum(path.is_file() for path in paths[0].parents[1].rglob("*")) == 32


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///a/b%20c.jsonl", "b c.jsonl row 1.json"),
        ("file:///a/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "_.._etc_passwd row 1.json"),
        ("file:///a/%3Cb%3E%0a%1b%22%27%7c%3F%2a%00.jsonl", "_b_.jsonl row 1.json"),
        ("file:///a/%E6%BC%A2%E5%AD%97%E2%80%AE.jsonl", "漢字_.jsonl row 1.json"),
        ("file:///a/.hidden", "hidden row 1.json"),
        (f"file:///a/{'x' * 300}.jsonl", f"{'x' * 43}.jsonl row 1.json"),
        ("untitled:Untitled-1", "Untitled-1 row 1.json"),
        ("file:///", "row 1.json"),
    ],
)
def test_names(client: LspClient, uri: str, name: str) -> None:
    client.show(uri, ROW)
    show(client, uri, 0)
    (path,) = shown(client)
    assert path.name == name
    assert path.exists()
    assert path.parents[1].name.startswith("turnlint-")


def test_files_of_the_same_name_are_kept_apart(client: LspClient) -> None:
    paths: list[Path] = []
    for row in ("1", "2"):
        show(client, opened(client, row), 0)
        paths += shown(client)
    assert [json.loads(path.read_bytes()) for path in paths] == [1, 2]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("", ""),
        ('\ufeff{"a":1}', '{\n  "a": 1\n}'),
        ('{"a":[1,{"b":"x', '{\n  "a": [\n    1,\n    {\n      "b": "x'),
        ("{'a': 1,}", "{\n  'a': 1,\n}"),
        ('{"a":"\\ud83d","b":"\u202e\x1b"}', '{\n  "a": "\\ud83d",\n  "b": "\u202e\x1b"\n}'),
        ("plain words", "plain words"),
    ],
)
def test_rows_of_all_kinds(client: LspClient, row: str, text: str) -> None:
    assert show(client, opened(client, row), 0)["result"] == text
    assert [path.read_bytes().decode() for path in shown(client)] == [text + "\n"]


def test_a_byte_that_is_no_utf8_is_kept(client: LspClient) -> None:
    assert show(client, opened(client, '{"a":"caf\udce9"}'), 0)["result"] == '{\n  "a": "caf\udce9"\n}'
    assert [path.read_bytes() for path in shown(client)] == [b'{\n  "a": "caf\xe9"\n}\n']


@pytest.mark.parametrize("row", [json.dumps({"a": "x" * 6_000_000}), "[" * 20_000, '{"a":' * 100_000])
def test_what_is_too_large_is_refused(client: LspClient, row: str) -> None:
    uri = opened(client, row, ROW)
    error = show(client, uri, 0)["error"]
    assert error["code"] == -32803
    assert error["message"] == "row 1 is too large to be shown: more than 5,000,000 characters"
    assert shown(client) == []
    assert show(client, uri, 1)["result"] == LAID_OUT


@pytest.mark.parametrize(
    "arguments",
    [(), ("",), ("", -1), ("", 9), ("", "0"), ("", 0.5), (5, 0), ("file:///other", 0), ("", 0, 1)],
)
def test_arguments_that_make_no_sense(client: LspClient, arguments: tuple[Any, ...]) -> None:
    uri = opened(client, ROW)
    assert show(client, *(uri if one == "" else one for one in arguments))["error"]["code"] == -32602
    assert show(client, uri, 0)["result"] == LAID_OUT


def test_a_client_that_shows_nothing_gets_the_text_all_the_same() -> None:
    replies = {"window/showDocument": lambda _: {"success": False}}
    with LspClient(capabilities=SHOWS, replies=replies) as client:
        uri = opened(client, ROW)
        for _ in range(2):
            assert show(client, uri, 0)["result"] == LAID_OUT
            assert len(shown(client)) == 1
