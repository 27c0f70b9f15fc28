"""The command line as users see it: arguments and files in; streams and an exit status out.

What depends on the process, its streams and signals, runs in one of its own; the rest calls `main`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import chdir, suppress
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import jsonschema_rs
import pytest

from turnlint.cli import main
from turnlint.cli._inputs import Source
from turnlint.cli._program import command_names, parser_of
from turnlint.cli._reading import Progress, open_source
from turnlint.report import report_names

GOOD = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}'
BAD = '{"messages":[{"role":"usr","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}'

ROOT = Path(__file__).parents[2]
START = [sys.executable, "-m", "turnlint"]
LINES = ("--output-format", "json-lines", "--quiet")


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def rows(pattern: str, count: int = 12) -> str:
    return "".join(pattern % (number, number) + "\n" for number in range(count))


def environment(**changes: str) -> dict[str, str]:
    unwanted = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI")
    return {key: value for key, value in os.environ.items() if key not in unwanted} | changes


def turnlint(*arguments: str, cwd: Path, stdin: str = "", env: dict[str, str] | None = None) -> Done:
    """Call the program in this process."""
    written = [io.BytesIO(), io.BytesIO()]
    out, err = (io.TextIOWrapper(one, "utf-8", write_through=True) for one in written)
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    with (
        chdir(cwd),
        mock.patch.dict(os.environ, env or environment(), clear=True),
        mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err),
    ):
        status = main(arguments)
        return checked(Done(status, *(one.getvalue().decode() for one in written)))


def program(*arguments: str, cwd: Path, stdout: Any = subprocess.PIPE) -> Done:
    """Run the program as a process of its own."""
    done = subprocess.run(
        [*START, *arguments],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return checked(Done(done.returncode, done.stdout or "", done.stderr))


def shell(command: str, cwd: Path) -> Done:
    """Run a line of bash, in which `$TURNLINT` starts the program."""
    env = environment(TURNLINT=" ".join(START))
    done = subprocess.run(
        ["bash", "-c", command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    return checked(Done(done.returncode, done.stdout, done.stderr))


def checked(done: Done) -> Done:
    """Whatever happens, nobody sees a traceback."""
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    return done


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def paths(done: Done) -> list[str]:
    """The files that findings in JSON lines speak of, in order, each once."""
    return list(dict.fromkeys(json.loads(line)["path"] for line in done.stdout.splitlines()))


# Exit status and streams


def test_clean_files_say_so(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    done = program("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "No problems found in 1 file.\n")
    assumed = "No target set: openai-chat rows are judged by the rules of OpenAI (set --target)."
    assert done.stderr == f"{assumed}\n"
    quiet = turnlint("--check", "--quiet", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_findings_go_to_stdout_and_end_in_a_summary(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD, 20) + BAD % (99, 99) + "\n"})
    done = program("check", "a.jsonl", "--target", "openai", cwd=tmp_path)
    first, summary = done.stdout.splitlines()
    assert first.startswith(
        "a.jsonl:21:22: error[unknown-role] `usr` is not a role: OpenAI refuses the file."
    )
    assert summary == "Found 1 problem (1 error) in 1 file. --fix --unsafe-fixes can fix 1."
    assert (done.returncode, done.stderr) == (1, "")


def test_what_fails_the_check(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD) + GOOD % (0, 0) + "\n"})
    status = {
        options: turnlint("check", *options, cwd=tmp_path).returncode
        for options in [(), ("--fail-on", "error"), ("--exit-zero",), ("--ignore", "duplicates")]
    }
    assert list(status.values()) == [1, 0, 0, 0]
    write(tmp_path, {"turnlint.toml": 'fail-on = "error"'})
    assert turnlint("check", cwd=tmp_path).returncode == 0
    assert turnlint("check", "--fail-on", "warning", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--since"], "turnlint: --since needs a value\n"),
        (["check", "-o"], "turnlint: -o/--output-file needs a value\n"),
        (["check", "--slect", "json"], "unknown option `--slect`; did you mean `--select`"),
        (["check", "--select", "jsn"], "unknown rule or family `jsn`; did you mean `json`"),
        (["check", "--output-format", "jsn"], "did you mean `json`"),
        (["check", "--fail-on", "eror"], "did you mean `error`"),
        (["check", "--max-diagnostics", "-1"], "max-diagnostics"),
        (["check", "--target", "opnai"], "did you mean `openai`"),
        (["check", "--config", "nowhere.toml"], "nowhere.toml: No such file"),
        (["check", "nowhere.jsonl"], "nowhere.jsonl: No such file"),
        (["check", "no*.jsonl"], "none matches"),
        (
            ["check", "."],
            ".: no JSONL files here. Name files of other kinds, such as .json, to check them.\n",
        ),
        (["check", "lost.jsonl"], "lost.jsonl: No such file"),
        (["check", "\x1b[2Jx"], "\ufffd[2Jx"),
        (["check", "/x" * 3_000], "File name too long"),
        (["check", "-o", "no/where.json", "-"], "cannot write to no/where.json"),
        (["chekc"], "unknown command `chekc`; did you mean `check`"),
        (["turnlint.txt"], "to check the file, write `turnlint check turnlint.txt`"),
        (["--chekc"], "did you mean `--check`"),
        (["rule", "unkown-role"], "did you mean `unknown-role`"),
        (["rule", "unknown-role", "--all"], "not both"),
        (["schema"], "required: NAME"),
        (["check", "-o", "", "-"], "cannot write to a file without a name"),
        (["check", "--", "--quiet"], "--quiet: No such file"),
        (["version", "extra"], "unexpected argument `extra`"),
        (["target", "openai:gpt-4.11"], "did you mean `gpt-4.1`"),
        (["check", "--target", "openai:ft:gpt-4.1-mni-2025-04-14:org::id"], "did you mean `gpt-4.1-mini`"),
        (["check", "--target", "openai:o3"], "OpenAI does not train `o3`; it trains gpt-4.1, "),
        (["check", "--token-limit", "0"], "`0` is not a number of tokens (--token-limit)"),
        (["check", "--token-limit", "9" * 5_000], "` is not a number of tokens (--token-limit)"),
        (["check", "--token-limit", "4k"], "`4k` is not a number of tokens (--token-limit)"),
        (["check", "--tokenizer", "o200k"], "did you mean `o200k_base`"),
        (["check", "--tokenizer", "org/model"], "turnlint downloads nothing"),
        (["check", "-", "--chat-template", "turnlint.txt"], "name that too"),
        (["format", "alpca"], "did you mean `alpaca`"),
        ([], "Usage: turnlint COMMAND"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "lost.jsonl").symlink_to("gone.jsonl") if arguments[1:] == ["lost.jsonl"] else None
    (tmp_path / "turnlint.txt").touch()
    done = turnlint(*arguments, cwd=tmp_path)
    assert words in done.stderr
    assert (done.returncode, done.stdout) == (2, "")


def test_settings_that_cannot_be_obeyed(tmp_path: Path) -> None:
    write(tmp_path, {"data/a.jsonl": rows(GOOD), "data/turnlint.toml": 'targt = "openai"'})
    done = turnlint("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "turnlint.toml: unknown key `targt`; did you mean `target`" in done.stderr
    assert turnlint("check", "--isolated", cwd=tmp_path).returncode == 0


def test_what_can_be_read_is_checked_though_other_files_cannot(tmp_path: Path) -> None:
    packed = gzip.compress(rows(GOOD, 5_000).encode())
    write(tmp_path, {"a.jsonl": rows(BAD)})
    (tmp_path / "b.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "c.jsonl").symlink_to("c.jsonl")
    done = turnlint("check", *LINES, cwd=tmp_path)
    assert done.returncode == 2
    assert paths(done) == ["a.jsonl"]
    assert done.stderr.startswith("turnlint: b.jsonl.gz: damaged: ")
    assert "turnlint: c.jsonl: Too many levels of symbolic links" in done.stderr


# Which files


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    names = ["B.jsonl", "a/b.ndjson", "a/c/d.JSONL", "e.jsonl"]
    others = [".hidden/a.jsonl", ".a.jsonl", "a/b.json", "a/b.txt", "node_modules/a.jsonl"]
    write(tmp_path, dict.fromkeys([*names, *others], rows(BAD)))
    (tmp_path / "a" / "b.ndjson.gz").write_bytes(gzip.compress(rows(BAD).encode()))
    (tmp_path / "a" / "up").symlink_to("..")
    os.mkfifo(tmp_path / "pipe.jsonl")
    done = turnlint("check", *LINES, cwd=tmp_path)
    assert paths(done) == ["B.jsonl", "a/b.ndjson", "a/b.ndjson.gz", "a/c/d.JSONL", "e.jsonl"]
    assert (done.returncode, done.stderr) == (1, "")
    (tmp_path / "a" / "up").unlink()
    done = turnlint("check", *LINES, "./a", "e.jsonl", "a/../e.jsonl", "a/*.txt", cwd=tmp_path)
    assert paths(done) == ["./a/b.ndjson", "./a/b.ndjson.gz", "./a/c/d.JSONL", "e.jsonl", "a/b.txt"]


def test_gitignore(tmp_path: Path) -> None:
    names = ["a.jsonl", "data/b.jsonl", "deep/c.jsonl", "deep/keep.jsonl", "deep/er/d.jsonl", "local.jsonl"]
    write(tmp_path, dict.fromkeys(names, rows(BAD)))
    write(
        tmp_path,
        {
            ".gitignore": "# data\ndata/\ndeep/*.jsonl\n",
            "deep/.gitignore": "!keep.jsonl\n",
            ".git/info/exclude": "local.jsonl\n",
        },
    )
    assert paths(turnlint("check", *LINES, cwd=tmp_path)) == ["a.jsonl", "deep/er/d.jsonl", "deep/keep.jsonl"]
    named = turnlint("check", *LINES, "data", "local.jsonl", cwd=tmp_path)
    assert paths(named) == ["data/b.jsonl", "local.jsonl"]
    forced = turnlint("check", *LINES, "--force-exclude", "data/b.jsonl", "a.jsonl", cwd=tmp_path)
    assert paths(forced) == ["a.jsonl"]
    nothing = turnlint("check", "--force-exclude", "data/b.jsonl", cwd=tmp_path)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    write(tmp_path, {".gitignore": "*.jsonl", "deep/.gitignore": ""})
    empty = turnlint("check", cwd=tmp_path)
    assert empty.returncode == 2
    assert "What .gitignore lists is left out" in empty.stderr


def test_gitignore_says_nothing_of_what_is_in_git(tmp_path: Path) -> None:
    kept = "in/deep/名 'a'.jsonl"
    write(tmp_path, {"in/.gitignore": "*.jsonl", **dict.fromkeys((kept, "in/b.jsonl"), rows(BAD))})
    forced = ("check", *LINES, "--force-exclude", kept, "in/b.jsonl")
    shell("git init -q && git -C in add --force deep", tmp_path)
    assert paths(turnlint(*forced, cwd=tmp_path)) == [kept]
    nowhere = environment(PATH=str(tmp_path))
    assert paths(turnlint(*forced, cwd=tmp_path, env=nowhere)) == []
    (tmp_path / "turnlint.toml").write_text('exclude = ["deep"]')
    assert paths(turnlint(*forced, cwd=tmp_path)) == []


def test_include_and_exclude(tmp_path: Path) -> None:
    names = ["a.jsonl", "data/b.jsonl", "data/c.txt", "data/old/d.txt"]
    write(tmp_path, dict.fromkeys(names, rows(BAD)))
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "data/",
            "turnlint.toml": 'include = ["data/**/*.txt"]\nexclude = ["old"]',
        },
    )
    assert paths(turnlint("check", *LINES, cwd=tmp_path)) == ["data/c.txt"]
    assert paths(turnlint("check", *LINES, "data/old/d.txt", cwd=tmp_path)) == ["data/old/d.txt"]
    assert paths(turnlint("check", *LINES, "--force-exclude", "data/old/d.txt", cwd=tmp_path)) == []
    assert paths(turnlint("check", *LINES, "--isolated", ".", cwd=tmp_path)) == ["a.jsonl"]


def test_standard_input_and_pipes(tmp_path: Path) -> None:
    write(tmp_path, {"turnlint.toml": '[per-file-ignores]\n"quiet.jsonl" = ["roles"]', "a.jsonl": rows(BAD)})
    done = turnlint("check", "-", *LINES, cwd=tmp_path, stdin=rows(BAD))
    assert paths(done) == ["-"]
    done = turnlint("check", "-", *LINES, "--stdin-filename", "quiet.jsonl", cwd=tmp_path, stdin=rows(BAD))
    assert (done.returncode, paths(done)) == (0, [])
    piped = shell("$TURNLINT check -q <(cat a.jsonl a.jsonl) --select duplicates", tmp_path)
    assert "this row repeats row 1" in piped.stdout.lower()


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9\x1b[2J.jsonl")).write_text(rows(BAD, 1))
    for output_format in ("full", "json-lines"):
        done = program("check", "--output-format", output_format, cwd=tmp_path)
        assert done.returncode == 1
        assert "caf\ufffd" in done.stdout
        assert "\x1b" not in done.stdout


def test_names_that_look_like_options(tmp_path: Path) -> None:
    write(tmp_path, {"-a.jsonl": rows(BAD, 1), "--other": rows(BAD, 1), "b.jsonl": rows(BAD, 1)})
    done = turnlint(
        "check", "b.jsonl", *LINES, "--select", "roles", "--", "-a.jsonl", "--other", cwd=tmp_path
    )
    assert paths(done) == ["b.jsonl", "-a.jsonl", "--other"]


@pytest.mark.parametrize("name", ["-ofindings.jsonl", "--output-file=findings.jsonl", "--exit-zero", "-q"])
def test_the_name_of_a_file_gives_no_order(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: rows(BAD, 1)})
    refused = turnlint("check", name, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"`{name}` names a file and looks like an option; write `./{name}`" in refused.stderr
    for arguments in ([f"./{name}"], ["--", name]):
        assert turnlint("check", *LINES, *arguments, cwd=tmp_path).returncode == 1
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_pipe_has_no_name_to_judge(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    done = shell("$TURNLINT check -q --target openai <(cat a.jsonl)", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


# What is printed


JSON_CONTRACT = {
    "$defs": {
        "position": {
            "type": "object",
            "required": ["line", "column"],
            "properties": {
                "line": {"type": "integer", "minimum": 1},
                "column": {"type": "integer", "minimum": 1},
            },
        },
        "range": {
            "type": "object",
            "required": ["location", "end_location"],
            "properties": {
                "location": {"$ref": "#/$defs/position"},
                "end_location": {"$ref": "#/$defs/position"},
            },
        },
    },
    "$ref": "#/$defs/range",
    "required": [
        *("rule", "family", "severity", "message", "url", "path", "row", "pointer", "part", "inner"),
        *("location", "end_location", "related", "fix"),
    ],
    "properties": {
        "rule": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "family": {"type": "string", "pattern": "^[a-z]+$"},
        "severity": {"enum": ["error", "warning", "info", "hint"]},
        "message": {"type": "string", "minLength": 10, "pattern": "[.?!)]$"},
        "url": {"type": ["string", "null"]},
        "path": {"type": "string", "minLength": 1},
        "row": {"type": ["integer", "null"], "minimum": 1},
        "pointer": {"type": ["string", "null"], "pattern": "^(/.*)?$"},
        "part": {"enum": ["value", "key", None]},
        "inner": {"type": ["string", "null"], "pattern": "^(/.*)?$"},
        "related": {
            "type": "array",
            "items": {
                "$ref": "#/$defs/range",
                "required": ["path", "row", "message"],
                "properties": {
                    "path": {"type": "string"},
                    "row": {"type": ["integer", "null"], "minimum": 1},
                    "message": {"type": "string", "minLength": 3},
                },
            },
        },
        "fix": {
            "type": ["object", "null"],
            "required": ["applicability", "message", "edits"],
            "properties": {
                "applicability": {"enum": ["safe", "unsafe"]},
                "message": {"type": "string", "minLength": 3},
                "edits": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "$ref": "#/$defs/range",
                        "required": ["content"],
                        "properties": {"content": {"type": "string"}},
                    },
                },
            },
        },
    },
}


def test_json_keeps_its_contract(tmp_path: Path) -> None:
    odd = json.dumps({"messages": [{"role": "\ud800", "content": "😀 \udfff", "x\ud83d/~": 1}]})
    demo = (ROOT / "fixtures" / "demo" / "ferry.jsonl").read_text(encoding="utf-8")
    write(tmp_path, {"a.jsonl": f"{demo}{odd}\n", "b.jsonl": ""})
    objects = json.loads(turnlint("check", "--output-format", "json", "--select", "ALL", cwd=tmp_path).stdout)
    lines = turnlint("check", "--output-format", "json-lines", "--select", "ALL", cwd=tmp_path).stdout
    assert [json.loads(line) for line in lines.splitlines()] == objects
    judge = jsonschema_rs.validator_for(JSON_CONTRACT)
    assert [error.message for one in objects for error in judge.iter_errors(one)] == []
    texts = (tmp_path / "a.jsonl").read_text().splitlines()
    for one in objects:
        if one["row"] is None:
            assert one["pointer"] is one["part"] is None
            continue
        start, end = one["location"], one["end_location"]
        assert start["line"] == end["line"] == one["row"]
        assert start["column"] <= end["column"] <= len(texts[one["row"] - 1]) + 1
    order = [(one["path"], one["row"]) for one in objects if one["row"] is not None]
    assert order == sorted(order)
    assert any(one["fix"] for one in objects)
    assert any(one["related"] for one in objects)


@pytest.mark.parametrize("output_format", report_names())
@pytest.mark.parametrize("options", [(), ("--ignore", "secret")])
def test_no_secret_is_printed(tmp_path: Path, output_format: str, options: tuple[str, ...]) -> None:
    secret = "ghp_" + "Kd8Wn3Bx6Tj1Vc9Rm5Ps2Hy7Fg4Lz0QaEuIo"
    chat = '{"messages":[{"role":"usr","content":"%s"},{"role":"assistant","content":"a"}]}'
    bad = [
        chat.replace("%s", "%s and %s"),
        chat.replace("%s", '%s and "so" on'),
        chat.replace("%s", "\\n%s\\t%s"),
        chat.replace("usr", "%s"),
        "%s",
        '{"messages":[{"role":"user","content":"x","name":"%s"},{"role":"assistant","weight":"%s"}]}',
        '{"messages":[{"role":"assistant","tool_calls":[{"id":"%s","type":"function",'
        '"function":{"name":"f","arguments":"{\\"key\\": %s"}}]}]}',
    ]
    write(tmp_path, {"a.jsonl": "\n".join(bad).replace("%s", secret) + "\n"})
    done = turnlint("check", *options, "--output-format", output_format, cwd=tmp_path)
    assert done.returncode == 1
    assert secret[4:16] not in done.stdout
    assert secret[-12:] not in done.stdout


def test_machine_output_is_complete_and_human_output_is_not(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 50), "b.jsonl": rows(BAD, 21)})
    full = turnlint("check", cwd=tmp_path).stdout.splitlines()
    assert [line for line in full if "more" in line] == [
        "a.jsonl: … and 30 more unknown-role",
        "b.jsonl: … and 1 more unknown-role",
    ]
    assert full[-1] == "Found 71 problems (71 errors) in 2 files. --fix --unsafe-fixes can fix 71."
    found = json.loads(turnlint("check", "--output-format", "json", cwd=tmp_path).stdout)
    assert [(one["path"], one["row"]) for one in found] == [
        *(("a.jsonl", row) for row in range(1, 51)),
        *(("b.jsonl", row) for row in range(1, 22)),
    ]
    few = turnlint("check", "--max-diagnostics", "1", "-q", cwd=tmp_path).stdout.splitlines()
    assert len(few) == 4
    everything = turnlint("check", "--max-diagnostics", "0", "-q", cwd=tmp_path).stdout.splitlines()
    assert len(everything) == 71
    counts = turnlint("check", "--statistics", "-q", cwd=tmp_path).stdout
    assert counts == "71  error    roles/unknown-role\n"


def test_output_file(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "findings.jsonl": "old"})
    options = ("--output-format", "json-lines", "--output-file")
    done = turnlint("check", *options, "findings.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len((tmp_path / "findings.jsonl").read_text().splitlines()) == 12
    refused = turnlint("check", "a.jsonl", *options, "./a.jsonl", cwd=tmp_path)
    assert refused.returncode == 2
    assert "would overwrite a.jsonl" in refused.stderr
    assert (tmp_path / "a.jsonl").read_text() == rows(BAD)


@pytest.mark.parametrize(
    ("options", "changes", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"CLICOLOR_FORCE": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--output-format", "json", "--color", "always"), {}, False),
    ],
)
def test_colour(tmp_path: Path, options: tuple[str, ...], changes: dict[str, str], coloured: bool) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1)})
    done = turnlint("check", *options, cwd=tmp_path, env=environment(**changes))
    assert ("\x1b[" in done.stdout) == coloured


def on_terminal(folder: Path, **changes: str) -> str:
    """What the check of a folder shows on a terminal."""
    main, side = pty.openpty()
    command = [*START, "check", "--select", "roles"]
    env = environment(**changes)
    with subprocess.Popen(command, cwd=folder, stdout=side, stderr=subprocess.DEVNULL, env=env) as process:
        process.wait(timeout=60)
    os.close(side)
    shown = os.read(main, 1 << 16).decode()
    os.close(main)
    return shown


@pytest.mark.parametrize(
    ("changes", "coloured"),
    [
        ({"TERM": "xterm", "CI": "true"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "0"}, False),
    ],
)
def test_colour_on_a_terminal(tmp_path: Path, changes: dict[str, str], coloured: bool) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1)})
    assert ("\x1b[" in on_terminal(tmp_path, **changes)) == coloured


def test_on_a_terminal(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": BAD.replace("Say", "x" * 500) % (1, 1) + "\n"})
    shown = on_terminal(tmp_path, COLUMNS="70", TERM="xterm")
    assert "\x1b[1;31merror\x1b[0m" in shown
    frame = next(line for line in shown.splitlines() if line.startswith("1 | "))
    assert len(frame) == 70 - 1  # the left side does without the ellipsis that it has room for
    assert frame.endswith("…")


# Streams that end early


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 5_000)})
    done = shell("$TURNLINT check -q --output-format json | head -n 1; echo ${PIPESTATUS[0]}", tmp_path)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


# Each command, what it needs to do its work, and what a fault of the user is.
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "check": (("a.jsonl",), ("nowhere.jsonl",)),
    "clean": (("--cache-dir", "cache"), ("--no-option",)),
    "completion": (("bash",), ("csh",)),
    "config": ((), ("--target", "nobody")),
    "convert": (("--to", "sharegpt", "a.jsonl"), ("--to", "sharegpt", "nowhere.jsonl")),
    "format": ((), ("no-format",)),
    "init": (("--stdout",), ("--no-option",)),
    "rule": ((), ("no-rule",)),
    "schema": (("openai-chat",), ("no-schema",)),
    "server": (("--help",), ("--tcp", "port")),
    "stats": (("a.jsonl",), ("nowhere.jsonl",)),
    "target": ((), ("nobody",)),
    "version": ((), ("more",)),
}


def test_every_command_is_tried() -> None:
    assert sorted(COMMANDS) == command_names()


@pytest.mark.parametrize("command", COMMANDS)
def test_exit_statuses_and_streams_that_are_closed(tmp_path: Path, command: str) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    right, wrong = COMMANDS[command]
    does_its_work = turnlint(command, *right, cwd=tmp_path)
    assert does_its_work.returncode == 0, does_its_work.stderr
    for arguments in (wrong, ("--no-such-option",)):
        fails = turnlint(command, *arguments, cwd=tmp_path)
        assert (fails.returncode, fails.stdout) == (2, "")
        assert fails.stderr.startswith("turnlint: ")
    right_line = " ".join([command, *right])
    gone = shell(f"$TURNLINT {right_line} 2>&- < /dev/null | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert (gone.stdout, gone.stderr) == ("0\n", "")
    if does_its_work.stdout:
        closed = shell(f"$TURNLINT {right_line} < /dev/null >&-", tmp_path)
        assert closed.returncode == 2
        assert closed.stderr.endswith("turnlint: cannot write to standard output: it is closed\n")


@pytest.mark.parametrize("setting", ["LC_ALL=C", "PYTHONIOENCODING=cp1252"])
def test_output_where_the_system_has_no_utf8(tmp_path: Path, setting: str) -> None:
    """As on systems without a locale, and on old Windows; into a file or pipe it is UTF-8 all the same."""
    write(tmp_path, {"a.jsonl": rows(BAD.replace("Say", "Sag “é” 😀"), 1), "名前.jsonl": rows(BAD, 1)})
    done = shell(f"{setting} $TURNLINT check --output-format full *.jsonl nowhere-名前.jsonl", tmp_path)
    assert done.returncode == 2
    assert "Sag “é” 😀" in done.stdout
    assert "名前.jsonl:1:" in done.stdout
    assert "nowhere-" in done.stderr


@pytest.mark.parametrize(("arguments", "status"), [(["check", "a.jsonl"], 0), (["check", "b.jsonl"], 2)])
def test_nobody_reads_what_is_said_besides(tmp_path: Path, arguments: list[str], status: int) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*START, *arguments],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=written,
        check=False,
    )
    os.close(written)
    assert (done.returncode, done.stdout) == (status, b"No problems found in 1 file.\n" * (not status))


EXAMPLES = [
    (name, line)
    for name in command_names()
    for line in re.findall(r"^  .*\bturnlint .+$", parser_of(name).epilog or "", re.MULTILINE)
]


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line.strip() for _, line in EXAMPLES])
def test_examples_can_be_run_as_they_stand(name: str, line: str) -> None:
    command, *words = shlex.split(re.split(r"[|>)]|\s{2,}", line.strip().partition("turnlint ")[2])[0])
    assert command == name
    parser_of(command).parse(words)


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_help_fits(tmp_path: Path, columns: int) -> None:
    for command in command_names():
        text = turnlint(command, "--help", cwd=tmp_path, env=environment(COLUMNS=str(columns))).stdout
        options = text.partition("\nExamples:")[0]
        assert max(map(len, options.splitlines())) <= min(columns, 100)
        assert max(map(len, text.splitlines())) <= 100
        assert (command == "version") or "\nExamples:\n" in text
    top = turnlint("--help", cwd=tmp_path).stdout
    assert max(map(len, top.splitlines())) <= 100


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_check_as_an_option_stands_anywhere(tmp_path: Path, order: tuple[int, ...]) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD)})
    parts = (["--check"], ["--select", "roles", "--output-format=concise"], ["a.jsonl", "-q"])
    done = turnlint(*(word for at in order for word in parts[at]), cwd=tmp_path)
    assert (done.returncode, done.stdout.count("unknown-role")) == (1, 12)
    spelled = turnlint(*(["--check", "--help"] if order[0] == 0 else ["--help", "--check"]), cwd=tmp_path)
    assert spelled == turnlint("check", "--help", cwd=tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["check", "-q"]])
def test_output_that_cannot_be_written(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 5)})
    with Path("/dev/full").open("w") as full:
        done = program(*arguments, cwd=tmp_path, stdout=full)
    assert done.returncode == 2
    assert done.stderr == "turnlint: cannot write to standard output: No space left on device\n"


def test_interrupt(tmp_path: Path) -> None:
    command = [*START, "check", "-"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(rows(GOOD, 40_000).encode())  # more than is read before the first word is said
        process.stdin.flush()
        assert process.stderr.readline().startswith(b"No target set")
        while process.poll() is None:  # the interpreter misses an interrupt just before it begins to wait
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        assert process.returncode == 130
        assert process.stderr.read() == b""


DRAFTED = {
    "page": ("stats", "-", "--html", "page.html"),
    "report": ("check", "-q", "-", "--output-format", "sarif:findings.sarif"),
    "fixes": ("check", "-q", "--fix", "-", "a.jsonl"),
}
"""Commands that write files while they read standard input."""


@pytest.mark.parametrize("command", DRAFTED)
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_who_is_told_to_end_leaves_nothing(
    tmp_path: Path, command: str, number: signal.Signals, status: int
) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD)})
    process = subprocess.Popen(
        [*START, *DRAFTED[command]],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(rows(BAD, 5_000).encode())
        process.stdin.flush()
        end = time.monotonic() + 30
        while len(list(tmp_path.iterdir())) == 1 and time.monotonic() < end:
            time.sleep(0.01)
        assert len(list(tmp_path.iterdir())) == 2
        while process.poll() is None:  # the interpreter misses a signal just before it begins to wait
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        assert (process.returncode, process.stderr.read()) == (status, b"")
    assert [one.name for one in tmp_path.iterdir()] == ["a.jsonl"]


# Several files


def test_files_of_a_data_set_are_compared_and_told_as_named(tmp_path: Path) -> None:
    pair = GOOD.replace("Say", "Tell me when high water is and say")
    write(
        tmp_path,
        {
            "data/train.jsonl": rows(GOOD, 1) + rows(pair, 1),
            "data/valid.jsonl": rows(pair, 1) + rows(BAD, 1),
            "other.jsonl": rows(BAD, 1),
        },
    )
    named = ["data/valid.jsonl", "other.jsonl", "data/train.jsonl"]
    run = turnlint("check", *named, "--output-format", "json-lines", "--select", "ALL", cwd=tmp_path)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [path for path, _ in groupby(one["path"] for one in found)] == named
    across = [one for one in found for related in one["related"] if related["path"] != one["path"]]
    assert {
        (one["path"], one["row"], one["related"][0]["path"], one["related"][0]["row"]) for one in across
    } == {("data/valid.jsonl", 1, "data/train.jsonl", 2)}
    shown = turnlint("check", *named, "--output-format", "full", "--select", "ALL", cwd=tmp_path).stdout
    assert "(data/train.jsonl:2)" in shown


def test_what_is_accepted_because_of_another_file(tmp_path: Path) -> None:
    pair = GOOD.replace("Say", "Tell me when high water is and say")
    write(tmp_path, {"train.jsonl": rows(GOOD) + rows(pair), "valid.jsonl": rows(pair)})
    assert turnlint("check", "--add-baseline", cwd=tmp_path).returncode == 0
    accepted = json.loads((tmp_path / "turnlint-baseline.json").read_text())["accepted"]
    assert {one["path"] for one in accepted if one["row"]} == {"valid.jsonl"}
    assert turnlint("check", "--quiet", "--fail-on", "hint", cwd=tmp_path).stdout == ""


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "9" * 20])
def test_a_number_of_processes_that_is_none(tmp_path: Path, jobs: str) -> None:
    run = turnlint("check", f"--jobs={jobs}", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, f"turnlint: `{jobs}` is not a number of processes (--jobs)\n")


def test_as_many_files_as_one_likes(tmp_path: Path) -> None:
    """More than a process may have open at first."""
    files = {f"part-{number:05}.jsonl": rows(GOOD, 1) + GOOD % (number, number) for number in range(1, 41)}
    write(tmp_path, files | {"turnlint.toml": '[[dataset]]\ntrain = ["*.jsonl"]'})
    run = shell("ulimit -Sn 32; $TURNLINT check --statistics --ignore dataset", tmp_path)
    assert (run.returncode, "Too many" in run.stderr) == (1, False)
    assert "39  warning  duplicates/exact-duplicate" in run.stdout


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    terminal = Terminal()
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress(10_000_000)
    progress.advance(1_000_000)
    assert terminal.getvalue() == ""
    progress.advance(3_000_000)
    progress.compared(0)
    progress.advance(3_000_000)
    progress.compared(0.2)
    progress.compared(1)
    progress.advance(6_000_000)
    progress.clear()
    progress.clear()
    assert terminal.getvalue().split("\r\x1b[2K") == [
        "",
        "4 MB of 10 MB, 2 MB/s, 8 s left",
        "4 MB read, 20% of the rows compared, 4 s left",
        "4 MB read, 100% of the rows compared, 0 s left",
        "10 MB of 10 MB, 2 MB/s, 6 s left",
        "",
    ]


@pytest.mark.parametrize(
    ("quiet", "ci", "stdin"), [(True, "", False), (False, "true", False), (False, "", True)]
)
def test_who_sees_no_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool, ci: str, stdin: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.delenv("CI", raising=False)
    file = tmp_path / "a.jsonl"
    assert Progress.of([Source("a.jsonl", file)], quiet=False) is not None
    monkeypatch.setenv("CI", ci)
    assert Progress.of([Source("a.jsonl", file, stdin)], quiet=quiet) is None


def test_reading_advances_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(rows(GOOD, 10_000))
    read: list[int] = []
    progress = Progress(path.stat().st_size)
    monkeypatch.setattr(progress, "advance", read.append)
    with open_source(Source("a.jsonl", path), progress) as stream:
        assert b"".join(iter(lambda: stream.read(1 << 18), b"")) == path.read_bytes()
    assert sum(read) == path.stat().st_size


# Other commands


def test_version_and_help(tmp_path: Path) -> None:
    assert program("--version", cwd=tmp_path).stdout == turnlint("version", cwd=tmp_path).stdout
    top = turnlint("--help", cwd=tmp_path)
    commands = ("check", "config", "format", "rule", "schema", "server", "target", "version")
    assert top.returncode == 0
    assert all(f"\n  {command} " in top.stdout for command in commands)
    for command in ("check", "server"):
        done = turnlint(command, "--help", cwd=tmp_path)
        assert done.returncode == 0
        assert done.stdout.startswith(f"Usage: turnlint {command} ")
        assert "Examples:" in done.stdout
        assert turnlint("help", command, cwd=tmp_path) == done
    assert "did you mean `check`" in turnlint("help", "chekc", cwd=tmp_path).stderr


def test_pages(tmp_path: Path) -> None:
    page = turnlint("rule", "roles/unknown-role", cwd=tmp_path).stdout
    assert page.startswith("roles/unknown-role\n==================\n")
    assert "\nWhat it does:\n" in page
    rules = json.loads(turnlint("rule", "--all", "--output-format", "json", cwd=tmp_path).stdout)
    assert all(one["name"] and one["family"] and "What it does" in one["page"] for one in rules)
    listed = turnlint("rule", cwd=tmp_path).stdout.splitlines()
    assert len(listed) == len(rules)
    assert "openai-chat" in turnlint("format", cwd=tmp_path).stdout
    assert "messages  " in turnlint("format", "openai-chat", cwd=tmp_path).stdout
    assert "azure" in turnlint("target", cwd=tmp_path).stdout
    assert "  gpt-4.1-nano            32,768 tokens" in turnlint("target", "azure", cwd=tmp_path).stdout
    assert "o200k_base   closed since 2026-10-23\n" in turnlint("target", "openai", cwd=tmp_path).stdout
    assert "unknown-role" in turnlint("target", "openai", cwd=tmp_path).stdout
    schema = json.loads(turnlint("schema", "openai-chat", cwd=tmp_path).stdout)
    assert "messages" in schema["$defs"]["Chat"]["properties"]
    write(tmp_path, {"turnlint.toml": 'target = "azure:gpt-4.1"'})
    shown = turnlint("config", cwd=tmp_path).stdout
    assert re.search(r"^target: +azure:gpt-4.1 +\(turnlint.toml:1\)$", shown, re.MULTILINE)
    isolated = turnlint("config", "--isolated", cwd=tmp_path).stdout
    assert re.search(r"generic; each format is judged by its home +\(default\)$", isolated, re.MULTILINE)
    assert "roles/no-user" in shown


def holding(*arguments: str, cwd: Path) -> dict[str, tuple[str, str]]:
    """What `turnlint config` says that holds: values, and where they come from."""
    done = turnlint("config", *arguments, "--output-format", "json", cwd=cwd)
    return {name: (one["value"], one["origin"]) for name, one in json.loads(done.stdout)["holds"].items()}


def test_config_says_how_tokens_are_counted(tmp_path: Path) -> None:
    held = holding(cwd=tmp_path)
    assert held["tokenizer"] == ("o200k_base", "default")
    assert held["token limit"] == ("65,536 (OpenAI)", "default")
    held = holding("--target", "openai:ft:gpt-3.5-turbo-0125:org::id", cwd=tmp_path)
    assert held["model"] == ("gpt-3.5-turbo-0125", "--target")
    assert held["tokenizer"] == ("cl100k_base", "--target")
    assert held["token limit"] == ("16,385", "--target")
    held = holding("--tokenizer", "cl100k_base", "--token-limit", "9", cwd=tmp_path)
    assert held["tokenizer"] == ("cl100k_base", "--tokenizer")
    assert held["token limit"] == ("9", "--token-limit")


def test_a_tokenizer_that_cannot_be_used_is_told_before_any_work(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.jsonl": rows(BAD),
            "b/b.jsonl": rows(GOOD),
            "b/turnlint.toml": '[tokens]\ntokenizer = "tokenizer.json"\nlimit = 10',
            "b/tokenizer.json": "{}",
        },
    )
    run = turnlint("check", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert re.search(r"^turnlint: tokenizer\.json.+\n\Z", run.stderr, re.MULTILINE)


LONG = GOOD.replace("Say", "When is high water? " * 500)
COUNTED = [*START, "check", "--token-limit", "100", "--max-diagnostics", "0", "a.jsonl"]


def test_an_interrupt_while_threads_count(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(LONG, 4_000)})
    with subprocess.Popen(COUNTED, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"no-trainable-tokens-left" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait() == 130
        assert b"Traceback" not in process.stderr.read()


def test_a_reader_that_leaves_while_threads_count(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(LONG, 4_000)})
    with subprocess.Popen(COUNTED, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 0
        assert b"Traceback" not in process.stderr.read()


def test_a_chat_template_of_the_settings_is_not_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **{f"{name}.jsonl": rows(GOOD) for name in "ab"},
            "turnlint.toml": '[tokens]\ntokenizer = "model"\nlimit = 1000000',
            "model/tokenizer.json": "{}",
            "model/chat_template.jinja": "{{ messages }}",
        },
    )
    shown = turnlint("config", cwd=tmp_path)
    assert shown.stderr.startswith("Note: Tokens are counted by model alone: a chat template is a program")
    assert re.search(
        r"^tokenizer: .*/model/tokenizer\.json +\(turnlint.toml:2\)$", shown.stdout, re.MULTILINE
    )
    assert "chat template" not in shown.stdout
    assert turnlint("check", cwd=tmp_path).stderr.count("Note: Tokens") == 1
    assert "Note" not in turnlint("check", "--quiet", cwd=tmp_path).stderr
    named = holding("--tokenizer", "model", cwd=tmp_path)
    assert named["chat template"] == (str(tmp_path / "model" / "chat_template.jinja"), "--tokenizer")
    assert turnlint("config", "--tokenizer", "model", cwd=tmp_path).stderr == ""
