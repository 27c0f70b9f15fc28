"""What folds: objects and arrays of a text that is no JSONL, and nothing in rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from tests.lsp_client import LspClient

MOST = 5_000
EXAMPLE = {"messages": [{"role": "user", "content": "[{ 😀 \u2028"}, {"role": "assistant", "content": "}"}]}
ROW = json.dumps(EXAMPLE, ensure_ascii=False)
NUMBERS = count()


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    with LspClient() as client:
        yield client


def folds(client: LspClient, text: str) -> Any:
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    client.open(uri, text)
    try:
        found = client.request("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    finally:
        client.shut(uri)
    return found and [(one["startLine"], one["endLine"]) for one in found]


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


TEXTS: dict[str, tuple[str, list[tuple[int, int]] | None]] = {
    "rows": (f"{ROW}\n" * 3, None),
    "rows with blank ones": (f"{ROW}\n\n\n\n{ROW}\n", None),
    "a row that is not closed": (ROW[:-9] + "\n" + ROW, None),
    "nothing": ("", []),
    "an array of rows": (f"[\n{ROW},\n{ROW}\n]\n", [(0, 2)]),
    "an array in one row": (f"[{ROW}, {ROW}]", []),
    "pretty-printed": (pretty(EXAMPLE), [(0, 10), (1, 9), (2, 4), (6, 8)]),
    "two of them, with CR LF": (
        f"{pretty(EXAMPLE)}\n{pretty(EXAMPLE)}\n".replace("\n", "\r\n"),
        [(0, 10), (1, 9), (2, 4), (6, 8), (12, 22), (13, 21), (14, 16), (18, 20)],
    ),
    "half typed": (pretty(EXAMPLE)[:-6], [(2, 4), (6, 8)]),
    "a log": ('{"level": "info"}\n{"level": "warn"}', None),
}


@pytest.mark.parametrize("name", TEXTS)
def test_folds(client: LspClient, name: str) -> None:
    text, expected = TEXTS[name]
    assert folds(client, text) == expected


def test_the_list_is_capped(client: LspClient) -> None:
    found = folds(client, pretty([EXAMPLE] * 2_000))
    starts = [1 + 12 * number for number in range(2_000)]
    deep = [(start + first, start + last) for start in starts for first, last in ((2, 4), (6, 8))]
    wide = [(start + first, start + last) for start in starts for first, last in ((0, 10), (1, 9))]
    assert found == sorted([(0, 2_000 * 12), *wide, *deep[: MOST - len(wide) - 1]])


def test_the_client_may_want_less() -> None:
    with LspClient(capabilities={"textDocument": {"foldingRange": {"rangeLimit": 2}}}) as client:
        assert folds(client, pretty(EXAMPLE)) == [(0, 10), (1, 9)]


def test_documents_that_are_not_open(client: LspClient) -> None:
    about = {"textDocument": {"uri": "untitled:elsewhere.jsonl"}}
    assert client.request("textDocument/foldingRange", about) is None
