"""What is said of two texts that have the same normal form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.contrast import Contrast, contrast
from turnlint.text.normal import normal

CASE, WHITE, FORMS = "case", "white space", "forms of characters"

SAME = [
    ("Name a prime.", "name a  prime.", (CASE, WHITE), ("Name", "name")),
    ("HELLO THERE", "Hello there", (CASE,), ("HELLO", "Hello")),
    ("The end. it was", "The end. It was", (CASE,), ("it", "It")),
    ("ＡＢＣ is one", "ABC is one", (FORMS,), ("ＡＢＣ", "ABC")),
    ("cafe\u0301", "caf\u00e9", (FORMS,), ("cafe\u0301", "caf\u00e9")),
    ("a\u00a0b", "a b", (WHITE,), ("a⍽b", "a b")),
    ("one\ntwo", "one two", (WHITE,), ("one⏎two", "one two")),
    ("a\tb", "a b", (WHITE,), ("a⇥b", "a b")),
    ('{"a": 1}', '{"a":1}', (WHITE,), ('{"a": 1}', '{"a":1}')),
    ("你好 世界", "你好世界", (WHITE,), ("你好 世界", "你好世界")),
    ("- a\n- b", "- a\n\n- b\n", (WHITE,), ("a⏎-", "a⏎⏎-")),
    ("", "\n", (WHITE,), ("", "⏎")),
    ("\ud800 a", "\ud800 A", (CASE,), ("a", "A")),
]
MATTERS = [
    ("What is the code of A?", "What is the code of a?"),
    ("Write Polish to us", "Write polish to us"),
    ("x = Foo()", "x = foo()"),
    ("```\nX\n```", "```\nx\n```"),
    ("It is now here", "It is nowhere"),
    ("if x:\n    y\nz", "if x:\n    y\n    z"),
]
OTHER = [("5² = 25", "52 = 25"), ("H₂O", "H2O"), ("½ cup", "1⁄2 cup"), ("①", "1"), ("ℝ", "R"), ("a", "b")]


@pytest.mark.parametrize(("one", "other", "kinds", "pieces"), SAME)
def test_ways_to_write_the_same(
    one: str, other: str, kinds: tuple[str, ...], pieces: tuple[str, str]
) -> None:
    assert contrast(one, other) == Contrast(kinds, pieces)
    assert contrast(other, one) == Contrast(kinds, pieces[::-1])


@pytest.mark.parametrize(("one", "other"), MATTERS)
def test_what_may_matter(one: str, other: str) -> None:
    for found in (contrast(one, other), contrast(other, one)):
        assert found is not None
        assert found.matters


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_words(one: str, other: str) -> None:
    assert contrast(one, other) is None
    assert contrast(other, one) is None


def test_pieces_are_short() -> None:
    found = contrast("a" * 500 + "B" + "c" * 500, "a" * 500 + "b" + "c" * 500)
    assert found is not None
    assert all(len(piece) < 40 for piece in found.pieces)


def test_secrets_are_hidden_before_they_are_cut() -> None:
    found = contrast(
        "The key is sk-proj-" + "A" * 30 + "b" + "C" * 20, "The key is sk-proj-" + "A" * 30 + "B" + "C" * 20
    )
    assert found is not None
    assert set("".join(found.pieces)) == {"•"}


letters = st.text(st.sampled_from("aAbB ｂ\n\tß²é"), max_size=12)


@given(one=letters, other=letters)
def test_only_texts_of_one_normal_form_have_a_contrast(one: str, other: str) -> None:
    found = contrast(one, other)
    assert (found is not None) <= (normal(one) == normal(other))
    assert found is None or bool(found.kinds) == (one != other)
    back = contrast(other, one)
    assert (found and (found.kinds, found.matters)) == (back and (back.kinds, back.matters))
