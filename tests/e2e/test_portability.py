"""`turnlint target FILE…` and `turnlint check --target all` as users see them: a table, and JSON."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.e2e.test_cli import START, Done, environment, turnlint, write

from turnlint.config.candidates import trainers

CHAT = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}\n'
WEIGHTED = '{"messages":[{"role":"user","content":"Hi","weight":1},{"role":"assistant","content":"Hey"}]}\n'
SOFT = '{"messages":[{"role":"User","content":"Hi"},{"role":"assistant","content":"Hey"}]}\n'
ALPACA = '{"instruction":"Name a prime.","output":"7"}\n'
PAIR = ("openai", "azure")


def chat(count: int = 12) -> str:
    return "".join(CHAT % (at, at) for at in range(count))


def target(*arguments: str, cwd: Path, **options: Any) -> Done:
    return turnlint("target", *arguments, cwd=cwd, **options)


def as_json(*arguments: str, cwd: Path, **options: Any) -> Any:
    done = target("--output-format", "json", *arguments, cwd=cwd, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def verdicts(found: Any) -> dict[str, str]:
    return {one["name"]: one["verdict"] for one in found["targets"]}


def test_a_table_of_some_targets(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat() + 2 * WEIGHTED + "{\n" + ALPACA})
    done = target("openai", "azure", "train.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == SHOWN.splitlines()


SHOWN = """\
train.jsonl: 16 rows

azure   refused   2 rows: weight-outside-assistant (row 13)
                  1 row: invalid-json (row 15)
                  1 row: mixed-formats (row 16)
                  4 rows refused
openai  refused   2 rows: weight-outside-assistant (row 13)
                  1 row: invalid-json (row 15)
                  1 row: mixed-formats (row 16)
                  4 rows refused
                  (closes on 2027-01-06)

What is wrong
  weight-outside-assistant: A `weight` stands on a user message. Refuses the
    file (azure, openai).
  invalid-json: The row breaks off here: } is missing at its end. Refuses the
    file (azure, openai).
  mixed-formats: This row is in the Alpaca format, and the file is judged as
    OpenAI chat. Convert it, or move it to a file of its own. Refuses the file
    (azure, openai).
