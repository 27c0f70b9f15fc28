"""The format of Gemini 1.0: OpenAI's messages, in which the model is called `model`.

Sources: Google, Vertex AI, text tuning (2025-05), the example for Gemini 1.0 Pro.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from turnlint.formats import Format
from turnlint.formats.messages import MESSAGES_ALIASES
from turnlint.formats.shape import Shape, note
from turnlint.formats.string_messages import (
    SPEAKER,
    StringContent,
    outline_of_strings,
    read_strings,
    says_role,
)
from turnlint.model import Example

_ROLES = {"system": "system", "user": "user", "model": "assistant"}


class Message(Shape):
    """One message."""

    owner: ClassVar[str] = "message"
    role: Annotated[Literal["system", "user", "model"], SPEAKER]
    content: StringContent


class Conversation(Shape):
    """One conversation that the model is to learn."""

    messages: Annotated[
        list[Message],
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return says_role(value, "model")


def _example(value: dict[str, Any]) -> Example:
    return read_strings(value, "gemini-legacy", _ROLES)


FORMAT = Format(
    name="gemini-legacy",
    title="Gemini 1.0",
    description=(
        "One conversation a row under `messages`, with the roles `system`, `user` and `model`. Google took "
        "it for Gemini 1.0; newer models are tuned on `contents`."
    ),
    shape=Conversation,
    recognise=_recognise,
    example=_example,
    rank=470,
    stage="sft",
    home="gemini",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=outline_of_strings,
)
