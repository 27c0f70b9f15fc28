"""The twenty traps into which servers on pygls fall, by number, and what ours does there, over real stdio."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lsp_client import COMMAND, LspClient, Message, codes, part, patched

URI = "untitled:rows.jsonl"
GOOD = '{"messages":[{"role":"user","content":"hi 😀"},{"role":"assistant","content":"yo %d"}]}'
BAD = '{"messages":[{"role":"usr","content":"hi 😀"},{"role":"assistant","content":"yo %d"}]}'
HOVER = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 21}}
CANCELLED = -32800
INVALID_REQUEST = -32600

HOVERS = """
import asyncio, time
import turnlint.lsp.features.hover as feature
from lsprotocol import types
from turnlint.lsp.pace import Pace
begun = []
def told():
    return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, str(len(begun))))
"""
"""Code to build into a server: its hovers will tell how many were begun."""


@pytest.fixture(scope="module")
def shared() -> Iterator[LspClient]:
    with LspClient() as client:
        yield client


def hover(client: LspClient) -> int:
    return client.ask({"method": "textDocument/hover", "params": HOVER})


def cancel(client: LspClient, number: int) -> None:
    client.notify("$/cancelRequest", {"id": number})


def begun(answer: Message) -> int:
    return int(answer["result"]["contents"]["value"])


def test_01_line_separators_inside_rows_do_not_shift_later_edits(shared: LspClient) -> None:
    odd = (GOOD % 1).replace("hi", "a\u2028b\u2029c\u0085d\ve\ff")
    shared.show(URI, "\n".join([odd, BAD % 2, BAD % 3]))
    shared.change(URI, part(2, 22, 25, "user"))
    found = codes(shared.published(URI))
    assert (1, "unknown-role") in found
    assert (2, "unknown-role") not in found
    shared.shut(URI)


def test_02_requests_cancelled_in_the_queue_are_never_begun() -> None:
    slow = "def slow(server, params):\n    begun.append(1)\n    time.sleep(0.5)\n    return told()\n"
    with LspClient(command=patched(f"{HOVERS}{slow}feature.handle = slow")) as client:
        first, *queued = [hover(client) for _ in range(6)]
        for number in queued:
            cancel(client, number)
        assert begun(client.answer(first)) == 1
        assert {client.answer(number)["error"]["code"] for number in queued} == {CANCELLED}
        assert begun(client.answer(hover(client))) == 2


def test_03_cancelling_work_in_a_thread_answers_at_once() -> None:
    slow = """
async def slow(server, params):
    begun.append(1)
    if len(begun) == 1:
        await Pace(server.workspace.get_text_document(params.text_document.uri)).aside(lambda: time.sleep(3))
    return told()
feature.handle = slow
"""
    with LspClient(command=patched(HOVERS + slow)) as client:
        client.open(URI, GOOD % 1)
        first = hover(client)
        client.settle()  # it is begun
        start = time.monotonic()
        cancel(client, first)
        assert client.answer(first)["error"]["code"] == CANCELLED
        assert begun(client.answer(hover(client))) == 2
        assert time.monotonic() - start < 2


def test_04_cancelling_work_in_slices_ends_it() -> None:
    slow = """
async def slow(server, params):
    if begun:
        return told()
    try:
        while True:
            await asyncio.sleep(0)
    finally:
        begun.append(1)
feature.handle = slow
"""
    with LspClient(command=patched(HOVERS + slow)) as client:
        first = hover(client)
        client.settle()
        cancel(client, first)
        assert client.answer(first)["error"]["code"] == CANCELLED
        assert begun(client.answer(hover(client))) == 1


@pytest.mark.parametrize("last_words", ["exit", None])
def test_05_a_working_thread_does_not_delay_the_end(last_words: str | None, tmp_path: Path) -> None:
    slow = """
