"""What happens around documents: settings that come and change, files on disk, progress, pulling."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lsp_client import LspClient, Message, part, patched

URI = "untitled:rows.jsonl"
BAD = '{"messages":[{"role":"usr","content":"hi 😀"},{"role":"assistant","content":"yo %d"}]}'
REGISTERS = {"dynamicRegistration": True}
QUIET = {"select": ["unknown-role"]}


def rules(diagnostics: list[Message]) -> list[str]:
    return [one.get("code", "") for one in diagnostics]


def until(client: LspClient, uri: str, wanted: Callable[[list[Message]], bool]) -> list[Message]:
    """Wait until diagnostics of a document are as wanted."""
    while True:
        found = client.published(uri)
        if wanted(found):
            return found


def showing(expected: list[str]) -> Callable[[list[Message]], bool]:
    return lambda found: rules(found) == expected


def configured(answers: dict[str | None, Any], **more: Any) -> dict[str, Any]:
    """A client that answers what is set for each scope."""

    def answer(params: Any) -> list[Any]:
        return [answers.get(item.get("scopeUri")) for item in params["items"]]

    return {
        "capabilities": {"workspace": {"configuration": True, "didChangeConfiguration": REGISTERS}},
        "replies": {"workspace/configuration": answer},
        **more,
    }


def test_settings_are_pulled_once_the_client_is_ready() -> None:
    answers: dict[str | None, Any] = {None: {"select": ["unknown-role"], "target": None}}
    with LspClient(**configured(answers)) as client:
        client.open(URI, BAD % 1)
        assert until(client, URI, lambda found: rules(found) == ["unknown-role"])
        answers[None] = {"select": ["unknown-role"], "severity": {"unknown-role": "info"}}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        assert until(client, URI, lambda found: [one["severity"] for one in found] == [3])
        registered = [one for one in client.requests if one["method"] == "client/registerCapability"]
        assert [one["method"] for one in registered[0]["params"]["registrations"]] == [
            "workspace/didChangeConfiguration"
        ]


@pytest.fixture(scope="module")
def shared() -> Iterator[LspClient]:
    """A client of which nothing is known, for tests that leave the server as it was."""
    with LspClient() as client:
        yield client


class Mute(LspClient):
    """Never answers some requests of the server."""

    unanswered: Collection[str] = ("client/registerCapability", "window/workDoneProgress/create")

    def _reply(self, request: Message) -> None:
        if request["method"] in self.unanswered:
            self.requests.append(request)
        else:
            super()._reply(request)


def test_settings_are_pulled_from_a_client_that_never_answers_a_registration() -> None:
    with Mute(**configured({None: {"select": ["unknown-role"]}})) as client:
        client.open(URI, BAD % 1)
        assert until(client, URI, showing(["unknown-role"]))


def test_settings_of_a_folder_that_say_nothing_take_the_place_of_others(tmp_path: Path) -> None:
    folder, answers = tmp_path / "a", dict[str | None, Any]()
    folder.mkdir()
    uri = (folder / "train.jsonl").as_uri()
    with LspClient(options={"select": ["blank-row"]}, **configured(answers, folders=[folder])) as client:
        client.show(uri, BAD % 1)
        client.settle()
        answers[folder.as_uri()] = {}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        until(client, uri, lambda found: "unknown-role" in rules(found))
        event = {"added": [], "removed": [{"uri": folder.as_uri(), "name": "a"}]}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        until(client, uri, showing([]))


@pytest.mark.parametrize("answer", [5, True, {}, []])
def test_answers_that_are_none_change_nothing(answer: Any, capfd: pytest.CaptureFixture[str]) -> None:
    asking = configured({}, replies={"workspace/configuration": lambda _: answer})
    with LspClient(**asking) as client:
        client.settle()
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": {"ignore": ["ALL"]}}})
        client.settle()
        assert client.show(URI, BAD % 1) == []
        client.settle()
        assert not client.messages
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("answer", ["x", {"a": 1}, [5], [[]], [{"select": 1}] * 9])
def test_settings_that_make_no_sense_are_told(answer: Any) -> None:
    with LspClient(**configured({}, replies={"workspace/configuration": lambda _: answer})) as client:
        client.settle()
        assert "unknown-role" in rules(client.show(URI, BAD % 1))
        assert len(client.messages) == 1


def test_each_folder_of_the_workspace_has_its_settings(tmp_path: Path) -> None:
    folders = [tmp_path / "C# 100%25?", tmp_path / "b", tmp_path / "b" / "inner"]
    for folder in folders:
        folder.mkdir()
    names = ["unknown-role", "too-few-examples", "unknown-key"]
    answers: dict[str | None, Any] = {
        folder.as_uri(): {"select": [name]} for folder, name in zip(folders, names, strict=True)
    }
    answers[None] = {"select": ["blank-row"]}
    text = (BAD % 1).replace('{"messages"', '{"x":1,"messages"')
    with LspClient(**configured(answers, folders=folders)) as client:
        for folder, name in zip(folders, names, strict=True):
            uri = (folder / "train.jsonl").as_uri()
            client.open(uri, text)
            assert until(client, uri, showing([name]))
        elsewhere = (tmp_path / "train.jsonl").as_uri()
        client.open(elsewhere, f"\n{text}")
        assert until(client, elsewhere, lambda found: rules(found) == ["blank-row"])


def test_null_leaves_the_options_and_an_object_takes_their_place() -> None:
    answers: dict[str | None, Any] = {}
    with LspClient(options={"select": ["unknown-role"]}, **configured(answers)) as client:
        assert rules(client.show(URI, BAD % 1)) == ["unknown-role"]
        client.settle()
        answers[None] = {"select": ["too-few-examples"]}
        client.notify("workspace/didChangeConfiguration", {"settings": {}})
        assert until(client, URI, lambda found: rules(found) == ["too-few-examples"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"severity": {"unknown-role": "bad"}}, "bad"),
        ({"severity": {"unknwon-role": "info"}}, "unknown-role"),
        ({"rules": {"special-token": {"x": 1}}}, "parameter"),
        ({"rules": 1}, "rules"),
    ],
)
def test_settings_of_the_editor_that_make_no_sense(settings: dict[str, Any], words: str) -> None:
    with LspClient() as client:
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": settings}})
        assert "unknown-role" in rules(client.show(URI, BAD % 1))
        assert len(client.messages) == 1
        assert words in client.messages[0]


def test_settings_files_are_watched(tmp_path: Path) -> None:
    path = tmp_path / "data" / "train.jsonl"
    path.parent.mkdir()
    path.write_text(BAD % 1)
    workspace = {"workspace": {"didChangeWatchedFiles": REGISTERS}}
    with LspClient(capabilities=workspace) as client:
        client.show(path.as_uri(), BAD % 1)
        client.settle()
        watchers = client.requests[0]["params"]["registrations"][0]["registerOptions"]["watchers"]
        assert {one["globPattern"] for one in watchers} >= {"**/turnlint.toml", "**/pyproject.toml"}
        settings = tmp_path / "turnlint.toml"
        for text, expected in (('select = ["unknown-role"]', ["unknown-role"]), ('ignore = ["ALL"]', [])):
            settings.write_text(text)
            changed(client, settings)
            until(client, path.as_uri(), showing(expected))
        settings.unlink()
        changed(client, settings, 3)
        until(client, path.as_uri(), lambda found: "unknown-role" in rules(found))


def test_settings_files_are_watched_for_clients_that_do_not(tmp_path: Path) -> None:
    path, settings = tmp_path / "data" / "train.jsonl", tmp_path / "turnlint.toml"
    path.parent.mkdir()
    path.write_text(BAD % 1)
    with LspClient() as client:
        client.show(path.as_uri(), BAD % 1)
        time.sleep(1.2)
        settings.write_text('select = ["unknown-role"]')
        until(client, path.as_uri(), showing(["unknown-role"]))
        settings.unlink()
        until(client, path.as_uri(), lambda found: len(found) > 1)


def changed(client: LspClient, path: Path, kind: int = 2) -> None:
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


def lint(client: LspClient, uri: str) -> bool:
    params = {"command": "turnlint.lintFile", "arguments": [uri]}
    return bool(client.request("workspace/executeCommand", params))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_file_that_is_not_open_is_judged_from_disk_as_an_open_one(tmp_path: Path, encoding: str) -> None:
    text = "".join(f"{BAD % (number % 3)}\n" for number in range(5)) + '\n{"a": "😀\n'
    path = tmp_path / "train.jsonl"
    path.write_text(text, encoding="utf-8")
    with LspClient((encoding,), {"largeFileBytes": 1}) as client:
        client.open(path.as_uri(), text)
        client.settle()
        shown = until(client, path.as_uri(), lambda found: "too-few-examples" in rules(found))
        assert not lint(client, path.as_uri())
        client.shut(path.as_uri())
        assert lint(client, path.as_uri())
        found = client.published(path.as_uri())
        assert spelled(shown) == spelled(found)
        assert len(client.messages) == 1
        assert "from disk" in client.messages[0]
        path.write_text((BAD % 1) + "\n")
        changed(client, path)
        assert "unknown-role" in rules(client.published(path.as_uri()))
        path.unlink()
        changed(client, path, 3)
        assert client.published(path.as_uri()) == []
        changed(client, path)
        client.settle()
        assert not client.notifications
        assert len(client.messages) == 1


def spelled(diagnostics: list[Message]) -> list[str]:
    """The findings proper, in an order of their own, without the ranges of other rows."""
    kept = (one for one in diagnostics if not one.get("data", {}).get("echo"))
    bare = ({key: value for key, value in one.items() if key != "relatedInformation"} for one in kept)
    return sorted(str(sorted(one.items())) for one in bare)


def test_a_followed_file_that_the_editor_opens_is_followed_no_more(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(BAD % 1)
    with LspClient() as client:
        assert lint(client, path.as_uri())
        client.published(path.as_uri())
        assert rules(client.show(path.as_uri(), ""))
        client.settle()
        client.notifications.clear()
        changed(client, path)
        client.settle()
        assert not client.notifications
        assert not lint(client, "untitled:x")
        assert not lint(client, tmp_path.as_uri())
        assert not client.messages


def test_a_file_has_many_uris(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(BAD % 1)
    uri, other = path.as_uri(), path.as_uri().replace("train", "%74rain")
    with LspClient(options={"select": ["unknown-role"]}) as client:
        assert lint(client, uri)
        assert rules(client.published(uri)) == ["unknown-role"]
        path.write_text("{}")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": other, "type": 2}]})
        assert client.published(uri) == []
        path.write_text(BAD % 1)
        assert lint(client, other)
        assert rules(client.published(other)) == ["unknown-role"]
        client.open(other, BAD % 1)
        assert client.published(other) == []
        assert rules(client.published(other)) == ["unknown-role"]
        assert not lint(client, uri)


@pytest.mark.parametrize(
    "uri",
    ["", "x", "file:", "file:///", "file://[::1/x.toml", "file:///a%00/turnlint.toml", "git:/turnlint.toml"],
)
def test_changes_of_what_is_no_file(shared: LspClient, uri: str) -> None:
    shared.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    assert not lint(shared, uri)
    shared.settle()


@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), 9)", "raise ZeroDivisionError"])
def test_a_reading_that_fails_is_told(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(BAD % 1)
    broken = f"""
