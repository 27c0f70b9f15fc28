"""Fireworks AI's chat format: messages and tools; other keys are not known to be refused.

Sources: docs.fireworks.ai, supervised fine-tuning (2026); fw-ai/cookbook,
skills/fireworks-training/references/choose-method.md at 76821fa (2026-08-19).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from msgspec import UNSET

from turnlint.formats import Format
from turnlint.formats.host_messages import (
    HostMessages,
    HostTools,
    check_messages,
    outline_of_chat,
    read_chat,
    write_chat,
)
from turnlint.formats.messages import MESSAGES_ALIASES
from turnlint.formats.shape import Shape, note
from turnlint.model import ShapeFault


class FireworksChat(Shape, forbid_unknown_fields=False):
    """One conversation that the model is to learn."""

    messages: Annotated[
        HostMessages,
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: HostTools = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return "messages" in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    return check_messages(value["messages"], ("messages",))


FORMAT = Format(
    name="fireworks-chat",
    title="Fireworks AI chat",
    description=(
        "One conversation a row under `messages`, with `tools` beside it, for supervised fine-tuning at "
        "Fireworks AI. It is OpenAI's chat format with four roles and a weight for each message."
    ),
    shape=FireworksChat,
    recognise=_recognise,
    verify=_verify,
    example=partial(read_chat, "fireworks-chat"),
    rank=640,
    stage="sft",
    home="fireworks",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=outline_of_chat,
    compose=write_chat,
)
