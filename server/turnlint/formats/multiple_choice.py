"""A question, its choices and the answer: Axolotl's `explainchoice` and `concisechoice`.

Source: axolotl-ai-cloud/axolotl, docs/dataset-formats/inst_tune.qmd and src/axolotl/prompt_tokenizers.py at
067b021 (2026-07-24): `solution` where the row has it, else `explanation`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault, Text, Turn

_ANSWERS = ("solution", "explanation")


class Question(Shape, forbid_unknown_fields=False):
    """One question. Axolotl ignores the keys that it does not know."""

    question: Annotated[str, note("What is asked.")]
    choices: Annotated[list[str], note("The answers to choose from.", min_length=1)]
    solution: Annotated[str, note("The answer, with its reasons.")] | UnsetType = UNSET
    explanation: Annotated[str, note("The answer where there is no `solution`.")] | UnsetType = UNSET


def _plausible(value: dict[str, Any]) -> bool:
    return "question" in value and "choices" in value


def _recognise(value: dict[str, Any]) -> bool:
    return _plausible(value) and any(key in value for key in _ANSWERS)


def _example(value: dict[str, Any]) -> Example:
    answer = next((key for key in _ANSWERS if key in value), None)
    choices = value.get("choices")
    turns = (
        *read_pair(value, {"question": "user"}),
        *([_choices(choices)] if type(choices) is list else []),
        *(read_pair(value, {answer: "assistant"}) if answer else ()),
    )
    return Example("multiple-choice", turns, value=value, readable=answer is not None and "question" in value)


def _choices(choices: list[Any]) -> Turn:
    texts = tuple(Text(one, ("choices", at)) for at, one in enumerate(choices) if type(one) is str)
    return Turn(
        "user", (), role_key="choices", content_key="choices", implied=True, content="parts", texts=texts
    )


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    if not any(key in value for key in _ANSWERS):
        yield ShapeFault("missing-key", Place(), "row", "solution", found=value, rule="missing-key")


def _outline(row: Question) -> tuple[Hashable, list[str]]:
    answers = [getattr(row, key) for key in _ANSWERS]
    there = [one for one in answers if one is not UNSET]
    if not all(row.choices):
        raise TypeError
    kinds = (len(row.choices), *(one is UNSET for one in answers))
    return kinds, [row.question, "\n".join(row.choices), *there]


FORMAT = Format(
    name="multiple-choice",
    title="Multiple choice",
    description=(
        "A `question`, its `choices` and a `solution` or an `explanation`: Axolotl's types `explainchoice` "
        "and `concisechoice`."
    ),
    shape=Question,
    recognise=_recognise,
    plausible=_plausible,
    verify=_verify,
    example=_example,
    rank=209,
    stage="sft",
    home="axolotl",
    kind="pair",
    plain_keys=frozenset(("question", "choices", *_ANSWERS)),
    outline=_outline,
)
