"""Unpaired preference data: a prompt, one answer, and whether it is good (KTO, BCO).

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/trainer/kto_trainer.py at f2cd577
(2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.shape import note
from turnlint.formats.sides import (
    PLAIN_KEYS,
    Side,
    SidedRow,
    outline_side,
    repeated_fault,
    repeats,
    side_faults,
)
from turnlint.formats.trl_prompt_completion import read_sides
from turnlint.model import Example, ShapeFault


class Judged(SidedRow, kw_only=True, forbid_unknown_fields=False):
    """One answer and the verdict on it. Trainers ignore the keys that they do not know."""

    prompt: Annotated[Side, note("What comes before.")]
    completion: Annotated[Side, note("The answer.")]
    label: Annotated[
        bool, note("Whether the answer is a good one.", rules={"wrong-type": "label-not-boolean"})
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() >= {"prompt", "completion", "label"}


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from side_faults(value, "prompt", "completion")
    if type(value["prompt"]) is list and repeats(value["prompt"], value["completion"]):
        yield repeated_fault(value, "completion")


def _example(value: dict[str, Any]) -> Example:
    return replace(read_sides(value, "unpaired-preference"), verdict=value.get("label"))


def _outline(row: Judged) -> tuple[Hashable, list[str]]:
    (prompt, before), (completion, after) = outline_side(row.prompt), outline_side(row.completion)
    is_repeated = type(row.prompt) is list and repeats(row.prompt, row.completion)
    return (prompt, completion, is_repeated), [*before, *after]


FORMAT = Format(
    name="unpaired-preference",
    title="Unpaired preference (KTO)",
    description=(
        "A `prompt`, a `completion` and a `label` a row, which says whether the completion is a good answer. "
        "TRL's trainers for KTO and BCO take it, and so does Axolotl."
    ),
    shape=Judged,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=280,
    stage="preference",
    home="trl",
    kind="judged",
    plain_keys=PLAIN_KEYS | {"prompt", "completion", "label"},
    outline=_outline,
)
