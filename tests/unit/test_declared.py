"""What formats declare of a place, by what the row holds there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.formats import all_formats, get_format
from turnlint.formats.declared import Declared, declared, inside

CHAT = "openai-chat"
USER = {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}
UNTOLD: dict[str, Any] = {"messages": [{}]}


def place(name: str, value: Any, *pointer: str | int) -> Declared:
    found = declared(get_format(name), value, pointer)
    assert found is not None
    return found


def keys(found: Declared) -> list[str]:
    return [one.name for one in found.keys]


@pytest.mark.parametrize(
    ("name", "value", "pointer", "expected"),
    [
        (CHAT, None, (), ["messages", "tools", "parallel_tool_calls", "functions"]),
        (CHAT, USER, ("messages", 0), ["role", "content", "name"]),
        (CHAT, USER, ("messages", 0, "content", 0), ["type", "image_url"]),
        (CHAT, USER, ("messages", 0, "content", 0, "image_url"), ["url", "detail"]),
        (CHAT, {"messages": [{"role": "tool"}]}, ("messages", 0), ["role", "tool_call_id", "content"]),
        ("openai-preference", None, ("preferred_output", 3), ["role", "content", "name", "weight"]),
        ("sharegpt", None, ("conversations", 9), ["from", "value"]),
        ("alpaca", None, (), ["instruction", "output", "input", "system", "history"]),
    ],
)
def test_keys(name: str, value: Any, pointer: tuple[str | int, ...], expected: list[str]) -> None:
    assert keys(place(name, value, *pointer))[: len(expected)] == expected


def test_without_a_tag_every_object_counts() -> None:
    found = place(CHAT, UNTOLD, "messages", 0)
    assert found.owner == ""
    assert {"role", "content", "tool_calls", "tool_call_id", "weight"} <= set(keys(found))
    assert [one.name for one in found.keys if one.required] == ["role"]


@pytest.mark.parametrize("tag", ["assistent", "", None, 1, [], {}])
def test_a_tag_that_is_none_tells_nothing(tag: Any) -> None:
    told, untold = ({"messages": [message]} for message in ({"role": tag}, {}))
    assert keys(place(CHAT, told, "messages", 0)) == keys(place(CHAT, untold, "messages", 0))


def test_choices_say_what_they_mean_and_whether_they_fit() -> None:
    role = place(CHAT, {"messages": [{"role": "user", "tool_call_id": "c1"}]}, "messages", 0, "role")
    assert {one.value: one.misfits for one in role.choices} == {
        "system": 1,
        "developer": 1,
        "user": 1,
        "assistant": 1,
        "tool": 0,
        "function": 1,
    }
    assert role.choices[0].value == "tool"
    chosen = role.choice("user")
    assert chosen is not None
    assert chosen.description == "What a person asks."
    assert role.choice("usr") is None


def test_true_is_not_one() -> None:
    weight = place(CHAT, {"messages": [{"role": "assistant"}]}, "messages", 0, "weight")
    assert [one.value for one in weight.choices] == [0, 1]
    assert weight.choice(True) is None
    assert weight.choice(1) is not None


def test_kinds_and_descriptions() -> None:
    content = place(CHAT, USER, "messages", 0, "content")
    assert content.kinds == ("string", "array", "null")
    assert content.description == "What the message says."
    assert not content.required
    assert content.expected
    assert place("sharegpt", None, "tools").kinds == ("string", "array", "null")
    assert place("alpaca", None).is_open
    assert not place(CHAT, None).is_open
    assert place(CHAT, USER, "messages", 0).owner == "user message"


@pytest.mark.parametrize(
    "pointer",
    [
        ("message",),
        ("messages", "role"),
        ("messages", 0, "tool_calls"),
        (0,),
        ("tools", 0, "function", "parameters", "type"),
        ("messages", 0, "content", 0, "image_url", "url", "x"),
    ],
)
def test_nothing_is_said_of_other_places(pointer: tuple[str | int, ...]) -> None:
    assert declared(get_format(CHAT), USER, pointer) is None


STEPS = st.sampled_from(["messages", "role", "content", "tools", "input", "function", "from", "x", 0, 1])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["user", "tool", "text", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["messages", "role", "content", "type", "tools"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(VALUES, st.lists(STEPS, max_size=5))
def test_any_value_and_any_place(value: Any, pointer: list[str | int]) -> None:
    for one in all_formats():
        found = declared(one, value, tuple(pointer))
        if found is not None and found.keys:
            assert len(set(keys(found))) == len(found.keys)
    for step in pointer:
        value = inside(value, step)
