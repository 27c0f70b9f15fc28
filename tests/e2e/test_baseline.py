"""Accepted findings on the command line: adding, pruning, and what is left to see."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from tests.e2e.test_cli import BAD, GOOD, LINES, Done, paths, rows, turnlint, write

from turnlint.config.baseline import NAME
from turnlint.engine.baseline import parse

SELECT = 'target = "openai"\nselect = ["unknown-role", "exact-duplicate", "invalid-json"]\n'


def found(done: Done) -> list[tuple[str, int, str]]:
    """Path, row and rule of the findings in JSON lines."""
    objects = map(json.loads, done.stdout.splitlines())
    return [(one["path"], one["row"], one["rule"]) for one in objects]


def entries(folder: Path) -> list[tuple[str, str, int]]:
    """Path, rule and count of the entries of a baseline."""
    accepted = parse((folder / NAME).read_bytes())
    return [(path, rule, count) for path, counts in accepted.items() for (rule, _), count in counts.items()]


def test_a_check_passes_once_all_is_accepted(tmp_path: Path) -> None:
    write(
        tmp_path, {"a.jsonl": rows(BAD) + BAD % (1, 1) + "\n", "b.jsonl": rows(GOOD), "turnlint.toml": SELECT}
    )
    assert turnlint("check", cwd=tmp_path).returncode == 1
    added = turnlint("check", "--add-baseline", cwd=tmp_path)
    assert (added.returncode, added.stdout) == (0, "No problems found in 2 files.\n")
    accepted = "14 findings are accepted and not shown; --no-baseline shows all.\n"
    assert added.stderr == f"Added 14 findings to {NAME}.\n{accepted}"
    done = turnlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No problems found in 2 files.\n", accepted)
    again = turnlint("check", "--add-baseline", cwd=tmp_path)
    assert again.stderr == f"Added 0 findings to {NAME}.\n{accepted}"
    quiet = turnlint("check", "--quiet", "--add-baseline", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    for option in ("--no-baseline", "--isolated"):
        assert turnlint("check", option, cwd=tmp_path).returncode == 1


def test_only_what_is_new_is_shown_and_counted(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD), "turnlint.toml": SELECT})
    turnlint("check", "--add-baseline", cwd=tmp_path)
    changed = (BAD % (99, 99) + "\n" + rows(BAD)).replace("It is 5.", "It is five.") + BAD % (1, 1)
    write(tmp_path, {"a.jsonl": changed})
    done = turnlint("check", *LINES, cwd=tmp_path)
    assert found(done) == [
        ("a.jsonl", 1, "unknown-role"),
        ("a.jsonl", 7, "unknown-role"),
        ("a.jsonl", 14, "exact-duplicate"),
    ]
    assert done.returncode == 1
    human = turnlint("check", cwd=tmp_path).stdout.splitlines()
    assert human[-1].startswith("Found 3 problems (2 errors, 1 warning) in 1 file.")
    counts = turnlint("check", "--statistics", "-q", cwd=tmp_path).stdout
    assert counts == "2  error    roles/unknown-role\n1  warning  duplicates/exact-duplicate\n"
    few = turnlint("check", "--max-diagnostics", "1", cwd=tmp_path).stdout
    assert "… and 1 more unknown-role" in few
    turnlint("check", "--add-baseline", "--select", "duplicates", cwd=tmp_path)
    assert found(turnlint("check", *LINES, cwd=tmp_path)) == found(done)[:2]


def test_pruning_forgets_what_is_gone_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 3), "b.jsonl": rows(BAD, 1) * 3, "turnlint.toml": SELECT})
    turnlint("check", "--add-baseline", cwd=tmp_path)
    before = (tmp_path / NAME).read_bytes()
    assert f"Dropped 0 entries of {NAME}." in turnlint("check", "--prune-baseline", cwd=tmp_path).stderr
    write(tmp_path, {"a.jsonl": rows(BAD, 2), "b.jsonl": rows(BAD, 1) * 2})
    for rules_off in ("--ignore=ALL", "--select=json"):
        turnlint("check", "--prune-baseline", rules_off, cwd=tmp_path)
        assert (tmp_path / NAME).read_bytes() == before
    assert "Dropped 1 entry of" in turnlint("check", "--prune-baseline", "a.jsonl", cwd=tmp_path).stderr
    kept = [("a.jsonl", "unknown-role", 1)] * 2 + [("b.jsonl", "unknown-role", 1)]
    assert sorted(entries(tmp_path)) == sorted([*kept, ("b.jsonl", "exact-duplicate", 3)])
    assert "Dropped 1 entry of" in turnlint("check", "--prune-baseline", cwd=tmp_path).stderr
    assert sorted(entries(tmp_path)) == sorted([*kept, ("b.jsonl", "exact-duplicate", 2)])
    write(tmp_path, {"a.jsonl": "{", "b.jsonl": rows(GOOD)})
    both = turnlint("check", "--add-baseline", "--prune-baseline", cwd=tmp_path)
    assert f"Added 1 finding to {NAME}.\nDropped 4 entries of {NAME}.\n" in both.stderr
    assert entries(tmp_path) == [("a.jsonl", "invalid-json", 1)]
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    turnlint("check", "--prune-baseline", cwd=tmp_path)
    assert entries(tmp_path) == []


def test_entries_of_rules_that_are_no_more_are_pruned(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1), "turnlint.toml": SELECT})
    turnlint("check", "--add-baseline", cwd=tmp_path)
    text = (tmp_path / NAME).read_text()
    (tmp_path / NAME).write_text(text.replace("unknown-role", "forgotten-rule"))
    assert turnlint("check", cwd=tmp_path).returncode == 1
    turnlint("check", "--prune-baseline", cwd=tmp_path)
    assert entries(tmp_path) == []


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 2), "turnlint.toml": SELECT})
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(rows(BAD, 3_000).encode()))
    turnlint("check", "--add-baseline", cwd=tmp_path)
    assert len(entries(tmp_path)) == 3_002
    assert turnlint("check", cwd=tmp_path).returncode == 0
    packed.write_bytes(packed.read_bytes()[:5_000])
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    done = turnlint("check", "--add-baseline", "--prune-baseline", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "No problems found in 1 file.\n")
    assert len(entries(tmp_path)) == 3_000


# Which file


def test_the_file_is_made_beside_the_nearest_settings(tmp_path: Path) -> None:
    names = ["data/a.jsonl", "data/deep/b.jsonl", "c.jsonl"]
    write(tmp_path, {**dict.fromkeys(names, rows(BAD, 1)), "data/turnlint.toml": SELECT})
    done = turnlint("check", "--select", "unknown-role", "--add-baseline", cwd=tmp_path)
    assert re.findall(r"Added .*", done.stderr) == [
        f"Added 1 finding to {NAME}.",
        f"Added 2 findings to data/{NAME}.",
    ]
    assert entries(tmp_path) == [("c.jsonl", "unknown-role", 1)]
    assert sorted(path for path, _, _ in entries(tmp_path / "data")) == ["a.jsonl", "deep/b.jsonl"]
    assert turnlint("check", "--select", "unknown-role", cwd=tmp_path / "data" / "deep").returncode == 0
    shutil.copytree(tmp_path / "data", tmp_path / "moved")
    assert turnlint("check", "moved", "--select", "unknown-role", cwd=tmp_path).returncode == 0


def test_a_file_above_is_used_before_one_is_made(tmp_path: Path) -> None:
    write(tmp_path, {"data/a.jsonl": rows(BAD, 1), "turnlint.toml": SELECT})
    turnlint("check", "--add-baseline", cwd=tmp_path)
    write(tmp_path, {"data/turnlint.toml": SELECT, "data/a.jsonl": rows(BAD, 2)})
    done = turnlint("check", "--add-baseline", cwd=tmp_path / "data")
    assert f"Added 1 finding to {tmp_path / NAME}." in done.stderr
    assert entries(tmp_path) == [("data/a.jsonl", "unknown-role", 1)] * 2
    named = turnlint("check", "--config", "../turnlint.toml", "a.jsonl", cwd=tmp_path / "data")
    assert named.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["../a.jsonl", "--add-baseline"], "a.jsonl is not below"),
        (["-", "--add-baseline"], "set --stdin-filename"),
        (["--add-baseline", "--no-baseline"], "leave no baseline"),
        (["--prune-baseline", "--isolated"], "leave no baseline"),
        (["--add-basline"], "did you mean `--add-baseline`"),
        (["../bad/a.jsonl"], f"{NAME}: not valid JSON: Expecting value: line 1 column 1"),
        (["../bad/a.jsonl", "--add-baseline"], f"{NAME}: not valid JSON"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(tmp_path: Path, arguments: list[str], words: str) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1), "in/b.jsonl": rows(BAD, 1)})
    write(tmp_path, {"bad/a.jsonl": rows(BAD, 1), f"bad/{NAME}": "<<<<<<< ours"})
    done = turnlint("check", *arguments, cwd=tmp_path / "in")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert [*tmp_path.rglob(NAME)] == [tmp_path / "bad" / NAME]
    assert turnlint("check", "../bad/a.jsonl", "--no-baseline", cwd=tmp_path / "in").returncode == 1


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1), "turnlint.toml": SELECT})
    (tmp_path / NAME).symlink_to("other.json")
    done = turnlint("check", "--add-baseline", cwd=tmp_path)
    assert done.returncode == 2
    assert "a link or no file at all" in done.stderr
    assert not (tmp_path / "other.json").exists()


def test_standard_input_counts_as_the_file_it_stands_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 2), "turnlint.toml": SELECT})
    turnlint("check", "--add-baseline", cwd=tmp_path)
    named = turnlint("check", "-", "--stdin-filename", "a.jsonl", cwd=tmp_path, stdin=rows(BAD, 3))
    assert named.stdout.startswith("a.jsonl:3:22: error[unknown-role]")
    unnamed = turnlint("check", "-", *LINES, cwd=tmp_path, stdin=rows(BAD, 2))
    assert len(found(unnamed)) == 2


def test_names_of_all_kinds(tmp_path: Path) -> None:
    names = ["ca f\u00e9/漢 \u202e.jsonl", 'a"b\\.jsonl', os.fsdecode(b"caf\xe9\x1b[2J.jsonl")]
    write(tmp_path, {**dict.fromkeys(names, rows(BAD, 1)), "turnlint.toml": SELECT})
    done = turnlint("check", "--add-baseline", cwd=tmp_path)
    assert f"Added 3 findings to {NAME}." in done.stderr
    assert sorted(path for path, _, _ in entries(tmp_path)) == sorted(names)
    assert not set(b"\x1b") & set((tmp_path / NAME).read_bytes())
    assert turnlint("check", cwd=tmp_path).returncode == 0
    assert paths(turnlint("check", *LINES, cwd=tmp_path)) == []


def test_the_file_holds_nothing_of_the_rows(tmp_path: Path) -> None:
    secret = "ghp_" + "Zq7Rk2Vw9Xp4Lm3Tn8Bs6Hd1Yc5J0fGaQeWu"
    data = [
        BAD.replace("Say %d", secret).replace("%d", "1"),
        GOOD.replace("user", secret).replace("%d", "1"),
        secret,
    ]
    write(tmp_path, {"a.jsonl": "\n".join(data)})
    done = turnlint("check", "--add-baseline", cwd=tmp_path)
    assert done.returncode == 0
    text = (tmp_path / NAME).read_text()
    assert '"secret"' in text
    assert secret[4:16] not in text
    assert "Say" not in text
