"""The server at its limits: the life cycle, hostile messages, files on disk, many edits, many findings."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.buffer import Buffer, Edit
from tests.lsp_client import (
    COMMAND,
    LspClient,
    Message,
    ServerGoneError,
    codes,
    is_echo,
    is_of_file,
    part,
    patched,
)
from tests.parity import departures, engine_marks

from turnlint.config import resolve
from turnlint.engine import check_stream
from turnlint.text.units import Encoding, to_units

URI = "untitled:rows.jsonl"
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
GOOD = '{"messages":[{"role":"user","content":"hi 😀"},{"role":"assistant","content":"yo %d"}]}'
BAD = '{"messages":[{"role":"usr","content":"hi 😀"},{"role":"assistant","content":"yo %d"}]}'


@pytest.fixture(scope="module")
def shared() -> Iterator[LspClient]:
    with LspClient() as client:
        yield client


def last_published(client: LspClient) -> list[Message]:
    """The newest diagnostics among what has come and was not looked at."""
    found = [one["params"] for one in client.notifications if "diagnostics" in one["params"]]
    diagnostics: list[Message] = found[-1]["diagnostics"]
    return diagnostics


# The life cycle.


def test_orderly_end() -> None:
    assert LspClient().close() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_server_that_is_told_to_end_tidies_up(tmp_path: Path) -> None:
    window = {"window": {"showDocument": {"support": True}}}
    with LspClient(capabilities=window) as client:
        client.show(URI, GOOD % 1)
        client.request("workspace/executeCommand", {"command": "turnlint.showRow", "arguments": [URI, 0]})
        client.settle()
        shown = next(one["params"]["uri"] for one in client.requests if "uri" in one["params"])
        path = Path(shown.removeprefix("file://").replace("%20", " "))
        assert path.exists()
        client.process.send_signal(signal.SIGTERM)
        assert client.process.wait(10) == 1
        assert not path.exists()


def test_requests_out_of_order_are_refused() -> None:
    client = LspClient(initialize=False)
    assert client.call({"method": "textDocument/hover", "params": {}})["error"]["code"] == -32002
    client.notify("textDocument/didOpen", {})
    assert client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    again = client.call({"method": "initialize", "params": {"processId": None, "capabilities": {}}})
    assert again["error"]["code"] == -32600
    client.request("shutdown")
    assert client.call({"method": "shutdown"})["error"]["code"] == -32600
    client.notify("exit")
    assert client.process.wait(10) == 0
    client.close()


def test_what_is_cancelled_too_early_is_cancelled_once() -> None:
    client = LspClient(initialize=False)
    client.notify("$/cancelRequest", {"id": 1})
    client.settle()
    client.send({"jsonrpc": "1.0", "method": "$/cancelRequest", "params": {"id": 3}})
    assert "result" in client.call(
        {"method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}}
    )
    client.close()


def test_position_encoding_follows_the_client() -> None:
    for offered, taken in (([], "utf-16"), (["utf-7", "utf-8"], "utf-8"), (["utf-32", "utf-8"], "utf-32")):
        with LspClient(offered) as client:
            assert client.capabilities["positionEncoding"] == taken


def test_an_option_names_the_position_encoding() -> None:
    before = '{"messages":[{"content":"é😀","role":'
    named: tuple[tuple[str | None, Encoding], ...] = (
        ("utf-8", "utf-8"),
        ("utf-32", "utf-32"),
        (None, "utf-16"),
    )
    for name, taken in named:
        with LspClient([], {"positionEncoding": name}) as client:
            assert client.capabilities["positionEncoding"] == taken
            found = client.show("untitled:x.jsonl", '{"messages":[{"content":"é😀","role":"usr"}]}\n')
            start = next(one["range"]["start"] for one in found if one.get("code") == "unknown-role")
            assert start["character"] == to_units(before, len(before), taken)
    with LspClient([], {"positionEncoding": "utf-7"}) as client:
        assert client.capabilities["positionEncoding"] == "utf-16"
        assert client.messages or client.notifications


def test_tcp_listens_on_the_loopback_interface() -> None:
    import socket

    with subprocess.Popen([*COMMAND, "--tcp", "0"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        host, port = process.stderr.readline().rsplit(" ", 1)[1].strip().split(":")
        assert host == "127.0.0.1"
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b'Content-Length: 46\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"shutdown"}  ')
            assert b'"code":-32002' in connection.recv(4096)
        assert process.wait(10) == 1


# Hostile messages.


@pytest.mark.parametrize(
    "noise",
    [
        b"Content-Length: 5\r\n\r\n{nope",
        b"Content-Length: 3\r\nContent-Type: x\r\n\r\n\xff\xfe\x00",
        b"\r\n\r\n\x00\x01garbage: 12\r\n\r\n",
        b"Content-Length: -4\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"Content-Length: 200002\r\n\r\n" + b"[" * 100_001 + b"]" * 100_001,
        b"x" * 200_000 + b"\r\n\r\n",
    ],
)
def test_noise_between_messages(shared: LspClient, noise: bytes) -> None:
    shared.write(noise)
    shared.settle()


@pytest.mark.parametrize(
    "params",
    [
        None,
        {},
        {"textDocument": 1},
        {"textDocument": {"uri": "untitled:unknown", "version": 1}, "contentChanges": [{"text": "x"}]},
        {"textDocument": {"uri": "untitled:unknown", "version": 1}, "contentChanges": [part(0, 0, 0, "")]},
    ],
)
@pytest.mark.parametrize("kind", ["didOpen", "didChange", "didSave", "didClose"])
def test_bad_notifications_do_no_harm(shared: LspClient, kind: str, params: Any) -> None:
    shared.notify(f"textDocument/{kind}", params)
    shared.settle()
    assert codes(shared.diagnose(BAD % 1, {"select": ["unknown-role"]})) == [(0, "unknown-role")]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_byte_order_mark_in_the_buffer(encoding: Encoding) -> None:
    with LspClient((encoding,), {"select": ["json", "unknown-role", "unknown-format"]}) as client:
        for text in (BAD % 1, f"{BAD % 1}\n{GOOD % 2}"):
            (found,) = client.show(URI, f"\ufeff{text}")
            start = to_units("\ufeff", 1, encoding) + 21
            assert (found["code"], found["range"]["start"]["character"]) == ("unknown-role", start)
            assert found["data"]["fix"]["edits"][0]["range"] == found["range"]


def test_a_bare_cr_ends_no_row_where_others_end_in_lf(shared: LspClient) -> None:
    # The client is as Neovim: it counts no line at a bare `\r`.
    rows = [(GOOD % 1).replace("hi", "h\ri"), GOOD % 2, BAD % 3]
    settings = {"select": ["json", "unknown-role"]}
    found = shared.diagnose("\n".join(rows), settings)
    assert codes(found) == [(0, "control-character"), (2, "unknown-role")]
    shared.show(URI, "\n".join(rows))
    column = BAD.index("usr")
    shared.change(
        URI, part(2, column, column + 3, "user"), part(0, rows[0].index("\r"), rows[0].index("i"), "")
    )
    shared.settle()
    assert "unknown-role" not in {code for _, code in codes(last_published(shared))}
    assert "control-character" not in {code for _, code in codes(last_published(shared))}
    shared.shut(URI)


def test_a_bare_cr_ends_rows_where_nothing_else_does(shared: LspClient) -> None:
    assert codes(shared.diagnose(f"{GOOD % 1}\r{BAD % 2}\r", {"select": ["unknown-role"]})) == [
        (1, "unknown-role")
    ]


def test_mistakes_of_the_client_print_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with LspClient() as client:
        client.change("untitled:unknown", part(0, 0, 0, "x"))
        client.change(Path("/no/such/train.jsonl").as_uri(), {"text": "x"})
        client.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:unknown"}})
        client.notify("textDocument/didOpen", {"textDocument": 1})
        client.notify("$/cancelRequest", {"id": 99})
        client.call({"method": "workspace/executeCommand", "params": {"command": "no.such"}})
        client.show(f"file:///{'long' * 2_000}.jsonl", BAD % 1)
        client.show("file:///a%00b.jsonl", BAD % 1)
        client.settle()
    assert "Traceback" not in capfd.readouterr().err


def test_survives_random_bytes_in_messages() -> None:
    dice = random.Random(20)
    text = "\n".join((BAD if number % 3 else GOOD) % number for number in range(20))
    with LspClient(("utf-16",)) as client:
        client.show(URI, text)
        for _ in range(300):
            data = bytearray(text.encode())
            for _ in range(dice.randrange(1, 6)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            client.change(URI, {"text": data.decode("utf-8", "surrogateescape")})
        client.settle()
        client.change(URI, {"text": "\n".join(BAD % number for number in range(3))})
        client.settle()
        assert [row for row, code in codes(last_published(client)) if code == "unknown-role"] == [0, 1, 2]


def test_a_failing_rule_costs_one_row() -> None:
    broken = """
