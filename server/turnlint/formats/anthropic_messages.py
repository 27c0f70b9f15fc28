"""Anthropic's messages as strings, in which Claude 3 Haiku is tuned at Amazon Bedrock.

Sources: aws-samples/amazon-bedrock-samples, custom-models/bedrock-fine-tuning/claude-haiku/DataValidation at
85fba9d (2026-08-21); Anthropic, cookbook, finetuning on Bedrock (2026).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import as_text, without_system
from turnlint.formats.messages import MESSAGES_ALIASES
from turnlint.formats.shape import Shape, note
from turnlint.formats.string_messages import (
    SPEAKER,
    StringContent,
    has_messages,
    outline_of_strings,
    read_strings,
)
from turnlint.model import Example, Text, Turn

_ROLES = {"user": "user", "assistant": "assistant"}


class Message(Shape):
    """One message."""

    owner: ClassVar[str] = "message"
    role: Annotated[Literal["user", "assistant"], SPEAKER]
    content: StringContent


class Conversation(Shape):
    """One conversation that the model is to learn."""

    messages: Annotated[
        list[Message],
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    system: Annotated[str, note("The system prompt.")] | UnsetType = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() == {"system", "messages"} and type(value["system"]) is str


def _example(value: dict[str, Any]) -> Example:
    return read_strings(value, "anthropic-messages", _ROLES, _system(value.get("system")))


def _system(system: Any) -> tuple[Turn, ...]:
    if type(system) is not str:
        return ()
    texts = (Text(system, ("system",)),)
    return (Turn("system", (), "system", "system", implied=True, content="text", texts=texts),)


def _compose(example: Example) -> dict[str, Any]:
    system, turns = without_system(example.turns)
    messages = [{"role": one.role, "content": as_text(one)} for one in turns]
    return ({} if system is None else {"system": system}) | {"messages": messages}


def _outline(row: Conversation) -> tuple[Hashable, list[str]]:
    roles, texts = outline_of_strings(row)
    return (roles, texts) if row.system is UNSET else (("system", roles), [row.system, *texts])


FORMAT = Format(
    name="anthropic-messages",
    title="Anthropic messages",
    description=(
        "One conversation a row under `messages`, with texts as strings and the system prompt beside them "
        "under `system`. Amazon Bedrock tuned Claude 3 Haiku with it."
    ),
    shape=Conversation,
    recognise=_recognise,
    plausible=has_messages,
    example=_example,
    rank=450,
    stage="sft",
    home="bedrock-claude",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content", "system")),
    outline=_outline,
    compose=_compose,
)
