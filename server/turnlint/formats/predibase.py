"""Predibase's formats: chat, pairs and plain text, each with a column that says what a row is for.

What else its service checks is not published, so every other key is free.

Source: docs.predibase.com, fine-tuning, datasets (2026).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.chat import FORMAT as _CHAT
from turnlint.formats.open_messages import MESSAGES_ALIASES, OpenMessages, OpenTools
from turnlint.formats.prompt_completion import FORMAT as _PAIR
from turnlint.formats.shape import Shape, note
from turnlint.formats.text import FORMAT as _TEXT
from turnlint.model import Example


class _Split(Shape, forbid_unknown_fields=False, kw_only=True):
    """A row of either split."""

    split: (
        Annotated[Literal["train", "evaluation"] | None, note("Whether the row is trained on or held out.")]
        | UnsetType
    ) = UNSET


class PredibaseChat(_Split, kw_only=True):
    """One conversation that the model is to learn."""

    messages: Annotated[
        OpenMessages,
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: OpenTools = UNSET


class PredibasePair(_Split, kw_only=True):
    """One prompt and what should follow it."""

    prompt: Annotated[str, note("The text before.")]
    completion: Annotated[str, note("The text that the model is to write.")]


class PredibaseText(_Split, kw_only=True):
    """One text."""

    text: Annotated[str, note("The text that the model is to learn.")]


def _format(model: Format, shape: type[Shape], description: str, keys: frozenset[str], rank: int) -> Format:
    """A format like another, with the column for the split."""
    name = f"predibase-{model.name}"

    def example(value: dict[str, Any]) -> Example:
        return replace(model.example(value), format=name)

    def plausible(value: dict[str, Any]) -> bool:
        return keys <= value.keys()

    def recognise(value: dict[str, Any]) -> bool:
        return value.get("split") in _SPLITS and plausible(value)

    return replace(
        model,
        name=name,
        title=f"Predibase {model.title[:1].lower()}{model.title[1:]}",
        description=description,
        shape=shape,
        recognise=recognise,
        plausible=plausible,
        verify=None,
        example=example,
        rank=rank,
        home="predibase",
    )


_SPLITS = ("train", "evaluation")
_COLUMN = "An optional column `split` says which rows are held out."

FORMATS = (
    _format(
        _CHAT,
        PredibaseChat,
        f"One conversation a row under `messages`, with `tools` beside it. {_COLUMN}",
        frozenset(("messages",)),
        650,
    ),
    _format(
        _PAIR,
        PredibasePair,
        f"Two strings a row, `prompt` and `completion`, for Predibase. {_COLUMN}",
        frozenset(("prompt", "completion")),
        651,
    ),
    _format(
        _TEXT,
        PredibaseText,
        f"One string a row, under `text`, for further pretraining at Predibase. {_COLUMN}",
        frozenset(("text",)),
        720,
    ),
)
