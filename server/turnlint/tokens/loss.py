"""Which turns a training run learns to write."""

from __future__ import annotations

from turnlint.model import Example, Turn

__all__ = ["is_prompt", "is_trained"]

_PROMPTS = frozenset(("openai-reinforcement",))
"""Formats of prompts alone: what is learnt is what the model will answer."""


def is_prompt(example: Example) -> bool:
    """Whether the model is to go on where the example ends."""
    return example.format in _PROMPTS


def is_trained(turn: Turn, example: Example) -> bool:
    """Whether the loss sees what a turn of the example says.

    It sees all that the assistant says but what has weight 0; in preference data both answers, and no more.
    """
    if turn.role != "assistant" or is_prompt(example):
        return False
    if example.outputs is None:
        return not _is_masked(turn)
    return any(turn.pointer[: len(output.pointer)] == output.pointer for output in example.outputs)


def _is_masked(turn: Turn) -> bool:
    return type(turn.weight) in (int, float) and turn.weight == 0
