"""The other files of a data set: what the rows of an open document have to do with theirs."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from tests.lsp_client import LspClient, Message, is_echo, patched
from tests.ranges import ENCODINGS, width

CHAT = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
A, B, C, D = (CHAT % (f"漢 😀 {name}", "yo 😀") for name in "abcd")
SETTINGS = """select = ["exact-duplicate"]
[[dataset]]
train = ["*.jsonl", "more/*.jsonl"]
"""
WATCHES = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
ABLE = {**WATCHES, "textDocument": {"codeAction": LITERALS, "definition": {"linkSupport": True}}}


class Data:
    """The files of a data set, and a client who has some of them open."""

    def __init__(self, folder: Path, client: LspClient) -> None:
        self.folder = folder
        self.client = client
        (folder / "more").mkdir()
        (folder / "turnlint.toml").write_text(SETTINGS)

    def write(self, name: str, *rows: str) -> str:
        """Write a file; give its URI."""
        path = self.folder / name
        path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
        return path.as_uri()

    def open(self, name: str) -> str:
        """Open a file as it is on disk; give its URI."""
        path = self.folder / name
        self.client.open(path.as_uri(), path.read_text(encoding="utf-8"))
        return path.as_uri()

    def tell(self, uri: str, kind: int = 2) -> None:
        """Tell the server of a change on disk."""
        changes = {"changes": [{"uri": uri, "type": kind}]}
        self.client.notify("workspace/didChangeWatchedFiles", changes)

    def until(self, uri: str, *expected: tuple[int, str, int]) -> list[Message]:
        """Wait until these findings are shown: lines, names of other files and lines there."""
        return until(self.client, uri, lambda shown: repeated(shown) == list(expected))

    def ask(self, what: str, uri: str, line: int, **more: Any) -> Any:
        """Ask about the beginning of a line."""
        position = {"line": line, "character": 0}
        params = {"textDocument": {"uri": uri}, "position": position, **more}
        return self.client.request(f"textDocument/{what}", params)

    def actions(self, uri: str, line: int) -> list[Message]:
        """What is offered at the beginning of a line."""
        place = {"line": line, "character": 0}
        context: Message = {"diagnostics": [], "only": ["quickfix"]}
        found: list[Message] = self.client.request(
            "textDocument/codeAction",
            {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": context},
        )
        return [one for one in found if not one["title"].startswith("Accept")]


def until(client: LspClient, uri: str, holds: Callable[[list[Message]], bool]) -> list[Message]:
    """Wait for diagnostics of which something holds."""
    end = monotonic() + client.timeout
    while monotonic() < end:
        shown = client.published(uri)
        if holds(shown):
            return shown
    raise AssertionError(shown)


def repeated(shown: list[Message]) -> list[tuple[int, str, int]]:
    """What repeats which row: the lines, and the names of the files of the others with their lines."""
    found = []
    for one in shown:
        if is_echo(one):
            continue
        other = one["relatedInformation"][0]["location"]
        name = unquote(urlsplit(other["uri"]).path).rpartition("/")[2]
        found.append((one["range"]["start"]["line"], name, other["range"]["start"]["line"]))
    return found


def place(line: int, start: int, end: int) -> Message:
    """A range in a line."""
    return {name: {"line": line, "character": at} for name, at in (("start", start), ("end", end))}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Data]:
    with LspClient(capabilities=ABLE) as client:
        yield Data(tmp_path, client)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_row_of_another_file_is_led_to(tmp_path: Path, encoding: str) -> None:
    with LspClient((encoding,), capabilities=ABLE) as client:
        data = Data(tmp_path, client)
        first = data.write("more/a.jsonl", B, f"  {A}")
        data.write("z.jsonl", C, D, C)
        uri = data.open("z.jsonl")
        data.until(uri, (2, "z.jsonl", 0))
        data.write("y.jsonl", D, A, A)
        uri = data.open("y.jsonl")
        shown, _ = data.until(uri, (1, "a.jsonl", 1), (2, "a.jsonl", 1))
        assert f"row 2 of {Path('more', 'a.jsonl')}" in shown["message"]
        (link,) = data.ask("definition", uri, 1)
        assert link["targetUri"] == first
        assert link["targetRange"] == place(1, 2, 2 + width(A, encoding))
        assert link["targetSelectionRange"] == place(1, 2, 3)
        assert link["originSelectionRange"] == place(1, 0, 1)
        there = {"uri": first, "range": place(1, 2, 3)}
        here = [{"uri": uri, "range": place(line, 0, 1)} for line in (1, 2)]
        for declared, found in ((True, [there, *here]), (False, here)):
            assert data.ask("references", uri, 1, context={"includeDeclaration": declared}) == found


def test_a_copy_of_another_file_is_deleted_and_compared(data: Data) -> None:
    data.write("a.jsonl", CHAT % ("x\\ny", "1"))
    data.write("b.jsonl", A, f" {CHAT % ('x' + chr(92) + 'ny', '1')}")
    uri = data.open("b.jsonl")
    data.until(uri, (1, "a.jsonl", 0))
    delete, compare = data.actions(uri, 1)
    (edit,) = delete["edit"]["changes"][uri]
    assert delete["title"] == "Delete this copy"
    assert edit == {
        "range": place(1, 0, 0) | {"end": {"line": 2, "character": 0}},
        "newText": "",
    }
    assert compare["title"] == "Compare with row 1 of a.jsonl"
    shown = data.client.request(
        "workspace/executeCommand", {key: compare["command"][key] for key in ("command", "arguments")}
    )
    assert shown["left"]["name"] == "a.jsonl row 1"
    assert shown["right"]["name"] == "b.jsonl row 2"
    assert shown["left"]["text"] == shown["right"]["text"]
    assert '"content": "x\\n\ny"' in shown["left"]["text"]


def test_what_was_read_goes_with_the_file(data: Data) -> None:
    other = data.write("a.jsonl", A, B)
    data.write("b.jsonl", C, A)
    uri = data.open("b.jsonl")
    data.until(uri, (1, "a.jsonl", 0))
    data.write("a.jsonl", B, C)
    arguments = {"command": "turnlint.compareRows", "arguments": [uri, 1, "exact-duplicate"]}
    with pytest.raises(RuntimeError, match=r"row 1 of a\.jsonl has changed or is gone"):
        data.client.request("workspace/executeCommand", arguments)
    data.tell(other)
    data.until(uri, (0, "a.jsonl", 1))
    (data.folder / "a.jsonl").unlink()
    data.tell(other, 3)
    data.until(uri)
    data.write("a.jsonl", A)
    data.tell(other, 1)
    data.until(uri, (1, "a.jsonl", 0))
    data.tell(data.write("0.jsonl", C), 1)
    data.until(uri, (0, "0.jsonl", 0), (1, "a.jsonl", 0))


def test_edits_are_compared_at_once(data: Data) -> None:
    data.write("a.jsonl", *(CHAT % (f"q {number}", "yo") for number in range(3_000)))
    data.write("b.jsonl", A, CHAT % ("q 2999", "yo"))
    uri = data.open("b.jsonl")
    data.until(uri, (1, "a.jsonl", 2_999))
    text = f"{CHAT % ('q 7', 'yo')}\n"
    start = {"line": 0, "character": 0}
    data.client.change(uri, {"range": {"start": start, "end": start}, "text": text})
    data.until(uri, (0, "a.jsonl", 7), (2, "a.jsonl", 2_999))


def test_saving_one_document_is_seen_in_another(data: Data) -> None:
    first = data.write("a.jsonl", A)
    data.write("b.jsonl", B)
    data.open("a.jsonl")
    uri = data.open("b.jsonl")
    data.client.settle()
    data.write("a.jsonl", A, B)
    data.client.notify("textDocument/didSave", {"textDocument": {"uri": first}})
    data.until(uri, (0, "a.jsonl", 1))


def test_a_client_that_watches_nothing(tmp_path: Path) -> None:
    with LspClient() as client:
        data = Data(tmp_path, client)
        data.write("a.jsonl", A)
        data.write("b.jsonl", A, B, C)
        uri = data.open("b.jsonl")
        data.until(uri, (0, "a.jsonl", 0))
        data.write("a.jsonl", D, B)
        data.until(uri, (1, "a.jsonl", 1))
        data.write("0.jsonl", C)
        data.until(uri, (1, "a.jsonl", 1), (2, "0.jsonl", 0))


def test_settings_say_which_files_are_compared(data: Data) -> None:
    data.write("a.jsonl", A)
    data.write("b.jsonl", A)
    uri = data.open("b.jsonl")
    data.until(uri, (0, "a.jsonl", 0))
    settings = data.folder / "turnlint.toml"
    settings.write_text('select = ["exact-duplicate"]\n')
    data.tell(settings.as_uri())
    data.until(uri)
    settings.write_text(SETTINGS)
    data.tell(settings.as_uri())
    data.until(uri, (0, "a.jsonl", 0))


@pytest.mark.parametrize("trusted", [False, True])
def test_links_out_of_the_workspace(tmp_path: Path, trusted: bool) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "a.jsonl").write_text(f"{A}\n", encoding="utf-8")
    with LspClient(capabilities=ABLE, options={"trusted": trusted}, folders=[inside]) as client:
        data = Data(inside, client)
        (inside / "data").mkdir()
        target = data.write("data/c.jsonl", B)
        (inside / "a.jsonl").symlink_to(outside / "a.jsonl")
        (inside / "a2.jsonl").symlink_to(inside / "data" / "c.jsonl")
        data.write("b.jsonl", A, B, C)
        uri = data.open("b.jsonl")
        leads_out = [(0, "a.jsonl", 0)] if trusted else []
        data.until(uri, *leads_out, (1, "a2.jsonl", 0))
        data.write("data/c.jsonl", C)
        data.tell(target.replace("data/c", "a2"))
        data.until(uri, *leads_out, (2, "a2.jsonl", 0))


@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), 9)", "raise ZeroDivisionError", "print('[]')"])
def test_a_reading_that_fails_harms_nobody(tmp_path: Path, fault: str) -> None:
    broken = f"""
