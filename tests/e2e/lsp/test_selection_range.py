"""Widening the selection, from a word to the row."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from tests.lsp_client import LspClient, Message
from tests.ranges import ENCODINGS, covered, holds, width

NUMBERS = count()
ARGUMENTS = json.dumps({"city": 'Par"is 😀'}, ensure_ascii=False)
QUOTED = json.dumps(ARGUMENTS, ensure_ascii=False)
TURN = f'{{"role": "assistant", "tool_calls": [{{"function": {{"name": "f", "arguments": {QUOTED}}}}}]}}'
ROW = f'{{"messages": [{{"role": "user", "content": "漢字 😀 Grüße"}}, {TURN}]}}'
CALL = TURN[TURN.index('[{"fun') + 1 : -2]
MEMBER = ROW[1:-1]
LIST = MEMBER.partition(" ")[2]


@pytest.fixture(scope="module", params=ENCODINGS)
def client(request: pytest.FixtureRequest) -> Iterator[LspClient]:
    with LspClient((request.param,)) as client:
        yield client


def ask(client: LspClient, text: str, *places: tuple[int, int]) -> Any:
    """Ask for places given as line and column in code points."""
    uri = f"untitled:{next(NUMBERS)}.jsonl"
    encoding = client.capabilities["positionEncoding"]
    lines = text.split("\n")
    positions = [
        {"line": line, "character": width(lines[line][:column], encoding) if line < len(lines) else column}
        for line, column in places
    ]
    client.open(uri, text)
    try:
        about = {"textDocument": {"uri": uri}, "positions": positions}
        return client.request("textDocument/selectionRange", about)
    finally:
        client.shut(uri)


def ranges(selection: Message | None) -> list[Message]:
    """All ranges, innermost first."""
    found = []
    while selection:
        found.append(selection["range"])
        selection = selection.get("parent")
    return found


def selected(client: LspClient, text: str, line: int, column: int) -> list[str]:
    (found,) = ask(client, text, (line, column))
    return [covered(text, one, client.capabilities["positionEncoding"]) for one in ranges(found)]


def test_a_word_of_a_text(client: LspClient) -> None:
    text = f"\ufeff{ROW}\r\n{ROW}\r\n"
    for line, row in enumerate(text.split("\r\n")[:2]):
        assert selected(client, text, line, row.index("üße")) == [
            "Grüße",
            "漢字 😀 Grüße",
            '"漢字 😀 Grüße"',
            '"content": "漢字 😀 Grüße"',
            '{"role": "user", "content": "漢字 😀 Grüße"}',
            LIST,
            MEMBER,
            ROW,
            *([row] if row != ROW else []),
        ]


def test_arguments_of_a_call(client: LspClient) -> None:
    steps = selected(client, ROW, 0, ROW.index("is 😀"))
    assert steps == [
        "is",
        r"Par\\\"is 😀",
        r"\"Par\\\"is 😀\"",
        r"\"city\": \"Par\\\"is 😀\"",
        QUOTED[1:-1],
        QUOTED,
        f'"arguments": {QUOTED}',
        f'{{"name": "f", "arguments": {QUOTED}}}',
        CALL[1:-1],
        CALL,
        f"[{CALL}]",
        f'"tool_calls": [{CALL}]',
        TURN,
        LIST,
        MEMBER,
        ROW,
    ]


def test_arguments_that_are_being_typed(client: LspClient) -> None:
    row = ROW[: ROW.index("is 😀")]
    assert selected(client, row, 0, row.index("Par") + 3)[:4] == [
        "Par",
        r"Par\\\"",
        r"\"Par\\\"",
        r"\"city\": \"Par\\\"",
    ]


def test_one_answer_for_each_place(client: LspClient) -> None:
    text = f"{ROW}\n\nnot JSON\n"
    places = [(0, 3), (7, 5), (1, 0), (2, 5), (3, 0), (0, 3)]
    found = ask(client, text, *places)
    assert len(found) == len(places)
    assert found[0] == found[-1]
    assert [ranges(one)[0] for one in found[1:]] == [
        {"start": {"line": 7, "character": 5}, "end": {"line": 7, "character": 5}},
        {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}},
        {"start": {"line": 2, "character": 4}, "end": {"line": 2, "character": 8}},
        {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 0}},
        ranges(found[0])[0],
    ]


def test_each_range_holds_the_one_before(client: LspClient) -> None:
    dice = random.Random(1)
    rows = [ROW[: dice.randrange(len(ROW))] + dice.choice(["", '"', "}", "\\", "😀"]) for _ in range(40)]
    text = "\n".join(rows)
    places = [(line, dice.randint(0, len(row))) for line, row in enumerate(rows) for _ in range(5)]
    encoding = client.capabilities["positionEncoding"]
    for (line, column), found in zip(places, ask(client, text, *places), strict=True):
        here = {"line": line, "character": width(rows[line][:column], encoding)}
        inner = {"start": here, "end": here}
        for outer in ranges(found):
            assert holds(outer, inner)
            assert outer != inner or not rows[line]
            covered(text, outer, encoding)
            inner = outer
        assert covered(text, inner, encoding) == rows[line]


def test_rows_that_nest_deep(client: LspClient) -> None:
    text = '{"a":[' * 400 + "1" + "]}" * 400
    (found,) = ask(client, text, (0, text.index("1")))
    steps = ranges(found)
    encoding = client.capabilities["positionEncoding"]
    assert [covered(text, one, encoding) for one in steps[:3]] == ["1", "[1]", '"a":[1]']
    assert covered(text, steps[-1], encoding) == text
    assert len(steps) == 100


@pytest.mark.parametrize("positions", [[], [{"line": 0, "character": 0}]])
def test_documents_that_are_not_open(client: LspClient, positions: list[Message]) -> None:
    about = {"textDocument": {"uri": "untitled:elsewhere.jsonl"}, "positions": positions}
    assert client.request("textDocument/selectionRange", about) is None
