"""Diffs of fixed files: `difflib` reads them alike, and nothing in a row reaches a terminal."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.cli._fixing import Work
from turnlint.cli._inputs import Source
from turnlint.report import Style
from turnlint.report._diff import Versions, for_people, unified


def versions(old: bytes, new: bytes, removed: Sequence[int] | None, name: str = "a.jsonl") -> Versions:
    return Versions(name, lambda: nullcontext(io.BytesIO(old)), lambda: nullcontext(io.BytesIO(new)), removed)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("ab"), max_size=40),
    st.lists(st.sampled_from(["same", "same", "same", "same", "other", "gone"]), min_size=40, max_size=40),
    st.booleans(),
)
def test_patch_takes_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], fates: list[str], last: bool
) -> None:
    old = [f"{row}{number}\n" for number, row in enumerate(rows)]
    if old and last:
        old[-1] = old[-1][:-1]
    kept = [(row, fate) for row, fate in zip(old, fates, strict=False) if fate != "gone"]
    new = [row.replace("b", "ccc").replace("a", "dd") if fate == "other" else row for row, fate in kept]
    removed = [number for number, fate in enumerate(fates[: len(old)]) if fate == "gone"]
    diff = b"".join(unified(versions("".join(old).encode(), "".join(new).encode(), removed)))
    if old == new:
        assert diff == b"--- a.jsonl\n+++ a.jsonl\n"
        return
    folder = tmp_path_factory.mktemp("patch")
    (folder / "a.jsonl").write_text("".join(old))
    command = ["git", "apply", "-p0", "--whitespace=nowarn", "--allow-empty", "-"]
    subprocess.run(command, cwd=folder, input=diff, check=True)
    assert (folder / "a.jsonl").read_text() == "".join(new)


def test_files_with_other_rows_are_replaced() -> None:
    diff = b"".join(unified(versions(b"[1,\n2]\n", b"1\n2\n", None)))
    assert diff == b"--- a.jsonl\n+++ a.jsonl\n@@ -1,2 +1,2 @@\n-[1,\n-2]\n+1\n+2\n"
    diff = b"".join(unified(versions(b"[]", b"", None)))
    assert diff == b"--- a.jsonl\n+++ a.jsonl\n@@ -1,1 +0,0 @@\n-[]\n\\ No newline at end of file\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ä b.jsonl", "ä b.jsonl".encode()),
        ("a\n+++ b", b'"a\\n+++ b"'),
        ('"\\\x1b\udcff', b'"\\"\\\\\\033\\377"'),
    ],
)
def test_names(name: str, shown: bytes) -> None:
    head = next(unified(versions(b"", b"", [], name)))
    assert head == b"--- %s\n+++ %s\n" % (shown, shown)


def test_people_see_the_difference_and_nothing_that_acts() -> None:
    secret = "sk-proj-" + "a1B2" * 12
    old = f'x\n{{"a": "\x1b]0;t\x07{"-" * 500} {secret} Usr"}}\n{{}}\n'.encode()
    new = old.replace(b"Usr", b"usr").replace(b"{}\n", b"")
    made = partial(for_people, versions(old, new, [2], "\x1b[2J"))
    lines = "".join(made(Style(width=60))).splitlines()
    assert lines[0] == "␛[2J"
    assert [line[:4] for line in lines[1:]] == ["2 - ", "2 + ", "3 - "]
    assert [line.split()[-1] for line in lines[1:]] == ['Usr"}', 'usr"}', "{}"]
    assert all(line.isprintable() and len(line) <= 60 and "a1B2" not in line for line in lines)
    assert "\x1b[1;31m- " in "".join(made(Style(width=60, colour=True)))
    whole = "".join(for_people(versions(b"[]", b"", None), Style()))
    assert whole == "a.jsonl\n  is written anew as a whole\n"


def test_rows_that_go_in_several_passes() -> None:
    work = Work(Source("a", Path("a")), None, Path())
    work.remove([1, 3])  # of 0 1 2 3 4 5 6
    work.remove([0, 2, 4])  # of 0 2 4 5 6
    assert work.removed == [0, 1, 3, 4, 6]
