"""Prompt and completion as two strings: OpenAI's older format, and the simplest that trainers take."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from turnlint.formats import Format
from turnlint.formats.composing import as_pair
from turnlint.formats.media import read_media
from turnlint.formats.shape import Shape, note
from turnlint.model import Content, Example, Place, Text, Turn

_KEYS = {"prompt": "user", "completion": "assistant"}


class Pair(Shape):
    """One prompt and what should follow it."""

    prompt: Annotated[str, note("The text before.", aliases={"question": "rename `question` to `prompt`"})]
    completion: Annotated[
        str,
        note(
            "The text that the model is to write.",
            aliases={key: f"rename `{key}` to `completion`" for key in ("response", "answer", "output")},
        ),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return "completion" in value


def _plausible(value: dict[str, Any]) -> bool:
    return _recognise(value) or value.keys() == {"prompt"}


def read_pair(value: dict[str, Any], keys: dict[str, str]) -> tuple[Turn, ...]:
    """See top-level strings as turns; `keys` maps each key to the role of its text."""
    kinds: dict[type, Content] = {str: "text", type(None): "null"}
    return tuple(
        Turn(
            role,
            (),
            role_key=key,
            content_key=key,
            implied=True,
            content=kinds.get(type(value[key]), "other"),
            texts=(Text(value[key], (key,)),) if type(value[key]) is str else (),
        )
        for key, role in keys.items()
        if key in value
    )


def _example(value: dict[str, Any]) -> Example:
    turns = read_pair(value, _KEYS)
    return Example(
        "prompt-completion",
        turns,
        place=Place(),
        value=value,
        media=read_media(value),
        readable=len(turns) == len(_KEYS),
    )


def _compose(example: Example) -> dict[str, Any]:
    return as_pair(example.turns, _KEYS)


def _outline(row: Pair) -> tuple[Hashable, list[str]]:
    return (), [row.prompt, row.completion]


FORMAT = Format(
    name="prompt-completion",
    title="Prompt and completion",
    description=(
        "Two strings a row, `prompt` and `completion`. OpenAI's format for babbage-002 and davinci-002, and "
        "for the models before them; TRL, MLX-LM and others take it too."
    ),
    shape=Pair,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=300,
    stage="sft",
    home="openai",
    kind="pair",
    plain_keys=frozenset(_KEYS),
    outline=_outline,
    compose=_compose,
)
