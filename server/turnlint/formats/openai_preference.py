"""OpenAI's format for direct preference optimisation (DPO): one prompt, a better and a worse answer."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, ClassVar

from msgspec import UNSET

from turnlint.formats import Format
from turnlint.formats.composing import as_equipment, as_messages
from turnlint.formats.messages import (
    MESSAGES_ALIASES,
    Assistant,
    Messages,
    ParallelCalls,
    ToolResult,
    Tools,
    read_tools,
    read_turns,
)
from turnlint.formats.scores import read_scores
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place

ANSWERS_ONLY = note(
    rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"},
    tags=dict.fromkeys(("system", "developer", "user", "function"), "role-not-allowed"),
)

PROMPT = note(
    "The prompt.",
    aliases={
        "messages": "put `messages` into an object under `input`",
        "prompt": "put the conversation under `input.messages` instead of `prompt`",
    },
)
PREFERRED = note(
    "The better answer.",
    aliases={key: f"rename `{key}` to `preferred_output`" for key in ("chosen", "preferred")},
    min_length=1,
)
NON_PREFERRED = note(
    "The worse answer.",
    aliases={
        key: f"rename `{key}` to `non_preferred_output`"
        for key in ("rejected", "non_preferred", "dispreferred_output")
    },
    min_length=1,
)


class Input(Shape):
    """What both answers answer."""

    owner: ClassVar[str] = "input"
    messages: Annotated[
        Messages,
        note("The conversation up to the answer.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: Tools = UNSET
    parallel_tool_calls: ParallelCalls = UNSET


class Preference(Shape):
    """One comparison."""

    input: Annotated[
        Input,
        PROMPT,
    ]
    preferred_output: Annotated[
        list[Annotated[Assistant | ToolResult, ANSWERS_ONLY]],
        PREFERRED,
    ]
    non_preferred_output: Annotated[
        list[Annotated[Assistant | ToolResult, ANSWERS_ONLY]],
        NON_PREFERRED,
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return "preferred_output" in value or "non_preferred_output" in value


def _example(value: dict[str, Any]) -> Example:
    prompt = value.get("input")
    prompt = prompt if type(prompt) is dict else {}
    turns = read_turns(prompt.get("messages"), ("input", "messages"))
    preferred = read_turns(value.get("preferred_output"), ("preferred_output",))
    non_preferred = read_turns(value.get("non_preferred_output"), ("non_preferred_output",))
    return Example(
        "openai-preference",
        turns,
        place=Place(("input", "messages")),
        value=value,
        preferred=preferred,
        non_preferred=non_preferred,
        outputs=(Place(("preferred_output",)), Place(("non_preferred_output",))),
        scores=read_scores(value),
        tools=read_tools(prompt, ("input",)),
        has_tools=bool(prompt.get("tools")),
        parallel_calls=prompt.get("parallel_tool_calls"),
        readable=bool(turns) and all(turn.role is not None for turn in (*turns, *preferred, *non_preferred)),
    )


def _compose(example: Example) -> dict[str, Any]:
    return {
        "input": {"messages": as_messages(example.turns), **as_equipment(example)},
        "preferred_output": as_messages(example.preferred),
        "non_preferred_output": as_messages(example.non_preferred),
    }


def _outline(row: Preference) -> tuple[Hashable, list[str]]:
    lists = row.input.messages, row.preferred_output, row.non_preferred_output
    roles = tuple(tuple(map(type, messages)) for messages in lists)
    return roles, [message.content for messages in lists for message in messages]  # type: ignore[misc]


FORMAT = Format(
    name="openai-preference",
    title="OpenAI preference (DPO)",
    description=(
        "One prompt under `input` with a preferred and a non-preferred answer, for direct preference "
        "optimisation at OpenAI and Azure OpenAI (Microsoft Foundry)."
    ),
    shape=Preference,
    recognise=_recognise,
    example=_example,
    rank=100,
    stage="preference",
    home="openai",
    kind="preference",
    plain_keys=frozenset(
        ("input", "messages", "role", "content", "preferred_output", "non_preferred_output")
    ),
    outline=_outline,
    compose=_compose,
)
