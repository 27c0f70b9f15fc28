"""Prompts alone, for training in which the model answers by itself and a reward judges it (GRPO, RLOO, PPO).

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/trainer/grpo_trainer.py at f2cd577
(2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from turnlint.formats import Format
from turnlint.formats.media import read_media
from turnlint.formats.open_messages import as_open_messages, as_surroundings, read_open_tools, tools_as_text
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import note
from turnlint.formats.sides import (
    PLAIN_KEYS,
    Side,
    SidedRow,
    is_conversational,
    outline_side,
    read_side,
    side_faults,
)
from turnlint.model import Example, Place, ShapeFault


class Prompt(SidedRow, kw_only=True, forbid_unknown_fields=False):
    """One prompt. All other keys are handed to the functions that reward an answer."""

    prompt: Annotated[Side, note("What the model is to go on from.")]


_OTHERS = frozenset(
    (
        *("completion", "completions", "chosen", "rejected", "response", "messages", "text", "generation"),
        *("chosen_response", "rejected_response", "answers"),
    )
)
"""Keys that say that the prompt is not alone."""


def _plausible(value: dict[str, Any]) -> bool:
    return "prompt" in value and _OTHERS.isdisjoint(value)


def _recognise(value: dict[str, Any]) -> bool:
    prompt = value.get("prompt")
    return (is_conversational(prompt) and _plausible(value)) or (
        type(prompt) is str and value.keys() == {"prompt"}
    )


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    return side_faults(value, "prompt")


_READ = frozenset(Prompt.__struct_fields__)


def _example(value: dict[str, Any]) -> Example:
    turns = read_side(value, "prompt", "user")
    return Example(
        "prompt",
        turns,
        is_prompt=True,
        place=Place(("prompt",)) if "prompt" in value else Place(),
        value=value,
        tools=read_open_tools(value),
        has_tools=bool(value.get("tools")),
        aside=tools_as_text(value),
        media=read_media(value),
        extra={key: Place((key,)) for key in value if key not in _READ},
        readable=roles_known(turns),
    )


def _compose(example: Example) -> dict[str, Any]:
    return {"prompt": as_open_messages(example.turns), **as_surroundings(example)}


def _outline(row: Prompt) -> tuple[Hashable, list[str]]:
    return outline_side(row.prompt)


FORMAT = Format(
    name="prompt",
    title="Prompt only",
    description=(
        "A `prompt` a row, a string or a list of messages, which the model answers by itself in training. "
        "TRL's trainers for GRPO, RLOO and online DPO take it; they hand other keys to the reward functions."
    ),
    shape=Prompt,
    recognise=_recognise,
    plausible=_plausible,
    verify=_verify,
    example=_example,
    rank=305,
    stage="reinforcement",
    home="trl",
    kind="prompt",
    plain_keys=PLAIN_KEYS | {"prompt"},
    outline=_outline,
    compose=_compose,
)
