"""Which definition, call and result belong together."""

from __future__ import annotations

from typing import Any

import pytest
from tests.benchmarks.measure import best

from turnlint.formats import get_format
from turnlint.formats.calls import Calls, all_calls, call_at, declaration, definition, tool_at
from turnlint.model import Example, Pointer


def asks(*calls: tuple[str, str]) -> dict[str, Any]:
    listed = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": "{}"}} for id_, name in calls
    ]
    return {"role": "assistant", "tool_calls": listed}


def tells(id_: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": "x"}


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


def chat(*messages: dict[str, Any], **keys: Any) -> Example:
    return get_format("openai-chat").example({"messages": list(messages), **keys})


def answers(example: Example) -> dict[Pointer, Pointer | None]:
    """The place of each result with that of its call."""
    calls = Calls(example)
    found = {turn.pointer: calls.of_result(turn) for turn in example.all_turns if turn.role != "assistant"}
    return {
        pointer: exchange.call.place.pointer if exchange and exchange.call else None
        for pointer, exchange in found.items()
    }


def results(example: Example) -> list[tuple[Pointer | None, list[Pointer]]]:
    """The place of each call, and of those that are not there, with those of its results."""
    return [
        (one.call.place.pointer if one.call else None, [turn.pointer for turn in one.results])
        for one in Calls(example).exchanges
    ]


def test_a_result_answers_the_last_call_before_it_that_has_its_id() -> None:
    example = chat(
        tells("a"), asks(("a", "x"), ("b", "y")), tells("b"), asks(("a", "z")), tells("a"), tells("c")
    )
    assert answers(example) == {
        ("messages", 0): ("messages", 1, "tool_calls", 0),
        ("messages", 2): ("messages", 1, "tool_calls", 1),
        ("messages", 4): ("messages", 3, "tool_calls", 0),
        ("messages", 5): None,
    }
    assert results(example) == [
        (("messages", 1, "tool_calls", 0), [("messages", 0)]),
        (("messages", 1, "tool_calls", 1), [("messages", 2)]),
        (("messages", 3, "tool_calls", 0), [("messages", 4)]),
        (None, [("messages", 5)]),
    ]
    calls = Calls(example)
    assert [calls.is_early(turn) for turn in example.turns] == [True, False, False, False, False, False]


def test_results_that_name_the_same_missing_call_belong_together() -> None:
    example = chat(tells("a"), tells("b"), tells("a"))
    assert results(example) == [(None, [("messages", 0), ("messages", 2)]), (None, [("messages", 1)])]


def test_a_prompt_is_told_once_beside_both_answers() -> None:
    example = get_format("openai-preference").example(
        {
            "input": {"messages": [tells("a"), asks(("b", "x")), tells("b"), tells("c")]},
            "preferred_output": [tells("a"), asks(("c", "x"))],
            "non_preferred_output": [tells("a"), tells("b"), tells("c")],
        }
    )
    prompt, preferred, other = ("input", "messages"), ("preferred_output",), ("non_preferred_output",)
    assert results(example) == [
        ((*prompt, 1, "tool_calls", 0), [(*prompt, 2), (*other, 1)]),
        ((*preferred, 1, "tool_calls", 0), [(*prompt, 3)]),
        (None, [(*prompt, 0), (*preferred, 0), (*other, 0)]),
        (None, [(*other, 2)]),
    ]


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("first", ["calls", "results"])
def test_time_grows_no_faster_than_the_row(first: str, same: bool) -> None:
    def row(count: int) -> Example:
        names = [f"a{0 if same else number}" for number in range(count)]
        calls = [asks(*((name, "x") for name in names))]
        told = [tells(name) for name in names]
        return chat(*(calls + told if first == "calls" else told + calls))

    small, large = row(500), row(5_000)
    assert best(lambda: Calls(large)) < 60 * max(best(lambda: Calls(small)), 1e-4)


def test_functions_answer_by_name() -> None:
    call = {"role": "assistant", "function_call": {"name": "x", "arguments": "{}"}}
    example = chat(call, {"role": "function", "name": "x", "content": "1"}, tells("x"))
    assert answers(example) == {("messages", 1): ("messages", 0, "function_call"), ("messages", 2): None}


def test_the_sides_of_preference_data_do_not_answer_each_other() -> None:
    example = get_format("openai-preference").example(
        {
            "input": {"messages": [asks(("a", "x"))]},
            "preferred_output": [tells("a"), asks(("b", "x"))],
            "non_preferred_output": [tells("b"), tells("a")],
        }
    )
    call = ("input", "messages", 0, "tool_calls", 0)
    assert answers(example) == {
        ("preferred_output", 0): call,
        ("non_preferred_output", 0): None,
        ("non_preferred_output", 1): call,
    }


def test_calls_and_definitions_by_place_and_name() -> None:
    example = chat(
        asks(("a", "x"), ("b", "y"), ("c", "x")),
        tools=[tool("x"), tool("z")],
        functions=[{"name": "y", "parameters": {}}],
    )
    x, z, y = example.tools
    assert [definition(one) for one in (x, z, y)] == [("tools", 0), ("tools", 1), ("functions", 0)]
    first, second, third = example.turns[0].calls
    assert [declaration(example, one) for one in (first, second, third)] == [x, y, x]
    assert list(all_calls(example)) == [first, second, third]
    assert tool_at(example, ("tools", 0, "function", "parameters", "type")) is x
    assert tool_at(example, ("tools",)) is None
    assert call_at(example, (*second.place.pointer, "function", "arguments")) is second
    assert call_at(example, ("messages", 0)) is None
    assert call_at(example, ()) is None


def test_what_has_no_name_belongs_to_nothing() -> None:
    nameless = {"role": "assistant", "tool_calls": [{"function": {}}], "function_call": {}}
    example = chat(nameless, {"role": "tool"}, {"role": "function"}, tools=[{"function": {}}])
    assert set(answers(example).values()) == {None}
    assert [declaration(example, call) for call in example.turns[0].calls] == [None, None]
