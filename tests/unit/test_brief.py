"""Examples in a few words."""

from __future__ import annotations

from typing import Any

import pytest

from turnlint.formats import get_format
from turnlint.formats.brief import called, composition, counts, headline
from turnlint.model import Example


def example(format_: str, value: dict[str, Any]) -> Example:
    return get_format(format_).example(value)


def chat(*messages: Any, **more: Any) -> Example:
    return example("openai-chat", {"messages": messages and list(messages), **more})


USER = {"role": "user", "content": "hi there"}
CALL = {"function": {"name": "get"}}
ASSISTANT = {"role": "assistant", "tool_calls": [CALL, {"function": {}}, CALL]}


@pytest.mark.parametrize(
    ("found", "words", "said"),
    [
        (chat(), "", ""),
        (chat("x"), "", "1 turn"),
        (chat({"role": "system", "content": "Be."}, USER, USER), "hi there", "3 turns"),
        (chat({"role": "system", "content": "Be."}, {"role": "user", "content": " "}), "Be.", "2 turns"),
        (chat(USER, ASSISTANT), "hi there", "2 turns, 3 tool calls"),
        (example("alpaca", {"instruction": "a", "input": "b", "output": "c"}), "a", ""),
        (example("openai-preference", {"preferred_output": [USER]}), "hi there", "1 answer"),
        (
            example("openai-reinforcement", {"messages": [USER], "a": 1, "b": 2}),
            "hi there",
            "1 turn, 2 grader fields",
        ),
    ],
)
def test_words_and_counts(found: Example, words: str, said: str) -> None:
    assert (headline(found, 20), counts(found)) == (words, said)


def test_composition() -> None:
    tools = [{"type": "function", "function": {"name": f"tool-{number}"}} for number in range(7)]
    found = chat(USER, ASSISTANT, {"role": "usr"}, tools=tools)
    assert list(composition(found)) == [
        "1 user, 1 assistant, 1 unknown",
        "calls: get ×2, ?",
        "tools: tool-0, tool-1, tool-2, tool-3, tool-4, 2 more",
    ]
    assert list(composition(chat())) == []


def test_called() -> None:
    assert called() == called(*chat(USER).turns) == ""
    assert called(*chat(ASSISTANT, ASSISTANT).turns) == "get ×4, ? ×2"
