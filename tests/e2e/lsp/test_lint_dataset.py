"""All files of a data set judged from disk: as `turnlint check` does it, shown, followed, and given back."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

import pytest
from tests.lsp_client import LspClient, Message
from tests.ranges import ENCODINGS, width

FIXTURE = Path(__file__).parents[3] / "fixtures" / "data-set"
LONG = 60.0
"""Seconds within which what is waited for comes, on a busy machine."""
PROGRESS = {"window": {"workDoneProgress": True}}
SEVERITIES = {"error": 1, "warning": 2, "info": 3, "hint": 4}
CANCELLED = -32800
LEAK = "leaked-row"

Shown: TypeAlias = dict[Path, list[Message]]


def chat(user: object, role: str = "user") -> str:
    messages = [{"role": "user", "content": f"漢 😀 {user}"}, {"role": role, "content": f"😀 {user}"}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def good(user: object) -> str:
    return chat(user, "assistant")


def write(path: Path, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def lint(client: LspClient, path: Path | None) -> Any:
    arguments = [None if path is None else path.as_uri()]
    params = {"command": "turnlint.lintDataset", "arguments": arguments}
    return client.request("workspace/executeCommand", params)


def ask(client: LspClient, path: Path) -> int:
    """Have it judged without waiting for the answer; give the id of the request."""
    params = {"command": "turnlint.lintDataset", "arguments": [path.as_uri()]}
    return client.ask({"method": "workspace/executeCommand", "params": params})


def take(client: LspClient) -> Shown:
    """What was published by now, of each file the last. What the user was told goes to `messages`."""
    shown: Shown = {}
    while client.notifications:
        note = client.notifications.popleft()
        params = note.get("params") or {}
        if note["method"] == "textDocument/publishDiagnostics":
            path = unquote(urlsplit(params["uri"]).path, errors="surrogateescape")
            shown[Path(path)] = params["diagnostics"]
        elif note["method"] == "window/showMessage":
            client.messages.append(params["message"])
    return shown


def until(client: LspClient, holds: Callable[[], bool]) -> None:
    """Take in messages until something holds."""
    end = monotonic() + client.timeout
    while not holds():
        client.notifications.append(client.receive(end))


def waited(client: LspClient, path: Path, rules: list[str]) -> None:
    """Wait until a file shows these rules."""
    while sorted(rules_of(found := client.published(path.as_uri()))) != sorted(rules):
        assert isinstance(found, list)


def rules_of(found: list[Message]) -> list[str]:
    return [one.get("code", "") for one in found]


def progress(client: LspClient, kind: str) -> list[Message]:
    reports = (one["params"] for one in client.notifications if one["method"] == "$/progress")
    return [one for one in reports if one["value"]["kind"] == kind]


def checked(folder: Path, encoding: str) -> set[tuple[Any, ...]]:
    """What `turnlint check` says of the files in a folder, as an editor would show it."""
    command = [sys.executable, "-m", "turnlint", "check", "-q", "--no-cache", "--output-format", "json-lines"]
    done = subprocess.run([*command, "."], cwd=folder, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = set()
    for one in map(json.loads, done.stdout.splitlines()):
        place = one["row"] and (
            spot(folder, one, "location", encoding),
            spot(folder, one, "end_location", encoding),
        )
        related = tuple(sorted((other["path"], other["location"]["line"]) for other in one["related"]))
        severity = SEVERITIES[one["severity"]]
        found.add((one["path"], place, one["rule"], severity, one["message"], related))
    return found


def spot(folder: Path, finding: Message, which: str, encoding: str) -> tuple[int, int]:
    """A place of a finding in the units of the client, from 0."""
    line, column = finding[which]["line"] - 1, finding[which]["column"] - 1
    text = (folder / finding["path"]).read_text(encoding="utf-8").split("\n")[line]
    return line, width(text[:column], encoding)


def drawn(folder: Path, shown: Shown) -> set[tuple[Any, ...]]:
    """What an editor shows, in the form of `checked`."""
    found = set()
    for path, diagnostics in shown.items():
        for one in diagnostics:
            start, end = (
                (at["line"], at["character"]) for at in (one["range"]["start"], one["range"]["end"])
            )
            place = None if one["data"].get("file") else (start, end)
            related = tuple(sorted(named(folder, other) for other in one.get("relatedInformation", ())))
            name = path.relative_to(folder).as_posix()
            found.add((name, place, one["code"], one["severity"], one["message"], related))
    return found


def named(folder: Path, related: Message) -> tuple[str, int]:
    location = related["location"]
    path = Path(unquote(urlsplit(location["uri"]).path))
    return path.relative_to(folder).as_posix(), location["range"]["start"]["line"] + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set with a leaked row, in a folder with an odd name."""
    found = tmp_path / "a b 漢"
    shutil.copytree(FIXTURE, found)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[LspClient]:
    with LspClient(timeout=LONG) as client:
        yield client


