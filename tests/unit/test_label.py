"""Labels: short, on one line, without what would not show or must not be shown."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.label import counted, percent, snippet

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
KEY = "sk-" + "a1" * 24


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        (" \n\t\u2028\u3000 ", ""),
        ("ten chars.", "ten chars."),
        ("more than ten", "more than…"),
        ("one\r\n\n two\u2028", "one two"),
        ("漢字" * 9, "漢字漢字漢字漢字漢…"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\ud800", "⟨U+D800⟩"),
        ("a" + " " * 500 + "b", "a…"),
        ("a" + " " * 500, "a"),
    ],
)
def test_snippets(text: str, shown: str) -> None:
    assert snippet(text, 10) == shown


@given(st.text(max_size=300), st.integers(1, 50))
def test_snippets_are_short_and_visible(text: str, limit: int) -> None:
    shown = snippet(text, limit)
    assert len(shown) <= limit
    assert not {category(character) for character in shown} & UNSEEN
    assert bool(shown) == bool(text.strip().replace("\u200c", "").replace("\u200d", ""))


@pytest.mark.parametrize("before", ["", "my key: ", "x" * 30 + " "])
def test_secrets_are_hidden_before_the_cut(before: str) -> None:
    shown = snippet(f"{before}{KEY} and more", 40)
    assert "a1" not in shown
    assert "sk-•" in shown


@pytest.mark.parametrize(("count", "shown"), [(0, "0 rows"), (1, "1 row"), (12345, "12,345 rows")])
def test_counted(count: int, shown: str) -> None:
    assert counted(count, "row") == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "0.0%"),
        (0, 7, "0.0%"),
        (1, 3, "33.3%"),
        (1, 100_000, "<0.1%"),
        (99_999, 100_000, ">99.9%"),
        (7, 7, "100.0%"),
    ],
)
def test_percent(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown
