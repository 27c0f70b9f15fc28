"""`turnlint stats --readiness` as users see it: in a terminal, as JSON for programs, and in the page."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema_rs
import pytest
from tests.e2e.test_cli import program, turnlint, write
from tests.e2e.test_stats import HOSTILE, Page, terminal

from turnlint.engine.overlap import overlaps

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures" / "readiness"
OPTIONS = ("stats", "--readiness", "train.jsonl", "valid.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good data set, but for a copy, a contradiction, a leak and a system prompt that is missing."""
    for name in ("train.jsonl", "valid.jsonl"):
        shutil.copy(FIXTURES / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("target", ["", "openai"])
def test_the_checklist_in_80_columns(folder: Path, target: str) -> None:
    options = ("--target", target) if target else ()
    shown = terminal(*OPTIONS, *options, cwd=folder, COLUMNS="80")
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert plain != shown
    assert max(map(len, plain.splitlines())) <= 80
    expected = FIXTURES / f"checklist-{target or 'no-target'}.txt"
    if os.environ.get("UPDATE"):
        expected.write_text(plain, encoding="utf-8")
    assert plain == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", ["1", "30", "200"])
def test_any_terminal_will_do(folder: Path, width: str) -> None:
    shown = terminal(*OPTIONS, cwd=folder, COLUMNS=width, TERM="dumb")
    assert shown.isascii()
    assert "look at this" in shown
    words = re.sub(r"\s+", " ", shown)
    for part in ("1 row repeats another", "-> Delete the copies", "exact-duplicate (warning)"):
        assert all(word in words for word in part.split())


def test_what_goes_to_a_program_is_plain(folder: Path) -> None:
    done = program(*OPTIONS, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("Readiness of train.jsonl, valid.jsonl\n")


def as_json(*arguments: str, cwd: Path) -> Any:
    done = turnlint("stats", "--output-format", "json", *arguments, cwd=cwd)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    schema = json.loads(turnlint("schema", "stats", cwd=cwd).stdout)
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(found)] == []
    return found


def test_json_keeps_its_contract(folder: Path) -> None:
    (only,) = as_json("--readiness", cwd=folder)["readiness"]
    assert (only["paths"], only["stage"], only["verdict"]) == (["train.jsonl", "valid.jsonl"], "sft", "look")
    found = {one["name"]: one for one in only["questions"]}
    assert found["duplicates"]["verdict"] == "look"
    assert found["duplicates"]["numbers"] == {"rows": 1, "share": pytest.approx(1 / 64)}
    assert found["duplicates"]["found"] == [{"rule": "exact-duplicate", "severity": "warning", "findings": 1}]
    assert found["graded"]["verdict"] == "not-asked"
    assert all(one["sources"] and one["question"].endswith("?") for one in found.values())
    assert as_json(cwd=folder)["readiness"] is None


def test_rows_are_compared_once_where_nobody_reads_more(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = str(tmp_path_factory.mktemp("page") / "page.html")
    with mock.patch("turnlint.cli.stats.overlaps", side_effect=overlaps) as compared:
        turnlint("stats", "--readiness", cwd=folder)
        assert compared.call_count == 0
        for more in (("--html", page), ("--output-format", "json")):
            turnlint("stats", "--readiness", *more, cwd=folder)
        assert compared.call_count == 2


def test_each_data_set_has_a_checklist(tmp_path: Path) -> None:
    for name in ("openai-chat", "openai-preference", "openai-reinforcement", "alpaca"):
        shutil.copy(ROOT / "fixtures" / "valid" / f"{name}.jsonl", tmp_path)
    found = as_json("--readiness", cwd=tmp_path)["readiness"]
    assert [(one["paths"], one["stage"]) for one in found] == [
        (["alpaca.jsonl"], "sft"),
        (["openai-chat.jsonl"], "sft"),
        (["openai-preference.jsonl"], "preference"),
        (["openai-reinforcement.jsonl"], "reinforcement"),
    ]
    shown = turnlint("stats", "--readiness", cwd=tmp_path).stdout
    assert [line for line in shown.splitlines() if line.startswith("Readiness")] == [
        f"Readiness of {one['paths'][0]}" for one in found
    ]


def test_a_baseline_accepts_nothing_here(folder: Path) -> None:
    before = turnlint(*OPTIONS, cwd=folder).stdout
    turnlint("check", "--add-baseline", "--exit-zero", cwd=folder)
    assert turnlint("check", cwd=folder).returncode == 0
    assert turnlint(*OPTIONS, cwd=folder).stdout == before


def test_rules_of_the_settings_count(folder: Path) -> None:
    before = as_json("--readiness", cwd=folder)["readiness"][0]["questions"]
    write(folder, {"turnlint.toml": 'ignore = ["duplicates"]\n[severity]\nleaked-row = "error"\n'})
    after = as_json("--readiness", cwd=folder)["readiness"][0]["questions"]
    verdicts = [{one["name"]: one["verdict"] for one in found} for found in (before, after)]
    changed = {
        name: (was, verdicts[1][name]) for name, was in verdicts[0].items() if was != verdicts[1][name]
    }
    assert changed == {
        "check-passes": ("look", "not-ready"),
        "duplicates": ("look", "not-asked"),
        "leaks": ("look", "not-ready"),
    }


def test_a_file_that_is_no_jsonl_is_not_ready(folder: Path) -> None:
    write(folder, {"test.jsonl": '[{"messages": []}]'})
    done = turnlint("stats", "--readiness", "--target", "openai", cwd=folder)
    assert done.returncode == 2
    assert "test.jsonl: The file is one JSON array" in done.stderr
    assert "1 json-array-file (error)" in done.stdout


def test_nothing_to_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": ""})
    done = turnlint("stats", "--readiness", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 empty-file" in done.stdout
    assert turnlint("stats", "--readiness", "nowhere.jsonl", cwd=tmp_path).returncode == 2


def test_standard_input(folder: Path) -> None:
    text = (folder / "train.jsonl").read_text()
    piped = turnlint("stats", "--readiness", "-", "--stdin-filename", "train.jsonl", cwd=folder, stdin=text)
    assert piped.stdout == turnlint("stats", "--readiness", "train.jsonl", cwd=folder).stdout


def test_the_page_begins_with_the_checklist(folder: Path) -> None:
    assert turnlint(*OPTIONS, "--html", "page.html", cwd=folder).returncode == 0
    page = Page((folder / "page.html").read_text(encoding="utf-8"))
    words = [one.strip() for one in page.texts]
    assert words.index("Readiness of train.jsonl, valid.jsonl") < words.index("Tokens per example")
    assert "Does each row say something of its own?" in words
    assert "1 row repeats another (1.6%)." in words
    assert "Found: 1 exact-duplicate (warning)." in words
    plain = Page(without_readiness(folder))
    assert not any("Readiness" in one for one in plain.texts)


def without_readiness(folder: Path) -> str:
    assert turnlint("stats", "--html", "plain.html", cwd=folder).returncode == 0
    return (folder / "plain.html").read_text(encoding="utf-8")


def test_names_and_rows_cannot_act(tmp_path: Path) -> None:
    texts = ("<script>alert(1)</script>", "\x1b[2J\x1b]0;x\x07", "\u202e\u2066", "\ud800")
    lines = [
        json.dumps({"messages": [{"role": role, "content": text}, {"role": "assistant", "content": text}]})
        for text in texts
        for role in (text, "user")
    ]
    for name in (HOSTILE, os.fsdecode(b"caf\xe9\xff.jsonl")):
        (tmp_path / name).write_text("\n".join(lines * 12))
    shown = terminal("stats", "--readiness", "--html", "page.html", cwd=tmp_path)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\u2066]", re.sub(r"\x1b\[[\d;]*m", "", shown))
    assert "alert" not in shown.replace("alert(1)>", "")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "alert" not in "".join(Page(text).texts)
    assert not set("\u202e\u2066\x1b") & set(text)