@pytest.fixture
def client(server: LspClient, tmp_path: Path) -> Iterator[LspClient]:
    """A client whose workspace is the folder of the test. Nothing of it is followed afterwards."""
    workspace = [{"uri": tmp_path.as_uri(), "name": "workspace"}]
    move(server, added=workspace)
    yield server
    move(server, removed=workspace)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        path.unlink()
    server.notify("workspace/didChangeWatchedFiles", {"changes": [event(path, 3) for path in files]})
    server.settle()
    server.notifications.clear()
    server.messages.clear()


def move(client: LspClient, *, added: Sequence[Message] = (), removed: Sequence[Message] = ()) -> None:
    change = {"event": {"added": added, "removed": removed}}
    client.notify("workspace/didChangeWorkspaceFolders", change)


def event(path: Path, kind: int) -> Message:
    return {"uri": path.as_uri(), "type": kind}


# What is found.


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_findings_are_those_of_a_check(folder: Path, encoding: str) -> None:
    with (folder / "train.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"{chat('usr', 'usr')}\n\n{good(1)}\n{good(1)}\n{{'a': '😀' }}\n")
    with (folder / "valid.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"{good(1)}\n")
    expected = checked(folder, encoding)
    assert {LEAK, "unknown-role", "exact-duplicate", "invalid-json"} <= {one[2] for one in expected}
    with LspClient((encoding,), folders=[folder], timeout=LONG) as client:
        assert lint(client, None) == {"files": 2, "findings": len(expected)}
        client.settle()
        shown = take(client)
        assert drawn(folder, shown) == expected
        assert sum(map(len, shown.values())) == len(expected)
        assert not client.messages


def test_a_file_a_folder_and_the_workspace_lead_to_the_same(client: LspClient, folder: Path) -> None:
    for path in (folder / "train.jsonl", folder / "valid.jsonl", folder, None):
        assert lint(client, path) == {"files": 2, "findings": 4}
        client.settle()
        counts = {path.name: len(found) for path, found in take(client).items()}
        assert counts == {"train.jsonl": 3, "valid.jsonl": 1}


ELSEWHERE = [
    "node_modules/x/a.jsonl",
    "site-packages/a.jsonl",
    ".venv/lib/a.jsonl",
    ".hidden.jsonl",
    "ignored/a.jsonl",
    "deep/ignored.jsonl",
    "excluded/a.jsonl",
    "data.json",
]


@pytest.mark.parametrize("settings", ["", 'include = ["/data.json", "ignored/*.jsonl", "*/kept.jsonl"]\n'])
def test_files_are_those_of_a_check(client: LspClient, tmp_path: Path, settings: str) -> None:
    for name in ("one.jsonl", "deep/kept.jsonl", *ELSEWHERE):
        write(tmp_path / name, chat(name, "usr"))
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".gitignore", "/ignored/")
    write(tmp_path / "deep" / ".gitignore", "ignored.jsonl")
    write(tmp_path / "turnlint.toml", f'{settings}exclude = ["excluded"]')
    expected = {one[0] for one in checked(tmp_path, "utf-16")}
    assert len(expected) == (3 if settings else 2)
    assert lint(client, None)["files"] == len(expected)
    client.settle()
    assert {path.relative_to(tmp_path).as_posix() for path in take(client)} == expected


def test_files_of_a_data_set_need_not_be_kept_by_git(client: LspClient, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".gitignore", "data/")
    write(tmp_path / "turnlint.toml", '[[dataset]]\ntrain = ["data/*.jsonl"]')
    train = write(tmp_path / "data" / "train.jsonl", chat(1, "usr"))
    write(tmp_path / "other.jsonl", chat(1, "usr"))
    assert lint(client, None)["files"] == 1
    client.settle()
    assert set(take(client)) == {train}


def test_where_nothing_is_found_nothing_is_shown(client: LspClient, tmp_path: Path) -> None:
    paths = [
        write(tmp_path / name, *(good(f"{name}{one}") for one in range(12)))
        for name in ("a.jsonl", "b.jsonl")
    ]
    assert lint(client, tmp_path) == {"files": 2, "findings": 0}
    client.settle()
    assert take(client) == {path: [] for path in paths}


def test_a_workspace_has_the_data_sets_that_its_settings_name(client: LspClient, tmp_path: Path) -> None:
    write(tmp_path / "data" / "one.jsonl", *map(good, range(12)))
    write(tmp_path / "data" / "two.jsonl", *map(good, range(11, 30)))
    write(tmp_path / "log.jsonl", "{")
    assert lint(client, None) == {"files": 3, "findings": 1}
    settings = '[[dataset]]\ntrain = ["data/one.jsonl"]\ntest = ["data/two.jsonl"]\n'
    write(tmp_path / "turnlint.toml", settings)
    changed(client, tmp_path / "turnlint.toml", 1)
    found = lint(client, None)
    assert found["files"] == 2
    client.settle()
    shown = take(client)
    assert rules_of(shown[tmp_path / "data" / "two.jsonl"]) == [LEAK]
    assert found["findings"] == 1


def test_compressed_files_and_arrays_are_judged_as_by_a_check(client: LspClient, tmp_path: Path) -> None:
    write(tmp_path / "turnlint.toml", '[[dataset]]\ntrain = ["*.jsonl.gz"]\ntest = ["test.json"]\n')
    (tmp_path / "train.jsonl.gz").write_bytes(gzip.compress(f"{chat(1, 'usr')}\n{good(2)}\n".encode()))
    (tmp_path / "test.json").write_text(f"[\n\n{good(3)},\n{good(2)}]", encoding="utf-8")
    lint(client, None)
    client.settle()
    shown = take(client)
    leaks = [one for one in shown[tmp_path / "test.json"] if one["code"] == LEAK]
    assert [one["range"]["start"] for one in leaks] == [{"line": 3, "character": 0}]
    roles = [one for one in shown[tmp_path / "train.jsonl.gz"] if one["code"] == "unknown-role"]
    assert [one["range"]["start"]["line"] for one in roles] == [0]
    assert not any("fix" in one["data"] for found in shown.values() for one in found)


def test_no_more_is_shown_than_the_client_keeps(tmp_path: Path) -> None:
    for number in range(25):
        write(tmp_path / f"{number:02}.jsonl", *(chat(f"{number} {one}", "usr") for one in range(5)))
    options = {"maxDiagnostics": 2, "select": ["unknown-role"]}
    with LspClient(options=options, folders=[tmp_path], timeout=LONG) as client:
        assert lint(client, None) == {"files": 25, "findings": 125}
        client.settle()
        shown = [found for _, found in sorted(take(client).items())]
    assert [rules_of(found) for found in shown] == [["", "unknown-role", "unknown-role"]] * 20 + [[""]] * 5
    assert shown[0][0]["message"].startswith("3 more findings are not shown")
    assert shown[24][0]["message"].startswith("5 more findings are not shown")


def test_accepted_findings_are_hidden(client: LspClient, folder: Path) -> None:
    command = [sys.executable, "-m", "turnlint", "check", "-q", "--add-baseline", "."]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert lint(client, folder / "train.jsonl") == {"files": 2, "findings": 0}


# What is followed.


def test_files_that_are_open_keep_what_they_have(client: LspClient, folder: Path) -> None:
    train, valid = folder / "train.jsonl", folder / "valid.jsonl"
    client.open(train.as_uri(), train.read_text(encoding="utf-8") + chat("live", "usr"))
    client.settle()
    while "unknown-role" not in rules_of(take(client).get(train, [])):
        client.settle()
    assert lint(client, valid) == {"files": 2, "findings": 4}
    client.settle()
    shown = take(client)
    assert rules_of(shown[valid]) == [LEAK]
    assert train not in shown


def test_a_file_that_is_opened_gives_its_diagnostics_back(client: LspClient, folder: Path) -> None:
    valid = folder / "valid.jsonl"
    lint(client, valid)
    client.settle()
    assert rules_of(take(client)[valid]) == [LEAK]
    client.open(valid.as_uri(), good("other"))
    assert client.published(valid.as_uri()) == []


def test_files_are_judged_together_again_when_one_changes(client: LspClient, folder: Path) -> None:
    train, valid = folder / "train.jsonl", folder / "valid.jsonl"
    lint(client, train)
    client.settle()
    take(client)
    rows = [one for one in train.read_text(encoding="utf-8").splitlines() if "by card" not in one]
    write(train, *rows, chat("new", "usr"))
    changed(client, train)
    waited(client, valid, [])
    train.unlink()
    changed(client, train, 3)
    assert client.published(train.as_uri()) == []
    write(valid, chat("new", "usr"))
    changed(client, valid)
    waited(client, valid, ["unknown-role"])


def test_a_file_that_is_judged_alone_is_no_more_part_of_the_others(client: LspClient, folder: Path) -> None:
    train, valid = folder / "train.jsonl", folder / "valid.jsonl"
    lint(client, train)
    client.settle()
    assert LEAK in rules_of(take(client)[valid])
    alone = {"command": "turnlint.lintFile", "arguments": [valid.as_uri()]}
    assert client.request("workspace/executeCommand", alone)
    waited(client, valid, [])
    changed(client, train)
    assert "conflicting-answer" in rules_of(client.published(train.as_uri()))
    client.settle()
    assert valid not in take(client)


def test_settings_may_name_other_files(client: LspClient, folder: Path) -> None:
    train, valid = folder / "train.jsonl", folder / "valid.jsonl"
    settings = write(folder / "turnlint.toml", '[[dataset]]\ntrain = ["train.jsonl"]')
    assert lint(client, folder)["files"] == 1
    client.settle()
    assert set(take(client)) == {train}
    write(settings, '[[dataset]]\nvalidation = ["valid.jsonl"]')
    write(valid, chat(1, "usr"))
    changed(client, settings)
    assert client.published(train.as_uri()) == []
    waited(client, valid, ["unknown-role"])


def test_settings_of_the_editor_hold_at_once(folder: Path) -> None:
    valid = folder / "valid.jsonl"
    with LspClient(timeout=LONG) as client:
        lint(client, valid)
        settings = {"settings": {"turnlint": {"severity": {LEAK: "info"}}}}
        client.notify("workspace/didChangeConfiguration", settings)
        while [one["severity"] for one in client.published(valid.as_uri())] != [3]:
            pass


def test_settings_hold_at_once(client: LspClient, folder: Path) -> None:
    valid = folder / "valid.jsonl"
    lint(client, valid)
    client.settle()
    take(client)
    settings = write(folder / "turnlint.toml", f'severity = {{ {LEAK} = "hint" }}')
    changed(client, settings)
    while [one["severity"] for one in client.published(valid.as_uri())] != [4]:
        pass
    write(settings, "selekt = 1")
    changed(client, settings)
    assert client.published(valid.as_uri()) == []
    until(client, lambda: "selekt" in str(client.notifications) + str(client.messages))


def changed(client: LspClient, path: Path, kind: int = 2) -> None:
    client.notify("workspace/didChangeWatchedFiles", {"changes": [event(path, kind)]})


# What is stopped.


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A data set that takes many seconds."""
    rows = "".join(f"{chat(one, 'usr')}\n" for one in range(40_000))
    for name in ("train.jsonl", "valid.jsonl"):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    return tmp_path / "train.jsonl"


def test_the_user_can_stop_it(large: Path) -> None:
    with LspClient(capabilities=PROGRESS, folders=[large.parent], timeout=LONG) as client:
        asked = ask(client, large)
        until(client, lambda: bool(progress(client, "report")))
        begun, report = progress(client, "begin")[0], progress(client, "report")[0]
        assert begun["value"]["cancellable"] is True
        assert begun["value"]["title"] == "Reading the data set of train.jsonl"
        assert 0 < report["value"]["percentage"] < 100
        client.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
        answer = client.answer(asked)
        assert answer["error"] == {"code": CANCELLED, "message": "This was stopped."}
        until(client, lambda: bool(progress(client, "end")))
        client.settle()
        assert not any(take(client).values())
        assert children(client) == []


def test_the_request_can_be_cancelled(large: Path) -> None:
    with LspClient(capabilities=PROGRESS, folders=[large.parent], timeout=LONG) as client:
        asked = ask(client, large)
        until(client, lambda: bool(progress(client, "begin")))
        client.notify("$/cancelRequest", {"id": asked})
        assert client.answer(asked)["error"]["code"] == CANCELLED
        until(client, lambda: bool(progress(client, "end")))
        client.settle()
        assert not any(take(client).values())


def test_who_asks_again_waits_for_the_last_alone(large: Path) -> None:
    with LspClient(options={"select": ["blank-row"]}, timeout=LONG) as client:
        first, second = ask(client, large), ask(client, large)
        assert client.answer(first)["error"]["code"] == CANCELLED
        assert client.answer(second)["result"] == {"files": 2, "findings": 0}


def test_the_end_of_the_server_waits_for_nothing(large: Path) -> None:
    client = LspClient(capabilities=PROGRESS, timeout=LONG)
    ask(client, large)
    until(client, lambda: bool(progress(client, "begin")))
    working = children(client)
    assert client.close() == 0
    assert not any(Path(f"/proc/{one}/cmdline").exists() for one in working)


def children(client: LspClient) -> list[int]:
    """The processes of the server that judge files."""
    tasks = Path(f"/proc/{client.process.pid}/task/{client.process.pid}/children")
    if not tasks.exists():
        pytest.skip("the system tells no process's children")
    return [int(one) for one in tasks.read_text().split()]


# What cannot be judged.


def test_without_files_the_user_is_told(client: LspClient, tmp_path: Path) -> None:
    assert lint(client, None) == {"files": 0, "findings": 0}
    client.settle()
    take(client)
    assert len(client.messages) == 1
    assert client.messages[0].startswith(f"turnlint could not check {tmp_path}: no JSONL files here. ")


@pytest.mark.parametrize("uri", [None, "untitled:x.jsonl", "", "http://x/y.jsonl"])
def test_without_a_folder_the_user_is_told(uri: str | None) -> None:
    with LspClient(timeout=LONG) as client:
        params = {"command": "turnlint.lintDataset", "arguments": [uri]}
        assert client.request("workspace/executeCommand", params) == {"files": 0, "findings": 0}
        client.settle()
        take(client)
        assert client.messages == [
            "Open a folder or save the file first: data sets are files on this machine."
        ]


def test_files_that_cannot_be_read_are_named(client: LspClient, tmp_path: Path) -> None:
    settings = '[[dataset]]\ntrain = ["*.gz", "*.jsonl"]\n'
    write(tmp_path / "turnlint.toml", settings)
    write(tmp_path / "a.jsonl", *map(good, range(12)))
    for number in range(5):
        (tmp_path / f"broken](x {number}.jsonl.gz").write_bytes(b"\x1f\x8b no gzip")
    assert lint(client, None) == {"files": 1, "findings": 0}
    client.settle()
    take(client)
    assert len(client.messages) == 4
    assert client.messages[0].startswith("turnlint could not check broken] (x 0.jsonl.gz: ")
    assert client.messages[3].startswith("turnlint could not check 2 more. ")
    assert "Errno" not in str(client.messages)


def test_a_file_that_is_gone_is_named(client: LspClient, folder: Path) -> None:
    train = folder / "train.jsonl"
    train.unlink()
    assert lint(client, train)["files"] == 1
    client.settle()
    take(client)
    assert client.messages == ["turnlint could not check train.jsonl: No such file or directory"]
    changed(client, train, 3)


def test_too_many_files_are_refused(client: LspClient, tmp_path: Path) -> None:
    for number in range(2_001):
        (tmp_path / f"{number}.jsonl").touch()
    assert lint(client, None) == {"files": 0, "findings": 0}
    client.settle()
    assert not take(client)
    assert len(client.messages) == 1
    assert "it has 2,001 files" in client.messages[0]
    assert "`turnlint check`" in client.messages[0]


def test_odd_names_are_judged(client: LspClient, tmp_path: Path) -> None:
    names = [b"a\nb.jsonl", b"a b.jsonl", b"\xff.jsonl", "😀 %20.jsonl".encode(), b"](x).jsonl"]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(chat(name.hex(), "usr").encode())
    found = lint(client, None)
    assert found["files"] == len(names)
    client.settle()
    shown = take(client)
    assert len(shown) == len(names)
    for path, found in shown.items():
        said = [one["message"] for one in found if one["code"] == "unknown-role"]
        assert len(said) == 1
        assert os.fsencode(path.name).hex() in path.read_text(encoding="utf-8")


def test_odd_folders_are_judged(tmp_path: Path) -> None:
    odd = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"\xff C# 100%25 [x]? \n*"))  # noqa: PTH118
    train = write(Path(odd, "train.jsonl"), chat(1, "usr"))
    with LspClient(folders=[train.parent], timeout=LONG) as client:
        for path in (None, train):
            assert lint(client, path)["files"] == 1
            client.settle()
            assert "unknown-role" in rules_of(take(client)[train])


@pytest.mark.parametrize("trusted", [False, True])
def test_without_trust_nothing_outside_is_read(tmp_path: Path, trusted: bool) -> None:
    outside = write(tmp_path / "outside" / "secret.jsonl", *map(good, range(12)))
    train = write(tmp_path / "inside" / "train.jsonl", *map(good, range(12)))
    link = tmp_path / "inside" / "valid.jsonl"
    link.symlink_to(outside)
    options = {"trusted": trusted, "select": [LEAK, "repeated-file"]}
    with LspClient(options=options, folders=[train.parent], timeout=LONG) as client:
        for path in (None, train):
            assert lint(client, path)["files"] == 1 + trusted
            client.settle()
            assert (link in take(client)) is trusted


@pytest.mark.parametrize("trusted", [False, True])
def test_without_trust_settings_above_reach_no_further(tmp_path: Path, trusted: bool) -> None:
    settings = '[[dataset]]\ntrain = ["inside/one.jsonl"]\nvalidation = ["outside/two.jsonl"]\n'
    write(tmp_path / "turnlint.toml", settings)
    outside = write(tmp_path / "outside" / "two.jsonl", *map(good, range(12)))
    one = write(tmp_path / "inside" / "one.jsonl", *map(good, range(12)))
    with LspClient(options={"trusted": trusted}, folders=[one.parent], timeout=LONG) as client:
        assert lint(client, one)["files"] == 1 + trusted
        client.settle()
        assert (outside in take(client)) is trusted
