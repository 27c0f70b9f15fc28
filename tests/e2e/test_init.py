"""`turnlint init`: what it writes holds, says the same of the data, and names the files that can be named."""

from __future__ import annotations

import gzip
import json
import os
import tomllib
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.e2e.test_cli import BAD, GOOD, LINES, turnlint, write

from turnlint.config.discovery import Config, read_config
from turnlint.config.proposal import literal, proposed
from turnlint.config.schema import settings_schema

PAIR = (
    '{"input": {"messages": [{"role": "user", "content": "%d"}]}, '
    '"preferred_output": [{"role": "assistant", "content": "yes"}], '
    '"non_preferred_output": [{"role": "assistant", "content": "no"}]}'
)
SHAREGPT = '{"conversations": [{"from": "human", "value": "Say %d"}, {"from": "gpt", "value": "It is so."}]}'


def rows(pattern: str, count: int, start: int = 0) -> str:
    return "".join(pattern.replace("%d", str(start + number)) + "\n" for number in range(count))


def initiated(folder: Path, *arguments: str) -> dict[str, Any]:
    """Have settings written, and read them."""
    done = turnlint("init", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    document = tomllib.loads((folder / "turnlint.toml").read_text(encoding="utf-8"))
    assert jsonschema_rs.validator_for(settings_schema()).is_valid(document)
    assert read_config(folder / "turnlint.toml", root=folder)
    assert turnlint("config", cwd=folder).returncode == 0
    return document


def found(folder: Path, *arguments: str) -> list[tuple[str, int | None, str]]:
    done = turnlint("check", *arguments, *LINES, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return [(one["path"], one["row"], one["rule"]) for one in map(json.loads, done.stdout.splitlines())]


def test_what_is_there_is_proposed(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "sft/train.jsonl": rows(GOOD, 12),
            "sft/valid.jsonl": rows(GOOD, 11, 10),
            "dpo_train.jsonl": rows(PAIR, 12),
            "dpo_test.jsonl": rows(PAIR, 12, 20),
            "alone.jsonl": rows(BAD, 12, 50),
        },
    )
    before = found(tmp_path, "--target", "openai")
    document = initiated(tmp_path)
    assert (document["target"], document["fail-on"], document["ignore"]) == ("openai", "warning", [])
    assert document["dataset"] == [
        {
            "stage": "preference",
            "format": "openai-preference",
            "train": ["/dpo_train.jsonl"],
            "test": ["/dpo_test.jsonl"],
        },
        {
            "stage": "sft",
            "format": "openai-chat",
            "train": ["sft/train.jsonl"],
            "validation": ["sft/valid.jsonl"],
        },
    ]
    assert {one[2] for one in before} >= {"unknown-role", "leaked-row"}
    assert found(tmp_path) == before
    assert "no file matches" not in turnlint("check", cwd=tmp_path).stderr


def test_it_says_what_it_did_and_what_is_next(tmp_path: Path) -> None:
    write(
        tmp_path, {"train.jsonl": rows(GOOD, 2), "valid.jsonl": rows(GOOD, 1), "log.jsonl": '{"a": 1}\n' * 3}
    )
    done = turnlint("init", cwd=tmp_path)
    lines = done.stderr.splitlines()
    assert lines[0] == "Found 2 files of openai-chat, 1 file of no known format; 1 data set of several files."
    assert lines[1] == "Nothing here tells who will train on the data: set `target` to say it."
    assert "Wrote turnlint.toml. Next:" in lines
    assert turnlint("init", "--force", "-q", cwd=tmp_path).stderr == ""
    (tmp_path / "valid.jsonl").unlink()
    done = turnlint("init", "--force", cwd=tmp_path)
    assert done.stderr.startswith("Found 1 file of no known format, 1 file of openai-chat.\n")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD, 1)})
    for name, words in (
        ("turnlint.toml", "turnlint.toml is there already; --force replaces it"),
        (".turnlint.toml", ".turnlint.toml has settings: change them there"),
        ("pyproject.toml", "pyproject.toml has settings: change them there"),
    ):
        text = '[tool.turnlint]\ntarget = "azure"\n' if name == "pyproject.toml" else 'target = "azure"\n'
        write(tmp_path, {name: text})
        done = turnlint("init", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (2, f"turnlint: {words}\n")
        assert (tmp_path / name).read_text() == text
        assert turnlint("init", "--stdout", cwd=tmp_path).stdout.startswith("# Settings of turnlint")
        (tmp_path / name).unlink()
    write(tmp_path, {"pyproject.toml": "[project]\n", "turnlint.toml": 'target = "azure"'})
    assert turnlint("init", "--force", "--target", "openai:gpt-4.1", cwd=tmp_path).returncode == 0
    assert 'target = "openai:gpt-4.1"' in (tmp_path / "turnlint.toml").read_text()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.jsonl", "pyproject.toml", "turnlint.toml"]


@pytest.mark.parametrize("has_links", [True, False], ids=["", "where files have one name"])
def test_what_comes_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def meanwhile(*words: Any, **options: Any) -> Any:
        if is_late:
            write(tmp_path, {"turnlint.toml": "# mine\n"})
        return proposed(*words, **options)

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", mock.Mock(side_effect=PermissionError(1, "not permitted")))
    monkeypatch.setattr("turnlint.cli.init.proposed", meanwhile)
    is_late = True
    done = turnlint("init", cwd=tmp_path)
    assert (done.returncode, done.stderr.endswith("turnlint.toml: File exists\n")) == (2, True), done
    assert (tmp_path / "turnlint.toml").read_text() == "# mine\n"
    (tmp_path / "turnlint.toml").unlink()
    is_late = False
    assert turnlint("init", cwd=tmp_path).returncode == 0
    (only,) = tmp_path.iterdir()
    assert (only.name, only.stat().st_nlink, bool(only.read_text())) == ("turnlint.toml", 1, True)


def test_in_an_empty_folder_and_in_none(tmp_path: Path) -> None:
    document = initiated(tmp_path)
    assert "target" not in document
    done = turnlint("init", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "turnlint: nowhere: no such folder\n")
    done = turnlint("init", "--target", "opnai", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean `openai`" in done.stderr


def test_what_git_ignores_is_named_so_that_it_is_checked(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = {"data/a.jsonl": rows(BAD, 2), ".gitignore": "data/"}
    write(tmp_path, files)
    (tmp_path / "data" / "b.jsonl.gz").write_bytes(gzip.compress(rows(GOOD, 2).encode()))
    assert turnlint("check", cwd=tmp_path).returncode == 2
    document = initiated(tmp_path)
    assert document["include"] == ["*.jsonl", "*.jsonl.gz"]
    assert ("data/a.jsonl", 1, "unknown-role") in found(tmp_path)


def test_a_folder_with_settings_of_its_own_is_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "own/train.jsonl": rows(SHAREGPT, 3),
            "own/valid.jsonl": rows(SHAREGPT, 3),
            "own/turnlint.toml": "",
            "train.jsonl": rows(GOOD, 3),
        },
    )
    document = initiated(tmp_path)
    assert document["target"] == "openai"
    assert "dataset" not in document


def test_what_counts_no_more_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"turnlint.toml": 'target = "azure"', "in/a.jsonl": rows(GOOD, 1)})
    note = f"Note: {tmp_path / 'turnlint.toml'} counts no more for the files in here."
    assert note not in turnlint("init", "in", "--stdout", cwd=tmp_path).stderr
    assert turnlint("init", "in", cwd=tmp_path).stderr.splitlines()[-1] == note


