"""OpenAI's format for reinforcement fine-tuning (RFT): a prompt, and fields for the grader."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET

from turnlint.formats import Format
from turnlint.formats.messages import (
    MESSAGES_ALIASES,
    Assistant,
    Developer,
    ToolResult,
    Tools,
    User,
    read_tools,
    read_turns,
)
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place

_ROLES = note(
    rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"},
    tags=dict.fromkeys(("system", "function"), "role-not-allowed"),
)
_EVALUATION = "this is a row of an evaluation file: put what is under `item` at the top of the row"


class Prompt(Shape, forbid_unknown_fields=False):
    """One prompt that the model answers itself. Every other key is a field for the grader."""

    messages: Annotated[
        list[Annotated[Developer | User | Assistant | ToolResult, _ROLES]],
        note(
            "The conversation up to the answer.",
            aliases={"item": _EVALUATION, **MESSAGES_ALIASES},
            min_length=1,
        ),
    ]
    tools: Tools = UNSET


_RESERVED = frozenset(("messages", "tools"))
_OF_A_CHAT = frozenset(("messages", "tools", "functions", "parallel_tool_calls"))


def _recognise(value: dict[str, Any]) -> bool:
    if "item" in value and "messages" not in value:
        return type(value["item"]) is dict and "messages" in value["item"]
    if not _ends_with_user(value):
        return False
    developer = any(type(one) is dict and one.get("role") == "developer" for one in value["messages"])
    return developer or not value.keys() <= _OF_A_CHAT


def _ends_with_user(value: dict[str, Any]) -> bool:
    messages = value.get("messages")
    if type(messages) is not list or not messages or "preferred_output" in value:
        return False
    return type(messages[-1]) is dict and messages[-1].get("role") == "user"


def _example(value: dict[str, Any]) -> Example:
    turns = read_turns(value.get("messages"), ("messages",))
    return Example(
        "openai-reinforcement",
        turns,
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        tools=read_tools(value, ()),
        has_tools=bool(value.get("tools")),
        extra={key: Place((key,), part="key") for key in value if key not in _RESERVED},
        readable=bool(turns) and all(turn.role is not None for turn in turns),
    )


FORMAT = Format(
    name="openai-reinforcement",
    title="OpenAI reinforcement (RFT)",
    description=(
        "A prompt under `messages` that ends with the user, and any further keys for the grader, for "
        "reinforcement fine-tuning at OpenAI and Azure OpenAI (Microsoft Foundry)."
    ),
    shape=Prompt,
    recognise=_recognise,
    plausible=_ends_with_user,
    example=_example,
    rank=40,
    stage="reinforcement",
    home="openai",
)
