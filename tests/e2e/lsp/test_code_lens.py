"""The line above a document that sums it up, and how the client comes to ask again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import suppress
from itertools import count
from time import monotonic, sleep

import pytest
from tests.lsp_client import LspClient, ServerGoneError

NUMBERS = count()
REFRESH = {"workspace": {"codeLens": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}}}
LENS, HINTS = "workspace/codeLens/refresh", "workspace/inlayHint/refresh"
QUIET = 0.8
"""Seconds without an edit after which the server would have asked."""
WORDS = ("", "error", "warning", "info", "hint")
TOKENS = re.compile(r" · (about )?[\d.,MB]+ tokens, median .*")
"""They come later than the rest: tests/e2e/lsp/test_tokens.py waits for them."""


def chat(user: str = "hi 😀", role: str = "user", answer: str = "yo") -> str:
    messages = [{"role": role, "content": user}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def distinct(number: int) -> str:
    return "".join(f"{chat(f'hi {one}', answer=f'yo {one}')}\n" for one in range(number))


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    with LspClient() as client:
        yield client


def titles(client: LspClient, uri: str) -> list[str] | None:
    lenses = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    if lenses is None:
        return None
    top = {"line": 0, "character": 0}
    assert all(lens["range"] == {"start": top, "end": top} for lens in lenses)
    assert all(lens["command"]["command"] == "" for lens in lenses)
    return [TOKENS.sub("", lens["command"]["title"]) for lens in lenses]


def summed_up(client: LspClient, text: str) -> list[str] | None:
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    client.show(uri, text)
    try:
        return titles(client, uri)
    finally:
        client.shut(uri)


OPENAI = "OpenAI chat · target generic, rules of OpenAI"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (distinct(12), [f"12 rows · {OPENAI} · no problems"]),
        (distinct(12).rstrip("\n"), [f"12 rows · {OPENAI} · no problems"]),
        (distinct(1_234) + "\n \n\n", [f"1,234 rows · {OPENAI} · no problems"]),
        (distinct(12) + chat(role="usr"), [f"13 rows · {OPENAI} · 1 error"]),
        (distinct(12) + (chat() + "\n") * 3, [f"15 rows · {OPENAI} · 2 warnings, 1 info"]),
        ('{"level": "info"}\n' * 1, ["1 row · unknown format · target generic · 1 hint"]),
        (json.dumps({"messages": []}, indent=1), ["not JSONL · 1 error"]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_summaries(client: LspClient, text: str, expected: list[str]) -> None:
    assert summed_up(client, text) == expected


def test_the_target_that_is_named() -> None:
    with LspClient(options={"target": "azure:gpt-4.1"}) as client:
        (said,) = summed_up(client, distinct(12)) or [""]
        assert said.startswith("12 rows · OpenAI chat · target azure:gpt-4.1 · ")


def test_documents_that_are_not_open(client: LspClient) -> None:
    assert titles(client, "untitled:elsewhere.jsonl") is None


def test_it_counts_what_is_published(client: LspClient) -> None:
    bad = [chat(f"bad {one}", role="usr") for one in range(30)]
    broken = [chat(f"broken {one}")[:-2] for one in range(20)]
    copies = [chat("copy")] * 5
    empty = [chat(f"{one}").replace('"yo"', '""') for one in range(10)]
    text = "\n".join([*distinct(50).split("\n"), *bad, "", *broken, "", *copies, *empty]) + "\n\n \n"
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    found = Counter(WORDS[one["severity"]] for one in client.show(uri, text))
    said = titles(client, uri)
    assert sum(found.values()) > 60
    assert said is not None
    assert counts(said[0]) == found
    client.shut(uri)


def counts(title: str) -> dict[str, int]:
    said = re.findall(r"([\d,]+) (error|warning|info|hint)", title)
    return {word: int(number.replace(",", "")) for number, word in said}


def edit(client: LspClient, uri: str, line: int, start: int, end: int, text: str) -> None:
    range_ = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    client.change(uri, {"range": range_, "text": text})


def heard(client: LspClient, wanted: Set[str] = frozenset()) -> list[str]:
    """What the server has asked for since the last time, these included, when it asks for nothing more."""
    while not wanted <= {one["method"] for one in client.requests}:
        client.receive(monotonic() + client.timeout)
    end = monotonic() + QUIET
    with suppress(ServerGoneError):  # that is, it says nothing more
        while True:
            client.receive(end)
    found = [one["method"] for one in client.requests]
    client.requests.clear()
    return found


def test_the_client_is_told_to_ask_again() -> None:
    with LspClient(capabilities=REFRESH) as client:
        uri = "untitled:told.jsonl"
        client.show(uri, distinct(12))
        assert heard(client, {LENS}) == [LENS]
        assert titles(client, uri) == [f"12 rows · {OPENAI} · no problems"]
        assert heard(client, {LENS}) == [LENS]  # the tokens are known

        at = distinct(4).split("\n")[3].index("hi")
        for _ in range(8):  # what is typed in a text changes nothing that is summed up but the tokens
            edit(client, uri, 3, at, at, "x")
        assert heard(client, {LENS}) == [LENS]

        for _ in range(12):  # each of these breaks a row or mends it
            edit(client, uri, 3, 0, 0, "x")
            client.settle()
            edit(client, uri, 3, 0, 1, "")
            sleep(0.1)
        edit(client, uri, 3, 0, 0, "x")
        assert len(heard(client, {LENS})) <= 2
        assert titles(client, uri) == [f"12 rows · {OPENAI} · 1 error"]

        client.change(uri, {"text": '{"prompt": "a", "completion": "b"}\n' * 3})
        assert set(heard(client, {LENS, HINTS})) == {LENS, HINTS}


def test_clients_that_cannot_be_told_are_not(client: LspClient) -> None:
    client.show("untitled:untold.jsonl", distinct(12))
    assert heard(client) == []
    client.shut("untitled:untold.jsonl")


def test_it_says_that_it_judges(client: LspClient) -> None:
    uri = "untitled:long.jsonl"
    client.open(uri, distinct(20_000))
    assert titles(client, uri) == ["20,000 rows · judging…"]
    while "judging…" in str(said := titles(client, uri)):
        pass
    assert said == [f"20,000 rows · {OPENAI} · no problems"]
    client.shut(uri)
