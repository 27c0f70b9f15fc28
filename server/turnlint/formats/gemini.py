"""Gemini's format for supervised fine-tuning: contents of parts, of the user and the model.

Sources: as in gemini_contents.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.gemini_contents import (
    PLAIN_KEYS,
    Contents,
    Instruction,
    Toolbox,
    both_spellings,
    has_contents,
    outline_of_contents,
    read_contents,
    read_declarations,
    read_system,
    spelling_faults,
    write_around,
    write_contents,
)
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place


class Conversation(Shape, rename=both_spellings):
    """One conversation that the model is to learn."""

    contents: Contents
    system_instruction: Annotated[Instruction, note("The system prompt.")] | UnsetType = UNSET
    system_instruction_: Annotated[Instruction, note("The same as `systemInstruction`.")] | UnsetType = UNSET
    tools: Annotated[list[Toolbox], note("The functions that the model may call.")] | UnsetType = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return has_contents(value) and "completions" not in value and "references" not in value


def _example(value: dict[str, Any]) -> Example:
    turns = read_contents(value.get("contents"), ("contents",))
    tools = tuple(read_declarations(value))
    return Example(
        "gemini",
        (*read_system(value), *turns),
        place=Place(("contents",)) if "contents" in value else Place(),
        value=value,
        tools=tools,
        has_tools=bool(tools),
        readable=roles_known(turns),
    )


def _compose(example: Example) -> dict[str, Any]:
    around, turns = write_around(example)
    return {"contents": write_contents(turns), **around}


FORMAT = Format(
    name="gemini",
    title="Gemini",
    description=(
        "One conversation a row under `contents`, each a role and its `parts`, for supervised fine-tuning of "
        "Gemini at Google Cloud."
    ),
    shape=Conversation,
    recognise=_recognise,
    plausible=has_contents,
    verify=spelling_faults,
    example=_example,
    rank=50,
    stage="sft",
    home="gemini",
    kind="conversation",
    plain_keys=PLAIN_KEYS,
    outline=outline_of_contents,
    compose=_compose,
)
