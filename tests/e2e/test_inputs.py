"""What can be checked besides plain files, and what is remembered of them."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from backports import zstd
from tests.e2e.test_cli import BAD, GOOD, LINES, START, Done, environment, paths, rows, shell, turnlint, write

from turnlint.cli._entries import _spelled
from turnlint.cli._parquet import records
from turnlint.model import Settings, TokenSettings

ROLE = ("check", *LINES, "--isolated", "--select", "unknown-role")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test alone."""
    monkeypatch.delenv("TURNLINT_NO_CACHE")
    home = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home / "turnlint"


def found(done: Done) -> list[int]:
    """The rows with findings."""
    return [json.loads(line)["row"] for line in done.stdout.splitlines()]


# Compressed files


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_compressed_files_are_read_part_by_part(suffix: str, tmp_path: Path) -> None:
    pack = PACKERS[suffix]
    (tmp_path / f"a.jsonl.{suffix}").write_bytes(pack(rows(GOOD).encode()) + pack(rows(BAD, 2).encode()))
    done = turnlint(*ROLE, cwd=tmp_path)
    assert (done.returncode, found(done)) == (1, [13, 14])


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("kind", ["cut", "broken", "empty", "other"])
def test_damaged_files_are_no_findings(suffix: str, kind: str, tmp_path: Path) -> None:
    packed = PACKERS[suffix](rows(BAD, 500).encode())
    half = len(packed) // 2
    data = {
        "cut": packed[:half],
        "broken": packed[:half] + bytes(8) + packed[half + 8 :],
        "empty": b"",
        "other": rows(BAD).encode(),
    }
    name = f"a.jsonl.{suffix}"
    (tmp_path / name).write_bytes(data[kind])
    done = turnlint(*ROLE, name, cwd=tmp_path)
    if (suffix, kind) == ("gz", "empty"):  # a file of no members
        assert done.returncode == 0
        return
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"turnlint: {name}: ")


# Files that change under a check


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A check of train.jsonl that cannot end before somebody closes what it reads as validation."""
    write(tmp_path, {"train.jsonl": rows(BAD)})
    os.mkfifo(tmp_path / "valid.jsonl")
    command = [*START, *ROLE, "train.jsonl", "valid.jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        end = os.open(tmp_path / "valid.jsonl", os.O_WRONLY)  # waits until the process opens it, too
        yield process, end
        process.kill()


def grow(path: Path) -> None:
    with path.open("a") as file:
        file.write(GOOD % (1, 1))


def shrink(path: Path) -> None:
    os.truncate(path, 100)


def overwrite(path: Path) -> None:
    path.write_text(path.read_text().replace("usr", "dev"))


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize("change", [grow, shrink, overwrite, replace, Path.unlink])
def test_a_file_that_changes_meanwhile_has_no_findings(
    change: Callable[[Path], None], held: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, end = held
    change(tmp_path / "train.jsonl")
    os.write(end, rows(BAD, 1).encode())
    os.close(end)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["valid.jsonl"]
    assert err.startswith("turnlint: train.jsonl: it ")


def test_a_file_that_stays_has_all(held: tuple[subprocess.Popen[str], int]) -> None:
    process, end = held
    os.write(end, rows(BAD, 1).encode())
    os.close(end)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, len(out.splitlines()), err) == (1, 13, "")


# The cache


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A data set of more than a megabyte, with findings in some rows and between files."""
    text = rows(GOOD, 12_000)
    write(tmp_path, {"train.jsonl": text + rows(BAD, 3), "valid.jsonl": rows(GOOD, 5) + rows(BAD, 1)})
    return tmp_path


CHECK = ("check", "--output-format", "json-lines", "--isolated")


def entries(cache: Path) -> list[Path]:
    return sorted(cache.glob("turnlint-*"))


def test_the_same_files_are_not_checked_twice(large: Path, cache: Path) -> None:
    plain = turnlint(*CHECK, "--no-cache", cwd=large)
    assert entries(cache) == []
    first = turnlint(*CHECK, cwd=large)
    (entry,) = entries(cache)
    again = turnlint(*CHECK, cwd=large)
    assert plain == first == again
    assert plain.stdout
    assert cache.stat().st_mode & 0o777 == 0o700
    assert entry.stat().st_mode & 0o777 == 0o600
    assert b"Say 1" not in entry.read_bytes()


