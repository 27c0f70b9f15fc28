"""What the server does that no client can see: what it keeps, and how often it judges."""

from __future__ import annotations

import asyncio
import gc
import io
from typing import Any

from pygls.io_ import StdoutWriter

from turnlint.config import resolve
from turnlint.engine import RowChecker, bound_rules
from turnlint.formats import get_format
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

    def check(self, raw: bytes) -> Any:
        self.judged.append(raw)
        return super().check(raw)


def test_of_many_changes_at_once_only_what_is_left_is_judged() -> None:
    store = LineStore(ROW % 1 + "\n" + ROW % 2)
    rows, settings = Rows(store), resolve(select=["unknown-role"])
    checker = Counting(get_format("openai-chat"), settings)
    checker.judged = []
    rows.judge_by(checker, bound_rules(settings))
    rows.work(60)
    checker.judged.clear()
    changes = [store.replace((1, 0), (1, 0), " ") for _ in range(50)]
    changes.append(store.replace((0, 0), (1, 0), ""))
    rows.replace(changes)
    assert rows.pending
    rows.work(60)
    assert checker.judged == [b" " * 50 + (ROW % 2).encode()]
    assert [shown.number for shown in rows.shown(9)[0]] == [0]


def test_touched_lines_are_judged_before_those_that_wait() -> None:
    store = LineStore("\n".join(ROW % number for number in range(99)))
    rows, settings = Rows(store), resolve(select=["unknown-role"])
    rows.judge_by(RowChecker(get_format("openai-chat"), settings), bound_rules(settings))
    rows.replace([store.replace((90, 0), (90, 0), " ")])
    rows.work(0)
    assert [shown.number for shown in rows.shown(9)[0]] == [90]
