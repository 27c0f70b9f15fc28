"""What a unified text says: taken apart again, it is both texts, and what they share is told once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.differences import unified

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", " ", "+a", "-b", "@@", "--- a"]), max_size=12).map(
    "\n".join
)


@given(TEXTS, TEXTS)
def test_both_texts_are_in_it(one: str, other: str) -> None:
    head, tail, hunk, *lines = unified(one, other, "p", "q")
    assert (head, tail) == ("--- p", "+++ q")
    before = [line[1:] for line in lines if line[0] in " -"]
    after = [line[1:] for line in lines if line[0] in " +"]
    assert "\n".join(before) == one
    assert "\n".join(after) == other
    assert hunk == f"@@ -1,{len(before)} +1,{len(after)} @@"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a\nb\nc", "a\nx\nc", " a|-b|+x| c"),
        ("a\nb\nc", "a\nb\nc", " a| b| c"),
        ("a\nb\nc\nd\ne", "x\nb\nd\ne\nf", "-a|+x| b|-c| d| e|+f"),
        ("a", "a\na\na", " a|+a|+a"),
        ("", "a", "-|+a"),
    ],
)
def test_what_is_shared_is_told_once(one: str, other: str, expected: str) -> None:
    assert "|".join(list(unified(one, other, "", ""))[3:]) == expected


def test_texts_of_very_many_lines_are_told_one_after_the_other() -> None:
    chosen = random.Random(5)
    one, other = ("\n".join(str(chosen.randrange(9)) for _ in range(100_000)) for _ in range(2))
    lines = list(unified(f"same\n{one}\nend", f"same\n{other}\nend", "", ""))[3:]
    assert lines[0] == " same"
    assert lines[-1] == " end"
    assert len(lines) > 150_000