import time
import turnlint.lsp.session as session
session.judge_file = lambda *_: time.sleep(20)
"""
    path = tmp_path / "train.jsonl"
    path.touch()
    client = LspClient(command=patched(slow))
    client.open(path.as_uri(), GOOD % 1)
    client.settle()
    time.sleep(0.5)
    start = time.monotonic()
    if last_words:
        client.request("shutdown")
        client.notify(last_words)
    else:
        client.process.stdin.close()  # type: ignore[union-attr]
    assert client.process.wait(10) == (0 if last_words else 1)
    assert time.monotonic() - start < 5
    client.close()


def test_06_exit_without_shutdown_is_status_1() -> None:
    client = LspClient()
    client.notify("exit")
    assert client.process.wait(10) == 1
    client.close()


def test_07_the_end_of_standard_input_ends_the_server() -> None:
    client = LspClient()
    client.process.stdin.close()  # type: ignore[union-attr]
    assert client.process.wait(10) == 1
    client.close()


@pytest.mark.skipif(os.name == "nt", reason="no signal 0 there")
def test_08_ends_with_the_editor_though_its_pipe_stays_open() -> None:
    editor = subprocess.Popen(["sleep", "60"])
    client = LspClient(process_id=editor.pid)
    time.sleep(2.5)
    assert client.process.poll() is None
    editor.send_signal(signal.SIGKILL)
    editor.wait()
    assert client.process.wait(10) == 1
    client.close()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": 9, "method": "textDocument/hover", "params": {}, "jsonrpc": "2.0"}, -32602),
        ({"id": 9, "method": "initialize", "params": {"capabilities": 1}, "jsonrpc": "2.0"}, INVALID_REQUEST),
        ({"id": 9, "method": "workspace/executeCommand", "params": [], "jsonrpc": "2.0"}, -32602),
        ({"id": 9, "method": "no/such", "jsonrpc": "2.0"}, -32601),
        ({"id": 9, "method": 7, "jsonrpc": "2.0"}, INVALID_REQUEST),
        ({"id": 9, "method": "shutdown"}, INVALID_REQUEST),
        ({"id": {"a": 1}, "method": "shutdown", "jsonrpc": "2.0"}, INVALID_REQUEST),
        ([1, 2], INVALID_REQUEST),
        ("hello", INVALID_REQUEST),
    ],
)
def test_09_every_request_is_answered(shared: LspClient, message: Any, code: int) -> None:
    shared.send(message)
    known = isinstance(message, dict) and isinstance(message["id"], int)
    assert shared.answer(9 if known else None)["error"]["code"] == code


def test_10_an_object_that_looks_like_a_message_is_none(shared: LspClient) -> None:
    nested = {"jsonrpc": "2.0", "id": 1, "method": "exit"}
    params = {"command": "no.such", "arguments": [nested]}
    assert "error" in shared.call({"method": "workspace/executeCommand", "params": params})
    assert "result" in shared.call({"method": "textDocument/hover", "params": HOVER | {"more": nested}})


def test_11_header_in_any_case(shared: LspClient) -> None:
    body = b'{"jsonrpc":"2.0","id":"lower","method":"no/such"}'
    shared.write(b"content-LENGTH:%d\r\nX-Other: 1\r\n\r\n%b" % (len(body), body))
    assert shared.answer("lower")["error"]["code"] == -32601


def test_12_a_fault_of_the_server_is_logged_and_opens_no_window(capfd: pytest.CaptureFixture[str]) -> None:
    broken = """
import turnlint.lsp.features.did_save as notification
import turnlint.lsp.features.hover as request
def fails(*_):
    raise ZeroDivisionError
