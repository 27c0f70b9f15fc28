"""Fixing a row: which fixes go together, what comes of several passes, and when it ends."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.engine.fix import fix_row, is_safe
from turnlint.model import Edit, Finding, Fix, Place, Severity, Span


def finding(*edits: tuple[int, int, str], safe: bool = True) -> Finding:
    """A finding whose fix replaces columns."""
    made = tuple(Edit(Place(columns=(start, end)), content) for start, end, content in edits)
    return Finding("rule", "family", Severity.ERROR, "", fix=Fix("", made, safe))


def carried_out(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    done, pieces = 0, []
    for span, content in edits:
        assert done <= span.start <= span.end <= len(text)
        pieces += [text[done : span.start], content]
        done = span.end
    return "".join([*pieces, text[done:]])


class Script:
    """Finds one list of findings after the other, and notes the texts that it is shown."""

    def __init__(self, *passes: Sequence[Finding]) -> None:
        self._passes = iter(passes)
        self.texts: list[str] = []

    def __call__(self, text: str) -> Sequence[Finding]:
        self.texts.append(text)
        return next(self._passes, ())


@pytest.mark.parametrize(
    ("fixes", "texts"),
    [
        ([finding((1, 2, "B")), finding((3, 4, "D"))], ["abcdef", "aBcDef"]),
        ([finding((1, 3, "X")), finding((2, 4, "Y"))], ["abcdef", "aXdef"]),
        ([finding((1, 3, "X")), finding((3, 4, "Y"))], ["abcdef", "aXYef"]),
        ([finding((1, 1, "X")), finding((1, 1, "Y"))], ["abcdef", "aXbcdef"]),
        ([finding((1, 1, "X")), finding((1, 2, "Y"))], ["abcdef", "aXYcdef"]),
        ([finding((1, 2, "Y")), finding((1, 1, "X"))], ["abcdef", "aXYcdef"]),
        ([finding((1, 3, "X")), finding((2, 2, "Y"))], ["abcdef", "aXdef"]),
        ([finding((2, 2, "Y")), finding((1, 3, "X"))], ["abcdef", "abYcdef"]),
        ([finding((1, 2, "X"), (4, 5, "")), finding((3, 4, "-")), finding((4, 6, "Z"))], ["abcdef", "aXc-f"]),
        ([finding((0, 6, "X")), finding((0, 1, "Y"), (5, 6, "Z"))], ["abcdef", "X"]),
        ([finding((1, 2, "X")), finding((1, 2, "X"))], ["abcdef", "aXcdef"]),
        ([finding((1, 2, "X"), safe=False), finding((1, 2, "Y"))], ["abcdef", "aYcdef"]),
        ([finding((1, 2, "X"), safe=False)], ["abcdef"]),
    ],
)
def test_fixes_of_one_pass_go_together_unless_they_overlap(fixes: list[Finding], texts: list[str]) -> None:
    script = Script(fixes)
    assert carried_out("abcdef", fix_row("abcdef", script)) == texts[-1]
    assert script.texts == texts


def test_edits_are_of_the_row_as_it_was() -> None:
    script = Script(
        [finding((1, 2, "XYZ"))], [finding((2, 3, "")), finding((5, 6, "E"))], [finding((0, 1, ""))]
    )
    edits = fix_row("abcdef", script)
    assert edits == [(Span(0, 2), "XZ"), (Span(3, 4), "E")]
    assert script.texts == ["abcdef", "aXYZcdef", "aXZcEef", "XZcEef"]


def test_what_is_taken_back_is_no_edit() -> None:
    script = Script([finding((1, 1, "X"))], [finding((1, 2, ""))])
    assert fix_row("abc", script) == []


def test_fixes_that_go_in_circles_end() -> None:
    def judge(text: str) -> list[Finding]:
        return [finding((0, 1, "b" if text == "a" else "a"))]

    assert fix_row("a", judge) in ([], [(Span(0, 1), "a")])


def test_a_place_that_is_not_there_is_left_out() -> None:
    lost = Finding("rule", "", Severity.ERROR, "", fix=Fix("", (Edit(Place(("b",)), "1"),), safe=True))
    assert fix_row('{"a": 2}', Script([lost, finding((6, 7, "3"))])) == [(Span(6, 7), "3")]


def test_wanted_may_be_more_or_less() -> None:
    unsafe = finding((0, 1, "x"), safe=False)
    assert fix_row("a", Script([unsafe]), lambda one: True) == [(Span(0, 1), "x")]
    assert fix_row("a", Script([finding((0, 1, "x"))]), lambda one: False) == []
    assert [is_safe(one) for one in (unsafe, finding(), Finding("", "", Severity.HINT, ""))] == [
        False,
        True,
        False,
    ]


EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.text("XYZ", max_size=4)), max_size=3)
PASSES = st.lists(st.lists(EDITS, max_size=4), max_size=8)


@settings(max_examples=400, deadline=None)
@given(st.text("abc😀", max_size=30), PASSES)
def test_edits_of_all_passes_make_the_last_text(
    text: str, passes: list[list[list[tuple[int, int, str]]]]
) -> None:
    script = Script(
        *(
            [
                finding(*((start, start + width, content) for start, width, content in edits))
                for edits in fixes
            ]
            for fixes in passes
        )
    )
    assert carried_out(text, fix_row(text, script)) == script.texts[-1]
