"""What a user pastes into a report: all that helps, and nothing of rows, secrets or the home folder."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from markdown_it import MarkdownIt
from tests.lsp_client import LspClient, patched

import turnlint
from turnlint.lsp.commands import debug_information

ROW = '{"messages":[{"role":"user","content":"a private thing %d"},{"role":"assistant","content":"another"}]}'
KEY = "sk-proj-" + "Ab3dEf6hIj" * 5
NAMES = ["train.jsonl", "![x](http:‧‧evil) `y` |<b>.jsonl", "a\u202eb\nc.jsonl"]


def report(client: LspClient, uri: str | None) -> str:
    params = {"command": "turnlint.debugInformation", "arguments": [uri]}
    found = client.request("workspace/executeCommand", params)
    assert isinstance(found, str)
    return found


def section(text: str, title: str) -> list[str]:
    """The lines of a list."""
    body = text.split(f"### {title}\n\n")[1].split("\n\n")[0].rstrip("\n").split("\n")
    assert all(line.startswith("- ") for line in body)
    return [line[2:] for line in body]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of the server."""
    found = tmp_path / "home" / "al"
    found.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(found))
    monkeypatch.setenv("USERPROFILE", str(found))
    return found


@pytest.fixture
def project(home: Path) -> Path:
    found = home / "project"
    found.mkdir()
    settings = 'target = "openai:gpt-4.1"\n[tokens]\nlimit = 9000\n'
    exception = f'[[exception]]\nrules = ["blank-row"]\nreason = "{KEY}"\n'
    (found / "turnlint.toml").write_text(settings + exception, encoding="utf-8")
    for name in ("train.jsonl", "valid.jsonl"):
        rows = (ROW % (number + len(name)) for number in range(3))
        (found / name).write_text("\n".join(rows), encoding="utf-8")
    return found


@pytest.fixture
def client(project: Path) -> Iterator[LspClient]:
    options = {"ignore": ["blank-row"], "trusted": True, "maxDiagnostics": 77}
    with LspClient(("utf-16",), options, folders=[project], timeout=30) as client:
        yield client


def show(client: LspClient, path: Path) -> str:
    client.show(path.as_uri(), path.read_text(encoding="utf-8"))
    return path.as_uri()


def test_what_helps_is_there(client: LspClient, project: Path) -> None:
    uri = show(client, project / "train.jsonl")
    while "compared with" not in (text := report(client, uri)):
        client.settle()
    versions = "\n".join(section(text, "Versions"))
    for word in (
        turnlint.__version__,
        platform.python_version(),
        "columns in utf-16",
        "orjson ",
        "pygls 2.1",
    ):
        assert word in versions
    assert f"process {client.process.pid}, for " in section(text, "Server")[0]
    options = section(text, "Options")
    assert "max-diagnostics: 77" in options
    assert "trusted: True" in options
    assert "folders: `~/project`" in options
    settings = section(text, "Settings")
    assert settings[0].startswith(
        "`~/project/turnlint.toml`: target `openai:gpt-4.1`, tokenizer `o200k_base`, "
    )
    assert '`target` = `"openai:gpt-4.1"`, turnlint.toml:1' in settings
    assert "`tokens.limit` = `9000`, turnlint.toml:3" in settings
    assert '`ignore` = `["blank-row"]`, the editor' in settings
    (document,) = section(text, "Open documents")
    assert document.startswith("`train.jsonl`: `3 rows · OpenAI chat · target openai:gpt-4.1")
    assert document.endswith("compared with `valid.jsonl`")
    assert section(text, "Read from disk") == ["none"]


def test_files_that_are_read_from_disk_are_named(client: LspClient, project: Path) -> None:
    uri = (project / "valid.jsonl").as_uri()
    client.request("workspace/executeCommand", {"command": "turnlint.lintFile", "arguments": [uri]})
    text = report(client, None)
    assert section(text, "Read from disk") == ["`valid.jsonl`"]
    assert section(text, "Open documents") == ["none"]
    assert section(text, "Settings")[0].startswith("`~/project/turnlint.toml`")


def test_nothing_private_is_told(client: LspClient, home: Path, project: Path) -> None:
    (home.parent / "alice").mkdir()
    path = home.parent / "alice" / "other.jsonl"
    path.write_text(ROW % 1, encoding="utf-8")
    for uri in (show(client, project / "train.jsonl"), show(client, path), None):
        text = report(client, uri)
        assert str(home) not in text.replace(str(home.parent / "alice"), "")
        assert "private thing" not in text
        assert KEY not in text
        assert "other.jsonl" in text
        assert str(path.parent) not in text


@pytest.mark.parametrize("name", NAMES)
def test_names_are_no_markup(tmp_path: Path, name: str) -> None:
    with LspClient(timeout=30, folders=[tmp_path]) as client:
        uri = (tmp_path / name).as_uri()
        client.show(uri, ROW % 1)
        text = report(client, uri)
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert "<a " not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert page.count("<h3>") == 6
    assert "\u202e" not in text


@pytest.mark.parametrize("uri", [None, "untitled:x", "", "file:///", "file:///gone/train.jsonl", "\ud800"])
def test_any_uri_is_answered(client: LspClient, uri: Any) -> None:
    assert report(client, uri).startswith("## turnlint: debug information\n")


def test_settings_that_are_not_obeyed_are_told(client: LspClient, project: Path) -> None:
    (project / "turnlint.toml").write_text("selekt = 1", encoding="utf-8")
    (told,) = section(report(client, (project / "train.jsonl").as_uri()), "Settings")
    assert told.startswith("not obeyed: `~/project/turnlint.toml: unknown key")


def test_the_client_is_named(tmp_path: Path) -> None:
    with LspClient(initialize=False, timeout=30) as client:
        client_info = {"name": "An ![editor](x)", "version": "9.8"}
        about = {"processId": os.getpid(), "rootUri": None, "capabilities": {}, "clientInfo": client_info}
        client.request("initialize", about)
        client.notify("initialized", {})
        assert "`An ![editor](x) 9.8`; columns in utf-16" in report(client, None)


def test_it_works_without_what_the_system_may_lack() -> None:
    """On Windows no module tells the memory, and who copies turnlint into a folder has no metadata."""
    lacking = """
import sys
from importlib import metadata
import turnlint.lsp.server
sys.modules["resource"] = None
def requires(name):
    raise metadata.PackageNotFoundError(name)
metadata.requires = requires
"""
    with LspClient(command=patched(lacking), timeout=30) as client:
        text = report(client, None)
    assert len(section(text, "Server")) == 1
    assert "libraries not known" in text


@pytest.mark.parametrize("path", [r"C:\Users\al\x", "C:/Users/al/x", r"C:\\Users\\al\\x"])
def test_the_home_folder_of_windows_is_left_out(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: PureWindowsPath(r"C:\Users\al"))
    assert "al" not in debug_information._without_home(path)
    assert debug_information._without_home(r"C:\Users\alma") == r"C:\Users\alma"
