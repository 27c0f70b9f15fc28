"""The bound holds for texts of every kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.texts import BLANKS, texts

from turnlint.tokens.bounds import at_most
from turnlint.tokens.bytelevel import ByteLevel
from turnlint.tokens.vocabulary import ENCODINGS


@pytest.mark.parametrize(
    ("text", "most"),
    [("", 0), ("one two  three ", 15), ("漢字", 6), ("😀", 4), ("\ud800", 3), ("é" * 65, 130)],
)
def test_the_bound(text: str, most: int) -> None:
    assert at_most(text) == most


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_bound_of_many_texts(name: str) -> None:
    tokenizer = ByteLevel(name)
    for text in texts(3_000, seed=7):
        assert tokenizer.count(text) <= at_most(text), text


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from(BLANKS + "a!/1漢😀\ud800\udc00")), st.sampled_from(ENCODINGS))
def test_the_bound_of_any_text(text: str, name: str) -> None:
    assert ByteLevel(name).count(text) <= at_most(text)
