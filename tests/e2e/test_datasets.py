"""Data sets as users of the command line meet them: named by the settings or by their files, and graders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_cli import turnlint, write


def chat(question: str, answer: str) -> str:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}) + "\n"


def pair(question: str, good: str, bad: str) -> str:
    def said(text: str) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": text}]

    prompt = {"messages": [{"role": "user", "content": question}]}
    return (
        json.dumps({"input": prompt, "preferred_output": said(good), "non_preferred_output": said(bad)})
        + "\n"
    )


def found(*arguments: str, cwd: Path) -> list[dict[str, Any]]:
    """What is told of rows because of others, and of files of data sets."""
    done = turnlint("check", "--quiet", "--output-format", "json", *arguments, cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    return [one for one in json.loads(done.stdout) if one["rule"] != "too-few-examples"]


ROW, OTHER = chat("How long is the ferry?", "98 metres."), chat("How wide is the ferry?", "17 metres.")


def test_files_are_compared_by_their_names(tmp_path: Path) -> None:
    write(tmp_path, {"valid.jsonl": OTHER + ROW, "train.jsonl": chat("Is it new?", "It is.") + ROW})
    (leak,) = found("valid.jsonl", "train.jsonl", cwd=tmp_path)
    assert (leak["rule"], leak["path"], leak["row"]) == ("leaked-row", "valid.jsonl", 2)
    assert [(one["path"], one["row"]) for one in leak["related"]] == [("train.jsonl", 2)]
    assert found("valid.jsonl", cwd=tmp_path) == []


@pytest.mark.parametrize(
    "names", [("a.jsonl", "b.jsonl"), ("x-train.jsonl", "y-valid.jsonl"), ("train.jsonl", "c/test.jsonl")]
)
def test_files_with_other_names_are_not(tmp_path: Path, names: tuple[str, str]) -> None:
    (tmp_path / "c").mkdir()
    write(tmp_path, dict.fromkeys(names, ROW))
    assert found(*names, cwd=tmp_path) == []


def test_files_are_compared_where_the_settings_say_so(tmp_path: Path) -> None:
    table = '[[dataset]]\ntrain = ["a.jsonl"]\ntest = ["b.jsonl"]\n'
    write(tmp_path, {"a.jsonl": ROW + OTHER, "b.jsonl": ROW, "turnlint.toml": table})
    assert [(one["rule"], one["path"]) for one in found(cwd=tmp_path)] == [("leaked-row", "b.jsonl")]


@pytest.mark.parametrize(("name", "rules"), [("one", ["taught-then-rejected"]), ("two", [])])
def test_stages_of_one_data_set_are_compared(tmp_path: Path, name: str, rules: list[str]) -> None:
    tables = (
        f'[[dataset]]\nname = "one"\ntrain = ["a.jsonl"]\n[[dataset]]\nname = "{name}"\ntrain = ["b.jsonl"]\n'
    )
    files = {"a.jsonl": ROW, "b.jsonl": pair("How long is the ferry?", "It is 98 metres long.", "98 metres.")}
    write(tmp_path, {**files, "turnlint.toml": tables})
    assert [one["rule"] for one in found(cwd=tmp_path)] == rules


def test_a_file_that_repeats_another(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": ROW + OTHER, "valid.jsonl": ROW + OTHER})
    (twin,) = found(cwd=tmp_path)
    assert (twin["rule"], twin["path"], twin["row"]) == ("same-file-twice", "valid.jsonl", None)
    assert [(one["path"], one["row"]) for one in twin["related"]] == [("train.jsonl", 1)]


GRADER = {"type": "string_check", "name": "exact", "operation": "eq", "reference": "{{ item.answer }}"}
TASKS = '[[dataset]]\nstage = "reinforcement"\ntrain = ["*.jsonl"]\ngrader = "grader.json"\n'


def task(**fields: Any) -> str:
    return json.dumps({"messages": [{"role": "user", "content": "6 x 7?"}], **fields}) + "\n"


def test_every_row_has_what_the_grader_reads(tmp_path: Path) -> None:
    files = {
        "a.jsonl": task(answer=42) + task(result=42),
        "grader.json": json.dumps(GRADER),
        "turnlint.toml": TASKS,
    }
    write(tmp_path, files)
    (lack,) = found(cwd=tmp_path)
    assert (lack["rule"], lack["row"], lack["severity"]) == ("missing-grader-item", 2, "error")
    assert lack["location"] == {"line": 2, "column": 1}
    shown = turnlint("config", "a.jsonl", cwd=tmp_path).stdout
    (line,) = (one for one in shown.splitlines() if one.startswith("grader reads: "))
    assert " ".join(line.split()) == "grader reads: `item.answer` (turnlint.toml:4)"


def test_a_grader_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": task(answer=42), "turnlint.toml": TASKS})
    done = turnlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"turnlint: {tmp_path}/turnlint.toml: there is no file `grader.json`\n"
