"""OpenAI's format for reinforcement fine-tuning (RFT): a prompt, and fields for the grader."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import as_equipment, as_messages
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
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place

_ROLES = note(
    rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"},
    tags=dict.fromkeys(("system", "function"), "role-not-allowed"),
)
_EVALUATION = "this is a row of an evaluation file: put what is under `item` at the top of the row"


_Field = Annotated[Any, note("What the grader compares the answer with. Any other name will do.")] | UnsetType


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
    answer: _Field = UNSET
    reference: _Field = UNSET
    reference_answer: _Field = UNSET


_FIELDS = ("answer", "reference", "reference_answer")
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
        is_prompt=True,
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        tools=read_tools(value, ()),
        has_tools=bool(value.get("tools")),
        extra={key: Place((key,), part="key") for key in value if key not in _RESERVED},
        readable=roles_known(turns),
    )


def _outline(row: Prompt) -> tuple[Hashable, list[str]]:
    fields = {name: getattr(row, name) for name in _FIELDS}
    there = {name: field for name, field in fields.items() if field is not UNSET}
    texts: list[Any] = [message.content for message in row.messages]
    return (*there, *map(type, row.messages)), [*texts, *there.values()]


def _compose(example: Example) -> dict[str, Any]:
    return {"messages": as_messages(example.turns), **as_equipment(example)}


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
    rank=400,
    stage="reinforcement",
    home="openai",
    kind="prompt",
    compose=_compose,
    plain_keys=frozenset(("messages", "role", "content", *_FIELDS)),
    outline=_outline,
)
