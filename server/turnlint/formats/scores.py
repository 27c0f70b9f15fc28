"""Scores of the two answers of a comparison, by the names that data sets give them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from turnlint.model import Place, Score

__all__ = ["SCORES", "read_scores"]

_SIDES = (
    ("chosen", "rejected"),
    ("preferred", "non_preferred"),
    ("preferred_output", "non_preferred_output"),
)
_WORDS = ("score", "rating", "reward")

SCORES: Mapping[str, str] = {
    names[0]: names[1]
    for sides in _SIDES
    for word in _WORDS
    for names in (
        [f"{side}_{word}" for side in sides],
        [f"{side}-{word}" for side in sides],
        [f"{word}_{side}" for side in sides],
    )
}
"""The key of the preferred answer's score, and that of the other's: more is better."""


def read_scores(value: dict[str, Any]) -> tuple[Score, Score] | None:
    """The scores of the preferred and of the other answer; None where a row does not have both."""
    for names in SCORES.items():
        numbers = [value.get(name) for name in names]
        if all(type(one) in (int, float) and isfinite(one) for one in numbers):  # type: ignore[arg-type]
            preferred, other = (Score(float(value[name]), Place((name,))) for name in names)
            return preferred, other
    return None