notification.handle = request.handle = fails
"""
    with LspClient(command=patched(broken)) as client:
        client.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        assert client.answer(hover(client))["error"]["code"] == -32603
        assert not [one for one in client.notifications if one["method"].startswith("window/")]
    logged = capfd.readouterr().err
    assert logged.count("in fails") == 2
    assert "ZeroDivisionError" in logged


def test_13_bytes_that_are_not_utf8_cost_one_row(shared: LspClient) -> None:
    text = f"{BAD % 1}\\n{GOOD % 2}\\n".replace('"', '\\"').encode().replace(b"yo 2", b"yo \xff")
    body = (
        b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":'
        b'{"uri":"%b","languageId":"jsonl","version":0,"text":"%b"}}}' % (URI.encode(), text)
    )
    shared.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    found = codes(shared.published(URI, 0))
    assert (0, "unknown-role") in found
    assert (1, "invalid-utf8") in found
    shared.shut(URI)


def test_14_halves_of_surrogate_pairs_cost_no_document(shared: LspClient) -> None:
    shown = shared.show(URI, GOOD % 1 + "\n" + (BAD % 2).replace("hi", "hi \ud83d \udc80 \ude00"))
    found = [one for one in shown if one.get("code") == "unknown-role"]
    assert [one["range"]["start"] for one in found] == [{"line": 1, "character": 21}]
    shared.change(URI, part(1, 60, 61, "\ud800"))
    shared.settle()
    shared.shut(URI)


class Silent(LspClient):
    """Leaves the requests of the server unanswered."""

    def _reply(self, request: Message) -> None:
        self.requests.append(request)


def test_15_shutdown_waits_for_no_answer_of_the_client() -> None:
    client = Silent(capabilities={"workspace": {"configuration": True}})
    client.open(URI, GOOD % 1)
    client.settle()
    assert [one["method"] for one in client.requests] == ["workspace/configuration"]
    assert client.request("shutdown") is None
    client.send({"jsonrpc": "2.0", "id": client.requests[0]["id"], "result": [None]})
    assert client.answer(hover(client))["error"]["code"] == INVALID_REQUEST
    client.notify("exit")
    assert client.process.wait(10) == 0
    client.close()


def test_16_the_reader_does_not_abort_the_exit(capfd: pytest.CaptureFixture[str]) -> None:
    client = LspClient()
    client.request("shutdown")
    client.notify("exit")
    assert client.process.wait(10) == 0  # while its standard input is open
    client.close()
    assert "Fatal" not in capfd.readouterr().err


def test_17_positions_out_of_range_are_clamped(shared: LspClient) -> None:
    shared.show(URI, GOOD % 1)
    shared.change(URI, part(99, 7, 9, "\n" + BAD % 2), part(0, 9_999, 99_999, " "))
    assert (1, "unknown-role") in codes(shared.published(URI))
    shared.shut(URI)


def test_18_busy_threads_do_not_keep_messages_from_being_read(tmp_path: Path) -> None:
    slow = """
import time
import turnlint.lsp.session as session
session.judge_file = lambda *_: time.sleep(2)
"""
    path = tmp_path / "train.jsonl"
    path.touch()
    with LspClient(command=patched(slow)) as client:
        start = time.monotonic()
        for number in range(40):  # more than any pool of threads has
            client.open(f"{path.as_uri()}?{number}", GOOD % number)
        client.settle()
        assert "result" in client.answer(hover(client))
        assert time.monotonic() - start < 2


def test_19_what_is_printed_does_not_reach_the_client() -> None:
    printing = """
import os, sys
from turnlint.engine import RowChecker
check = RowChecker.check
def prints(self, raw):
    print("printed where messages go")
    os.write(1, b"and written there")
    return check(self, raw)
RowChecker.check = prints
"""
    with LspClient(command=patched(printing)) as client:
        assert (0, "unknown-role") in codes(client.show(URI, BAD % 1))
        client.settle()


BRIDGE = f"""
import os, socket, subprocess, sys, threading
server = subprocess.Popen({[*COMMAND, "--tcp", "0"]!r}, stderr=subprocess.PIPE, text=True)
port = int(server.stderr.readline().rsplit(":", 1)[1])
wire = socket.create_connection(("127.0.0.1", port))
def pump(read, write, end):
    while data := read(1 << 16):
        write(data)
    end()
forth = lambda: pump(lambda size: os.read(0, size), wire.sendall, lambda: wire.shutdown(socket.SHUT_WR))
threading.Thread(target=forth, daemon=True).start()
pump(wire.recv, lambda data: os.write(1, data), lambda: os._exit(server.wait()))
"""
"""Standard streams in front of a server on TCP."""


def test_20_messages_from_many_documents_at_once_stay_whole_over_tcp(tmp_path: Path) -> None:
    rows = "".join(f"{BAD % number}\n" for number in range(200))
    with LspClient(command=[COMMAND[0], "-c", BRIDGE]) as client:
        end = time.monotonic() + client.timeout
        uris = [(tmp_path / f"{number}.jsonl").as_uri() for number in range(20)]
        for uri in uris:
            client.open(uri, rows)
        asked = [hover(client) for _ in range(50)]
        assert all("result" in client.answer(number) for number in asked)
        for uri in uris:
            client.change(uri, part(0, 22, 25, "user"))
        left = set(uris)
        while left:
            message = client.notifications.popleft() if client.notifications else client.receive(end)
            params = message.get("params", {})
            rules = [code for _, code in codes(params.get("diagnostics", ()))]
            if rules.count("unknown-role") == 199:
                left.discard(params["uri"])
        assert client.close() == 0
