"""Amazon Bedrock's format for reinforcement fine-tuning: OpenAI's messages, and fields for the reward.

Sources: AWS, Bedrock user guide, rft-prepare-data-open-weight and rft-training-data-sources (2026).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.messages import (
    MESSAGES_ALIASES,
    Assistant,
    System,
    ToolResult,
    Tools,
    User,
)
from turnlint.formats.openai_reinforcement import FORMAT as _OPENAI
from turnlint.formats.shape import Shape, note
from turnlint.model import Example

_ROLES = note(
    rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"},
    tags=dict.fromkeys(("developer", "function"), "role-not-allowed"),
)


class Prompt(Shape, forbid_unknown_fields=False):
    """One prompt that the model answers itself. Every other key is a field for the reward function."""

    messages: Annotated[
        list[Annotated[System | User | Assistant | ToolResult, _ROLES]],
        note("The conversation up to the answer.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: Tools = UNSET
    reference_answer: Annotated[Any, note("What the reward function compares answers with.")] | UnsetType = (
        UNSET
    )


_OF_THE_PROMPT = frozenset(("messages", "tools"))


def _recognise(value: dict[str, Any]) -> bool:
    return "messages" in value and "reference_answer" in value


def _plausible(value: dict[str, Any]) -> bool:
    return "messages" in value or "reference_answer" in value


def _example(value: dict[str, Any]) -> Example:
    return replace(_OPENAI.example(value), format="bedrock-reinforcement")


def _outline(row: Prompt) -> tuple[Hashable, list[str]]:
    reference = [] if row.reference_answer is UNSET else [row.reference_answer]
    texts: list[Any] = [message.content for message in row.messages]
    return (len(reference), *map(type, row.messages)), texts + reference


FORMAT = Format(
    name="bedrock-reinforcement",
    title="Bedrock reinforcement",
    description=(
        "A prompt under `messages`, a `reference_answer` of any type and any further keys for the reward "
        "function, for reinforcement fine-tuning at Amazon Bedrock."
    ),
    shape=Prompt,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=620,
    stage="reinforcement",
    home="bedrock-reinforcement",
    kind="prompt",
    plain_keys=frozenset(("messages", "role", "content", "reference_answer")),
    outline=_outline,
)
