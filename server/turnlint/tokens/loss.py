"""Which turns a training run learns to write."""

from __future__ import annotations

from turnlint.model import Example, Turn

__all__ = ["is_trained"]


def is_trained(turn: Turn, example: Example) -> bool:
    """Whether the loss sees what a turn of the example says.

    It sees all that the assistant says but what has weight 0; in preference data both answers, and no more.
    """
    if turn.role != "assistant" or example.is_prompt:
        return False
    if example.outputs is None:
        return not _is_masked(turn)
    return any(turn.place.pointer[: len(one.pointer)] == one.pointer for one in example.outputs)


def _is_masked(turn: Turn) -> bool:
    return type(turn.weight) in (int, float) and turn.weight == 0