"""


def test_every_target_has_its_line(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat()})
    done = target("train.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    head, _, rest = done.stdout.partition("\n\n")
    assert head == "train.jsonl: 12 rows"
    table = rest.partition("\n\n")[0].splitlines()
    names = [line.split()[0] for line in table if not line.startswith(" ")]
    assert sorted(names) == trainers()
    said = [line.split()[1] for line in table if not line.startswith(" ")]
    assert said == sorted(said, key=["accepted", "degraded", "refused"].index)
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_what_is_wrong_and_what_helps(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat() + SOFT, "pairs it's.jsonl": 12 * ALPACA})
    done = target("openai", "train.jsonl", cwd=tmp_path)
    assert "  turnlint check --fix --target openai train.jsonl\n    for openai\n" in done.stdout
    assert turnlint("check", "-q", "--fix", "--target", "openai", "train.jsonl", cwd=tmp_path).returncode == 0
    assert verdicts(as_json("openai", "train.jsonl", cwd=tmp_path)) == {"openai": "accepted"}
    done = target("openai", "azure", "pairs it's.jsonl", cwd=tmp_path)
    helps = done.stdout.partition("What helps\n")[2]
    assert helps == "  turnlint convert --to openai-chat 'pairs it'\"'\"'s.jsonl'\n    for azure, openai\n"


def test_of_many_commands_some_are_told(tmp_path: Path) -> None:
    write(tmp_path, {f"{at}.jsonl": 12 * ALPACA for at in range(13)})
    helps = target("openai", ".", cwd=tmp_path).stdout.partition("What helps\n")[2].splitlines()
    assert len(helps) == 21
    assert helps[-1] == "  and 3 more: --output-format json has all"


def test_a_closed_service_is_told_and_not_helped(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": 12 * ALPACA})
    done = target("openai:gpt-3.5-turbo", "train.jsonl", cwd=tmp_path)
    assert "(closed since 2026-10-23)" in done.stdout
    assert "What helps" not in done.stdout


def test_as_json(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat() + 2 * WEIGHTED})
    found = as_json("openai", "hf-datasets", "train.jsonl", cwd=tmp_path)
    (file,) = found["files"]
    assert (file["path"], file["rows"], file["format"]) == ("train.jsonl", 14, "openai-chat")
    (one,) = (each for each in file["targets"] if each["name"] == "openai")
    (reason,) = one.pop("reasons")
    assert one == {
        "name": "openai",
        "title": "OpenAI",
        "verdict": "refused",
        "format": "openai-chat",
        "refused_rows": 2,
        "degraded_rows": 0,
        "remedy": one["remedy"],
        "status": {"state": "closing", "on": "2027-01-06"},
    }
    assert "weight" in reason.pop("message")
    assert reason == {
        "rule": "weight-outside-assistant",
        "severity": "error",
        "effect": "OpenAI refuses the file",
        "rows": 2,
        "first_row": 13,
    }


def test_json_holds_what_its_schema_says(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": chat() + SOFT, "b.jsonl": 12 * ALPACA, "c.jsonl": "", "d.jsonl": "{\n"})
    schema = json.loads(turnlint("schema", "target", cwd=tmp_path).stdout)
    found = as_json(".", cwd=tmp_path)
    assert jsonschema_rs.is_valid(schema, found)
    assert [file["path"] for file in found["files"]] == ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl"]
    order = [("accepted", "degraded", "refused").index(one["verdict"]) for one in found["targets"]]
    assert order == sorted(order)
    assert {one["name"] for one in found["targets"]} == set(trainers())


def test_several_files_are_one_table(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": chat() + WEIGHTED, "b.jsonl": chat() + WEIGHTED, "c.jsonl": 12 * ALPACA})
    done = target("openai", ".", cwd=tmp_path)
    assert done.stdout.startswith(
        "3 files: 38 rows\n\nopenai  refused   1 file: format-not-accepted (c.jsonl)\n"
    )
    assert "  2 rows: weight-outside-assistant (a.jsonl:13)\n" in done.stdout


def test_files_come_as_they_come_to_check(tmp_path: Path) -> None:
    write(tmp_path, {"rows.json": "[" + chat(12).strip().replace("\n", ",") + "]"})
    (tmp_path / "train.jsonl.gz").write_bytes(gzip.compress((chat() + WEIGHTED).encode()))
    (file,) = as_json("openai", "train.jsonl.gz", cwd=tmp_path)["files"]
    told = [(one["rule"], one["rows"], one["first_row"]) for one in file["targets"][0]["reasons"]]
    assert told == [("weight-outside-assistant", 1, 13), ("file-extension", None, None)]
    assert file["targets"][0]["remedy"] is None
    assert verdicts(as_json("openai", "rows.json", cwd=tmp_path)) == {"openai": "refused"}
    assert verdicts(as_json("openai", "-", cwd=tmp_path, stdin=chat())) == {"openai": "accepted"}
    found = as_json("openai", "-", "--stdin-filename", "train.jsonl", cwd=tmp_path, stdin=chat(3))
    assert found["files"][0]["targets"][0]["reasons"][0]["rule"] == "too-few-examples"


def test_what_cannot_be_read_is_told_behind_the_table(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat()})
    (tmp_path / "bad.jsonl.gz").write_bytes(b"\x1f\x8bno")
    done = target("openai", "train.jsonl", "bad.jsonl.gz", cwd=tmp_path)
    assert done.returncode == 2
    assert "bad.jsonl.gz: " in done.stderr
    assert "openai  accepted" in done.stdout


def test_a_word_is_a_target_unless_it_is_a_path(tmp_path: Path) -> None:
    write(tmp_path, {"openai": chat(), "hf-datasets": chat()})
    assert target("openai", cwd=tmp_path).stdout.startswith("openai: OpenAI\n")
    assert target("openai", "azure", cwd=tmp_path).stdout.count("\nRules:\n") == 2
    assert verdicts(as_json("hf-datasets", "./openai", cwd=tmp_path)) == {"hf-datasets": "accepted"}
    done = target("azur", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `azure`" in done.stderr
    done = target("azure", "nothing.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing.jsonl: No such file" in done.stderr
    assert "unknown model" in target("openai:gpt-4.11", "openai", cwd=tmp_path).stderr


def test_settings_say_what_files_are_and_nothing_of_rules(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"train.jsonl": chat() + WEIGHTED, "turnlint.toml": 'ignore = ["roles"]\ntarget = "azure"\n'},
    )
    assert verdicts(as_json("openai", "train.jsonl", cwd=tmp_path)) == {"openai": "refused"}
    write(tmp_path, {"turnlint.toml": '[[dataset]]\nvalidation = ["train.jsonl"]\n', "train.jsonl": chat(3)})
    assert verdicts(as_json("openai", "train.jsonl", cwd=tmp_path)) == {"openai": "accepted"}


def test_output_goes_to_a_file_that_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat()})
    done = target("openai", "train.jsonl", "-o", "table.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "table.txt").read_text().startswith("train.jsonl: 12 rows\n")
    done = target("openai", "train.jsonl", "-o", "train.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "train.jsonl").read_text() == chat()


def test_a_file_that_is_no_training_data_is_taken_by_nobody(tmp_path: Path) -> None:
    write(tmp_path, {"log.jsonl": 20 * '{"level":"info","at":1}\n'})
    assert set(verdicts(as_json("log.jsonl", cwd=tmp_path)).values()) == {"refused"}
    assert turnlint("check", "--target", "all", "log.jsonl", cwd=tmp_path).returncode == 1


def test_names_of_files_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    name = "a\x1b[2Jb\u202e.jsonl"
    write(tmp_path, {name: chat() + SOFT})
    done = target("openai", name, "--color", "always", cwd=tmp_path)
    assert "\x1b[2J" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "\x1b[1;31mrefused" in done.stdout


def test_check_with_all_targets_is_the_same_table(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat(), "other.jsonl": 12 * "{\n"})
    done = turnlint("check", "train.jsonl", "--target", "all", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, target("train.jsonl", cwd=tmp_path).stdout)
    done = turnlint("check", "other.jsonl", "--target=all", "--output-format", "json", cwd=tmp_path)
    assert json.loads(done.stdout) == as_json("other.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert turnlint("check", "other.jsonl", "--target=all", "--exit-zero", cwd=tmp_path).returncode == 0
    assert turnlint("check", "nothing.jsonl", "--target=all", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--fix"], "--fix does not go with --target all"),
        (["--select", "json"], "--select does not go with --target all"),
        (["--output-format", "sarif"], "one output format of full, concise, json"),
        (["--add-baseline"], "--add-baseline does not go with --target all"),
    ],
)
def test_what_is_about_findings_is_refused_with_all_targets(
    tmp_path: Path, options: list[str], words: str
) -> None:
    write(tmp_path, {"train.jsonl": chat()})
    done = turnlint("check", "train.jsonl", "--target", "all", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_other_commands_take_one_target(tmp_path: Path) -> None:
    assert turnlint("stats", "--target", "all", cwd=tmp_path).returncode == 2


def test_lines_fit_a_narrow_terminal(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": chat() + WEIGHTED})
    parent, child = pty.openpty()
    command = [*START, "target", "train.jsonl"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(COLUMNS="80"), stdout=child) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.close(parent)
    assert process.returncode == 0
    assert b"\x1b[1;31mrefused" in shown
