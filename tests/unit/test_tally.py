"""The tokens of the rows of a document, added up line by line."""

from __future__ import annotations

from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.lsp import tally as module
from turnlint.lsp.lengths import Lengths
from turnlint.lsp.tally import Counted, Tally, Totals
from turnlint.text.label import shortened
from turnlint.text.lines import Line
from turnlint.tokens import Measured

LINES = 12
measured = st.builds(Measured, st.integers(0, 30), st.integers(0, 5), st.just(()), st.just(0), st.booleans())
steps = st.lists(st.tuples(st.integers(0, LINES - 1), st.none() | measured), max_size=60)


def length(total: int, trained: int = 0, *, about: bool = False) -> Measured:
    return Measured(total, trained, (), 0, about)


@given(steps)
def test_lines_come_and_go(steps: list[tuple[int, Measured | None]]) -> None:
    lines = [Line("x" * at, "\n") for at in range(LINES)]
    tally, wanted = Tally(), dict[int, Measured]()
    for at, one in steps:
        if one is None:
            tally.remove(lines[at])
            wanted.pop(at, None)
        else:
            tally.add(lines[at], one)
            wanted[at] = one
        totals = [one.total for one in wanted.values()]
        about = any(one.about for one in wanted.values())
        expected = Totals(sum(totals), median_low(totals), max(totals), about) if totals else None
        assert tally.totals() == expected
        for number, line in enumerate(lines):
            known, given = tally.of(line), wanted.get(number)
            assert (known is None) == (given is None)
            if known is not None and given is not None:
                assert (known.total, known.trained, known.about) == (given.total, given.trained, given.about)


def test_short_rows_share_what_is_kept_of_them() -> None:
    tally, lines = Tally(), [Line("x", "\n") for _ in range(100)]
    for at, line in enumerate(lines):
        tally.add(line, length(at % 3))
    assert len({id(line.tokens) for line in lines}) == 3


def test_no_more_is_kept_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 10)
    tally, lines = Tally(), [Line("x", "\n") for _ in range(100)]
    for at, line in enumerate(lines):
        tally.add(line, length(at))
    assert len(tally._kept) == 10
    assert tally.totals() == Totals(4950, 49, 99, False)


def test_a_new_tally_knows_nothing() -> None:
    line = Line("x", "\n")
    Tally().add(line, length(7))
    tally = Tally()
    assert tally.of(line) is None
    tally.add(line, length(9))
    assert tally.totals() == Totals(9, 9, 9, False)


def test_an_estimate_is_by_the_length_of_the_text() -> None:
    tally = Tally()
    assert tally.estimate(100) is None
    for text in ("x" * 10, "x" * 30):
        tally.add(Line(text, ""), length(len(text) // 4))
    assert tally.estimate(4_000) == Totals(900, 2, None, True)


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        (Totals(1_234, 350, 4_021, False), "1,234 tokens, median 350, longest 4,021"),
        (Totals(999_999, 1_350, 4_021, True), "about 999,999 tokens, median 1,350, longest 4,021"),
        (Totals(1_299_999, 350, None, True), "about 1.2M tokens, median 350"),
    ],
)
def test_totals_in_words(totals: Totals, words: str) -> None:
    assert str(totals) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999_999, "999,999"),
        (1_000_000, "1.0M"),
        (9_999_999, "9.9M"),
        (10_000_000, "10M"),
        (999_999_999, "999M"),
        (3_450_000_000, "3.4B"),
        (1_234_000_000_000, "1,234B"),
    ],
)
def test_large_numbers(number: int, words: str) -> None:
    assert shortened(number) == words


@pytest.mark.parametrize(
    ("total", "trained", "limit", "words"),
    [
        (1_234, 310, 65_536, "1,234 tokens (1 % of 65,536) · 310 trained"),
        (655, 0, 65_536, "655 tokens (under 1 % of 65,536) · none trained"),
        (1, 1, 0, "1 token · 1 trained"),
        (99, 9, 100, "99 tokens (99 % of 100) · 9 trained"),
        (1_999, 9, 2_000, "1,999 tokens (99 % of 2,000) · 9 trained"),
        (2_000, 9, 2_000, "2,000 tokens (100 % of 2,000) · 9 trained"),
        (2_001, 9, 2_000, "2,001 tokens (101 % of 2,000) · 9 trained"),
    ],
)
def test_the_length_of_a_row(total: int, trained: int, limit: int, words: str) -> None:
    counted = Counted(total, trained, False, 0)
    assert Lengths(counted, limit, trains=True).row() == words
    assert Lengths(counted, limit, trains=False).row() == words.partition(" · ")[0]
    assert Lengths(counted, limit, trains=True).turns() == []
    assert Lengths(Counted(total, trained, True, 0), limit, trains=True).row() == f"about {words}"


def test_a_length_that_is_not_known() -> None:
    unknown = Lengths(None, 100, trains=True)
    assert (unknown.row(), unknown.brief(), unknown.turns()) == ("counting tokens…", "", [])
