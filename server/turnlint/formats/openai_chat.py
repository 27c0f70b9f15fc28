"""OpenAI's chat format for supervised fine-tuning, which Azure OpenAI and many others take too."""

from __future__ import annotations

from collections.abc import Hashable
from operator import attrgetter
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import as_equipment, as_messages
from turnlint.formats.media import read_media
from turnlint.formats.messages import (
    MESSAGES_ALIASES,
    FunctionDefinition,
    Messages,
    ParallelCalls,
    Tools,
    read_tools,
    read_turns,
)
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place


class Chat(Shape):
    """One conversation that the model is to learn."""

    messages: Annotated[
        Messages,
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: Tools = UNSET
    parallel_tool_calls: ParallelCalls = UNSET
    functions: (
        Annotated[list[FunctionDefinition], note("The older form of `tools`.", min_length=1)] | UnsetType
    ) = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return "messages" in value and "preferred_output" not in value and "non_preferred_output" not in value


def _example(value: dict[str, Any]) -> Example:
    turns = read_turns(value.get("messages"), ("messages",))
    return Example(
        "openai-chat",
        turns,
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        tools=read_tools(value, ()),
        has_tools=bool(value.get("tools")) or bool(value.get("functions")),
        media=read_media(value),
        parallel_calls=value.get("parallel_tool_calls"),
        readable=roles_known(turns),
    )


def _compose(example: Example) -> dict[str, Any]:
    return {"messages": as_messages(example.turns), **as_equipment(example)}


_content = attrgetter("content")


def _outline(row: Chat) -> tuple[Hashable, list[str]]:
    messages = row.messages
    return tuple(map(type, messages)), list(map(_content, messages))


FORMAT = Format(
    name="openai-chat",
    title="OpenAI chat",
    description=(
        "One conversation a row, under `messages`, for supervised fine-tuning. The home format of OpenAI and "
        "Azure OpenAI (Microsoft Foundry); most hosts and trainers take it or a close relative."
    ),
    shape=Chat,
    recognise=_recognise,
    example=_example,
    rank=500,
    stage="sft",
    home="openai",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=_outline,
    compose=_compose,
)
