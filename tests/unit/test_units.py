from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.text.units import Encoding, all_to_units, from_units, to_units

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from("aé漢😀\u2028\x00\ud83d\ude00\udfff"), max_size=12)


def width(char: str, encoding: Encoding) -> int:
    """Units of one character, by the ranges of the Unicode standard."""
    code = ord(char)
    if encoding == "utf-8":
        return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)
    return 1 + (encoding == "utf-16" and code > 0xFFFF)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(ENCODINGS))
def test_every_column_and_every_unit(text: str, encoding: Encoding) -> None:
    starts = [0]
    for char in text:
        starts.append(starts[-1] + width(char, encoding))
    for column, units in enumerate(starts):
        assert to_units(text, column, encoding) == units
        assert from_units(text, units, encoding) == column
    for units in range(starts[-1]):
        assert from_units(text, units, encoding) == max(c for c, start in enumerate(starts) if start <= units)
    assert to_units(text, len(text) + 3, encoding) == starts[-1]
    assert from_units(text, starts[-1] + 3, encoding) == len(text)
    assert to_units(text, -1, encoding) == from_units(text, -1, encoding) == 0


@given(TEXTS, st.lists(st.integers(-2, 30)), st.sampled_from(ENCODINGS))
def test_many_columns_at_once(text: str, columns: list[int], encoding: Encoding) -> None:
    found = all_to_units(text, columns, encoding)
    assert found == {column: to_units(text, column, encoding) for column in columns}


@pytest.mark.parametrize(
    ("units", "encoding", "column"),
    [(2, "utf-16", 1), (3, "utf-16", 2), (2, "utf-8", 1), (4, "utf-8", 1), (5, "utf-8", 2), (2, "utf-32", 2)],
)
def test_the_middle_of_a_character_is_its_start(units: int, encoding: Encoding, column: int) -> None:
    assert from_units("a😀b", units, encoding) == column


def test_two_lone_surrogates_stay_two_characters() -> None:
    assert from_units("\ud83d\ude00x", 2, "utf-16") == 2
