"""Fireworks AI's format for reinforcement fine-tuning: a prompt, and fields for the evaluator.

Sources: docs.fireworks.ai, reinforcement fine-tuning (2026); fw-ai/cookbook,
skills/fireworks-training/references/choose-method.md at 76821fa (2026-08-19).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from msgspec import UNSET
from msgspec.structs import replace

from turnlint.formats.fireworks_chat import FORMAT as _CHAT
from turnlint.formats.fireworks_chat import FireworksChat
from turnlint.formats.openai_reinforcement import FORMAT as _OPENAI
from turnlint.formats.shape import note
from turnlint.model import Example


class FireworksPrompt(FireworksChat):
    """One prompt that the model answers itself. Every other key is a field for the evaluator."""

    ground_truth: Annotated[Any, note("What the evaluator compares the answer with, mostly.")] = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return _is_prompt(value) and not value.keys() <= {"messages", "tools"}


def _is_prompt(value: dict[str, Any]) -> bool:
    return _OPENAI.plausible is not None and _OPENAI.plausible(value)


def _example(value: dict[str, Any]) -> Example:
    return replace(_OPENAI.example(value), format="fireworks-reinforcement")


def _outline(row: FireworksPrompt) -> tuple[Hashable, list[str]]:
    truth = [] if row.ground_truth is UNSET else [row.ground_truth]
    texts: list[Any] = [message.content for message in row.messages]
    return (len(truth), *map(type, row.messages)), texts + truth


FORMAT = replace(
    _OPENAI,
    name="fireworks-reinforcement",
    title="Fireworks AI reinforcement (RFT)",
    description=(
        "A prompt under `messages` that ends with the user, and any further keys for the evaluator, for "
        "reinforcement fine-tuning at Fireworks AI."
    ),
    shape=FireworksPrompt,
    recognise=_recognise,
    plausible=_is_prompt,
    verify=_CHAT.verify,
    example=_example,
    rank=635,
    home="fireworks",
    plain_keys=_CHAT.plain_keys | {"ground_truth"},
    outline=_outline,
)
