"""Prompt and completion for open trainers, as texts or as messages.

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/data_utils.py at f2cd577 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.composing import CannotSay
from turnlint.formats.media import read_media
from turnlint.formats.open_messages import as_open_messages, as_surroundings, read_open_tools, tools_as_text
from turnlint.formats.shape import note
from turnlint.formats.sides import (
    PLAIN_KEYS,
    Side,
    SidedRow,
    is_conversational,
    outline_side,
    read_side,
    repeated_fault,
    repeats,
    side_faults,
)
from turnlint.model import Example, Place, ShapeFault

_KEYS = {"prompt": "user", "completion": "assistant"}


class OpenPair(SidedRow, kw_only=True, forbid_unknown_fields=False):
    """One prompt and what should follow it. Trainers ignore the keys that they do not know."""

    prompt: Annotated[Side, note("What comes before.", aliases={"question": "rename `question` to `prompt`"})]
    completion: Annotated[
        Side,
        note(
            "What the model is to write.",
            aliases={key: f"rename `{key}` to `completion`" for key in ("response", "answer", "output")},
        ),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return _plausible(value) and any(is_conversational(value.get(key)) for key in _KEYS)


def _plausible(value: dict[str, Any]) -> bool:
    return "completion" in value and "prompt" in value and "label" not in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from side_faults(value, *_KEYS)
    if type(value["prompt"]) is list and repeats(value["prompt"], value["completion"]):
        yield repeated_fault(value, "completion")


def read_sides(value: dict[str, Any], format_name: str) -> Example:
    """See the prompt and the completion of a row as turns."""
    sides = [read_side(value, key, role) for key, role in _KEYS.items()]
    turns = tuple(turn for side in sides for turn in side)
    return Example(
        format_name,
        turns,
        place=Place(),
        given=len(sides[0]),
        value=value,
        tools=read_open_tools(value),
        has_tools=bool(value.get("tools")),
        aside=tools_as_text(value),
        media=read_media(value),
        readable=all(sides) and all(turn.role is not None for turn in turns),
    )


def _example(value: dict[str, Any]) -> Example:
    return read_sides(value, "trl-prompt-completion")


def _compose(example: Example) -> dict[str, Any]:
    for turn in example.turns[:-1]:
        if turn.role == "assistant" and turn.weight != 0:
            raise CannotSay(turn.pointer, "a second answer that is learnt")
    turns = [replace(one, weight=None) if one.role == "assistant" else one for one in example.turns]
    before, after = turns[:-1], turns[-1:]
    return {
        "prompt": as_open_messages(before),
        "completion": as_open_messages(after),
        **as_surroundings(example),
    }


def _outline(row: OpenPair) -> tuple[Hashable, list[str]]:
    (prompt, before), (completion, after) = outline_side(row.prompt), outline_side(row.completion)
    is_repeated = type(row.prompt) is list and repeats(row.prompt, row.completion)
    return (prompt, completion, is_repeated), [*before, *after]


FORMAT = Format(
    name="trl-prompt-completion",
    title="Prompt and completion for open trainers",
    description=(
        "A `prompt` and a `completion` a row, both strings or both lists of messages; only the completion is "
        "learnt. TRL takes it, and whoever trains with it."
    ),
    shape=OpenPair,
    recognise=_recognise,
    plausible=_plausible,
    verify=_verify,
    example=_example,
    rank=290,
    stage="sft",
    home="trl",
    kind="pair",
    plain_keys=PLAIN_KEYS | frozenset(_KEYS),
    outline=_outline,
    compose=_compose,
)
