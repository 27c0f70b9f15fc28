"""Prompt and response as two strings, as llm-foundry and Databricks take them.

Sources: mosaicml/llm-foundry, llmfoundry/data/finetuning/tasks.py at 8c8dd48 (2025-07-21); Databricks,
Foundation Model Fine-tuning, prepare data (archived).
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


class Response(Shape):
    """One prompt and what should follow it."""

    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (("response", "completion"),)
    prompt: Annotated[str, note("The text before.", aliases={"question": "rename `question` to `prompt`"})]
    response: (
        Annotated[
            str,
            note(
                "The text that the model is to write.",
                aliases={key: f"rename `{key}` to `response`" for key in ("answer", "output")},
            ),
        ]
        | UnsetType
    ) = UNSET
    completion: Annotated[str, note("The same by another name: a row has one of the two.")] | UnsetType = (
        UNSET
    )


def _recognise(value: dict[str, Any]) -> bool:
    return value.keys() == {"prompt", "response"}


def _plausible(value: dict[str, Any]) -> bool:
    return "prompt" in value and ("response" in value or "completion" in value)


def _example(value: dict[str, Any]) -> Example:
    answer = "completion" if "completion" in value and "response" not in value else "response"
    turns = read_pair(value, {"prompt": "user", answer: "assistant"})
    return Example("prompt-response", turns, place=Place(), value=value, readable=len(turns) == 2)


def _compose(example: Example) -> dict[str, Any]:
    return as_pair(example.turns, {"prompt": "user", "response": "assistant"})


def _outline(row: Response) -> tuple[Hashable, list[str]]:
    is_response = row.response is not UNSET
    answer = row.response if is_response else row.completion
    return is_response, [row.prompt, answer]  # type: ignore[list-item]


FORMAT = Format(
    name="prompt-response",
    title="Prompt and response",
    description=(
        "Two strings a row, `prompt` and `response` (or `completion`), and nothing else, for llm-foundry and "
        "the fine-tuning service of Databricks."
    ),
    shape=Response,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=310,
    stage="sft",
    home="databricks",
    kind="pair",
    plain_keys=frozenset(("prompt", "response", "completion")),
    outline=_outline,
    compose=_compose,
)
