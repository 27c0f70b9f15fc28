"""Together AI's chat format: messages, the tools of the example, and its weight.

Sources: togethercomputer/together-python, src/together/utils/files.py at eba5e5f (2025-12-23), measured with
1.5.35; togethercomputer/together-py, src/together/lib/utils/files.py and pull request 364 (2026-05-12);
docs.together.ai, fine-tuning, data preparation (2026).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

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
from turnlint.model import Place, ShapeFault


class TogetherChat(Shape):
    """One conversation that the model is to learn."""

    messages: Annotated[
        HostMessages,
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: HostTools = UNSET
    weight: (
        Annotated[int | float | None, note("The loss of the example is multiplied by it: 0 or more.")]
        | UnsetType
    ) = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return "messages" in value and "labels" not in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from check_messages(value["messages"], ("messages",))
    weight = value.get("weight")
    if weight is not None and weight < 0:
        rule = "invalid-value"
        yield ShapeFault(rule, Place(("weight",)), "row", "weight", ("0", "1"), weight, rule)


FORMAT = Format(
    name="together-chat",
    title="Together AI chat",
    description=(
        "One conversation a row, under `messages`, with `tools` and a `weight` of the example beside it, for "
        "supervised fine-tuning at Together AI. It is OpenAI's chat format with fewer keys around the "
        "messages and more freedom within them."
    ),
    shape=TogetherChat,
    recognise=_recognise,
    verify=_verify,
    example=partial(read_chat, "together-chat"),
    rank=600,
    stage="sft",
    home="together",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=outline_of_chat,
    compose=write_chat,
)
