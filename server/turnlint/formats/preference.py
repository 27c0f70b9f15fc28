"""Preference data for open trainers: a chosen and a rejected answer, as texts or as messages.

Without a prompt of its own both answers begin with it, and trainers take what they have in common for it.

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/data_utils.py at f2cd577 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.media import read_media
from turnlint.formats.open_messages import as_open_messages, as_surroundings, read_open_tools, tools_as_text
from turnlint.formats.scores import read_scores
from turnlint.formats.shape import note
from turnlint.formats.sides import (
    PLAIN_KEYS,
    Side,
    SidedRow,
    is_same,
    outline_side,
    read_side,
    repeated_fault,
    repeats,
    side_faults,
)
from turnlint.model import Example, Place, ShapeFault, Turn


class OpenPreference(SidedRow, kw_only=True, forbid_unknown_fields=False):
    """One comparison. Trainers ignore the keys that they do not know."""

    prompt: Annotated[Side, note("What both answers answer.")] | UnsetType = UNSET
    chosen: Annotated[Side, note("The better answer.")]
    rejected: Annotated[Side, note("The worse answer.")]


_OTHERS = frozenset(
    (
        *("instruction", "conversations", "question", "context", "completion"),
        *("input", "preferred_output", "non_preferred_output"),
    )
)
"""Keys that say, where there is no prompt, that the answers are those of another format."""


def _recognise(value: dict[str, Any]) -> bool:
    if "prompt" in value and value.keys() >= {"chosen", "rejected"}:
        return True
    if "messages" in value and "prompt" not in value:
        return False  # They are the prompt, as Axolotl has it.
    return ("chosen" in value or "rejected" in value) and _OTHERS.isdisjoint(value)


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    keys = ("prompt",) if "prompt" in value else ()
    yield from side_faults(value, *keys, "chosen", "rejected")
    chosen, rejected = value["chosen"], value["rejected"]
    if keys:
        if repeats(value["prompt"], chosen) and repeats(value["prompt"], rejected):
            yield repeated_fault(value, "chosen")
    elif type(chosen) is type(rejected) is list and not is_same(chosen[0], rejected[0]):
        name = "prompt-differs"
        yield ShapeFault(name, Place(("rejected", 0)), "row", "rejected", (), rejected[0], name)


def _example(value: dict[str, Any]) -> Example:
    prompt = read_side(value, "prompt", "user")
    chosen, rejected = (read_side(value, key, "assistant") for key in ("chosen", "rejected"))
    if "prompt" not in value:
        shared = _shared(value.get("chosen"), value.get("rejected"))
        prompt, chosen, rejected = chosen[:shared], chosen[shared:], rejected[shared:]
    return Example(
        "preference",
        prompt,
        place=Place(("prompt",)) if "prompt" in value else Place(),
        value=value,
        preferred=chosen,
        non_preferred=rejected,
        outputs=(_output(value, "chosen", chosen), _output(value, "rejected", rejected)),
        scores=read_scores(value),
        tools=read_open_tools(value),
        has_tools=bool(value.get("tools")),
        aside=tools_as_text(value),
        media=read_media(value),
        readable=all(turn.role is not None for turn in (*prompt, *chosen, *rejected)),
    )


def _shared(chosen: Any, rejected: Any) -> int:
    """How many messages both begin with, but for the last of each."""
    if type(chosen) is not list or type(rejected) is not list:
        return 0
    most = max(min(len(chosen), len(rejected)) - 1, 0)
    return next((at for at in range(most) if not is_same(chosen[at], rejected[at])), most)


def _output(value: dict[str, Any], key: str, turns: tuple[Turn, ...]) -> Place:
    """What holds an answer: all there is under its key, or the first message behind the shared ones."""
    if "prompt" in value or not turns or turns[0].implied:
        return Place((key,)) if key in value else Place()
    return turns[0].place


def _compose(example: Example) -> dict[str, Any]:
    return {
        **({"prompt": as_open_messages(example.turns)} if example.turns else {}),
        "chosen": as_open_messages(example.preferred),
        "rejected": as_open_messages(example.non_preferred),
        **as_surroundings(example),
    }


def _outline(row: OpenPreference) -> tuple[Hashable, list[str]]:
    (chosen, better), (rejected, worse) = outline_side(row.chosen), outline_side(row.rejected)
    if row.prompt is UNSET:
        if better[:-1] != worse[:-1] or chosen[:-1] != rejected[:-1]:  # type: ignore[index]
            raise TypeError("what both begin with is not all but their last message")
        return (UNSET, chosen, rejected), [*better[:-1], better[-1], worse[-1], *worse[:-1]]
    prompt, asked = outline_side(row.prompt)
    is_repeated = repeats(row.prompt, row.chosen) and repeats(row.prompt, row.rejected)
    return (prompt, chosen, rejected, is_repeated), [*asked, *better, *worse]


FORMAT = Format(
    name="preference",
    title="Preference for open trainers (DPO)",
    description=(
        "A `chosen` and a `rejected` answer a row, with a `prompt` or with the prompt at the beginning of "
        "both, as strings or as lists of messages. TRL's trainers for DPO, ORPO, CPO and rewards take it, "
        "and so do Axolotl, torchtune, Unsloth and others."
    ),
    shape=OpenPreference,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=150,
    stage="preference",
    home="trl",
    kind="preference",
    plain_keys=PLAIN_KEYS | {"prompt", "chosen", "rejected"},
    outline=_outline,
    compose=_compose,
)