def test_many_files_of_a_split_have_one_pattern(tmp_path: Path) -> None:
    shards = {f"d/train-0000{n}-of-00005.jsonl": rows(GOOD, 2, n) for n in range(5)}
    write(
        tmp_path,
        {**shards, "d/test-00000-of-00001.jsonl": rows(GOOD, 2, 40), "d/train-x.jsonl": rows(GOOD, 1)},
    )
    tables = initiated(tmp_path)["dataset"]
    (table,) = (one for one in tables if "test" in one)
    assert table["train"] == ["d/train-*-of-*.jsonl"]


def test_names_that_toml_cannot_hold(tmp_path: Path) -> None:
    odd = os.fsdecode(b"train-\xff.jsonl")
    try:
        write(tmp_path, {odd: rows(GOOD, 2)})
    except OSError:
        pytest.skip("the file system takes no such name")
    write(tmp_path, {"valid-\udcff.jsonl": rows(GOOD, 2), "test.jsonl": rows(GOOD, 2)})
    done = turnlint("init", cwd=tmp_path)
    assert done.returncode == 0
    assert r"Note: no pattern can name 'train-\udcff.jsonl'; it is left out of its data set." in done.stderr
    assert "[[dataset]]\nt" not in (tmp_path / "turnlint.toml").read_text()
    settings = "[[dataset]]\nname = 'x'\ntrain = ['train-*']\n"
    write(tmp_path, {"turnlint.toml": settings})
    for kind in ("text", "json"):
        shown = turnlint("config", odd, "--output-format", kind, cwd=tmp_path)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert ("\ufffd" in shown.stdout) == (kind == "json")


_NAME = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda name: name.strip(". ") and len(name.encode()) < 60)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_NAME, min_size=1, max_size=3), st.lists(_NAME, min_size=1, max_size=3))
def test_a_literal_pattern_matches_its_file_alone(mine: list[str], other: list[str]) -> None:
    config, pattern = Config(Path("/top")), literal("/".join(mine))
    if all(map(str.isprintable, mine)):
        assert config.matches((pattern,), Path("/top", *mine))
    if other[: len(mine)] != mine:
        assert not config.matches((pattern,), Path("/top", *other))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_hostile_names_are_quoted(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("named")
    stem = data.draw(_NAME.filter(lambda name: not name.startswith(".") and name.isprintable()))
    names = [f"{stem} train.jsonl", f"{stem} valid.jsonl"]
    try:
        write(folder, dict(zip(names, (rows(GOOD, 12), rows(BAD, 12)), strict=True)))
    except OSError:
        return
    before = found(folder, "--target", "openai")
    document = initiated(folder, "--target", "openai")
    assert found(folder) == before
    for table in document.get("dataset", ()):
        config = Config(folder)
        for split, name in (("train", names[0]), ("validation", names[1])):
            assert config.lists(table[split], folder / name)


@pytest.mark.parametrize(
    "name",
    ['a" = 1\n[evil]\nx train.jsonl', "#train.jsonl", "!train.jsonl", "[a]*train?.jsonl", "\\train.jsonl "],
)
def test_names_that_look_like_syntax(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: rows(GOOD, 3), name.replace("train", "valid"): rows(GOOD, 3)})
    document = initiated(tmp_path)
    assert set(document) <= {"target", "fail-on", "ignore", "dataset", "include"}
