"""Statistics of files: worked out by hand, and the same however the file is taken apart."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.config import Counting, resolve
from turnlint.engine.statistics import (
    Bin,
    Distribution,
    Statistics,
    Survey,
    epochs_of,
    histogram,
    survey,
)
from turnlint.engine.threads import in_threads
from turnlint.model import Example, Turn
from turnlint.tokens import Measured, TemplateRefusal, TokensError, TurnTokens

CHAT = "openai-chat"


def counted(*rows: Any, threads: int = 1, limit: int = 0, **settings: Any) -> Survey:
    """The statistics of rows, given as values or as bytes."""
    counting = Counting(limit=limit)
    data = b"".join(row + b"\n" if type(row) is bytes else json.dumps(row).encode() + b"\n" for row in rows)
    return survey(io.BytesIO(data), resolve(counting=counting, **settings), threads=threads)


def chat(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


# Distributions


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ((), [0, 0, 0, 0, 0]),
        ((7,), [7, 7, 7, 7, 7]),
        ((1, 2), [1, 1, 1, 2, 2]),
        ((3, 1, 2), [1, 1, 2, 3, 3]),
        (tuple(range(1, 101)), [1, 5, 50, 95, 100]),
        (tuple(range(1, 21)), [1, 1, 10, 19, 20]),
        ((0,) * 19 + (1_000,), [0, 0, 0, 0, 1_000]),
    ],
)
def test_quantiles(values: tuple[int, ...], wanted: list[int]) -> None:
    assert Distribution(values).quantiles(0, 0.05, 0.5, 0.95, 1) == wanted


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=200), st.sampled_from([0.05, 0.5, 0.95]))
def test_so_many_values_are_no_higher_than_a_quantile(values: list[int], share: float) -> None:
    found = Distribution(values)
    assert (found.size, found.sum) == (len(values), sum(values))
    assert found.mean == pytest.approx(sum(values) / len(values))
    (value,) = found.quantiles(share)
    assert sum(one <= value for one in values) >= share * len(values)
    assert sum(one < value for one in values) < share * len(values)


# Histograms


def bins(values: Iterable[int], limit: int = 0) -> list[tuple[int, int, int]]:
    return [(one.first, one.last, one.count) for one in histogram(Distribution(values), limit)]


def test_bins_of_few_values() -> None:
    assert bins([]) == []
    assert bins([0]) == [(0, 0, 1)]
    assert bins([5, 5]) == [(5, 5, 2)]
    assert bins([2, 2, 4]) == [(2, 2, 2), (3, 3, 0), (4, 4, 1)]


def test_bins_have_round_edges() -> None:
    assert bins(range(130, 370)) == [
        (at, at + 19, 10 if at == 120 else 10 if at == 360 else 20) for at in range(120, 380, 20)
    ]


def test_the_few_values_far_beyond_stand_in_one_bin() -> None:
    found = histogram(Distribution([*range(1_000), 80_000]))
    assert [one.last - one.first for one in found[:-1]] == [99] * 10
    assert found[-1] == Bin(1_000, 80_000, 1, is_rest=True)


def test_bins_grow_where_most_values_are_small() -> None:
    found = bins([3] * 90 + [40_000] * 10)
    assert found[0] == (2, 4, 90)
    assert found[-1] == (20_000, 49_999, 10)
    assert [first for first, _, _ in found] == [
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
    ]


def test_a_bin_ends_at_the_limit() -> None:
    found = histogram(Distribution(range(100)), 57)
    assert [one.count for one in found if one.is_over] == [2, 10, 10, 10, 10]
    assert [(one.first, one.last) for one in found if 57 in (one.first - 1, one.last)] == [(50, 57), (58, 59)]
    assert not any(one.is_over for one in histogram(Distribution(range(100)), 99))
    assert all(one.is_over for one in histogram(Distribution(range(50, 100)), 20))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=100), st.integers(0, 10**7))
def test_every_value_stands_in_one_bin(values: list[int], limit: int) -> None:
    found = histogram(Distribution(values), limit)
    assert len(found) <= 30
    assert all(before.last + 1 == after.first for before, after in pairwise(found))
    assert [one.count for one in found] == [
        sum(one.first <= value <= one.last for value in values) for one in found
    ]
    assert sum(one.count for one in found) == len(values)
    over = sum(one.count for one in found if one.is_over)
    assert over == (sum(value > limit for value in values) if limit else 0)


# What a row adds


def measured(*turns: tuple[str, int, int], rest: int = 0, about: bool = False) -> Measured:
    """An example of turns with role, tokens and trained tokens."""
    made = tuple(TurnTokens(Turn(role, ()), total, trained) for role, total, trained in turns)
    return Measured(
        sum(one.total for one in made) + rest, sum(one.trained for one in made), made, rest, about
    )


def test_an_example_is_added() -> None:
    found = Statistics()
    found.add(measured(("user", 10, 0), ("assistant", 5, 4), ("assistant", 7, 6), rest=3), 0, 10)
    found.add(measured(("user", 20, 0), about=True), 0, 0)
    assert found.examples == 2
    assert found.tokens == Distribution({25: 1, 20: 1})
    assert found.trained == Distribution({10: 1, 0: 1})
    assert found.answers == Distribution({4: 1, 6: 1})
    assert found.turns == Distribution({3: 1, 1: 1})
    assert found.role_turns == {"user": 2, "assistant": 2}
    assert found.role_tokens == {"user": 30, "assistant": 12}
    assert found.role_trained["assistant"] == 10
    assert (found.other_tokens, found.about, found.over, found.within) == (3, 1, 0, 45)


def test_what_a_limit_cuts() -> None:
    found = Statistics()
    found.add(measured(("user", 60, 0), ("assistant", 40, 36)), 100, 36)
    found.add(measured(("user", 90, 0), ("assistant", 40, 36)), 100, 8)
    found.add(measured(("user", 150, 0), ("assistant", 40, 36)), 100, 0)
    found.add(measured(("user", 150, 0)), 100, 0)
    assert (found.over, found.cut, found.cut_trained, found.emptied) == (3, 30 + 90 + 50, 28 + 36, 1)
    assert found.within == 400


def test_no_more_is_lost_to_the_loss_than_stands_beyond_the_limit() -> None:
    found = Statistics()
    found.add(measured(("user", 60, 0), ("assistant", 50, 46)), 100, 24)  # a call that is cut is lost whole
    assert (found.cut, found.cut_trained) == (10, 10)


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [
        *((0, 0), (1, 25), (4, 25), (5, 20), (10, 10), (33, 3), (34, 3), (100, 3)),
        *((8_333, 3), (8_334, 2), (12_500, 2), (12_501, 1), (1_000_000, 1)),
    ],
)
def test_epochs_by_the_published_logic(examples: int, epochs: int) -> None:
    assert epochs_of(examples) == epochs


# Files


def test_a_chat() -> None:
    # "Hi" and "Yes" and "No" and each role are one token: 3 + 1 + 1 a message, and 3 for the reply.
    found = counted(
        chat(("user", "Hi"), ("assistant", "Yes")),
        chat(("system", "No"), ("user", "Hi"), ("assistant", "Yes"), ("user", "Hi"), ("assistant", "No")),
        target="openai:gpt-4o",
    )
    assert found.format is not None
    assert found.format.name == CHAT
    numbers = found.statistics
    assert numbers.tokens == Distribution({13: 1, 28: 1})
    assert numbers.turns == Distribution({2: 1, 5: 1})
    assert numbers.role_turns == {"user": 3, "assistant": 3, "system": 1}
    assert numbers.role_tokens == {"user": 15, "assistant": 15, "system": 5}
    assert numbers.answers.size == 3
    assert numbers.answers.sum == numbers.trained.sum == numbers.role_trained.total()
    assert numbers.other_tokens == 6
    assert numbers.about == 0


def test_weights_of_zero_are_not_trained_on() -> None:
    row = chat(("user", "Hi"), ("assistant", "Yes"), ("user", "Hi"), ("assistant", "No"))
    plain = counted(row, target="openai").statistics
    row["messages"][1]["weight"] = 0
    masked = counted(row, target="openai").statistics
    assert (plain.answers.size, masked.answers.size) == (2, 1)
    assert masked.trained.sum * 2 == plain.trained.sum
    assert masked.tokens == plain.tokens


def test_preference_counts_the_longer_answer_and_trains_on_both() -> None:
    prompt = {"messages": [{"role": "user", "content": "Hi"}]}
    long, short = ([{"role": "assistant", "content": text}] for text in ("Yes " * 20, "No"))
    rows = [
        {"input": prompt, "preferred_output": one, "non_preferred_output": other}
        for one, other in ((long, short), (short, long))
    ]
    found = counted(*rows, target="openai").statistics
    alone = counted(chat(("user", "Hi"), ("assistant", "Yes " * 20)), target="openai").statistics
    assert found.tokens == Distribution({alone.tokens.sum: 2})
    assert found.trained == Distribution({alone.trained.sum: 2})
    assert found.answers.size == 4
    assert found.turns == Distribution({3: 2})


@pytest.mark.parametrize(
    ("name", "row", "turns", "answers"),
    [
        ("openai-reinforcement", {**chat(("user", "Hi")), "answer": "Yes"}, 1, 0),
        ("prompt-completion", {"prompt": "Hi", "completion": " Yes"}, 2, 1),
        ("alpaca", {"instruction": "Say", "input": "Hi", "output": "Yes"}, 3, 1),
        (
            "sharegpt",
            {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes"}]},
            2,
            1,
        ),
    ],
)
def test_other_formats(name: str, row: dict[str, Any], turns: int, answers: int) -> None:
    found = counted(row, row)
    assert found.format is not None
    assert found.format.name == name
    assert found.statistics.turns == Distribution({turns: 2})
    assert found.statistics.answers.size == 2 * answers
    assert bool(found.statistics.trained.sum) == bool(answers)


def test_calls_and_images() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}
    found = counted(
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}, image, image]},
                {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "a", "content": "1"},
                {"role": "assistant", "content": "Yes"},
            ]
        },
        chat(("user", "Hi"), ("assistant", "Yes")),
    ).statistics
    assert found.calls == Distribution({1: 1, 0: 1})
    assert found.images == Distribution({2: 1, 0: 1})
    assert found.about


def test_a_limit() -> None:
    rows = [chat(("user", "Hi"), ("assistant", "yes " * times)) for times in (1, 10, 200)]
    found = counted(*rows, limit=100, target="openai").statistics
    total = max(found.tokens)
    assert (found.over, found.cut) == (1, total - 100)
    assert found.cut_trained == found.cut
    assert found.within == found.tokens.sum - found.cut
    assert found.emptied == 0
    emptied = counted(chat(("user", "Hi " * 300), ("assistant", "Yes")), limit=100).statistics
    assert (emptied.over, emptied.emptied, emptied.cut_trained) == (1, 1, emptied.trained.sum)


def test_rows_that_are_no_examples_are_counted() -> None:
    good = chat(("user", "Hi"), ("assistant", "Yes"))
    rows: tuple[Any, ...] = (
        good,
        b"",
        b" \t",
        b'{"messages": [',
        b"[1]",
        b"null",
        {"other": 1},
        {"messages": []},
        b"\xff",
        good,
    )
    found = counted(*rows)
    assert found.statistics.examples == 2
    assert found.statistics.skipped == {"blank": 2, "unreadable": 4, "no_example": 2}


def test_a_row_that_departs_from_the_shape_is_counted_as_far_as_it_goes() -> None:
    found = counted({"messages": [{"role": "usr", "content": "Hi"}, {"content": 1}, 3, {"role": ["x"]}]})
    assert found.statistics.examples == 1
    assert found.statistics.role_turns == {"unknown": 4}


def test_what_parsers_differ_on_is_an_example() -> None:
    row = (
        b'{"messages":[{"role":"user","content":"\\ud800"},{"role":"assistant","content":"a","weight":NaN}]}'
    )
    assert counted(row).statistics.examples == 1


class _Choosy:
    """A meter that takes some examples alone."""

    def __init__(self, errors: dict[str, Exception]) -> None:
        self._errors = errors

    def measure(self, example: Example) -> Measured:
        if error := self._errors.get(example.turns[0].text):
            raise error
        return measured(*((turn.role or "", 1, 0) for turn in example.turns))


def test_rows_that_cannot_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    errors: dict[str, Exception] = {
        "a": TemplateRefusal("roles must alternate"),
        "b": TokensError("too slow"),
    }
    monkeypatch.setattr("turnlint.engine.statistics.meter_of", lambda settings: _Choosy(errors))
    found = counted(*(chat(("user", text)) for text in "aabc"), format=CHAT)
    assert found.statistics.examples == 1
    assert found.statistics.skipped == {"refused": 2, "uncounted": 1}


def test_empty_files() -> None:
    for data in (b"", b"\n\n", b"\xef\xbb\xbf"):
        found = survey(io.BytesIO(data), resolve())
        assert (found.statistics.examples, found.fault) == (0, None)
        assert found.statistics.tokens.quantiles(0.5) == [0]


def test_a_file_that_is_no_jsonl() -> None:
    found = survey(io.BytesIO(b"\x1f\x8b\x08" + bytes(100)), resolve())
    assert found.fault is not None
    assert found.fault.kind == "binary-file"


def test_files_begin_where_the_stream_stands() -> None:
    stream = io.BytesIO(b'{"not": "mine"}\n' + json.dumps(chat(("user", "Hi"))).encode())
    stream.readline()
    found = survey(stream, resolve(format=CHAT)).statistics
    assert (found.examples, found.skipped.total()) == (1, 0)


# Parts add up to the whole

_WORDS = st.text("ab é好\U0001f600", max_size=30)
_ROLES = st.sampled_from(["system", "user", "assistant", "tool", "usr"])
_ROW = st.one_of(
    st.lists(st.tuples(_ROLES, _WORDS), max_size=4).map(lambda turns: json.dumps(chat(*turns)).encode()),
    st.sampled_from([b"", b"{", b"[]", b'{"x": 1}']),
)


def _of(rows: list[bytes]) -> Statistics:
    return survey(io.BytesIO(b"\n".join(rows)), resolve(format=CHAT, counting=Counting(limit=20))).statistics


@given(st.lists(_ROW, max_size=12), st.data())
def test_parts_add_up(rows: list[bytes], data: st.DataObject) -> None:
    rows = [row for row in rows if row]  # how many blank rows a file ends in is no matter of parts
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    parts = [_of(rows[start:end]) for start, end in pairwise([0, *cuts, len(rows)])]
    merged = Statistics()
    for part in data.draw(st.permutations(parts)):
        merged.merge(part)
    assert merged == _of(rows)


def test_threads_change_nothing() -> None:
    rows = [
        chat(("user", f"Say {at} " * (at % 40)), ("assistant", "yes " * (at % 97))) for at in range(4_000)
    ]
    alone, together = (counted(*rows, threads=threads, limit=120) for threads in (1, 4))
    assert alone.statistics.examples == 4_000
    assert alone.statistics.over > 0
    assert alone == together


def test_threads_keep_the_order_and_take_few_items_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterable[int]:
        for number in range(50):
            taken.append(number)
            yield number

    done = 0
    for result in in_threads(lambda number: number * number, items(), 3):
        assert result == done * done
        done += 1
        assert len(taken) <= done + 3
    assert done == 50


def test_what_fails_in_a_thread_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda number: 1 // number, iter([2, 1, 0, 3]), 2))


def test_memory_does_not_grow_with_the_file() -> None:
    turns = [(("user", f"Say {at}"), ("assistant", "yes " * 1_000)) for at in range(500)]
    rows = [json.dumps(chat(*one)).encode() for one in turns]
    settings = resolve(format=CHAT)
    peaks = []
    for times in (3, 12):
        stream = io.BytesIO(b"\n".join(rows * times))
        tracemalloc.start()
        assert survey(stream, settings).statistics.examples == 500 * times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
