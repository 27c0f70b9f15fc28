"""What the server does that no client can see: what it keeps, and how often it judges."""

from __future__ import annotations

import asyncio
import gc
import io
import random
from collections import Counter
from typing import Any

import pytest
from pygls.io_ import StdoutWriter

from turnlint.config import resolve
from turnlint.engine import RowChecker
from turnlint.formats import get_format
from turnlint.lsp.recognise import name_of
from turnlint.lsp.rows import Rows
from turnlint.lsp.server import Server
from turnlint.text.lines import Line, LineStore

ROW = '{"messages":[{"role":"usr","content":"%d"},{"role":"assistant","content":"b"}]}'
URI = "untitled:rows.jsonl"


def notification(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params}


async def opened_and_closed(server: Server) -> None:
    text = "\n".join(ROW % number for number in range(50))
    item = {"uri": URI, "languageId": "jsonl", "version": 1, "text": text}
    out = io.BytesIO()
    server.protocol.set_writer(StdoutWriter(out))
    server.protocol.receive(notification("initialize", capabilities={}, processId=None) | {"id": 1})
    server.protocol.receive(notification("textDocument/didOpen", textDocument=item))
    while b"unknown-role" not in out.getvalue():
        await asyncio.sleep(0.01)
    server.protocol.receive(notification("textDocument/didClose", textDocument={"uri": URI}))
    await asyncio.sleep(0.1)


def test_nothing_is_left_of_a_closed_document() -> None:
    server = Server()
    gc.collect()
    gc.disable()
    try:
        before = sum(type(one) is Line for one in gc.get_objects())
        asyncio.run(opened_and_closed(server))
        after = sum(type(one) is Line for one in gc.get_objects())
    finally:
        gc.enable()
    assert after <= before + 1  # the store itself may be there still, with its one empty line
    assert not server.protocol._request_futures
    assert not server.sessions()


class Counting(RowChecker):
    """Notes what it judges."""

    judged: list[bytes]

    def findings(self, raw: bytes) -> Any:
        self.judged.append(raw)
        return super().findings(raw)


def test_of_many_changes_at_once_only_what_is_left_is_judged() -> None:
    store = LineStore(ROW % 1 + "\n" + ROW % 2)
    rows, settings = Rows(store), resolve(select=["unknown-role"])
    checker = Counting(get_format("openai-chat"), settings)
    checker.judged = []
    rows.judge_by(checker, settings)
    rows.work(60)
    checker.judged.clear()
    changes = [store.replace((1, 0), (1, 0), " ") for _ in range(50)]
    changes.append(store.replace((0, 0), (1, 0), ""))
    rows.replace(changes)
    assert rows.pending
    rows.work(60)
    assert checker.judged == [b" " * 50 + (ROW % 2).encode()]
    assert [number for number, *_ in rows.shown(9)[0]] == [0]


def test_touched_lines_are_judged_before_those_that_wait() -> None:
    store = LineStore("\n".join(ROW % number for number in range(99)))
    rows, settings = Rows(store), resolve(select=["unknown-role"])
    rows.judge_by(RowChecker(get_format("openai-chat"), settings), settings)
    rows.replace([store.replace((90, 0), (90, 0), " ")])
    rows.work(0)
    assert [number for number, *_ in rows.shown(9)[0]] == [90]


@pytest.mark.parametrize("copied", ["hint", "error"])
def test_the_tally_is_that_of_all_findings(copied: str) -> None:
    dice = random.Random(7)
    chosen = ["roles", "json", "schema", "exact-duplicate", "empty-answer", "invalid-utf8"]
    settings = resolve(select=chosen, severity={"exact-duplicate": copied})
    texts = [ROW % 1, ROW % 2, (ROW % 1).replace("usr", "user"), "{", "", " ", "{}", "\udcff", "[\udcfe]"]
    for _ in range(40):
        store = LineStore("\n".join(dice.choices(texts, k=dice.randrange(1, 30))))
        rows = Rows(store)
        rows.judge_by(RowChecker(get_format("openai-chat"), settings), settings)
        while rows.pending:
            rows.work(60)
        accepting = [rows.accepting(line, "exact-duplicate") for line in store]
        rows.accept(dict(one for one in accepting if one and dice.random() < 0.5))
        for _ in range(dice.randrange(6)):
            first, last = ((dice.randrange(store.count + 1), 0) for _ in range(2))
            rows.replace([store.replace(first, last, "".join(f"{dice.choice(texts)}\n" for _ in range(3)))])
        while rows.pending:
            rows.work(60)
        every, left = rows.shown(10_000)
        assert left == 0
        shown = Counter((said or line.result.findings[at]).severity for _, line, at, said in every)
        assert +rows.tally() == shown
        some, left = rows.shown(3)
        assert len(some) + left == len(every)


def test_copies_are_not_told_once_their_rule_is_off() -> None:
    store = LineStore("\n".join([ROW % 1] * 2))
    rows = Rows(store)
    for rule, expected in (("exact-duplicate", ["exact-duplicate"] * 2), ("no-system", [])):
        settings = resolve(select=[rule])
        rows.judge_by(RowChecker(get_format("openai-chat"), settings), settings)
        if rule == "exact-duplicate":
            rows.work(60)
        assert [one.rule for line in store for one in rows.findings(line)] == expected


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///data/a:b%20c.jsonl", "a:b c.jsonl"),
        ("file:///c%3A/data/a.jsonl", "a.jsonl"),
        ("untitled:Untitled-1", "Untitled-1"),
        ("vscode-notebook-cell:/data/a.jsonl", "a.jsonl"),
        ("", ""),
    ],
)
def test_a_document_is_called_as_its_file(uri: str, name: str) -> None:
    assert name_of(uri) == name


def test_blank_rows_at_the_end_are_no_rows() -> None:
    store, settings = LineStore(ROW % 1 + "\n" * 1_000), resolve(select=["blank-row"])
    rows = Rows(store)
    rows.judge_by(RowChecker(get_format("openai-chat"), settings), settings)
    for line, text, expected in ((0, " ", (1, 0)), (500, "{}", (501, 499)), (700, "\n", (501, 499))):
        rows.replace([store.replace((line, 0), (line, 0), text)])
        rows.work(60)
        assert (rows.count, rows.tally().total()) == expected
    rows.replace([store.replace((400, 0), (501, 0), "")])
    assert (rows.count, rows.tally().total()) == (1, 0)
