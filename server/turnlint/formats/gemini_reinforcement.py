"""Gemini's format for reinforcement tuning: contents, and references for the reward.

Sources: as in gemini_contents.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.gemini_contents import (
    PLAIN_KEYS,
    Contents,
    Instruction,
    both_spellings,
    outline_of_contents,
    read_contents,
    read_system,
    spelling_faults,
)
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault


class Prompt(Shape, rename=both_spellings):
    """One prompt that the model answers itself."""

    contents: Contents
    references: Annotated[dict[str, Any], note("What the reward is to know, each a string.")]
    system_instruction: Annotated[Instruction, note("The system prompt.")] | UnsetType = UNSET
    system_instruction_: Annotated[Instruction, note("The same as `systemInstruction`.")] | UnsetType = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return "contents" in value and "references" in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    for key, one in value["references"].items():
        if type(one) is not str:
            place = Place(("references", key))
            yield ShapeFault("wrong-type", place, "references", key, ("a string",), one, "wrong-type")
    yield from spelling_faults(value)


def _example(value: dict[str, Any]) -> Example:
    turns = (*read_system(value), *read_contents(value.get("contents"), ("contents",)))
    return Example(
        "gemini-reinforcement",
        turns,
        is_prompt=True,
        place=Place(("contents",)) if "contents" in value else Place(),
        value=value,
        extra={"references": Place(("references",), part="key")} if "references" in value else {},
        readable=roles_known(turns),
    )


def _outline(row: Prompt) -> tuple[Hashable, list[str]]:
    outline, texts = outline_of_contents(row)
    return (*outline, *row.references), [*texts, *row.references.values()]


FORMAT = Format(
    name="gemini-reinforcement",
    title="Gemini reinforcement",
    description=(
        "One prompt a row under `contents`, and an object `references` of strings for the reward, for "
        "reinforcement tuning of Gemini at Google Cloud."
    ),
    shape=Prompt,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=45,
    stage="reinforcement",
    home="gemini",
    kind="prompt",
    plain_keys=PLAIN_KEYS | {"references"},
    outline=_outline,
)
