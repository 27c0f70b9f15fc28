"""What examples say in numbers: worked out by hand, and the same however a file is taken apart."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.config import resolve
from turnlint.corpus.profile import Pair
from turnlint.engine.contents import Contents
from turnlint.engine.statistics import survey

TOOL = {"type": "function", "function": {"name": "book", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "a", "type": "function", "function": {"name": "book", "arguments": "{}"}}


def held(*rows: Any, threads: int = 1, **settings: Any) -> Contents:
    """The contents of rows."""
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    contents = Contents()
    survey(io.BytesIO(data), resolve(**settings), contents, threads=threads)
    return contents


def chat(*turns: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": text} for role, text in turns], **more}


def asked(question: str, answer: str, system: str = "") -> dict[str, Any]:
    said = [("system", system)] if system else []
    return chat(*said, ("user", question), ("assistant", answer))


def test_prompts_answers_and_system_prompts_are_told_apart() -> None:
    found = held(
        asked("A?", "Yes", "Be kind."), asked("A?", "No", "Be kind."), asked("A?", "Yes"), asked("B?", "Yes")
    )
    assert (found.examples, found.prompts.distinct, found.answers.distinct) == (4, 3, 2)
    assert (found.systems.rows, found.systems.distinct) == (2, 1)
    assert (found.labels.rows, found.labels.distinct, found.labels.most) == (4, 2, 3)


def test_the_last_answer_counts_and_all_before_it_is_its_prompt() -> None:
    turns = (("user", "A?"), ("assistant", "1"), ("user", "B?"))
    found = held(chat(*turns, ("assistant", "2")), chat(*turns, ("assistant", "2"), ("user", "C?")))
    assert (found.prompts.distinct, found.answers.distinct) == (1, 1)
    other = held(
        chat(*turns, ("assistant", "2")), chat(turns[0], ("assistant", "0"), turns[2], ("assistant", "2"))
    )
    assert other.prompts.distinct == 2


def test_openings_are_those_of_answers_that_go_on() -> None:
    found = held(
        asked("A?", "Thank you for asking us about dogs on board."),
        asked("B?", "Thank you for asking us, cats are welcome here."),
        asked("C?", "Thank you for asking us"),
    )
    assert (found.openings.rows, found.openings.distinct) == (2, 2)
    found = held(*(asked(f"{at}?", f"I can not answer this, number {at} is odd.") for at in range(3)))
    assert (found.openings.rows, found.openings.most) == (3, 3)


@pytest.mark.parametrize(
    ("answer", "parsed", "layouts"),
    [
        ('{"a": 1, "b": 2}', 1, 1),
        ('```json\n{"a": 1}\n```', 1, 1),
        ("[1, 2]", 1, 0),
        ('{"a": 1,}', 0, 0),
        ("[see below]", 0, 0),
        ("17", 0, 0),
        ('{"a": NaN}', 0, 0),
        ('{"a": "\ud800"}', 0, 0),
        ("{" * 10_000 + "}", 0, 0),
    ],
)
def test_answers_in_json(answer: str, parsed: int, layouts: int) -> None:
    found = held(asked("A?", answer))
    assert (found.json_answers, found.json_layouts.rows) == (parsed, layouts)


def test_the_order_of_keys_makes_no_layout() -> None:
    found = held(*(asked("A?", text) for text in ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', '{"a": 1}')))
    assert (found.json_layouts.distinct, found.json_layouts.most) == (2, 2)


def test_tools() -> None:
    calling = {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [CALL]}]}
    found = held(
        {**calling, "tools": [TOOL]}, {**asked("A?", "No."), "tools": [TOOL]}, calling, asked("A?", "No.")
    )
    assert (found.with_tools, found.with_calls, found.with_idle_tools) == (2, 2, 1)


def test_text_that_prompts_begin_with_is_counted_once_for_each() -> None:
    shots = (("user", "1?"), ("assistant", "one"))
    rows = [chat(("system", "Count."), *shots, ("user", f"{at}?"), ("assistant", "x")) for at in range(2, 12)]
    found = held(*rows)
    # `Count.` and `1?` are 2 tokens each, `one` is 1; 4 more for each message.
    assert found.repeated_tokens(10) == 10 * (6 + 6 + 5)
    assert found.repeated_tokens(11) == 0
    lonely = held(*rows, asked("2?", "x"))
    assert lonely.repeated_tokens(10) == 10 * (6 + 6 + 5)


def test_the_same_tools_are_repeated_text() -> None:
    rows = [{**asked(f"{at}?", "x"), "tools": [TOOL]} for at in range(10)]
    assert held(*rows).repeated_tokens(10) > 10 * 10
    assert held(*rows[1:]).repeated_tokens(10) == 0


def test_pairs() -> None:
    def pair(better: str, worse: str) -> dict[str, Any]:
        outputs = {"preferred_output": better, "non_preferred_output": worse}
        return {"input": chat(("user", "A?"))} | {
            name: [{"role": "assistant", "content": text}] for name, text in outputs.items()
        }

    found = held(pair("Yes, it is.", "No"), pair("No", "Yes, it is."), pair("Yes", "yes"))
    assert found.pairs == {Pair.LONGER: 1, Pair.SHORTER: 1, Pair.EVEN: 1}
    assert found.answers.distinct == 3


def test_fields_for_graders() -> None:
    rows = [chat(("user", f"{at}?"), **({"answer": at} if at else {})) for at in range(4)]
    assert held(*rows, format="openai-reinforcement").graded == 3


ROWS = st.lists(
    st.builds(
        asked,
        st.sampled_from(["A?", "B?", "🙂", "\ud800", ""]),
        st.sampled_from(["yes", "No", '{"a": 1}', "a b c d e f g h i"]),
        st.sampled_from(["", "Be kind.", "你好"]),
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.integers(0, 12))
def test_parts_add_up(rows: list[dict[str, Any]], at: int) -> None:
    whole, first, rest = (held(*part, format="openai-chat") for part in (rows, rows[:at], rows[at:]))
    first.merge(rest)
    for name in Contents.__struct_fields__:
        one, other = getattr(whole, name), getattr(first, name)
        if hasattr(one, "distinct"):
            one, other = ((each.rows, each.distinct, dict(each.frequent(1))) for each in (one, other))
        assert one == other, name