def test_what_is_remembered_is_told(large: Path, cache: Path) -> None:
    """The proof that entries are read at all: one of another run is told."""
    turnlint(*CHECK, cwd=large)
    (entry,) = entries(cache)
    with (large / "train.jsonl").open("a") as file:
        file.write(rows(GOOD, 1))
    turnlint(*CHECK, cwd=large)
    (other,) = set(entries(cache)) - {entry}
    fresh = turnlint(*CHECK, cwd=large)
    other.write_bytes(entry.read_bytes())
    assert turnlint(*CHECK, cwd=large).stdout != fresh.stdout


@pytest.mark.parametrize("change", ["row", "settings", "name", "accepted", "program"])
def test_what_differs_is_checked(
    change: str, large: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turnlint(*CHECK[:-1], cwd=large)
    more: tuple[str, ...] = ()
    match change:
        case "row":
            text = (large / "train.jsonl").read_text()
            (large / "train.jsonl").write_text(text.replace("usr", "dev", 1))
        case "settings":
            more = ("--target", "openai")
        case "name":
            (large / "valid.jsonl").rename(large / "test.jsonl")
        case "accepted":
            assert turnlint("check", "--add-baseline", "valid.jsonl", cwd=large).returncode == 0
        case "program":
            monkeypatch.setattr("turnlint.cli._entries._program", lambda: b"another")
    assert len(entries(cache)) == 1
    done = turnlint(*CHECK[:-1], *more, cwd=large)
    assert len(entries(cache)) == 2
    assert done == turnlint(*CHECK[:-1], *more, "--no-cache", cwd=large)


def test_the_files_of_a_tokenizer_are_part_of_the_settings(tmp_path: Path) -> None:
    for name in ("tokenizer.json", "template.jinja"):
        (tmp_path / name).write_text("1")
    settings = Settings(
        {}, tokens=TokenSettings(str(tmp_path / "tokenizer.json"), str(tmp_path / "template.jinja"))
    )
    spelled = [_spelled(settings)]
    for name in ("tokenizer.json", "template.jinja"):
        (tmp_path / name).write_text("2")
        spelled.append(_spelled(settings))
    assert len({tuple(one) for one in spelled}) == 3


def test_what_is_accepted_is_hidden_again(large: Path, cache: Path) -> None:
    turnlint("check", "--add-baseline", cwd=large)
    assert entries(cache) == []
    first, again = (turnlint("check", cwd=large) for _ in range(2))
    assert first == again
    assert "accepted and not shown" in first.stderr
    assert len(entries(cache)) == 1


@pytest.mark.parametrize("damage", ["cut", "changed", "longer", "empty", "other"])
def test_damaged_entries_are_none(damage: str, large: Path, cache: Path) -> None:
    fresh = turnlint(*CHECK, cwd=large)
    (entry,) = entries(cache)
    data = entry.read_bytes()
    damaged = {
        "cut": data[:-1],
        "changed": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "longer": data + b"\0",
        "empty": b"",
        "other": b"\x80\x04cposix\nsystem\n",
    }
    entry.write_bytes(damaged[damage])
    assert turnlint(*CHECK, cwd=large) == fresh
    assert entry.read_bytes() == data


def test_small_files_and_streams_leave_nothing(tmp_path: Path, cache: Path, large: Path) -> None:
    text = (large / "train.jsonl").read_text()
    turnlint(*CHECK, "-", cwd=large, stdin=text)
    (large / "train.jsonl").write_text(rows(BAD))
    turnlint(*CHECK, cwd=large)
    assert entries(cache) == []


def test_a_folder_where_others_may_write_is_not_used(large: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    fresh = turnlint(*CHECK, "--no-cache", cwd=large)
    assert turnlint(*CHECK, "--cache-dir", str(shared), cwd=large) == fresh
    assert list(shared.iterdir()) == []


def test_no_room_is_no_matter(large: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fresh = turnlint(*CHECK, "--no-cache", cwd=large)
    assert turnlint(*CHECK, "--cache-dir", str(tmp_path / "file" / "in"), cwd=large) == fresh


def test_without_temporary_files_nothing_is_remembered(
    large: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = turnlint(*CHECK, "--no-cache", cwd=large)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert turnlint(*CHECK, cwd=large) == fresh
    assert entries(cache) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_a_full_disk_keeps_nothing_from_being_found(tmp_path: Path, cache: Path) -> None:
    full = f"ulimit -f 20; $TURNLINT check -q --isolated --jobs 1 {' '.join(LINES)} a.jsonl"
    write(tmp_path, {"a.jsonl": rows(BAD, 12_000)})
    assert (tmp_path / "a.jsonl").stat().st_size > 1 << 20
    done = shell(full, tmp_path)
    assert (done.returncode, done.stderr, len(found(done))) == (1, "", 12_000)
    assert entries(cache) == []
    write(tmp_path, {"a.jsonl": rows(BAD, 20_000)})  # more than is compared in memory
    done = shell(full, tmp_path)
    assert (done.returncode, done.stderr) == (2, "turnlint: no room for a temporary file: File too large\n")


def test_variables_say_where_and_whether(large: Path, tmp_path: Path, cache: Path) -> None:
    there = {"TURNLINT_CACHE_DIR": str(tmp_path / "there")}
    turnlint(*CHECK, cwd=large, env=environment(**there, TURNLINT_NO_CACHE="1"))
    assert not (tmp_path / "there").exists()
    turnlint(*CHECK, cwd=large, env=environment(**there))
    assert (len(entries(tmp_path / "there")), entries(cache)) == (1, [])
    assert turnlint("clean", cwd=large, env=environment(**there)).stdout.startswith("Deleted 1 entry, ")


def test_old_entries_are_forgotten(large: Path, cache: Path) -> None:
    turnlint(*CHECK, cwd=large)
    (old,) = entries(cache)
    os.utime(old, (0, 0))
    draft = cache / "turnlint-killed.draft"
    draft.touch()
    os.utime(draft, (0, 0))
    turnlint(*CHECK, "--target", "openai", cwd=large)
    (left,) = entries(cache)
    assert left not in (old, draft)


@pytest.mark.parametrize("command", ["clean", "check"])
def test_a_folder_without_a_name_is_not_that_of_the_user(large: Path, cache: Path, command: str) -> None:
    turnlint(*CHECK, cwd=large)
    done = turnlint(command, "--cache-dir", "", cwd=large)
    assert (done.returncode, done.stderr) == (2, "turnlint: the folder has no name (--cache-dir)\n")
    assert len(entries(cache)) == 1


def test_clean_deletes_entries_alone(large: Path, cache: Path) -> None:
    turnlint(*CHECK, cwd=large)
    (cache / "mine.findings").touch()
    done = turnlint("clean", cwd=large)
    assert (done.returncode, done.stdout[:15]) == (0, "Deleted 1 entry")
    assert sorted(one.name for one in cache.iterdir()) == [".gitignore", "CACHEDIR.TAG", "mine.findings"]
    assert turnlint("clean", cwd=large).stdout == "Deleted 0 entries, 0.0 MB.\n"


def test_compressed_files_are_remembered(tmp_path: Path, cache: Path) -> None:
    noise = "".join(GOOD % (number, number) + " " * (number % 7) + "\n" for number in range(5_000))
    data = os.urandom(1 << 20).hex()
    (tmp_path / "a.jsonl.gz").write_bytes(
        gzip.compress((noise + BAD % (1, 1) + "\n" + f'"{data}"\n').encode())
    )
    done = [turnlint(*CHECK, cwd=tmp_path) for _ in range(2)]
    assert done[0] == done[1]
    assert len(entries(cache)) == 1
    assert 5_001 in found(done[0])


# Since a revision


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    names = ("train.jsonl", "valid.jsonl", "other.jsonl", "d é/x\ny.jsonl", ".gitignore")
    write(tmp_path, {name: BAD % (at, at) + "\n" for at, name in enumerate(names)})
    write(tmp_path, {".gitignore": "ignored.jsonl\n"})
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "work")
    write(tmp_path, {"other.jsonl": BAD % (9, 9)})
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "main")
    write(tmp_path, {"d é/x\ny.jsonl": BAD % (8, 8)})
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "work")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    config = ("-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *config, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


def test_only_what_differs_is_checked(repository: Path) -> None:
    def checked(revision: str, *names: str) -> list[str]:
        return paths(turnlint(*ROLE, "--since", revision, *names, cwd=repository))

    assert checked("HEAD") == []
    assert checked("main") == ["other.jsonl"]
    write(repository, {"new.jsonl": BAD % (1, 1), "ignored.jsonl": BAD % (1, 1)})
    assert checked("main") == ["new.jsonl", "other.jsonl"]
    assert checked("HEAD", "ignored.jsonl", "other.jsonl") == ["ignored.jsonl"]
    write(repository, {"d é/x\ny.jsonl": BAD % (7, 7)})
    assert checked("HEAD") == ["d é/x\ny.jsonl", "new.jsonl"]
    git(repository, "add", "-A")
    assert checked("HEAD") == ["d é/x\ny.jsonl", "new.jsonl"]


def test_a_touched_file_does_not_differ(repository: Path) -> None:
    os.utime(repository / "train.jsonl", (0, 0))
    done = turnlint("check", "--since", "HEAD", cwd=repository)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No file differs from HEAD.\n")


def test_a_file_that_differs_is_compared_with_those_that_do_not(repository: Path) -> None:
    text = (repository / "valid.jsonl").read_text()
    with (repository / "train.jsonl").open("a") as file:
        file.write(text)
    selected = ("check", *LINES, "--isolated", "--select", "unknown-role,leaked-row", "--since", "HEAD")
    found = [json.loads(line) for line in turnlint(*selected, cwd=repository).stdout.splitlines()]
    assert [(one["path"], one["rule"]) for one in found] == [
        ("train.jsonl", "unknown-role"),
        ("train.jsonl", "unknown-role"),
        ("valid.jsonl", "leaked-row"),
    ]


@pytest.mark.parametrize(
    ("revision", "words"),
    [("nope", "there is no revision `nope`"), ("--output=x", "there is no revision"), ("", "no revision")],
)
def test_unknown_revisions_are_said(revision: str, words: str, repository: Path) -> None:
    done = turnlint("check", f"--since={revision}", cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not (repository / "x").exists()


@pytest.mark.parametrize("helper", ["", "ext::sh -c touch% sprung"])
def test_a_clone_without_old_files_is_enough(helper: str, repository: Path, tmp_path: Path) -> None:
    """No file of another revision is fetched, whatever the settings of the repository allow."""
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(repository, "clone", "-q", "--filter=blob:none", repository.as_uri(), str(clone))
    if helper:
        git(clone, "config", "remote.origin.url", helper)
        git(clone, "config", "protocol.ext.allow", "always")
    assert paths(turnlint(*ROLE, "--since", "origin/main~", cwd=clone)) == ["other.jsonl"]
    assert not (clone / "sprung").exists()
    lacking = subprocess.run(
        ["git", "cat-file", "-e", "origin/main~:other.jsonl"],
        cwd=clone,
        env=environment(GIT_NO_LAZY_FETCH="1", GIT_ALLOW_PROTOCOL="none"),
        capture_output=True,
        check=False,
    )
    assert lacking.returncode, "the file would have been there"


def test_variables_that_name_another_repository_do_not_count(repository: Path, tmp_path: Path) -> None:
    other = str(tmp_path / "missing")
    names = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
    env = environment(**dict.fromkeys(names, other))
    assert paths(turnlint(*ROLE, "--since", "main", cwd=repository, env=env)) == ["other.jsonl"]


def test_what_is_in_no_repository_cannot_differ(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": BAD % (1, 1)})
    done = turnlint("check", "--since", "HEAD", cwd=tmp_path)
    assert (done.returncode, "a.jsonl is in no git repository" in done.stderr) == (2, True)


def test_without_git_that_is_said(repository: Path) -> None:
    done = turnlint("check", "--since", "HEAD", cwd=repository, env=environment(PATH=str(repository)))
    assert (done.returncode, "needs git" in done.stderr) == (2, True)


def test_histories_with_nothing_in_common_are_said(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "alone")
    commit(repository)
    done = turnlint("check", "--since", "main", cwd=repository)
    assert (done.returncode, "no commit in common" in done.stderr) == (2, True)


def test_a_repository_runs_nothing(repository: Path) -> None:
    trap = repository / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{repository}/sprung'\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "filter.f.clean", "filter.f.process", "core.pager"):
        git(repository, "config", key, str(trap))
    git(repository, "config", "diff.d.textconv", str(trap))
    (repository / ".gitattributes").write_text("*.jsonl filter=f diff=d\n")
    for name in ("post-index-change", "post-checkout", "reference-transaction"):
        hook = repository / ".git" / "hooks" / name
        hook.write_text(trap.read_text())
        hook.chmod(0o755)
    (repository / "sprung").unlink(missing_ok=True)
    write(repository, {"train.jsonl": BAD % (5, 5)})
    assert paths(turnlint(*ROLE, "--since", "HEAD", cwd=repository)) == ["train.jsonl"]
    assert not (repository / "sprung").exists()


def test_pointers_of_lfs_stand_for_files(repository: Path) -> None:
    from hashlib import sha256

    data = rows(BAD, 50)
    digest = sha256(data.encode()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"
    write(repository, {"large.jsonl": pointer})
    commit(repository)
    write(repository, {"large.jsonl": data})
    assert turnlint(*ROLE, "--since", "HEAD", cwd=repository).stdout == ""
    write(repository, {"large.jsonl": data.replace("Say 1", "Say 2", 1)})
    assert paths(turnlint(*ROLE, "--since", "HEAD", cwd=repository)) == ["large.jsonl"]


# Arrays


def test_the_items_of_an_array_are_rows(tmp_path: Path) -> None:
    values = [json.loads(line) for line in (rows(GOOD, 12) + rows(BAD, 2)).splitlines()]
    written = json.dumps(values, indent=2)
    write(tmp_path, {"a.json": written})
    done = turnlint(*ROLE, "a.json", cwd=tmp_path)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    lines = written.split("\n")
    assert [one["row"] for one in findings] == [13, 14]
    for one in findings:
        start, end = one["location"], one["end_location"]
        assert lines[start["line"] - 1][start["column"] - 1 : end["column"] - 1] == '"usr"'
        assert start["line"] == end["line"]
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(written.encode()))
    packed = turnlint(*ROLE, "a.json.gz", cwd=tmp_path)
    assert packed.stdout.replace("a.json.gz", "a.json") == done.stdout
    piped = turnlint(*ROLE, "-", "--stdin-filename", "a.json", cwd=tmp_path, stdin=written)
    assert piped.stdout == done.stdout


@pytest.mark.parametrize(("target", "count"), [("openai", 1), ("generic", 1), ("hf-datasets", 0)])
def test_what_refuses_an_array_is_said_once(target: str, count: int, tmp_path: Path) -> None:
    write(tmp_path, {"a.json": "[" + rows(GOOD).strip().replace("\n", ",\n") + "]"})
    done = turnlint(
        "check", "a.json", *LINES, "--target", target, "--select", "json-array-file", cwd=tmp_path
    )
    assert (len(done.stdout.splitlines()), done.stderr) == (count, "")


def test_rows_of_arrays_are_related_by_their_places(tmp_path: Path) -> None:
    row = (GOOD % (1, 1)).replace('":', '":\n')
    write(tmp_path, {"train.json": f"[{row},\n{row}]", "valid.jsonl": (GOOD % (1, 1)) + "\n"})
    select = ("check", *LINES, "--isolated", "--select", "duplicates", "train.json", "valid.jsonl")
    done = turnlint(*select, cwd=tmp_path)
    related = [one["related"][0]["location"]["line"] for one in map(json.loads, done.stdout.splitlines())]
    assert related == [1]
    leaked = turnlint(*(word.replace("duplicates", "leaked-row") for word in select), cwd=tmp_path)
    assert json.loads(leaked.stdout)["related"][0]["location"] == {"line": 1, "column": 2}


@pytest.mark.parametrize("text", ["[1, 2", "[1,]", "[1] [2]"])
def test_broken_arrays_are_no_findings(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.json": text})
    done = turnlint("check", "a.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "a.json: no valid JSON: " in done.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_an_array_in_another_encoding_is_told_as_such(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(f"[{GOOD % (1, 1)}]".encode(encoding))
    done = turnlint("check", *LINES, "--isolated", "--select", "encoding", "a.json", cwd=tmp_path)
    assert [json.loads(line)["rule"] for line in done.stdout.splitlines()] == ["not-utf8"], done


def test_folders_are_not_searched_for_arrays(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": "[]", "a.jsonl": rows(GOOD)})
    assert "in 1 file" in turnlint("check", "--output-format", "full", cwd=tmp_path).stdout


# Parquet


def table(path: Path, values: list[dict[str, Any]], **options: Any) -> None:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(values), path, **options)


def chat(role: str, number: int, **more: Any) -> dict[str, Any]:
    texts = (role, f"Say {number} 😀"), ("assistant", f"It is {number}.")
    return {"messages": [{"role": role, "content": text} for role, text in texts], **more}


def test_rows_of_parquet_are_objects(tmp_path: Path) -> None:
    values = [chat("usr" if number == 7 else "user", number) for number in range(300)]
    table(tmp_path / "a.parquet", values, row_group_size=100)
    done = turnlint(*ROLE, "a.parquet", cwd=tmp_path)
    (one,) = map(json.loads, done.stdout.splitlines())
    assert (one["row"], one["pointer"], one["location"]["line"]) == (8, "/messages/0/role", 8)


def test_a_field_without_value_is_not_there(tmp_path: Path) -> None:
    """Fields that only some messages have are null in all others, which is nothing to complain about."""
    values = [chat("user", number) for number in range(12)]
    values[3]["messages"][0]["name"] = "ann"
    table(tmp_path / "a.parquet", values)
    done = turnlint("check", "a.parquet", *LINES, "--isolated", "--ignore", "dataset", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_any_type_of_column_can_be_read(tmp_path: Path) -> None:
    odd = {
        "image": {"bytes": bytes(5_000), "path": None},
        "day": date(2026, 1, 2),
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "cost": Decimal("1.50"),
        "took": timedelta(seconds=3),
        "share": float("nan"),
        "big": 2**63 - 1,
    }
    table(tmp_path / "a.parquet", [chat("user", number, **odd) for number in range(3)])
    with (tmp_path / "a.parquet").open("rb") as file:
        row = json.loads(records(file).read1().partition(b"\n")[0])
    assert row == {
        **chat("user", 0),
        "image": {"bytes": "<5,000 bytes>"},
        "day": "2026-01-02",
        "at": "2026-01-02T00:00:00+00:00",
        "cost": "1.50",
        "took": "0:00:03",
        "share": None,
        "big": 2**63 - 1,
    }


def test_nanoseconds_are_cut(tmp_path: Path) -> None:
    """As pandas writes times, and Python has none."""
    kinds = {
        "at": pyarrow.timestamp("ns", "UTC"),
        "after": pyarrow.duration("ns"),
        "on": pyarrow.time64("ns"),
        "all": pyarrow.list_(pyarrow.struct({"at": pyarrow.timestamp("ns")})),
        "by": pyarrow.map_(pyarrow.string(), pyarrow.timestamp("ns")),
    }
    values = {"at": 1_001, "after": 2_001, "on": 3_001, "all": [{"at": 4_001}], "by": [("a", 5_001)]}
    columns = {name: pyarrow.array([values[name]], kind) for name, kind in kinds.items()}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    with (tmp_path / "a.parquet").open("rb") as file:
        assert json.loads(records(file).read1()) == {
            "at": "1970-01-01T00:00:00.000001+00:00",
            "after": "0:00:00.000002",
            "on": "00:00:00.000003",
            "all": [{"at": "1970-01-01T00:00:00.000004"}],
            "by": {"a": "1970-01-01T00:00:00.000005"},
        }


def test_odd_maps_are_read_or_refused(tmp_path: Path) -> None:
    def written(kind: pyarrow.DataType, *pairs: tuple[Any, int]) -> Done:
        column = pyarrow.array([pairs], pyarrow.map_(kind, pyarrow.int64()))
        pyarrow.parquet.write_table(pyarrow.table({"map": column}), tmp_path / "a.parquet")
        done = shell("$TURNLINT check --isolated --select json a.parquet", tmp_path)
        assert "Warning" not in done.stderr
        return done

    assert written(pyarrow.string(), ("a", 1), ("a", 2)).returncode == 0
    assert written(pyarrow.binary(), (b"a", 1)).returncode == 0
    done = written(pyarrow.struct({"a": pyarrow.int64()}), ({"a": 1}, 1))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "a.parquet: holds what JSON cannot: " in done.stderr


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "other"])
def test_damaged_parquet_is_no_finding(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table(path, [chat("usr", number) for number in range(3_000)], compression="zstd")
    data = path.read_bytes()
    damaged = {
        "cut": data[: len(data) // 2],
        "changed": data[:50] + bytes(500) + data[550:],
        "empty": b"",
        "other": rows(BAD).encode(),
    }
    path.write_bytes(damaged[damage])
    done = turnlint(*ROLE, "a.parquet", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("turnlint: a.parquet: damaged: ")
    assert done.stderr.count("\n") == 1


def test_parquet_comes_from_a_pipe_too(tmp_path: Path) -> None:
    table(tmp_path / "a.parquet", [chat("usr", 1)])
    done = shell(f"cat a.parquet | $TURNLINT {' '.join(ROLE)} - --stdin-filename b.parquet", tmp_path)
    assert found(done) == [1]


def test_without_pyarrow_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(tmp_path / "a.parquet", [chat("usr", 1)])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = turnlint("check", "a.parquet", cwd=tmp_path)
    assert (done.returncode, "not installed: pip install pyarrow\n" in done.stderr) == (2, True)


# Watching


class Watching:
    """A process that watches, and what it says."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [*START, *(word for word in ROLE if word != "--isolated"), "--watch", *options]
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr
        self._said = self._process.stderr

    def round(self) -> list[str]:
        """What it says on standard error until it waits again, without the times."""
        said = []
        while (line := self._said.readline()) and not line.startswith("Watching"):
            said.append(re.sub(r"^\d\d:\d\d:\d\d ", "", line.rstrip("\n")))
        return said

    def end(self) -> tuple[int, str, str]:
        """Interrupt it; its exit status, and all that it found."""
        self._process.send_signal(signal.SIGINT)
        out, err = self._process.communicate(timeout=30)
        return self._process.returncode, out, err


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def start(*options: str) -> Watching:
        started.append(Watching(tmp_path, *options))
        return started[-1]

    yield start
    for one in started:
        one._process.kill()


def test_changes_are_checked_until_an_interrupt(tmp_path: Path, watching: Callable[..., Watching]) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1)})
    process = watching()
    assert process.round() == ["Checking …"]
    write(tmp_path, {"b.txt": rows(BAD, 2)}).joinpath("b.txt").rename(tmp_path / "b.jsonl")
    assert process.round() == ["b.jsonl changed, checking …"]
    (tmp_path / "b.jsonl").unlink()
    (tmp_path / "a.jsonl").write_text(rows(GOOD))
    said = process.round()
    while "a.jsonl" not in said[0]:  # it may have looked in between
        said = process.round()
    status, out, err = process.end()
    assert (status, err) == (130, "")
    assert [json.loads(line)["path"] for line in out.splitlines()][:3] == ["a.jsonl", "a.jsonl", "b.jsonl"]
    assert "\x1b" not in out


def write_at_once(file: Path, text: str) -> None:
    """Write a file at once: one that is half written may be looked at, too."""
    draft = file.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(file)


def test_settings_are_watched_also_with_an_error(tmp_path: Path, watching: Callable[..., Watching]) -> None:
    write(tmp_path, {"a.jsonl": rows(BAD, 1), "turnlint.toml": ""})
    command = watching("--config", "turnlint.toml")
    assert command.round()[0] == "Checking …"
    write_at_once(tmp_path / "turnlint.toml", "nonsense = 1")
    said = command.round()
    while said[0] != "settings changed, checking …":  # it may have looked in between
        said = command.round()
    assert "nonsense" in said[1]
    write_at_once(tmp_path / "turnlint.toml", 'target = "openai"')
    assert command.round()[0] == "settings changed, checking …"
    (tmp_path / "a.jsonl").unlink()
    while said[0] != "a.jsonl, . changed, checking …":
        said = command.round()
    assert command.end()[0] == 130


def test_standard_input_is_not_watched(tmp_path: Path) -> None:
    done = turnlint("check", "--watch", "-", cwd=tmp_path)
    assert (done.returncode, "cannot be watched" in done.stderr) == (2, True)


# Links


def test_links_to_folders_elsewhere_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"there/secret.jsonl": rows(BAD), "here/deep/a.jsonl": rows(BAD), "b.jsonl": rows(BAD)})
    (tmp_path / "here" / "out").symlink_to("../there")
    (tmp_path / "here" / "in").symlink_to("deep")
    (tmp_path / "here" / "b.jsonl").symlink_to("../b.jsonl")
    done = turnlint("check", "here", "--output-format", "json-lines", "--isolated", cwd=tmp_path)
    assert paths(done) == ["here/b.jsonl", "here/deep/a.jsonl"]
    assert "here: 1 link to folders elsewhere not followed." in done.stderr
    assert paths(turnlint(*ROLE, "here/out", cwd=tmp_path)) == ["here/out/secret.jsonl"]