from turnlint.engine import RowChecker
check = RowChecker.findings
def fails(self, raw):
    print("printed where messages go")
    if b"boom" in raw:
        raise ZeroDivisionError
    return check(self, raw)
RowChecker.findings = fails
"""
    with LspClient(command=patched(broken)) as client:
        rows = [BAD % 1, (BAD % 2).replace("yo", "boom"), BAD % 3]
        found = client.diagnose("\n".join(rows), {"select": ["unknown-role"]})
        assert codes(found) == [(0, "unknown-role"), (2, "unknown-role")]


def test_a_failing_vote_costs_no_more_than_the_findings() -> None:
    broken = """
from turnlint.lsp.recognise import Recogniser
def fails(*_):
    raise ZeroDivisionError
Recogniser.recognise = fails
"""
    with LspClient(command=patched(broken)) as client:
        assert codes(client.diagnose(BAD % 1, {"select": ["too-few-examples"]})) == [(0, "too-few-examples")]
        assert client.diagnose(BAD % 1, {"select": ["unknown-role"]}) == []


# Settings.


def test_format_in_the_options() -> None:
    with LspClient(options={"format": "openai-chat", "select": ["missing-key", "unknown-format"]}) as client:
        assert codes(client.diagnose('{"a":1}\n{"b":2}')) == [(0, "missing-key"), (1, "missing-key")]


def test_options_in_camel_case_win_over_the_file() -> None:
    with LspClient(options={"target": "openai", "extendSelect": ["no-system"]}) as client:
        found = client.diagnose(GOOD % 1, {"target": "azure", "ignore": ["dataset"]})
        assert (0, "no-system") in codes(found)
        assert client.messages == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "opena"}, "opena"),
        ({"selekt": []}, "selekt"),
        ({"select": "x"}, "select"),
        ([1], "object"),
    ],
)
def test_broken_options_are_told_once(options: Any, words: str) -> None:
    with LspClient() as client:
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": options}})
        for _ in range(2):
            assert (0, "unknown-role") in codes(client.diagnose(BAD % 1))
        assert len(client.messages) == 1
        assert words in client.messages[0]


def test_what_only_a_trusted_workspace_may_say_is_told_once(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "tokenizer.json").write_text("{}", encoding="utf-8")
    (model / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    with LspClient(options={"tokenizer": str(model)}) as client:
        (tmp_path / "turnlint.toml").write_text('tokens.tokenizer = "model"', encoding="utf-8")
        for name in ("a.jsonl", "b.jsonl"):
            path = tmp_path / name
            path.write_text(BAD % 1, encoding="utf-8")
            assert (0, "unknown-role") in codes(client.show(path.as_uri(), BAD % 1))
        for words in ("only where the workspace is trusted", "chat template is a program"):
            assert sum(words in message for message in client.messages) == 1


def test_a_broken_settings_file_is_told_once(shared: LspClient) -> None:
    shared.messages.clear()
    for _ in range(2):
        assert (0, "unknown-role") in codes(shared.diagnose(BAD % 1, {"ignroe": ["roles"]}))
    assert len(shared.messages) == 1
    assert "ignroe" in shared.messages[0]


def test_settings_that_change_while_a_document_is_open(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(BAD % 1, encoding="utf-8")
    with LspClient(options={"select": ["unknown-role"]}) as client:
        assert codes(client.show(path.as_uri(), BAD % 1)) == [(0, "unknown-role")]
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": {"select": ["json"]}}})
        assert client.published(path.as_uri()) == []
        (tmp_path / "turnlint.toml").write_text('extend-select = ["unknown-role"]', encoding="utf-8")
        client.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})
        assert codes(client.published(path.as_uri())) == [(0, "unknown-role")]


# Files on disk.


def test_the_file_on_disk_is_judged_where_editors_hide_bytes(shared: LspClient) -> None:
    rows = "\r\n".join(GOOD % number for number in range(3)).encode()
    found = shared.diagnose(
        b"\xef\xbb\xbf" + rows, {"select": ["byte-order-mark", "crlf-line-ends", "invalid-json"]}
    )
    assert {one["code"] for one in found} == {"byte-order-mark", "crlf-line-ends"}
    assert all(map(is_of_file, found))


def test_a_text_that_is_no_jsonl_has_no_findings_in_rows(shared: LspClient) -> None:
    found = shared.diagnose('[\n{"a": 1},\n{"a": 2}\n]\n')
    assert codes(found) == [(0, "json-array-file")]


def test_saving_judges_the_file_again(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes((GOOD % 1 + "\n").encode())
    with LspClient(options={"select": ["byte-order-mark"]}) as client:
        assert client.show(path.as_uri(), GOOD % 1 + "\n") == []
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        client.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})
        assert codes(client.published(path.as_uri())) == [(0, "byte-order-mark")]


@pytest.mark.parametrize(
    "uri",
    [
        "file:///no/such/folder/train.jsonl",
        "file://host/share/train.jsonl",
        "file:///%00",
        "git:/a",
        "",
        "x",
    ],
)
def test_documents_that_no_file_stands_for(shared: LspClient, uri: str) -> None:
    assert (0, "unknown-role") in codes(shared.show(uri, BAD % 1))
    shared.shut(uri)


def test_a_text_in_no_file_has_no_name_to_find_fault_with(shared: LspClient) -> None:
    assert "file-extension" not in [one["code"] for one in shared.show("untitled:Untitled-1", GOOD % 1)]
    shared.shut("untitled:Untitled-1")


def test_a_name_with_every_kind_of_character(shared: LspClient, tmp_path: Path) -> None:
    path = tmp_path / "sp ace %20 #é😀?" / "train 1.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"\xef\xbb\xbf" + (BAD % 1).encode())
    (path.parent / "turnlint.toml").write_text(
        'select = ["unknown-role", "byte-order-mark"]', encoding="utf-8"
    )
    for uri in (path.as_uri(), path.as_uri().replace("file:///", "file://localhost/")):
        assert codes(shared.show(uri, BAD % 1)) == [(0, "byte-order-mark"), (0, "unknown-role")]
        shared.change(uri, part(0, 21, 26, '"user"'))
        assert codes(shared.published(uri)) == [(0, "byte-order-mark")]
        shared.shut(uri)


def test_a_name_longer_than_names_may_be(shared: LspClient) -> None:
    uri = f"file:///{'long' * 2_000}.jsonl"
    assert codes(shared.show(uri, BAD % 1)) == [(0, "too-few-examples"), (0, "unknown-role")]
    shared.shut(uri)


@pytest.mark.parametrize("exists", [True, False])
def test_an_empty_file_that_is_typed_into(shared: LspClient, tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "train.jsonl"
    if exists:
        path.touch()
    (tmp_path / "turnlint.toml").write_text(
        'select = ["empty-file", "unknown-role", "too-few-examples"]', encoding="utf-8"
    )
    assert codes(shared.show(path.as_uri(), "")) == [(0, "empty-file")]
    shared.change(path.as_uri(), part(0, 0, 0, BAD % 1))
    counted = [] if exists else [(0, "too-few-examples")]  # rows are counted where they are saved
    while codes(shared.published(path.as_uri())) != [*counted, (0, "unknown-role")]:
        pass
    shared.shut(path.as_uri())


@pytest.mark.parametrize(
    ("data", "stage"),
    [
        (" \n" * 1_001 + BAD % 1, "sft"),
        ("[" + ",".join('{"a":"%s"}' % ("漢" * 60_000) for _ in range(8)) + "]", "sft"),
        ('{"messages":[{"role":"user","content":"%s"}]}\n' % ("字" * 400_000) + BAD % 1, "sft"),
        ('{"messages":[{"role":"user","content":"a"}]}\n' * 3, "reinforcement"),
    ],
    ids=["blank rows first", "array beyond the head", "row beyond the head", "stage"],
)
def test_what_a_text_is_does_not_depend_on_the_way_in(shared: LspClient, data: str, stage: str) -> None:
    kinds = ["json-array-file", "pretty-printed", "unknown-format", "unknown-role", "no-grader-field"]
    keys: dict[str, Any] = {"select": kinds, "stage": stage}
    stream = io.BytesIO(data.encode())
    wanted = {one.finding.rule for one in check_stream(stream, resolve(**keys), name="train.jsonl")}
    assert {code for _, code in codes(shared.diagnose(data, keys))} == wanted
    assert wanted


# Many edits, many findings.


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_random_edits_agree_with_the_engine(encoding: Encoding) -> None:
    dice = random.Random(f"edits {encoding}")
    words = [
        "",
        "x",
        "😀",
        "漢\u2028",
        "\u0085",
        '"',
        "{",
        "}",
        ",",
        "\\",
        "usr",
        "<|im_start|>",
        "\n",
        "\r\n",
        "\n\n",
    ]
    words += [GOOD % 1 + "\n", BAD % 2 + "\n", "\n" + (GOOD % 1) + "\n"]
    keys: dict[str, Any] = {
        "select": ["json", "roles", "content", "schema", "duplicates"],
        "format": "openai-chat",
    }
    rows = [(BAD if number % 3 == 0 else GOOD) % number for number in range(12)]
    buffer = Buffer("\n".join(rows) + "\n", encoding)
    with LspClient((encoding,), keys) as client:
        client.show(URI, buffer.text)
        version = 0
        for _ in range(60):
            count = dice.choice((1, 1, 1, 2, 4))
            edits = (_random_edit(dice, buffer, dice.choice(words)) for _ in range(count))
            version = client.change(URI, *(buffer.replace(edit)[0] for edit in edits))
        wanted = engine_marks(buffer.text, resolve(**keys), encoding)
        wrong = ["nothing is published"]
        with suppress(ServerGoneError):  # that is, it says nothing more
            while wrong:
                wrong = departures(client.published(URI, version), URI, wanted)
    assert wrong == []


def _random_edit(dice: random.Random, buffer: Buffer, new: str) -> Edit:
    start = buffer.place(dice)
    last = min(buffer.count - 1, start[0] + dice.choice((0, 0, 0, 0, 1, 2)))
    row, end = buffer.place(dice, last, last)
    if row == start[0]:
        end = min(max(start[1], end), start[1] + dice.choice((0, 0, 1, 5)))
    return Edit(start, (row, end), new)


def test_only_later_copies_are_marked_as_unnecessary(shared: LspClient) -> None:
    found = shared.diagnose(f"{GOOD % 1}\n{GOOD % 1}\n", {"select": ["exact-duplicate"]})
    assert [(is_echo(one), one.get("tags")) for one in found] == [(True, None), (False, [1])]


def test_nothing_is_published_twice(shared: LspClient) -> None:
    shared.show(URI, f"{GOOD % 1}\n{BAD % 2}")
    shared.change(URI, part(0, 1, 1, " "))
    shared.settle()
    assert not shared.notifications
    assert shared.shut(URI) == []


def test_an_edit_of_the_format_has_all_rows_judged_again(shared: LspClient) -> None:
    assert codes(shared.show(URI, '{"level":"a"}\n{"level":"b"}\n'))[0] == (0, "unknown-format")
    shared.change(URI, {"text": "".join(f"{BAD % number}\n" for number in range(600))})
    while len(found := shared.published(URI)) < 600:
        pass
    assert "unknown-format" not in {code for _, code in codes(found)}
    shared.shut(URI)


def test_more_findings_than_editors_keep(shared: LspClient) -> None:
    rows = [BAD % number if number % 2 else "" for number in range(3_000)] + ["{"]
    found = shared.diagnose("\n".join(rows), {"select": ["unknown-role", "blank-row", "invalid-json"]})
    assert len(found) == 1_001
    assert found[0]["message"].startswith("2,001 more findings are not shown")
    assert [one["code"] for one in found[1:]] == ["unknown-role"] * 1_000
    assert [one["range"]["start"]["line"] for one in found[1:4]] == [1, 3, 5]


def test_many_copies_are_told_and_counted(shared: LspClient) -> None:
    found = shared.diagnose(f"{GOOD % 1}\n" * 5_000, {"select": ["exact-duplicate", "crowded-prompt"]})
    assert found[0]["message"].startswith("1 more")
    assert len(found) == 1_001
    assert sum("5,000 rows ask this" in one["message"] for one in found) == 1


def test_a_big_document_is_shown_early_and_stays_editable() -> None:
    rows = [(BAD if number == 0 else GOOD.replace("hi", "hi " * 700)) % number for number in range(3_000)]
    text = "\n".join([*rows, BAD % 3_000])
    with LspClient(options={"select": ["unknown-role", "invalid-json"]}) as client:
        client.open(URI, text)
        first = codes(client.published(URI))
        assert (0, "unknown-role") in first
        client.change(URI, part(1, 0, 1, ""))
        while codes(client.published(URI)) != [
            (0, "unknown-role"),
            (1, "invalid-json"),
            (3_000, "unknown-role"),
        ]:
            pass


def test_the_client_notices_a_dead_server() -> None:
    client = LspClient()
    client.process.kill()
    with pytest.raises((ServerGoneError, OSError)):
        client.request("shutdown")
    client.close()


@pytest.mark.skipif(os.name == "nt", reason="no named pipes in folders there")
def test_a_path_that_is_no_file_is_never_read(shared: LspClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    for name in ("pipe.jsonl", "folder.jsonl"):
        uri = (tmp_path / name).as_uri()
        found = codes(shared.show(uri, BAD % 1))
        assert (0, "unknown-role") in found
        assert (0, "empty-file") not in found
        shared.shut(uri)
