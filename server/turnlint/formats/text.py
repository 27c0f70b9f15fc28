"""Plain text: one string a row, all of which the model learns to write on.

Sources: together-python, src/together/constants.py (2025-12); huggingface/trl, docs/source/dataset_formats.md
(2026); ml-explore/mlx-lm, mlx_lm/LORA.md (2026); axolotl-ai-cloud/axolotl,
docs/dataset-formats/pretraining.qmd (2026).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from turnlint.formats import Format
from turnlint.formats.composing import as_pair
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place


class PlainText(Shape, forbid_unknown_fields=False):
    """One text. Trainers ignore the keys that they do not know."""

    text: Annotated[
        str,
        note(
            "The text that the model is to learn.",
            aliases={key: f"rename `{key}` to `text`" for key in ("content", "document")},
        ),
    ]


_OTHERS = frozenset(
    (
        *("messages", "interactions", "conversations", "contents", "prompt", "completion", "instruction"),
        *("chosen", "rejected", "label", "labels", "input_ids"),
    )
)
"""Keys that say that `text` is something else, or not all."""


_OF_A_DOCUMENT = frozenset(
    (
        *(
            "id",
            "uuid",
            "url",
            "title",
            "author",
            "source",
            "dataset",
            "domain",
            "license",
            "meta",
            "metadata",
        ),
        *("date", "timestamp", "created", "added", "dump", "file_path", "lang", "language"),
        *("language_score", "token_count", "score", "int_score"),
    )
)
"""What collections of documents say of each one. Logs and messages of people have other keys, too."""


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() == {"text"} or (
        type(value.get("text")) is str and value.keys() <= {"text", *_OF_A_DOCUMENT}
    )


def _plausible(value: dict[str, Any]) -> bool:
    return "text" in value and _OTHERS.isdisjoint(value)


def _example(value: dict[str, Any]) -> Example:
    turns = read_pair(value, {"text": "assistant"})
    return Example("text", turns, place=Place(), value=value, readable=bool(turns))


def _compose(example: Example) -> dict[str, Any]:
    return as_pair(example.turns, {"text": "assistant"})


def _outline(row: PlainText) -> tuple[Hashable, list[str]]:
    return (), [row.text]


FORMAT = Format(
    name="text",
    title="Plain text",
    description=(
        "One string a row, under `text`, all of which is learnt: for training on documents, and for "
        "conversations that were written out by a template beforehand. Together AI, TRL, MLX-LM, Axolotl and "
        "others take it."
    ),
    shape=PlainText,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=590,
    stage="sft",
    home="generic",
    kind="text",
    plain_keys=frozenset(("text",)),
    outline=_outline,
    compose=_compose,
)
