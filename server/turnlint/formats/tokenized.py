"""Rows that were tokenized beforehand: lists of ids, and of what is learnt of them.

Sources: huggingface/trl, trl/trainer/sft_trainer.py at f2cd577 (2026-07-24); axolotl-ai-cloud/axolotl,
docs/dataset-formats/tokenized.qmd at 067b021 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, TypeAlias

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.lengths import length_faults
from turnlint.formats.shape import Exact, Shape, note
from turnlint.model import Example, Place, ShapeFault

Mask: TypeAlias = list[Exact] | None


class Tokenized(Shape, forbid_unknown_fields=False):
    """One sequence of tokens. Trainers ignore the keys that they do not know."""

    input_ids: Annotated[list[Exact], note("The tokens, as ids of the model's vocabulary.", min_length=1)]
    attention_mask: Annotated[Mask, note("1 for each token that is seen, 0 for padding.")] | UnsetType = UNSET
    labels: Annotated[Mask, note("The tokens to learn, -100 for those to leave out.")] | UnsetType = UNSET
    completion_mask: Annotated[Mask, note("1 for each token of the completion.")] | UnsetType = UNSET
    assistant_masks: Annotated[Mask, note("1 for each token of the assistant.")] | UnsetType = UNSET


_LEFT_OUT = -100
_MASKS = tuple(key for key in Tokenized.__struct_fields__ if key != "input_ids")


def _recognise(value: dict[str, Any]) -> bool:
    return "input_ids" in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from length_faults(value, "input_ids", *_MASKS)
    if _is_masked(value.get("labels")):
        yield ShapeFault("nothing-learnt", Place(("labels",)), "row", "labels", rule="nothing-learnt")


def _is_masked(labels: Any) -> bool:
    """Whether no token is to be learnt."""
    return type(labels) is list and bool(labels) and set(labels) == {_LEFT_OUT}


def _example(value: dict[str, Any]) -> Example:
    return Example("tokenized", (), place=Place(), value=value)


def _outline(row: Tokenized) -> tuple[Hashable, list[str]]:
    masks = [getattr(row, key) for key in _MASKS]
    wanted = len(row.input_ids)
    lengths = tuple(len(one) == wanted if type(one) is list else one for one in masks)
    return (lengths, _is_masked(row.labels)), []


FORMAT = Format(
    name="tokenized",
    title="Tokenized beforehand",
    description=(
        "Ids of tokens under `input_ids`, with `attention_mask` and `labels` of the same length. TRL and "
        "Axolotl train on them as they are; no rule about texts can judge them."
    ),
    shape=Tokenized,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=60,
    stage="sft",
    home="generic",
    kind="other",
    plain_keys=frozenset(Tokenized.__struct_fields__),
    outline=_outline,
)
