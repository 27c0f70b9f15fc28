"""Alpaca: an instruction, an optional input and an output, as strings.

Sources: hiyouga/LLaMA-Factory, data/README.md and converter.py (2026); tatsu-lab/stanford_alpaca.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.media import read_media
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, Text

_KEYS = {"system": "system", "instruction": "user", "input": "user", "output": "assistant"}


class Instruction(Shape, forbid_unknown_fields=False):
    """One instruction and its answer. Trainers ignore the keys that they do not know."""

    instruction: Annotated[str, note("What to do.")]
    output: Annotated[
        str,
        note("The answer that the model is to give.", aliases={"response": "rename `response` to `output`"}),
    ]
    input: Annotated[str | None, note("What to do it on; empty where there is nothing.")] | UnsetType = UNSET
    system: Annotated[str | None, note("The system prompt.")] | UnsetType = UNSET
    history: Annotated[list[list[str]] | None, note("Earlier turns, as pairs.")] | UnsetType = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return "instruction" in value and "chosen" not in value and "rejected" not in value


def _example(value: dict[str, Any]) -> Example:
    turns = tuple(turn for turn in read_pair(value, _KEYS) if _is_said(turn.role_key, value))
    return Example(
        "alpaca",
        turns,
        place=Place(),
        value=value,
        aside=tuple(_earlier(value.get("history"))),
        media=read_media(value),
        readable="instruction" in value and "output" in value,
    )


def _earlier(history: Any) -> Iterator[Text]:
    for number, pair in enumerate(history if type(history) is list else ()):
        for side, text in enumerate(pair if type(pair) is list else ()):
            if type(text) is str:
                yield Text(text, ("history", number, side))


def _is_said(key: str, value: dict[str, Any]) -> bool:
    """An empty `input` or `system` means that there is none."""
    return key in ("instruction", "output") or bool(value[key])


FORMAT = Format(
    name="alpaca",
    title="Alpaca",
    description=(
        "An `instruction`, an optional `input` and an `output` a row. LLaMA-Factory, Axolotl, torchtune and "
        "Unsloth read it; OpenAI and Azure do not."
    ),
    shape=Instruction,
    recognise=_recognise,
    example=_example,
    rank=25,
    stage="sft",
    home="generic",
)
