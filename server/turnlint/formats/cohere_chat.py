"""Cohere's chat format, with its own names of roles.

Sources: cohere-ai/cohere-developer-experience at e814c8a (2026-08-20), guides on fine-tuning for chat.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from turnlint.formats import Format
from turnlint.formats.composing import as_text
from turnlint.formats.messages import MESSAGES_ALIASES
from turnlint.formats.shape import Shape, note
from turnlint.formats.string_messages import (
    SPEAKER,
    StringContent,
    has_messages,
    outline_of_strings,
    read_strings,
    says_role,
)
from turnlint.model import Example

_ROLES = {"System": "system", "User": "user", "Chatbot": "assistant"}


class Message(Shape, forbid_unknown_fields=False):
    """One message."""

    owner: ClassVar[str] = "message"
    role: Annotated[Literal["System", "User", "Chatbot"], SPEAKER]
    content: StringContent


class Conversation(Shape, forbid_unknown_fields=False):
    """One conversation that the model is to learn."""

    messages: Annotated[
        list[Message],
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return says_role(value, "Chatbot")


def _example(value: dict[str, Any]) -> Example:
    return read_strings(value, "cohere-chat", _ROLES)


_SPEAKERS = {"system": "System", "developer": "System", "user": "User", "assistant": "Chatbot"}


def _compose(example: Example) -> dict[str, Any]:
    said = [(one.role or "", as_text(one)) for one in example.turns]
    return {"messages": [{"role": _SPEAKERS[role], "content": text} for role, text in said]}


FORMAT = Format(
    name="cohere-chat",
    title="Cohere chat",
    description=(
        "One conversation a row under `messages`, between `System`, `User` and `Chatbot`. Cohere took it for "
        "chat models until September 2025."
    ),
    shape=Conversation,
    recognise=_recognise,
    plausible=has_messages,
    example=_example,
    rank=480,
    stage="sft",
    home="cohere",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=outline_of_strings,
    compose=_compose,
)
