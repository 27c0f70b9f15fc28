"""File patterns: those that pathspec matches, in a time that no pattern can blow up."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from turnlint.config.patterns import compiled

PIECES = ("*", "*", "a", "b", "?", "[ab]", "/", "/**/", "**/", ".", "(", ")", "\\*", "+", "^", "$", "|", "é")


@settings(max_examples=500)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join),
    st.lists(st.text("aab//.(*+|^$é", min_size=1, max_size=14).map(lambda name: name.strip("/") or "a")),
    st.booleans(),
)
def test_matches_are_those_of_pathspec(pattern: str, names: list[str], is_taken_back: bool) -> None:
    patterns = ["*", f"!{pattern}"] if is_taken_back else [pattern]
    try:
        theirs = GitIgnoreSpec.from_lines(patterns, backend="simple")
    except ValueError:
        with pytest.raises(ValueError):
            compiled(patterns)
        return
    ours = compiled(patterns)
    assert [ours.match_file(name) for name in names] == [theirs.match_file(name) for name in names]


@pytest.mark.parametrize("piece", ["*a", "*(", "*[a-c]", "*?", "a*", "*\\*", "*é"])
def test_many_stars(piece: str) -> None:
    spec = compiled([piece * 40 + "x.jsonl"])
    start = time.process_time()
    assert not spec.match_file((piece[-1] * 240) + ".jsonl")
    assert not spec.match_file("a" * 240 + ".jsonl")
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("piece", ["**/a/", "**/*a*/", "*/", "**/?/"])
def test_many_folders(piece: str) -> None:
    spec = compiled(["z/" + piece * 12 + "x.jsonl"])
    start = time.process_time()
    assert not spec.match_file("z/" + "a/" * 1000 + "y.jsonl")
    assert time.process_time() - start < 0.5
