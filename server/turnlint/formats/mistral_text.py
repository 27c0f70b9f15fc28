"""Plain text as mistral-finetune reads it, under either of two keys.

Source: mistralai/mistral-finetune, finetune/data/tokenize.py at 1943535 (2026-06-12).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import as_pair
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place


class MistralPlainText(Shape, forbid_unknown_fields=False):
    """One text. Other keys are not read."""

    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (("text", "content"),)
    text: Annotated[str, note("The text that the model is to learn.")] | UnsetType = UNSET
    content: Annotated[str, note("The same by another name: a row has one of the two.")] | UnsetType = UNSET


_OTHERS = frozenset(("messages", "interactions", "conversations", "prompt", "role", "label", "labels"))
"""Keys that say that the text is something else, or not all."""


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() in ({"text"}, {"content"})


def _plausible(value: dict[str, Any]) -> bool:
    return ("text" in value or "content" in value) and _OTHERS.isdisjoint(value)


def _example(value: dict[str, Any]) -> Example:
    turns = read_pair(value, {"text" if "text" in value else "content": "assistant"})
    return Example("mistral-text", turns, place=Place(), value=value, readable=bool(turns))


def _compose(example: Example) -> dict[str, Any]:
    return as_pair(example.turns, {"text": "assistant"})


def _outline(row: MistralPlainText) -> tuple[Hashable, list[str]]:
    is_text = row.text is not UNSET
    return is_text, [row.text if is_text else row.content]  # type: ignore[list-item]


FORMAT = Format(
    name="mistral-text",
    title="Mistral plain text",
    description=(
        "One string a row, under `text` or `content`, all of which is learnt: for training on documents with "
        "mistral-finetune."
    ),
    shape=MistralPlainText,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=710,
    stage="sft",
    home="mistral-finetune",
    kind="text",
    plain_keys=frozenset(("text", "content")),
    outline=_outline,
    compose=_compose,
)
