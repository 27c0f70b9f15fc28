"""Files with columns of their own as users meet them: set, or taken from the config of a trainer."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.test_cli import LINES, turnlint, write
from tests.lsp_client import LspClient, Message

SETTINGS = """
ignore = ["dataset", "consistency", "near-duplicate"]

[[dataset]]
train = ["train.jsonl"]
format = "openai-chat"
roles = { human = "user", gpt = "assistant" }

[dataset.columns]
messages = "conversations"
"messages.role" = "from"
"messages.content" = "value"
"""


def row(number: int, speaker: str = "human", answer: str = "value") -> str:
    turns = [
        {"from": speaker, "value": f"How deep is harbour {number}? 😀"},
        {"from": "gpt", answer: f"{number} m."},
    ]
    return json.dumps({"conversations": turns}, ensure_ascii=False) + "\n"


def files(folder: Path) -> None:
    rows = "".join(row(number) for number in range(300))
    write(
        folder, {"turnlint.toml": SETTINGS, "train.jsonl": rows + row(300, "user") + row(301, answer="text")}
    )


def test_a_check_in_the_words_of_the_file(tmp_path: Path) -> None:
    files(tmp_path)
    alone = turnlint("check", *LINES, cwd=tmp_path)
    found = [json.loads(line) for line in alone.stdout.splitlines()]
    assert [(one["rule"], one["row"], one["pointer"]) for one in found] == [
        ("unknown-role", 301, "/conversations/0/from"),
        ("unknown-key", 302, "/conversations/1/text"),
    ]
    text = (tmp_path / "train.jsonl").read_text().split("\n")[300]
    span = slice(found[0]["location"]["column"] - 1, found[0]["end_location"]["column"] - 1)
    assert text[span] == '"user"'
    loud = turnlint("check", *LINES[:2], cwd=tmp_path)
    assert (
        loud.stderr == "No target set: openai-chat rows are judged by the rules of OpenAI (set --target).\n"
    )
    for options in (("--jobs", "2"), ("--no-cache",), ()):  # the last from what was remembered
        assert turnlint("check", *LINES, *options, cwd=tmp_path).stdout == alone.stdout


def test_fixes_write_the_words_of_the_file(tmp_path: Path) -> None:
    files(tmp_path)
    assert turnlint("check", "--fix", "--unsafe-fixes", cwd=tmp_path).returncode == 0
    assert (tmp_path / "train.jsonl").read_text() == "".join(map(row, range(302)))


def test_settings_and_figures(tmp_path: Path) -> None:
    files(tmp_path)
    shown = turnlint("config", "train.jsonl", cwd=tmp_path).stdout
    lines = {line.partition(":")[0]: " ".join(line.split()) for line in shown.splitlines()}
    assert lines["format"] == "format: openai-chat (turnlint.toml:6)"
    assert lines["roles"] == "roles: `gpt` = `assistant`, `human` = `user` (turnlint.toml:7)"
    assert lines["columns"].endswith("(turnlint.toml:10)")
    figures = turnlint("stats", "--output-format", "json", cwd=tmp_path)
    assert figures.returncode == 0
    (section,) = json.loads(figures.stdout)["files"][:1]
    assert "OpenAI chat" in json.dumps(section)
    assert "{" not in shown


def test_a_column_that_the_format_does_not_have(tmp_path: Path) -> None:
    write(tmp_path, {"turnlint.toml": 'columns = { promt = "q", completion = "a" }', "a.jsonl": row(1)})
    done = turnlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `prompt`?" in done.stderr


def test_an_editor_speaks_the_words_of_the_file(tmp_path: Path) -> None:
    files(tmp_path)
    text = row(1, "usr") + row(2)
    (tmp_path / "train.jsonl").write_text(text)
    with LspClient() as client:
        uri = (tmp_path / "train.jsonl").as_uri()
        (found,) = client.show(uri, text)
        assert (found["code"], found["range"]["start"]["line"]) == ("unknown-role", 0)
        assert "`human`" in found["message"]
        place = {
            "textDocument": {"uri": uri},
            "position": {"line": 1, "character": text.index('"value"') + 2},
        }
        hover = client.request("textDocument/hover", place)
        assert "What the message says" in json.dumps(hover)
        described = client.request(
            "workspace/executeCommand", {"command": "turnlint.describeFile", "arguments": [uri]}
        )
        assert described["format"] == {"name": "openai-chat", "title": "OpenAI chat"}
        changed = SETTINGS.replace('human = "user"', 'usr = "user"')
        (tmp_path / "turnlint.toml").write_text(changed)
        client.notify(
            "workspace/didChangeWatchedFiles",
            {"changes": [{"uri": (tmp_path / "turnlint.toml").as_uri(), "type": 2}]},
        )
        assert [one["range"]["start"]["line"] for one in client.published(uri)] == [1]


# Configs of trainers

INFO = {"mine": {"file_name": "train.jsonl", "formatting": "sharegpt", "columns": {"messages": "turns"}}}


def turns(number: int, speaker: str = "human") -> str:
    said = [
        {"from": speaker, "value": f"How deep is harbour {number}?"},
        {"from": "gpt", "value": f"{number} m."},
    ]
    return json.dumps({"turns": said}) + "\n"


def places(diagnostics: list[Message]) -> list[int]:
    """The lines on which somebody unknown speaks."""
    return [one["range"]["start"]["line"] for one in diagnostics if one["code"] == "unknown-role"]


def test_the_user_sets_nothing(tmp_path: Path) -> None:
    rows = "".join(turns(number) for number in range(40))
    write(tmp_path, {"data/dataset_info.json": json.dumps(INFO), "data/train.jsonl": rows + turns(40, "usr")})
    done = turnlint("check", "--output-format", "concise", cwd=tmp_path)
    assert done.returncode == 1
    (line,) = (one for one in done.stdout.splitlines() if "unknown-role" in one)
    assert line.startswith("data/train.jsonl:41:")
    assert done.stderr == "Note: Target, format and columns from data/dataset_info.json.\n"
    assert turnlint("check", *LINES, cwd=tmp_path).stderr == ""
    shown = turnlint("config", "data/train.jsonl", cwd=tmp_path).stdout
    lines = {line.partition(":")[0]: " ".join(line.split()) for line in shown.splitlines()}
    assert lines["target"] == "target: llama-factory (data/dataset_info.json)"
    assert lines["format"] == "format: sharegpt (data/dataset_info.json)"
    assert lines["columns"] == "columns: `conversations` = `turns` (data/dataset_info.json)"
    off = turnlint("check", *LINES, "--config", "trainer-configs=false", cwd=tmp_path)
    assert "unknown-role" not in off.stdout


def test_an_editor_follows_the_config_of_a_trainer(tmp_path: Path) -> None:
    config, file = tmp_path / "dataset_info.json", tmp_path / "train.jsonl"
    write(tmp_path, {"dataset_info.json": json.dumps(INFO), "train.jsonl": turns(1) + turns(2, "usr")})
    with LspClient() as client:
        assert places(client.show(file.as_uri(), file.read_text())) == [1]
        assert client.messages == []
        tags = {"user_tag": "usr", "assistant_tag": "gpt", "role_tag": "from", "content_tag": "value"}
        config.write_text(json.dumps({"mine": {**INFO["mine"], "tags": tags}}))
        change = {"uri": config.as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        assert places(client.published(file.as_uri())) == [0]