import sys
import turnlint.lsp.foreign as foreign
foreign._COMMAND = (sys.executable, "-c", "import os; {fault}")
"""
    with (
        (tmp_path / "log").open("wb") as log,
        LspClient(command=patched(broken), capabilities=ABLE, stderr=log) as client,
    ):
        data = Data(tmp_path, client)
        data.write("a.jsonl", A)
        data.write("b.jsonl", A, A)
        uri = data.open("b.jsonl")
        data.until(uri, (1, "b.jsonl", 0))
        data.tell(data.write("a.jsonl", B))
        client.settle()
        assert len(data.actions(uri, 1)) == 2


def test_files_that_are_too_large_are_left_alone_and_named_in_the_log(tmp_path: Path) -> None:
    small = "import turnlint.lsp.neighbours as neighbours\nneighbours._MOST_BYTES = 500"
    with (tmp_path / "log").open("w+b") as log:
        with LspClient(command=patched(small), capabilities=ABLE, stderr=log) as client:
            data = Data(tmp_path, client)
            data.write("a.jsonl", *[A] * 10)
            data.write("c.jsonl", B)
            data.write("d.jsonl", A, B)
            uri = data.open("d.jsonl")
            data.until(uri, (1, "c.jsonl", 0))
        log.seek(0)
        assert b"a.jsonl is not compared: it is larger than" in log.read()


def test_names_of_files_hide_nothing(data: Data) -> None:
    name = "0 \x1b[31m](x) \u202e漢.jsonl"
    data.write(name, f" {A}")
    data.write("b.jsonl", A)
    uri = data.open("b.jsonl")
    (shown,) = data.until(uri, (0, name, 0))
    titles = [one["title"] for one in data.actions(uri, 0)]
    for words in (shown["message"], *titles):
        assert not {"\x1b", "\u202e"} & set(words)
    assert "␛[31m" in titles[1]


def test_no_process_outlives_the_server(tmp_path: Path) -> None:
    slow = f"""
