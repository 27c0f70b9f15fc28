"""Stepwise supervision: a prompt, the steps of an answer, and whether each is right (process rewards).

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/experimental/prm/prm_trainer.py at f2cd577
(2026-07-24); axolotl-ai-cloud/axolotl, docs/dataset-formats/stepwise_supervised.qmd at 067b021 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from turnlint.formats import Format
from turnlint.formats.lengths import length_faults
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Exact, Shape, note
from turnlint.model import Example, Place, ShapeFault, Text, Turn


class Stepwise(Shape, forbid_unknown_fields=False):
    """One answer in steps. Trainers ignore the keys that they do not know."""

    prompt: Annotated[str, note("What comes before.")]
    completions: Annotated[list[str], note("The steps of the answer, in order.", min_length=1)]
    labels: Annotated[list[bool | Exact], note("Whether each step is right.")]


def _recognise(value: dict[str, Any]) -> bool:
    return "completions" in value and "labels" in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    return length_faults(value, "completions", "labels")


def _example(value: dict[str, Any]) -> Example:
    turns = read_pair(value, {"prompt": "user"})
    steps = value.get("completions")
    if type(steps) is list:
        turns = (*turns, _answer(steps))
    readable, verdict = len(turns) == 2, value.get("labels")
    return Example("stepwise", turns, place=Place(), value=value, verdict=verdict, readable=readable)


def _answer(steps: list[Any]) -> Turn:
    texts = (Text(step, ("completions", at)) for at, step in enumerate(steps) if type(step) is str)
    return Turn(
        "assistant",
        (),
        role_key="completions",
        content_key="completions",
        implied=True,
        content="parts",
        texts=tuple(texts),
    )


def _outline(row: Stepwise) -> tuple[Hashable, list[str]]:
    labels = tuple(map(type, row.labels))
    return (len(row.completions), labels), [row.prompt, "\n".join(row.completions)]


FORMAT = Format(
    name="stepwise",
    title="Stepwise supervision",
    description=(
        "A `prompt`, the steps of an answer under `completions`, and under `labels` whether each is right, "
        "for models that reward a process. TRL and Axolotl take it."
    ),
    shape=Stepwise,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=270,
    stage="preference",
    home="trl",
    kind="other",
    plain_keys=frozenset(("prompt", "completions", "labels")),
    outline=_outline,
)
