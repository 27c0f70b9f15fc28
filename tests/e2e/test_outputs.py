"""Where reports go: one to standard output or `--output-file`, others to their own files, all or nothing."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_cli import BAD, GOOD, ROOT, environment, rows, shell, turnlint, write
from tests.harness import every_row
from tests.published import VALIDATORS

from turnlint.report import report_names

UPPER = BAD.replace("usr", "USER")
CLEAN = ("markdown", "junit", "sarif", "checkstyle", "gitlab", "rdjson", "json")
"""Formats that write something where nothing is found."""


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_run_writes_as_many_reports_as_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 30), "b.jsonl": rows(GOOD)})
    asked = [f"--output-format={name}:out/{name}" for name in report_names()]
    (tmp_path / "out").mkdir()
    done = turnlint("check", *asked, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("error[unknown-role]") == 20
    for name in report_names():
        alone = turnlint("check", "--output-format", name, cwd=tmp_path)
        assert (tmp_path / "out" / name).read_text() == alone.stdout
    assert names(tmp_path / "out") == report_names()


def test_all_formats_hold_for_all_kinds_of_files(tmp_path: Path) -> None:
    """Files that are wrong in their bytes, in their JSON and in what they say, and odd names."""
    for file in ROOT.glob("fixtures/bytes/*.jsonl"):
        (tmp_path / f"{file.parent.name} \udcff😀%,;]{file.name}").write_bytes(file.read_bytes())
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(every_row()))
    (tmp_path / "out").mkdir()
    asked = [f"--output-format={name}:out/{name}" for name in VALIDATORS]
    done = turnlint("check", "-q", "--isolated", "--select=ALL", "--max-diagnostics=0", *asked, cwd=tmp_path)
    assert len(done.stdout.splitlines()) > 500
    for name, validate in VALIDATORS.items():
        validate((tmp_path / "out" / name).read_text())


@pytest.mark.parametrize("options", [(), ("--fix",)])
def test_what_was_written_is_not_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "out.jsonl": rows(BAD) + "\n"})
    for _ in range(2):
        turnlint("check", *options, "--output-format", "json-lines:out.jsonl", cwd=tmp_path)
        found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        assert {one["path"] for one in found} == {"a.jsonl"}
        assert len(found) == 12


def test_each_report_has_its_own_limit(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 30)})
    asked = ("--output-format=json:a.json", "--output-format=github:a.txt", "--output-format=concise")
    done = turnlint("check", "-q", *asked, cwd=tmp_path)
    assert "… and 10 more unknown-role" in done.stdout
    assert len(json.loads((tmp_path / "a.json").read_text())) == 30
    assert (tmp_path / "a.txt").read_text().count("::error ") == 10
    turnlint("check", "-q", *asked, "--max-diagnostics", "3", cwd=tmp_path)
    assert len(json.loads((tmp_path / "a.json").read_text())) == 3
    assert (tmp_path / "a.txt").read_text().count("::error ") == 3


def test_the_last_plain_format_counts_and_may_go_to_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD)})
    asked = ("--output-format", "full", "--output-format", "json-lines", "--output-format", "pylint:a.txt")
    done = turnlint("check", *asked, cwd=tmp_path)
    assert {json.loads(line)["rule"] for line in done.stdout.splitlines()} == {"unknown-role"}
    assert (tmp_path / "a.txt").read_text().startswith("a.jsonl:1: [unknown-role] ")
    there = turnlint("check", *asked, "-o", "b.txt", cwd=tmp_path)
    assert there.stdout == ""
    assert (tmp_path / "b.txt").read_text() == done.stdout
    dash = turnlint("check", "--output-format", "pylint:-", cwd=tmp_path)
    assert dash.stdout == (tmp_path / "a.txt").read_text()


def test_the_environment_asks_for_a_report(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD)})
    env = environment(TURNLINT_OUTPUT_FORMAT="sarif:a.sarif")
    turnlint("check", cwd=tmp_path, env=env)
    assert json.loads((tmp_path / "a.sarif").read_text())["version"] == "2.1.0"


def test_markdown_is_written_behind_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "summary.md": "## Another step\n"})
    command = "$TURNLINT check --output-format markdown:$PWD/summary.md"
    shell(f"{command}; {command}", tmp_path)
    page = (tmp_path / "summary.md").read_text()
    assert page.startswith("## Another step\n## turnlint\n")
    assert page.count("## turnlint\n") == 2
    turnlint("check", "--output-format", "markdown", "-o", "summary.md", cwd=tmp_path)
    assert (tmp_path / "summary.md").read_text().count("## turnlint\n") == 3


def test_a_report_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "out.json": "old", "out.xml": "old"})
    asked = ("--output-format=json:out.json", "--output-format=junit:out.xml")
    done = turnlint("check", *asked, "--output-format=pylint:/dev/full", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot write to /dev/full" in done.stderr
    assert shell(f"$TURNLINT check {' '.join(asked)} >/dev/full", tmp_path).returncode == 2
    assert names(tmp_path) == ["a.jsonl", "out.json", "out.xml"]
    assert (tmp_path / "out.json").read_text() == (tmp_path / "out.xml").read_text() == "old"
    (tmp_path / "out.json").chmod(0o640)
    assert turnlint("check", *asked, cwd=tmp_path).returncode == 1
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o640
    assert len(json.loads((tmp_path / "out.json").read_text())) == 12


def test_pipes_and_links_are_written_to(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "there.json": "old"})
    (tmp_path / "link.json").symlink_to("there.json")
    os.mkfifo(tmp_path / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    done = turnlint("check", "--output-format=json:link.json", "--output-format=json:pipe", cwd=tmp_path)
    reader.join(timeout=60)
    assert done.returncode == 1
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "there.json").read_text() == read[0] != "old"


def test_a_file_in_a_folder_that_takes_no_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "out.json": "old"})
    opened = Path.open

    def refused(path: Path, mode: str = "r", *rest: object, **options: object) -> object:
        if "x" in mode:
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refused)
    assert turnlint("check", "--output-format=json:out.json", cwd=tmp_path).returncode == 1
    assert len(json.loads((tmp_path / "out.json").read_text())) == 12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--output-format", "sarf"), "unknown output format `sarf`; did you mean `sarif`?"),
        (("--output-format", "sarf:x"), "unknown output format `sarf`; did you mean `sarif`?"),
        (("--output-format", "sarif:"), "`sarif:` names no file behind the colon (--output-format)"),
        (("--output-format", "x/y.sarif"), "unknown output format `x/y.sarif`"),
        (("--output-format", "json:no/a.json"), "cannot write to no/a.json: No such file or directory"),
        (("--output-format", "json:."), "cannot write to .: Is a directory"),
        (
            ("--output-format", "json:x", "--output-format", "junit:./x"),
            "--output-format json:x and --output-format junit:./x name the same file",
        ),
        (
            ("--output-format", "json:x", "-o", "x"),
            "--output-file and --output-format json:x name the same file",
        ),
        (
            ("--output-format", "json:b", "-o", "link"),
            "--output-file and --output-format json:b name the same file",
        ),
        (
            ("a.jsonl", "--output-format", "json:a.jsonl"),
            "--output-format json:a.jsonl would overwrite a.jsonl, which is to be read",
        ),
        (("--statistics", "--output-format", "sarif:x"), "--statistics cannot be written as sarif"),
        (("--statistics", "--output-format", "github"), "--statistics cannot be written as github"),
    ],
)
def test_what_cannot_be_written_is_told_at_once(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "b": "old"})
    (tmp_path / "link").symlink_to("b")
    done = turnlint("check", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert names(tmp_path) == ["a.jsonl", "b", "link"]
    assert (tmp_path / "b").read_text() == "old"


def test_what_cannot_be_read_is_in_the_reports(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD), "b.jsonl": ""})
    (tmp_path / "b.jsonl").unlink()
    (tmp_path / "b.jsonl").symlink_to("nowhere")
    asked = [f"--output-format={name}:{name}" for name in CLEAN]
    done = turnlint("check", "a.jsonl", "b.jsonl", "c*.jsonl", *asked, cwd=tmp_path)
    assert done.returncode == 2
    (run,) = json.loads((tmp_path / "sarif").read_text())["runs"]
    (invocation,) = run["invocations"]
    told = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert not invocation["executionSuccessful"]
    assert [f"turnlint: {one}" for one in told] == done.stderr.splitlines()[-2:]
    page = (tmp_path / "junit").read_text()
    assert page.count("<error ") == 2
    assert 'name="b.jsonl"' not in page
    assert "No problems in 1 file." in (tmp_path / "markdown").read_text()


def test_paths_are_told_from_the_top_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {"data/a.jsonl": rows(BAD)})
    env = environment(GITHUB_WORKSPACE=str(tmp_path))
    done = turnlint("check", "-q", "--output-format", "github", cwd=tmp_path / "data", env=env)
    assert ",file=data/a.jsonl,line=1," in done.stdout
    done = turnlint("check", "-q", "--output-format", "json-lines", cwd=tmp_path / "data", env=env)
    assert json.loads(done.stdout.splitlines()[0])["path"] == "a.jsonl"


def test_what_is_told_besides_is_no_command(tmp_path: Path) -> None:
    done = turnlint("check", "--stage", "a\n ::error::b\x1b ##vso[task.complete]c", cwd=tmp_path)
    assert done.returncode == 2
    assert "∷error::b\ufffd #♯vso[task.complete]c" in done.stderr
    assert not any(line.lstrip().startswith("::") for line in done.stderr.splitlines())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--output-format=json:no/a.json",), "cannot write to no/a.json: No such file or directory"),
        (("-o", "no/a.txt"), "cannot write to no/a.txt: No such file or directory"),
        (("--statistics", "--output-format=sarif:x"), "--statistics cannot be written as sarif"),
    ],
)
@pytest.mark.parametrize("paths", [("a.jsonl",), ("-",)])
def test_nothing_is_fixed_where_it_cannot_be_told(
    tmp_path: Path, options: tuple[str, ...], words: str, paths: tuple[str, ...]
) -> None:
    write(tmp_path, {"a.jsonl": rows(UPPER)})
    done = turnlint("check", "--fix", *options, *paths, cwd=tmp_path, stdin=rows(UPPER))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert (tmp_path / "a.jsonl").read_text() == rows(UPPER)
    assert names(tmp_path) == ["a.jsonl"]


def test_reports_are_complete_where_the_reader_of_the_others_leaves(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 5000)})
    asked = ("--output-format=concise", "--output-format=json:a.json", "--output-format=markdown:a.md")
    turnlint("check", *asked, "--max-diagnostics=0", cwd=tmp_path)
    expected = {name: (tmp_path / name).read_text() for name in ("a.json", "a.md")}
    (tmp_path / "a.json").unlink()
    (tmp_path / "a.md").unlink()
    left = f"$TURNLINT check {' '.join(asked)} --max-diagnostics=0 | head -1; exit ${{PIPESTATUS[0]}}"
    done = shell(left, tmp_path)
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert "Broken" not in done.stderr
    assert {name: (tmp_path / name).read_text() for name in expected} == expected


def test_a_baseline_is_written_where_the_reader_leaves(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 5000)})
    shell("$TURNLINT check --add-baseline --max-diagnostics=0 | head -1", tmp_path)
    assert "turnlint-baseline.json" in names(tmp_path)


def test_rdjson_has_no_columns_where_rows_are_no_lines(tmp_path: Path) -> None:
    """Its columns are bytes; those of an item of an array depend on what else stands in the line."""
    item = BAD.replace("Say", "é😀")
    write(tmp_path, {"a.json": f'["é", {item % (1, 1)},\n{item % (2, 2)}]', "b.jsonl": rows(BAD)})
    done = turnlint(
        "check", "-q", "--select", "roles", "--output-format=rdjson", "a.json", "b.jsonl", cwd=tmp_path
    )
    VALIDATORS["rdjson"](done.stdout)
    found: dict[str, list[Any]] = {"a.json": [], "b.jsonl": []}
    for one in json.loads(done.stdout)["diagnostics"]:
        found[one["location"]["path"]].append(one)
    assert [one["location"]["range"]["start"] for one in found["a.json"]] == [{"line": 1}, {"line": 2}]
    assert not any(one["suggestions"] for one in found["a.json"])
    assert len(found["b.jsonl"]) == 12
    assert all(
        "column" in one["location"]["range"]["start"] and one["suggestions"] for one in found["b.jsonl"]
    )


@pytest.mark.parametrize("mode", ["--diff", "--fix-only"])
def test_no_report_is_awaited_where_none_is_written(tmp_path: Path, mode: str) -> None:
    write(tmp_path, {"a.jsonl": rows(UPPER)})
    for asked in (("--output-format", "json:x.json"), ("--output-file", "x.json")):
        done = turnlint("check", mode, *asked, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{mode} tells no findings, and writes none to x.json ({asked[0]})" in done.stderr
        assert (tmp_path / "a.jsonl").read_text() == rows(UPPER)
    env = environment(TURNLINT_OUTPUT_FILE="x.json", TURNLINT_OUTPUT_FORMAT="json:y.json")
    assert turnlint("check", mode, cwd=tmp_path, env=env).returncode == (1 if mode == "--diff" else 0)
    assert names(tmp_path) == ["a.jsonl"]
