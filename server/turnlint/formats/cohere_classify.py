"""Cohere's format for classification: a text, and its label or labels.

Sources: cohere-ai/cohere-developer-experience at e814c8a (2026-08-20), guides on fine-tuning for
classification.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from turnlint.formats import Format
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place

_KEYS = {"text": "user", "label": "assistant"}


class Labelled(Shape, forbid_unknown_fields=False):
    """A text and what it is."""

    text: Annotated[str, note("The text.", aliases={"content": "rename `content` to `text`"})]
    label: Annotated[
        str | list[str],
        note("Its label, or all its labels.", aliases={"labels": "rename `labels` to `label`"}),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    labels = value.get("label")
    names = labels if type(labels) is list else [labels]
    return type(value.get("text")) is str and bool(names) and all(type(one) is str for one in names)


def _plausible(value: dict[str, Any]) -> bool:
    return "text" in value or "label" in value


def _example(value: dict[str, Any]) -> Example:
    turns = read_pair(value, _KEYS)
    return Example("cohere-classify", turns, place=Place(), value=value, readable=len(turns) == len(_KEYS))


def _outline(row: Labelled) -> tuple[Hashable, list[str]]:
    return (), [row.text, row.label]  # type: ignore[list-item]


FORMAT = Format(
    name="cohere-classify",
    title="Cohere classification",
    description=(
        "A `text` and its `label` a row, or all its labels as a list, for classification. Cohere took it "
        "until September 2025."
    ),
    shape=Labelled,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=290,
    stage="sft",
    home="cohere",
    kind="pair",
    plain_keys=frozenset(_KEYS),
    outline=_outline,
)