import sys
import turnlint.lsp.foreign as foreign
wait = "import os, time; open({str(tmp_path / "pid")!r}, 'w').write(str(os.getpid())); time.sleep(60)"
foreign._COMMAND = (sys.executable, "-c", wait)
"""
    with LspClient(command=patched(slow)) as client:
        data = Data(tmp_path, client)
        data.write("a.jsonl", A)
        data.write("b.jsonl", A)
        data.open("b.jsonl")
        end = monotonic() + client.timeout
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert monotonic() < end
            client.settle()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.skipif(sys.platform == "win32", reason="processes have no niceness there")
def test_files_are_read_at_low_priority() -> None:
    code = """
import os
import turnlint.lsp.indexing as indexing
indexing._write = lambda *_: print(os.nice(0))
indexing.main()
"""
    job = b'{"path": "/nowhere", "overrides": {}}'
    done = subprocess.run([sys.executable, "-c", code], input=job, capture_output=True, check=True)
    assert int(done.stdout) == os.nice(0) + 10


LEAKS = 'select = ["leaked-row", "leaked-prompt"]\n'


def test_what_is_held_out_and_trained_on_is_told_where_it_is_held_out(data: Data) -> None:
    (data.folder / "turnlint.toml").write_text(LEAKS)
    rows = [CHAT % ("Wie tief ist der See? 😀", "42 m"), CHAT % ("Wie breit ist der See? 漢", "3 km")]
    first = data.write("train.jsonl", C, *rows)
    data.write("test.jsonl", rows[0].replace("tief ist", " tief  ist"), D, rows[1].replace("3 km", "Sehr."))
    uri = data.open("test.jsonl")
    whole, prompt = data.until(uri, (0, "train.jsonl", 1), (2, "train.jsonl", 2))
    assert (whole["code"], prompt["code"]) == ("leaked-row", "leaked-prompt")
    assert "row 2 of train.jsonl" in whole["message"]
    assert [one["title"] for one in data.actions(uri, 0)] == [
        "Delete this row",
        "Compare with row 2 of train.jsonl",
    ]
    (link,) = data.client.request(
        "textDocument/definition", {"textDocument": {"uri": uri}, "position": prompt["range"]["start"]}
    )
    assert link["targetUri"] == first
    start = rows[1].index('{"role":"user"')
    assert link["targetSelectionRange"] == place(2, start, start + 1)
    uri = data.open("train.jsonl")
    data.client.settle()
    assert data.actions(uri, 1) == []


NEARLY = """select = ["near-leak", "near-duplicate"]
[[dataset]]
train = ["train.jsonl", "more/*.jsonl"]
validation = ["valid.jsonl"]
test = ["test.jsonl"]
"""
WORDS = [first + last for first in ("bel", "cor", "dan", "fel", "gar") for last in ("um", "ost", "in", "ark")]


def near_rows(dice: random.Random, tales: list[list[str]], count: int) -> Iterator[str]:
    """Rows of which many are nearly the same."""
    for _ in range(count):
        asked, said = (text.split() for text in dice.choice(tales))
        for words in (asked, said)[: dice.choice((1, 1, 2))]:
            words.insert(dice.randrange(len(words)), f"so{dice.choice(WORDS)}")
        yield CHAT % (f"漢 {' '.join(asked)} 😀", " ".join(said))


def checked(folder: Path) -> dict[str, set[tuple[int, str, str]]]:
    """What `turnlint check` says of files: lines, rules and messages."""
    command = (sys.executable, "-m", "turnlint", "check", "--output-format", "json", "--exit-zero", ".")
    run = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
    found: dict[str, set[tuple[int, str, str]]] = {}
    for one in json.loads(run.stdout):
        found.setdefault(one["path"], set()).add((one["row"] - 1, one["rule"], one["message"]))
    return found


def said(shown: list[Message]) -> set[tuple[int, str, str]]:
    """What diagnostics say: lines, rules and messages."""
    return {(one["range"]["start"]["line"], one["code"], one["message"]) for one in shown}


def tells(wanted: set[tuple[int, str, str]], shown: list[Message]) -> bool:
    """Whether diagnostics say that."""
    return said(shown) == wanted


def test_rows_that_are_nearly_the_same_are_told_as_headless(data: Data) -> None:
    (data.folder / "turnlint.toml").write_text(NEARLY)
    dice = random.Random(5)
    tales = [[" ".join(dice.choices(WORDS, k=length)) for length in (20, 40)] for _ in range(6)]
    for name in ("train", "more/other", "valid", "test"):
        rows = [*near_rows(dice, tales, 14), "", '{"broken', *near_rows(dice, tales, 14)]
        data.write(f"{name}.jsonl", *rows)
    expected = checked(data.folder)
    for name in ("train.jsonl", "valid.jsonl", "test.jsonl"):
        until(data.client, data.open(name), partial(tells, expected[name]))
    kinds = {
        (name, rule, "other.jsonl" in words)
        for name, of_file in expected.items()
        for _, rule, words in of_file
    }
    assert {
        ("train.jsonl", "near-duplicate", True),
        ("valid.jsonl", "near-duplicate", False),
        ("valid.jsonl", "near-leak", True),
        ("valid.jsonl", "near-leak", False),
        ("test.jsonl", "near-leak", True),
    } <= kinds
