"""Mistral's format for classifiers: a text or a conversation, and its labels by name.

Source: mistralai/platform-docs-public, classifier factory at 222f4ba (2026-08-21).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.messages import MESSAGES_ALIASES, read_turns
from turnlint.formats.mistral_chat import MistralMessages
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place


class Classified(Shape, forbid_unknown_fields=False):
    """One thing to classify, and what it is."""

    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (("text", "messages"),)
    labels: Annotated[
        dict[str, Any],
        note(
            'For each question its label, or a list of labels: `{"mood": "glad"}`.',
            aliases={"label": "rename `label` to `labels`"},
        ),
    ]
    text: Annotated[str, note("The text to classify.")] | UnsetType = UNSET
    messages: (
        Annotated[
            MistralMessages, note("The conversation to classify.", aliases=MESSAGES_ALIASES, min_length=1)
        ]
        | UnsetType
    ) = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return type(value.get("labels")) is dict and ("text" in value or "messages" in value)


def _plausible(value: dict[str, Any]) -> bool:
    return "labels" in value and "text" in value


def _example(value: dict[str, Any]) -> Example:
    is_chat = "messages" in value
    turns = read_turns(value["messages"], ("messages",)) if is_chat else read_pair(value, {"text": "user"})
    return Example(
        "mistral-classifier",
        turns,
        place=Place(("messages",)) if is_chat else Place(),
        is_prompt=True,
        value=value,
        extra={"labels": Place(("labels",), part="key")} if "labels" in value else {},
        readable=roles_known(turns),
    )


def _outline(row: Classified) -> tuple[Hashable, list[str]]:
    labels = row.labels
    if type(row.text) is not str or not all(type(label) is str for label in labels.values()):
        raise TypeError
    return tuple(labels), [row.text, *labels.values()]


FORMAT = Format(
    name="mistral-classifier",
    title="Mistral classifier",
    description=(
        "A text or a conversation a row with an object of `labels`, one or several for each question, for "
        "the classifiers that Mistral's hosted fine-tuning makes."
    ),
    shape=Classified,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=80,
    stage="sft",
    home="mistral",
    kind="other",
    plain_keys=frozenset(("text", "labels")),
    outline=_outline,
)