import sys
import turnlint.lsp.disk_files as disk_files
disk_files._COMMAND = (sys.executable, "-c", "import os; {fault}")
"""
    with LspClient(command=patched(broken)) as client:
        assert lint(client, path.as_uri())
        assert client.published(path.as_uri()) == []
        client.settle()
        assert any("could not check train.jsonl" in str(one) for one in client.notifications)


def test_a_file_that_cannot_be_read_is_told_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(BAD % 1)
    path.chmod(0)
    with LspClient() as client:
        assert lint(client, path.as_uri())
        client.published(path.as_uri())
        client.settle()
        assert "Errno" not in str(client.notifications)


def test_a_file_judged_again_and_again_at_once_leaves_no_progress(tmp_path: Path) -> None:
    path = tmp_path / "train\x1b[31m.jsonl"
    path.write_text((BAD % 1 + "\n") * 20_000)
    with LspClient(capabilities={"window": {"workDoneProgress": True}}) as client:
        for _ in range(40):
            assert lint(client, path.as_uri())
            client.settle()
        end = time.monotonic() + client.timeout
        while (
            not client.notifications
            or client.notifications[-1]["method"] != "textDocument/publishDiagnostics"
        ):
            client.notifications.append(client.receive(end))
        client.settle()
        begun = {one["params"]["token"] for one in shown_progress(client) if kind(one) == "begin"}
        ended = [one["params"]["token"] for one in shown_progress(client) if kind(one) == "end"]
        assert begun
        assert sorted(begun) == sorted(ended)
        titles = {one["params"]["value"].get("title", "") for one in shown_progress(client)}
        assert "\x1b" not in "".join(titles)


def shown_progress(client: LspClient) -> list[Message]:
    return [one for one in client.notifications if one["method"] == "$/progress"]


def kind(progress: Message) -> str:
    found: str = progress["params"]["value"]["kind"]
    return found


def test_the_most_severe_findings_of_a_file_on_disk_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    rows = [(BAD % number).replace("usr", "user").replace('"yo', '"yo <|im_start|>') for number in range(30)]
    path.write_text("\n".join([*rows, BAD % 1]))
    with LspClient(options={"maxDiagnostics": 5, "target": "openai"}) as client:
        lint(client, path.as_uri())
        found = client.published(path.as_uri())
        assert len(found) == 6
        assert "not shown" in found[0]["message"]
        assert "unknown-role" in rules(found)


def test_settings_of_the_editor_hold_for_files_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(BAD % 1)
    with LspClient(options={"select": ["unknown-role"], "severity": {"unknown-role": "hint"}}) as client:
        lint(client, path.as_uri())
        assert [(one["code"], one["severity"]) for one in client.published(path.as_uri())] == [
            ("unknown-role", 4)
        ]


def test_a_file_on_disk_follows_the_settings(tmp_path: Path) -> None:
    path, settings = tmp_path / "a](x" / "train.jsonl", tmp_path / "turnlint.toml"
    path.parent.mkdir()
    path.write_text(BAD % 1)
    with LspClient(options={"largeFileBytes": 1}) as client:
        lint(client, path.as_uri())
        assert "unknown-role" in rules(client.published(path.as_uri()))
        settings.write_text('select = ["too-few-examples"]')
        changed(client, settings)
        assert rules(client.published(path.as_uri())) == ["too-few-examples"]
        settings.write_text("selekt = 1")
        changed(client, settings)
        client.settle()
        deadline = time.monotonic() + client.timeout
        while len(client.messages) < 2 and time.monotonic() < deadline:
            message = client.receive(deadline)
            if message["method"] == "window/showMessage":
                client.messages.append(message["params"]["message"])
        assert "selekt" in client.messages[-1]
        assert "](" not in "".join(client.messages)


def test_progress_of_much_work() -> None:
    rows = "\n".join(BAD % number for number in range(70_000))
    with LspClient(capabilities={"window": {"workDoneProgress": True}}, options=QUIET) as client:
        client.open(URI, rows)
        parts: list[Any] = []
        while not parts or parts[-1]["kind"] != "end":
            message = client.receive(time.monotonic() + client.timeout)
            if message["method"] == "$/progress":
                parts.append(message["params"]["value"])
        assert [one["method"] for one in client.requests] == ["window/workDoneProgress/create"]
        assert [one["kind"] for one in parts] == ["begin", *["report"] * (len(parts) - 2), "end"]
        shares = [one["percentage"] for one in parts[:-1]]
        assert shares == sorted(set(shares))


def test_little_work_shows_no_progress() -> None:
    with LspClient(capabilities={"window": {"workDoneProgress": True}}) as client:
        client.show(URI, BAD % 1)
        client.settle()
        assert not client.requests


def test_progress_ends_when_the_document_is_closed() -> None:
    rows = "\n".join(BAD % number for number in range(70_000))
    with LspClient(capabilities={"window": {"workDoneProgress": True}}, options=QUIET) as client:
        client.open(URI, rows)
        end = time.monotonic() + client.timeout
        while not shown_progress(client):
            client.notifications.append(client.receive(end))
        client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        client.settle()
        assert kind(shown_progress(client)[-1]) == "end"


def test_progress_waits_for_no_client() -> None:
    rows = "\n".join(BAD % number for number in range(70_000))
    with Mute(capabilities={"window": {"workDoneProgress": True}}, options=QUIET) as client:
        client.open(URI, rows)
        until(client, URI, lambda found: found[0]["message"].startswith("69,000 more"))
        assert [one["method"] for one in client.requests] == ["window/workDoneProgress/create"]
        assert not shown_progress(client)


def pull(client: LspClient, uri: str, known: str | None = None) -> Message:
    params = {"textDocument": {"uri": uri}, **({"previousResultId": known} if known else {})}
    answer: Message = client.request("textDocument/diagnostic", params)
    return answer


def test_diagnostics_are_pulled_by_those_who_asked_for_it() -> None:
    workspace = {"workspace": {"diagnostics": {"refreshSupport": True}}}
    options = {"pullDiagnostics": True, "select": ["unknown-role"]}
    with LspClient(options=options, capabilities=workspace) as client:
        assert client.capabilities["diagnosticProvider"]["workspaceDiagnostics"] is False
        client.open(URI, BAD % 1)
        first = pull(client, URI)
        assert first["kind"] == "full"
        assert rules(first["items"]) == ["unknown-role"]
        assert pull(client, URI, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
        client.change(URI, {"text": f"{BAD % 1}\n{BAD % 2}"})
        second = pull(client, URI, first["resultId"])
        assert rules(second["items"]) == ["unknown-role"] * 2
        client.settle()
        assert not client.requests
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": {"ignore": ["ALL"]}}})
        deadline = time.monotonic() + client.timeout
        while not client.requests and time.monotonic() < deadline:
            client.settle()
        assert client.requests[0]["method"] == "workspace/diagnostic/refresh"
        assert pull(client, URI, second["resultId"])["items"] == []
        assert pull(client, "untitled:other")["items"] == []
        client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        client.settle()
        sent = [one for one in client.notifications if one["method"] == "textDocument/publishDiagnostics"]
        assert not sent


def test_pull_is_not_offered_unasked() -> None:
    with LspClient() as client:
        assert "diagnosticProvider" not in client.capabilities


def test_clients_that_pull_are_asked_once_for_all_documents() -> None:
    workspace = {"workspace": {"diagnostics": {"refreshSupport": True}}}
    with LspClient(options={"pullDiagnostics": True}, capabilities=workspace) as client:
        uris = [f"untitled:{number}.jsonl" for number in range(9)]
        for uri in uris:
            client.open(uri, BAD % 1)
            pull(client, uri)
        client.settle()
        client.requests.clear()
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": {"ignore": ["ALL"]}}})
        while not client.requests:
            client.settle()
        time.sleep(1)
        client.settle()
        assert [one["method"] for one in client.requests] == ["workspace/diagnostic/refresh"]


@pytest.mark.parametrize("many", ["many", -1])
def test_options_that_make_no_sense_are_told(many: Any) -> None:
    with LspClient(options={"maxDiagnostics": many}) as client:
        assert "unknown-role" in rules(client.show(URI, BAD % 1))
        assert "max_diagnostics" in client.messages[0]


def test_the_first_copy_names_its_copies_where_they_stand() -> None:
    with LspClient(options={"select": ["exact-duplicate"]}) as client:
        client.show(URI, "\n".join([BAD % 1] * 3))
        for line in (1, 0):
            client.change(URI, part(line, 0, 0, "  "))
            until(client, URI, naming(line, 2))
            client.change(URI, part(line, 0, 2, ""))
            until(client, URI, naming(line, 0))


def naming(line: int, column: int) -> Callable[[list[Message]], bool]:
    """Whatever diagnostics say of rows in a line, they name them at this column."""

    def holds(found: list[Message]) -> bool:
        places = (one["location"]["range"]["start"] for entry in found for one in entry["relatedInformation"])
        return {one["character"] for one in places if one["line"] == line} == {column}

    return holds


def test_the_end_waits_for_no_file(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b'{"a":"b"}\n' * 100_000)
    with LspClient() as client:
        client.open(path.as_uri(), "{}\n")
        client.settle()
        start = time.monotonic()
        assert client.close() == 0
        assert time.monotonic() - start < 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no process's memory")
def test_a_large_document_that_is_closed_gives_its_memory_back() -> None:
    with LspClient() as client:
        client.show(URI, BAD % 1)
        rows = "\n".join((BAD % number).replace("yo", "yo " * 600) for number in range(12_000))
        client.shut(URI)
        before = resident(client)
        client.show(URI, rows)
        client.settle()
        full = resident(client)
        assert full - before > len(rows) / 1e6
        client.shut(URI)
        end = time.monotonic() + client.timeout
        while resident(client) - before >= (full - before) / 2:  # first a thread that reads the text lets go
            assert time.monotonic() < end
            client.settle()


def resident(client: LspClient) -> float:
    """Resident MB of the server."""
    status = Path(f"/proc/{client.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
