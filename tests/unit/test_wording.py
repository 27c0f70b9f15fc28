"""Words and guesses that rules share."""

from __future__ import annotations

import pytest

from turnlint.rules.wording import closest, is_finite, one_of, sentence

ROLES = ("system", "user", "assistant", "tool")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("usr", "user"),
        (" User ", "user"),
        ("ASSISTANT", "assistant"),
        ("assistent", "assistant"),
        ("tool", "tool"),
        ("wizard", None),
        ("", None),
        ("user" * 1_000_000, None),
    ],
)
def test_closest(word: str, meant: str | None) -> None:
    assert closest(word, ROLES) == meant


def test_closest_ignores_separators() -> None:
    assert closest("Image-URL", ("text", "image_url")) == "image_url"


@pytest.mark.parametrize(
    ("words", "joined"), [(("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")]
)
def test_one_of(words: tuple[str, ...], joined: str) -> None:
    assert one_of(words) == joined


def test_sentence_raises_the_first_letter_alone() -> None:
    assert sentence("rename `A` to `b`") == "Rename `A` to `b`."


@pytest.mark.parametrize("value", [0, True, 1.5, 10**400, "NaN", None, [float("nan")]])
def test_is_finite(value: object) -> None:
    assert is_finite(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_is_not_finite(value: float) -> None:
    assert not is_finite(value)
