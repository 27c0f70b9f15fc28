"""Together AI's instruction format: a prompt and a completion, each a string or a list of parts.

Source: togethercomputer/together-python, src/together/utils/files.py at eba5e5f (2025-12-23), measured with
1.5.35.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from msgspec.structs import replace

from turnlint.formats.messages import ImagePart, TextPart, part_images, part_texts
from turnlint.formats.prompt_completion import FORMAT as _PAIR
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Turn

_PARTS = {"unknown-tag": "unknown-part", "missing-tag": "unknown-part"}


class TogetherPair(Shape):
    """One prompt and what should follow it."""

    prompt: Annotated[
        str | Annotated[list[Annotated[TextPart | ImagePart, note(rules=_PARTS)]], note(min_length=1)],
        note(
            "The text before, with or without images.",
            rules={"too-few-items": "empty-content"},
            aliases={"question": "rename `question` to `prompt`"},
        ),
    ]
    completion: Annotated[
        str
        | Annotated[
            list[Annotated[TextPart, note(rules=_PARTS, tags={"image_url": "image-outside-user"})]],
            note(min_length=1),
        ],
        note(
            "The text that the model is to write.",
            rules={"too-few-items": "empty-content"},
            aliases={key: f"rename `{key}` to `completion`" for key in ("response", "answer", "output")},
        ),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() >= {"prompt", "completion"}


def _plausible(value: dict[str, Any]) -> bool:
    return "prompt" in value or "completion" in value


def _example(value: dict[str, Any]) -> Example:
    seen = _PAIR.example(value)
    turns = tuple(_with_parts(turn, value[turn.content_key]) for turn in seen.turns)
    return replace(seen, format="together-instruction", turns=turns)


def _with_parts(turn: Turn, held: Any) -> Turn:
    """The turn with what it says where that is a list of parts."""
    if type(held) is not list:
        return turn
    key = (turn.content_key,)
    return replace(
        turn, content="parts", texts=tuple(part_texts(held, key)), images=tuple(part_images(held, key))
    )


def _outline(row: TogetherPair) -> tuple[Hashable, list[Any]]:
    return (), [row.prompt, row.completion]


FORMAT = replace(
    _PAIR,
    name="together-instruction",
    title="Together AI instruction",
    description=(
        "A `prompt` and a `completion` a row, and nothing else, for supervised fine-tuning at Together AI. "
        "Each is a string or, where the prompt shows images, a list of parts."
    ),
    shape=TogetherPair,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=605,
    home="together",
    outline=_outline,
)
