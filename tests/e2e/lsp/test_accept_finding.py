"""Accepting findings in the editor: what is hidden, where it is written, and that a check agrees."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest
from tests.lsp_client import LspClient, Message, is_echo, is_of_file

from turnlint.config.baseline import NAME, accepted_in
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.engine import check_stream
from turnlint.engine.baseline import Ledger, parse, spell
from turnlint.lsp.disk import Job

GOOD = '{"messages":[{"role":"user","content":"hi 😀 %d"},{"role":"assistant","content":"yo"}]}'
BAD = '{"messages":[{"role":"usr","content":"hi 😀 %d"},{"role":"assistant","content":"yo"}]}'
EMPTY = '{"messages":[{"role":"user","content":""},{"role":"assistant","content":""}]}'
SETTINGS = 'select = ["unknown-role", "json", "duplicates", "too-few-examples", "empty-content"]\n'
FEW = (None, "too-few-examples")

Found: TypeAlias = tuple[int | None, str]
"""The 0-based line, None for the document as a whole, and the rule."""


@contextmanager
def editor(*folders: Path, encoding: str = "utf-32") -> Iterator[LspClient]:
    """A client with these workspace folders."""
    with LspClient(initialize=False) as client:
        params = {
            "processId": None,
            "rootUri": None,
            "workspaceFolders": [{"uri": one.as_uri(), "name": one.name} for one in folders] or None,
            "capabilities": {"general": {"positionEncodings": [encoding]}},
        }
        client.request("initialize", params)
        client.notify("initialized", {})
        yield client


@pytest.fixture(scope="module")
def shared() -> Iterator[LspClient]:
    with editor() as client:
        yield client


class Opened:
    """An open document and what the client shows of it."""

    def __init__(self, client: LspClient, path: Path) -> None:
        self.client = client
        self.path = path
        self.uri = path.as_uri()
        self.shown: list[Found] | None = None
        client.open(self.uri, path.read_text(encoding="utf-8"))

    def shows(self, *wanted: Found) -> None:
        """Wait until this is shown; ServerGoneError where it never is."""
        while self.shown != sorted(wanted, key=str):
            self.shown = sorted(map(_found, _no_echo(self.client.published(self.uri))), key=str)

    def edit(self, *rows: str) -> None:
        self.client.change(self.uri, {"text": "\n".join(rows)})

    def save(self, *rows: str) -> None:
        self.path.write_text("\n".join(rows), encoding="utf-8")
        self.edit(*rows)
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": self.uri}})

    def accept(self, line: int | None, rule: str) -> bool:
        return accept(self.client, self.uri, line, rule)


def _no_echo(diagnostics: Sequence[Message]) -> Iterator[Message]:
    return (one for one in diagnostics if not is_echo(one))


def _found(one: Message) -> Found:
    return (None if is_of_file(one) else one["range"]["start"]["line"], one["code"])


def accept(client: LspClient, *arguments: Any) -> bool:
    command = {"command": "turnlint.acceptFinding", "arguments": arguments}
    answer: bool = client.request("workspace/executeCommand", command)
    return answer


def told(client: LspClient) -> list[str]:
    """What the user was told since the last call."""
    client.settle()
    later = [one for one in client.notifications if one["method"] == "window/showMessage"]
    for one in later:
        client.notifications.remove(one)
    found = [*client.messages, *(one["params"]["message"] for one in later)]
    client.messages.clear()
    return found


def write(folder: Path, *rows: str, settings: str | None = SETTINGS) -> Path:
    """Write a file and its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    if settings is not None:
        (folder / "turnlint.toml").write_text(settings, encoding="utf-8")
    path = folder / "train.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def checked(path: Path, *options: str) -> list[Found]:
    """What `turnlint check` shows of a file."""
    command = [sys.executable, "-m", "turnlint", "check", "-q", "--output-format", "json-lines"]
    done = subprocess.run([*command, *options, str(path)], capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = map(json.loads, done.stdout.splitlines())
    return [(one["row"] and one["row"] - 1, one["rule"]) for one in found]


def from_disk(path: Path) -> list[Found]:
    """What the server finds in a file that the editor does not open."""
    job = msgspec.json.encode(Job("file", os.fsencode(path), "utf-32", 1_000, Overrides()))
    done = subprocess.run(
        [sys.executable, "-m", "turnlint.cli._disk"], input=job, capture_output=True, check=True
    )
    reports = map(json.loads, done.stdout.splitlines())
    return [_found(one) for report in reports for one in report.get("diagnostics", ())]


def judged(path: Path) -> list[Found]:
    """What the engine finds in a file."""
    settings = SettingsFinder().settings(path)
    ledger = Ledger(accepted_in(path), settings.exempt)
    with path.open("rb") as stream:
        found = check_stream(stream, settings, name=path.name, ledger=ledger)
        return [(one.row, one.finding.rule) for one in found]


# What is hidden.


def test_an_accepted_row_is_hidden_in_the_editor_and_in_a_check(shared: LspClient, tmp_path: Path) -> None:
    path = write(tmp_path, BAD % 0, GOOD % 1, BAD % 2, "{", BAD % 4)
    document = Opened(shared, path)
    first, third, fifth = ((line, "unknown-role") for line in (0, 2, 4))
    document.shows(FEW, first, third, (3, "invalid-json"), fifth)
    told(shared)
    assert document.accept(*third)
    assert told(shared) == [f"turnlint keeps accepted findings in {tmp_path / NAME}."]
    document.shows(FEW, first, (3, "invalid-json"), fifth)
    assert sorted(checked(path), key=str) == document.shown
    assert document.accept(3, "invalid-json")
    document.shows(FEW, first, fifth)
    assert document.accept(*FEW)
    document.shows(first, fifth)
    assert told(shared) == []  # where they are kept is told once
    assert checked(path) == [first, fifth]
    assert len(checked(path, "--no-baseline")) == 5
    document.edit(BAD % 4, BAD % 2, BAD % 0, "{")  # rows that move
    document.shows((0, "unknown-role"), (2, "unknown-role"))
    document.edit(BAD % 4, BAD % 22, BAD % 0, "{ ")  # a row that changes
    document.shows((0, "unknown-role"), (1, "unknown-role"), (2, "unknown-role"))
    shared.shut(document.uri)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_row_is_accepted_as_it_stands_in_the_buffer(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, GOOD % 0, GOOD % 1, settings='select = ["roles"]\nignore = ["no-system"]')
    with editor(encoding=encoding) as client:
        document = Opened(client, path)
        document.shows()
        document.edit(BAD % 7 + "\r", GOOD % 1)
        document.shows((0, "unknown-role"))
        assert document.accept(0, "unknown-role")
        document.shows()
        path.write_bytes(f"{BAD % 7}\r\n{GOOD % 1}".encode())
        assert checked(path) == []
        document.edit(BAD % 8, GOOD % 1)
        document.shows((0, "unknown-role"))


def test_exceptions_of_the_settings_hold_in_the_editor(tmp_path: Path) -> None:
    rows = [BAD % 1, GOOD % 2, GOOD % 2, "{"]
    path = write(tmp_path, *rows)
    with editor(tmp_path) as client:
        document = Opened(client, path)
        found = [FEW, (0, "unknown-role"), (2, "exact-duplicate"), (3, "invalid-json")]
        document.shows(*found)
        for rules, left in (
            (["roles", "duplicates", "too-few-examples"], [(3, "invalid-json")]),
            (["invalid-json"], [one for one in found if one[1] != "invalid-json"]),
            ([], found),
        ):
            entry = f'[[exception]]\nrules = {json.dumps(rules)}\nreason = "so"\n' if rules else ""
            (tmp_path / "turnlint.toml").write_text(SETTINGS + entry)
            changed = {"uri": (tmp_path / "turnlint.toml").as_uri(), "type": 2}
            client.notify("workspace/didChangeWatchedFiles", {"changes": [changed]})
            document.shows(*left)
            assert sorted(checked(path), key=str) == sorted(from_disk(path), key=str) == document.shown
        over = f'{SETTINGS}[[exception]]\nrules = ["roles"]\nreason = "so"\nuntil = 2001-01-01\n'
        (tmp_path / "turnlint.toml").write_text(over)
        client.notify("workspace/didChangeWatchedFiles", {"changes": [changed]})
        document.edit(*rows[1:])
        document.edit(*rows)
        document.shows(*found)
        assert any("ended on 2001-01-01" in words for words in told(client))


def test_a_new_copy_is_new(shared: LspClient, tmp_path: Path) -> None:
    document = Opened(shared, write(tmp_path, *[GOOD % 1] * 3, settings='select = ["duplicates"]'))
    document.shows((1, "exact-duplicate"), (2, "exact-duplicate"))
    assert document.accept(0, "exact-duplicate")  # by the first one, which tells of the others
    document.shows()
    document.edit(*[GOOD % 1] * 4)
    document.shows((3, "exact-duplicate"))
    assert document.accept(3, "exact-duplicate")
    document.shows()
    assert [*accepted_in(document.path).values()] == [4]
    shared.shut(document.uri)


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_and_acceptances_agree_with_a_check(
    shared: LspClient, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    samples = [GOOD % 1, GOOD % 2, BAD % 1, BAD % 2, "", "{", "[1", EMPTY]
    rows = dice.choices(samples, k=12)
    document = Opened(shared, write(tmp_path, *rows))
    document.shows(*judged(document.path))
    for _ in range(25):
        if document.shown and dice.random() < 0.4:
            assert document.accept(*dice.choice(document.shown))
        else:
            dice.shuffle(rows)
            rows[dice.randrange(len(rows))] = dice.choice(samples)
            document.save(*rows)
        document.shows(*judged(document.path))
    assert sorted(checked(document.path), key=str) == document.shown
    shared.shut(document.uri)


def test_a_baseline_that_changes_on_disk(shared: LspClient, tmp_path: Path) -> None:
    path = write(tmp_path, BAD % 0, BAD % 1, settings='select = ["unknown-role"]')
    document = Opened(shared, path)
    both = ((0, "unknown-role"), (1, "unknown-role"))
    document.shows(*both)
    accepted = Ledger(adding=True)
    with path.open("rb") as stream:
        assert list(check_stream(stream, SettingsFinder().settings(path), ledger=accepted)) == []
    told(shared)
    every = spell({path.name: accepted.increased({})})
    for data, wanted in ((every, ()), (b"<<<<<<< ours", both), (every, ()), (None, both), (every, ())):
        (tmp_path / NAME).unlink() if data is None else (tmp_path / NAME).write_bytes(data)
        change = {"uri": (tmp_path / NAME).as_uri(), "type": 2}
        shared.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        document.shows(*wanted)
    (complaint,) = told(shared)
    assert complaint.startswith(f"turnlint hides no accepted findings. {tmp_path / NAME}: not valid JSON")
    shared.shut(document.uri)
    again = Opened(shared, path)
    again.shows()
    shared.shut(document.uri)


def test_a_broken_baseline_is_not_written_over(shared: LspClient, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"version": 99, "accepted": []}')
    document = Opened(shared, write(tmp_path, BAD % 0, settings='select = ["unknown-role"]'))
    document.shows((0, "unknown-role"))
    told(shared)
    assert not document.accept(0, "unknown-role")
    assert "another version of turnlint has written it" in told(shared)[0]
    assert (tmp_path / NAME).read_text() == '{"version": 99, "accepted": []}'
    shared.shut(document.uri)


def test_files_judged_from_disk_obey_it(shared: LspClient, tmp_path: Path) -> None:
    path = write(tmp_path, BAD % 0, BAD % 1, settings='select = ["unknown-role"]')
    document = Opened(shared, path)
    document.shows((0, "unknown-role"), (1, "unknown-role"))
    assert document.accept(0, "unknown-role")
    document.shows((1, "unknown-role"))
    shared.shut(document.uri)
    document.shown = None
    assert shared.request(
        "workspace/executeCommand", {"command": "turnlint.lintFile", "arguments": [document.uri]}
    )
    document.shows((1, "unknown-role"))


# Where it is written.


@pytest.mark.parametrize(
    ("workspace", "settings", "baseline", "expected"),
    [
        ("ws", "ws/data", None, "ws/data"),
        ("ws", "ws", None, "ws"),
        ("ws", None, None, "ws"),
        ("ws", ".", None, "ws"),
        (None, None, None, "ws/data/deep"),
        (None, ".", None, "."),
        ("ws", None, "ws/data", "ws/data"),
        ("ws", "ws/data/deep", "ws", "ws"),
        (None, None, ".", "."),
        ("ws/data", "ws", None, "ws/data"),
        ("elsewhere", None, None, "ws/data/deep"),
        ("ws", None, ".", None),
    ],
)
def test_where_it_is_written(
    tmp_path: Path, workspace: str | None, settings: str | None, baseline: str | None, expected: str | None
) -> None:
    path = write(tmp_path / "ws/data/deep", BAD % 0, settings=None)
    if settings is not None:
        (tmp_path / settings / ".turnlint.toml").write_text('select = ["unknown-role"]')
    if baseline is not None:
        (tmp_path / baseline / NAME).write_bytes(spell({}))
    with editor(*([tmp_path / workspace] if workspace else [])) as client:
        document = Opened(client, path)
        document.shows(*judged(path))
        assert document.accept(0, "unknown-role") is (expected is not None)
        if expected is None:
            assert "is outside of the workspace" in told(client)[0]
            assert (tmp_path / str(baseline) / NAME).read_bytes() == spell({})
            return
    entries = parse((tmp_path / expected / NAME).read_bytes())
    assert [*entries] == [path.relative_to(tmp_path / expected).as_posix()]
    assert len(list(tmp_path.rglob(f"{NAME}*"))) == 1
    assert (0, "unknown-role") not in judged(path)


def test_the_innermost_workspace_folder_keeps_it(tmp_path: Path) -> None:
    path = write(tmp_path / "ws/data/deep", BAD % 0, settings=None)
    with editor(tmp_path / "ws", tmp_path / "ws/data", tmp_path / "ws/dat") as client:
        document = Opened(client, path)
        document.shows(*judged(path))
        assert document.accept(0, "unknown-role")
    assert [*tmp_path.rglob(NAME)] == [tmp_path / "ws/data" / NAME]


def test_no_link_leads_out_of_the_workspace(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, BAD % 0)
    inside = tmp_path / "ws"
    path = write(inside, BAD % 0)
    (inside / "link").symlink_to(outside)
    (outside / "other.json").write_bytes(spell({}))
    with editor(inside) as client:
        for one, words in ((inside / "link/train.jsonl", "outside of"), (path, "a link or no")):
            document = Opened(client, one)
            document.shows(FEW, (0, "unknown-role"))
            assert not document.accept(0, "unknown-role")
            (complaint,) = told(client)
            assert words in complaint
            (inside / NAME).unlink(missing_ok=True)
            (inside / NAME).symlink_to(outside / "other.json")
    assert sorted(one.name for one in outside.iterdir()) == ["other.json", "train.jsonl", "turnlint.toml"]
    assert (outside / "other.json").read_bytes() == spell({})


# What cannot be done.


def test_what_is_not_there_cannot_be_accepted(shared: LspClient, tmp_path: Path) -> None:
    document = Opened(shared, write(tmp_path, GOOD % 0, BAD % 1))
    document.shows(FEW, (1, "unknown-role"))
    told(shared)
    for line, rule in (
        (0, "unknown-role"),
        (1, "\x1b[2J"),
        (1, "exact-duplicate"),
        (2, "x"),
        (-1, "x"),
        (None, "x"),
    ):
        assert not document.accept(line, rule)
        assert told(shared) == ["There is no such finding any more."]
    assert not (tmp_path / NAME).exists()
    shared.shut(document.uri)
    assert not document.accept(1, "unknown-role")
    assert "Save the document first" in told(shared)[0]


def test_a_text_that_no_file_holds(shared: LspClient) -> None:
    shared.show("untitled:x.jsonl", BAD % 1)
    told(shared)
    assert not accept(shared, "untitled:x.jsonl", 0, "unknown-role")
    assert "Save the document first" in told(shared)[0]
    shared.shut("untitled:x.jsonl")


@pytest.mark.parametrize(
    "arguments", [[], ["a"], [1, 2, 3], ["a", "1", "x"], ["a", 1.5, "x"], ["a", 0, None], [[], 0, "x"]]
)
def test_arguments_of_the_wrong_kind(shared: LspClient, arguments: list[Any]) -> None:
    command = {"command": "turnlint.acceptFinding", "arguments": arguments}
    answer = shared.call({"method": "workspace/executeCommand", "params": command})
    assert answer["error"]["code"] == -32602
