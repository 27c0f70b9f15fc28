"""`turnlint check --fix` as users see it: what becomes of files, and that nothing is ever lost."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.e2e.test_cli import ROOT, Done, environment, turnlint
from tests.harness import every_row
from tests.test_agreement import MUTATIONS

from turnlint.cli import _replacing
from turnlint.formats import Format, all_formats
from turnlint.rules import all_rules
from turnlint.text.decode import decode

LINES = ("--output-format", "json-lines", "--quiet")
WRONG = b'{"messages":[{"role":"User","content":"%d"},{"role":"assistant","content":"a","weight":"1"}]}'
RIGHT = b'{"messages":[{"role":"user","content":"%d"},{"role":"assistant","content":"a","weight":1}]}'
CLEAN = (
    '{"messages": [{"role": "user", "content": "ä 🎆 %d"} , {"role": "assistant", "content": "a"}]}'.encode()
)


def fix(*arguments: str, cwd: Path, stdin: str = "") -> Done:
    return turnlint("check", "--isolated", "--ignore", "too-few-examples", *arguments, cwd=cwd, stdin=stdin)


def found(file: Path, *arguments: str) -> list[dict[str, Any]]:
    done = turnlint("check", "--isolated", *LINES, *arguments, str(file), cwd=file.parent)
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_wanted(finding: dict[str, Any], unsafe: bool) -> bool:
    return finding["fix"] is not None and (unsafe or finding["fix"]["applicability"] == "safe")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_only_the_guilty_bytes_change(tmp_path: Path, end: bytes, bom: bytes, last: bool) -> None:
    file = tmp_path / "a.jsonl"
    odd = b'{"prompt": "\xff", "completion": ""}'
    rows = [CLEAN % 1, WRONG % 2, b"", CLEAN % 3, odd, WRONG % 4, CLEAN % 5]
    file.write_bytes(bom + end.join(rows) + end * last)
    done = fix("--fix", "--ignore", "crlf-line-ends", "a.jsonl", cwd=tmp_path)
    fixed = [CLEAN % 1, RIGHT % 2, CLEAN % 3, odd, RIGHT % 4, CLEAN % 5]
    assert file.read_bytes() == bom + end.join(fixed) + end * last
    assert "5 fixed." in done.stdout
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'[{"prompt": "a",\n  "completion": "b, [c]\\n"},\r\n  {"x": [1,\n 2], "y": {}}\n]\n',
         b'{"prompt": "a", "completion": "b, [c]\\n"}\n{"x": [1, 2], "y": {}}\n'),
        (b'{\n  "prompt": "a",\n  "completion": 1.50\n}\n{\n  "prompt": "b",\n  "completion": "c"\n}\n',
         b'{"prompt": "a", "completion": 1.50}\n{"prompt": "b", "completion": "c"}\n'),
        ('{"prompt": "ä🎆", "completion": "b"}\r\n'.encode("utf-16"),
         '{"prompt": "ä🎆", "completion": "b"}\n'.encode()),
    ],
    ids=["array", "pretty", "utf-16"],
)  # fmt: skip
def test_file_is_written_anew(tmp_path: Path, before: bytes, after: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(before)
    fix("--fix", "a.jsonl", cwd=tmp_path)
    assert file.read_bytes() == after


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'[{"prompt": "a",\n "completion": "b"},\n {"prompt": "a"}', "the text ends behind value 2, "),
        ((CLEAN % 1).decode().encode("utf-16-le") + b"\n" + CLEAN % 2 + b"\n" + CLEAN % 3,
         "the file is not UTF-16LE throughout, or not JSON; "),
    ],
    ids=["array that ends early", "two encodings"],
)  # fmt: skip
def test_file_that_cannot_be_written_anew_stays(tmp_path: Path, text: bytes, why: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(text)
    done = fix("--fix", "a.jsonl", cwd=tmp_path)
    assert file.read_bytes() == text
    assert done.returncode == 1
    assert done.stderr.startswith(f"Note: a.jsonl: {why}")


def test_modes(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    text = WRONG % 1 + b"\n" + CLEAN % 2 + b"\n" + CLEAN % 2 + b"\n"
    file.write_bytes(text)
    plain = fix("a.jsonl", cwd=tmp_path)
    assert plain.returncode == 1
    assert plain.stdout.endswith(" --fix can fix 2, 1 more with --unsafe-fixes.\n")
    diff = fix("--diff", "a.jsonl", cwd=tmp_path)
    assert (diff.returncode, diff.stderr) == (1, "Would fix 2 problems in 1 file.\n")
    assert file.read_bytes() == text
    only = fix("--fix-only", "--show-fixes", "a.jsonl", cwd=tmp_path)
    assert only == Done(0, "", "a.jsonl: 1 invalid-value, 1 unknown-role\nFixed 2 problems in 1 file.\n")
    assert file.read_bytes() == RIGHT % 1 + text[len(WRONG % 1) :]
    assert fix("--diff", "a.jsonl", cwd=tmp_path) == Done(0, "", "")
    left = fix("--fix", "--unsafe-fixes", "a.jsonl", cwd=tmp_path)
    assert left.returncode == 0
    assert file.read_bytes() == RIGHT % 1 + b"\n" + CLEAN % 2 + b"\n"


def test_diff_is_a_patch(tmp_path: Path) -> None:
    rows = [CLEAN % number for number in range(40)]
    for number in (0, 7, 13, 14, 30, 39):
        rows[number] = WRONG % number
    rows[22] = b""
    rows[25] = b'{"prompt": "\x1b]0;title\x07 \xff", "completion": "a",}'
    rows[35] = rows[34]
    for end in (b"\n", b""):
        for name in ("a.jsonl", "ä b\t.jsonl"):
            folder = tmp_path / f"{len(end)}{len(name)}"
            folder.mkdir()
            file = folder / name
            file.write_bytes(b"\n".join(rows) + end)
            command = [
                sys.executable,
                "-m",
                "turnlint",
                "check",
                "--isolated",
                "--diff",
                "--unsafe-fixes",
                name,
            ]
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=environment())
            assert done.returncode == 1
            apply = ["git", "apply", "-p0", "--whitespace=nowarn", "-"]
            shutil.copy(file, folder / "b.jsonl")
            subprocess.run(apply, cwd=folder, input=done.stdout, check=True)
            patched = file.read_bytes()
            shutil.copy(folder / "b.jsonl", file)
            fix("--fix", "--unsafe-fixes", name, cwd=folder)
            assert file.read_bytes() == patched
            assert patched.count(b"\n") == len(rows) - 3 + bool(end)


def test_standard_input_comes_out_fixed(tmp_path: Path) -> None:
    text = (WRONG % 1).decode() + "\n" + '{"messages":[{"role":"?","content":"a"}]}' + "\n"
    done = fix("--fix", "-", cwd=tmp_path, stdin=text)
    assert done.stdout == text.replace("User", "user").replace('"1"}]', "1}]").replace(
        '"weight":"1"', '"weight":1'
    )
    assert "unknown-role" in done.stderr
    assert done.returncode == 1
    clean = (CLEAN % 1).decode()
    assert fix("--fix-only", "-", cwd=tmp_path, stdin=clean) == Done(0, clean, "")


def test_link_stays_and_what_it_leads_to_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "data.jsonl", tmp_path / "a.jsonl"
    real.write_bytes(WRONG % 1)
    real.chmod(0o640)
    link.symlink_to(real)
    fix("--fix", "a.jsonl", cwd=tmp_path)
    assert link.is_symlink()
    assert real.read_bytes() == RIGHT % 1
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert list(real.parent.iterdir()) == [real]


@pytest.mark.parametrize("names", [["a.jsonl", "b.jsonl"], ["b.jsonl", "a.jsonl"], ["."]])
def test_file_and_link_to_it_are_fixed_once(tmp_path: Path, names: list[str]) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(WRONG % 1)
    (tmp_path / "b.jsonl").symlink_to(file)
    done = fix("--fix-only", "--unsafe-fixes", *names, cwd=tmp_path)
    assert done == Done(0, "", "Fixed 2 problems in 1 file.\n")
    assert file.read_bytes() == RIGHT % 1
    assert (tmp_path / "b.jsonl").is_symlink()


def test_read_only_file_stays_and_others_are_fixed(tmp_path: Path) -> None:
    for name, content in (("a", WRONG % 1), ("b", WRONG % 2), ("c", CLEAN % 3)):
        (tmp_path / f"{name}.jsonl").write_bytes(content)
    for name in "ac":
        (tmp_path / f"{name}.jsonl").chmod(0o444)
    done = fix("--fix-only", ".", cwd=tmp_path)
    problem = "turnlint: a.jsonl: cannot be written: it is read-only\n"
    assert done == Done(2, "", f"Fixed 2 problems in 1 file.\n{problem}")
    assert (tmp_path / "a.jsonl").read_bytes() == WRONG % 1
    assert (tmp_path / "b.jsonl").read_bytes() == RIGHT % 2
    told = fix("--fix", *LINES, "a.jsonl", cwd=tmp_path)
    assert (told.returncode, told.stderr, told.stdout.count("\n")) == (2, problem, 2)
    assert fix("--diff", "a.jsonl", cwd=tmp_path).returncode == 1
    assert fix("--fix-only", "c.jsonl", cwd=tmp_path) == Done(0, "", "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "a.jsonl"
    os.mkfifo(pipe)
    Thread(target=pipe.write_bytes, args=(WRONG % 1,), daemon=True).start()
    done = fix("--fix", *LINES, "a.jsonl", cwd=tmp_path)
    assert {json.loads(line)["rule"] for line in done.stdout.splitlines()} == {
        "unknown-role",
        "invalid-value",
    }
    assert done.stderr == "Note: a.jsonl: it can be read only once, and nothing in it is fixed.\n"
    assert done.returncode == 1


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_rules_that_contradict_each_other(tmp_path: Path, bom: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(bom + WRONG % 1)
    (tmp_path / "b.jsonl").write_bytes(WRONG % 2)
    done = fix("--fix-only", "--select", "encoding,roles", ".", cwd=tmp_path)
    note = "Note: there are rules on for a byte order mark and against it; that stays as it is.\n"
    assert done == Done(0, "", f"{note}Fixed 2 problems in 2 files.\n")
    assert file.read_bytes() == bom + (WRONG % 1).replace(b"User", b"user")


def test_rows_that_end_with_cr(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(WRONG % 1 + b"\r" + CLEAN % 2 + b"\r")
    diff = fix("--diff", "a.jsonl", cwd=tmp_path)
    assert diff.stdout.endswith(f"\n+{(RIGHT % 1).decode()}\n+{(CLEAN % 2).decode()}\n")
    done = fix("--fix-only", "--show-fixes", "a.jsonl", cwd=tmp_path)
    counts = "a.jsonl: 1 crlf-line-ends, 1 invalid-value, 1 unknown-role\n"
    assert done == Done(0, "", f"{counts}Fixed 3 problems in 1 file.\n")
    assert file.read_bytes() == RIGHT % 1 + b"\n" + CLEAN % 2 + b"\n"


@pytest.mark.parametrize(
    "broken", [b"{'prompt': 'a', 'completion': 'cut off", b'{"prompt": "caf\xe9", completion: no, value}']
)
def test_row_that_cannot_be_mended_stays(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(broken + b"\n" + WRONG % 1 + b"\n")
    done = fix("--fix", "--unsafe-fixes", "a.jsonl", cwd=tmp_path)
    assert file.read_bytes() == broken + b"\n" + RIGHT % 1 + b"\n"
    assert done.stdout.endswith(" in 1 file. 2 fixed.\n")
    assert fix("--fix-only", "--unsafe-fixes", "a.jsonl", cwd=tmp_path) == Done(0, "", "")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.json"])
def test_what_cannot_be_written_stays(tmp_path: Path, name: str) -> None:
    is_packed = name.endswith(".gz")
    content = gzip.compress(WRONG % 1) if is_packed else b"[%b]" % (WRONG % 1)
    (tmp_path / name).write_bytes(content)
    reason = "it is compressed" if is_packed else "it is no JSONL"
    done = fix("--fix", name, cwd=tmp_path)
    assert done.returncode == 1
    assert f"Note: {name}: {reason}, and nothing in it is fixed.\n" in done.stderr
    assert "can fix" not in done.stdout
    assert (tmp_path / name).read_bytes() == content
    (tmp_path / name).write_bytes(gzip.compress(CLEAN % 1) if is_packed else b"[%b]" % (CLEAN % 1))
    assert "Note" not in fix("--fix", name, cwd=tmp_path).stderr, "there is nothing to fix"


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_array_on_standard_input_is_not_written_as_rows(tmp_path: Path, option: str) -> None:
    done = fix(option, "-", "--stdin-filename", "a.json", cwd=tmp_path, stdin=f"[{(WRONG % 1).decode()}]")
    assert done == Done(2, "", "turnlint: a.json: it is no JSONL, and nothing in it can be fixed\n")


def test_what_is_fixed_is_not_accepted(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text('ignore = ["too-few-examples"]')
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'%b\n{"messages": [}\n' % (WRONG % 1))
    done = turnlint("check", "--fix", "--add-baseline", "a.jsonl", cwd=tmp_path)
    assert file.read_bytes() == b'%b\n{"messages": [}\n' % (RIGHT % 1)
    assert done.stdout == "No problems found in 1 file. 2 fixed.\n"
    assert "Added 1 finding to turnlint-baseline.json." in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("ends", ["--diff", "--fix-only"])
@pytest.mark.parametrize("writes", ["--add-baseline", "--prune-baseline"])
def test_baseline_that_would_not_be_written(tmp_path: Path, ends: str, writes: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(WRONG % 1)
    done = turnlint("check", ends, writes, "a.jsonl", cwd=tmp_path)
    assert done == Done(2, "", f"turnlint: {ends} does not write a baseline: leave out {writes}\n")
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == WRONG % 1


def test_what_is_accepted_stays(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text("")
    file = tmp_path / "a.jsonl"
    file.write_bytes(WRONG % 1)
    turnlint("check", "--add-baseline", "a.jsonl", cwd=tmp_path)
    turnlint("check", "--fix", "--unsafe-fixes", "a.jsonl", cwd=tmp_path)
    assert file.read_bytes() == WRONG % 1


def test_file_that_changes_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(WRONG % 1)
    replace = _replacing.Original.replace

    def late(original: _replacing.Original, draft: _replacing.Draft) -> None:
        file.write_bytes(WRONG % 2)
        replace(original, draft)

    monkeypatch.setattr(_replacing.Original, "replace", late)
    done = fix("--fix", "a.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "changed" in done.stderr
    assert file.read_bytes() == WRONG % 2
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("blow", ["raise", "kill"])
def test_nothing_is_lost_at_any_step(tmp_path: Path, blow: str) -> None:
    """Fail, or die, at each call that touches the files, one after the other."""
    rows = [*(CLEAN % number for number in range(50)), *(WRONG % number for number in range(5))]
    random.Random(1).shuffle(rows)
    before = b"\n".join(rows) + b"\n"
    after = before.replace(b'"User"', b'"user"').replace(b'"weight":"1"', b'"weight":1')
    (tmp_path / "a.jsonl").write_bytes(before)
    command = [sys.executable, "-m", "tests.sabotage", blow, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, check=True)
    *harmed, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last == [100, after.decode(), []]
    assert len(harmed) > 15
    assert {text for _, text, _ in harmed} == {before.decode(), after.decode()}
    for status, text, left in harmed:
        if blow == "kill":
            assert status == -signal.SIGKILL
        else:
            assert status == (2 if text == before.decode() else 0)
            assert left == []


ENDS = (b"\n", b"\r\n", b"\n\n", b"\n \n")
WHOLE = {name for name, module in all_rules().items() if module.rule.fix and module.rule.fix.rewrite}
"""Rules whose fixes write the file anew."""


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from(all_formats()), st.booleans(), st.randoms())
def test_mutated_files(
    tmp_path: Path, data: st.DataObject, known: Format, unsafe: bool, chance: random.Random
) -> None:
    """What can be fixed goes, nothing new comes, other rows stay, and a second time changes nothing."""
    rows = data.draw(st.lists(st.sampled_from(every_row()), min_size=1, max_size=8))
    rows = [_mutated(row, chance) for row in [*rows, chance.choice(rows)]]
    file = tmp_path / "a.jsonl"
    before = chance.choice((b"", b"\xef\xbb\xbf")) + b"".join(row + chance.choice(ENDS) for row in rows)
    file.write_bytes(before)
    named = ("--format", known.name)  # it is voted anew once rows have gone
    told = found(file, *named)
    done = fix("--fix-only", *named, *["--unsafe-fixes"] * unsafe, "a.jsonl", cwd=tmp_path)
    after = file.read_bytes()
    left = found(file, *named)
    lines = after.split(b"\n")
    broken = [one["row"] for one in left if is_wanted(one, unsafe)]
    assert all(unsafe and not decode(lines[row - 1]).parsed for row in broken)
    refused = "is not written anew" in done.stderr
    assert refused or not WHOLE.intersection(one["rule"] for one in left)
    touched = {one["row"] for one in told if is_wanted(one, unsafe)}
    # Rows that are mended make copies of others, which go.
    if not (unsafe or WHOLE.intersection(one["rule"] for one in told)):
        kept = [line for number, line in enumerate(_lines(before), 1) if number not in touched]
        assert _is_within(kept, _lines(after))
    fix("--fix-only", *named, *["--unsafe-fixes"] * unsafe, "a.jsonl", cwd=tmp_path)
    assert file.read_bytes() == after


def _mutated(row: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((0, 0, 1, 3))):
        row = chance.choice(MUTATIONS)(row, chance)
    return row.replace(b"\n", b" ")


def _lines(text: bytes) -> list[bytes]:
    """Lines without what belongs to the file as a whole, which a later pass may change."""
    return text.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")


def _is_within(some: Sequence[bytes], lines: Sequence[bytes]) -> bool:
    """Whether lines are among others, in their order."""
    rest = iter(lines)
    return all(one in rest for one in some)
