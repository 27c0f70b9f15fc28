"""NeMo's chat format: a system prompt, messages of `from` and `value`, and whose words are not learnt.

Source: NVIDIA/NeMo, nemo/collections/nlp/data/language_modeling/megatron/gpt_sft_chat_dataset.py at 8cfedd7
(2025-09-20).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import CannotSay, as_text, without_system
from turnlint.formats.shape import Shape, note
from turnlint.formats.speakers import read_message, read_system
from turnlint.model import Example, Place, ShapeFault

_MASK = "User"
_LABELS_LEARNT = "TEXT_TO_VALUE"
"""Whose words are not learnt where the row does not say."""


class Spoken(Shape, rename={"from_": "from"}, forbid_unknown_fields=False):
    """One message."""

    owner: ClassVar[str] = "message"
    from_: Annotated[str, note("Who speaks, by any name.", rules={"missing-key": "missing-role"})]
    value: Annotated[str, note("What is said.", rules={"missing-key": "missing-content"})]
    label: Annotated[str | None, note("What the words are like: `quality:4,humor:0`.")] | UnsetType = UNSET


class NemoChat(Shape, forbid_unknown_fields=False):
    """One conversation that the model is to learn."""

    system: Annotated[str, note("The system prompt; it may be empty.")]
    conversations: Annotated[list[Spoken], note("The messages, oldest first.", min_length=1)]
    mask: (
        Annotated[str, note(f"Whose words are not learnt; `{_MASK}` where nothing is said.")] | UnsetType
    ) = UNSET
    type: (
        Annotated[
            Literal["TEXT_TO_VALUE", "VALUE_TO_TEXT"] | None,
            note("Whether the labels are learnt, or given before the words."),
        ]
        | UnsetType
    ) = UNSET


def _plausible(value: dict[str, Any]) -> bool:
    return "conversations" in value


def _recognise(value: dict[str, Any]) -> bool:
    return "mask" in value and _plausible(value)


def _example(value: dict[str, Any]) -> Example:
    mask, messages = value.get("mask", _MASK), value.get("conversations")
    listed = enumerate(messages if type(messages) is list else ())
    spoken = tuple(
        read_message(one, ("conversations", at), role_of=lambda name: "user" if name == mask else "assistant")
        for at, one in listed
    )
    turns = (*read_system(value), *spoken)
    return Example(
        "nemo-chat",
        turns,
        place=Place(("conversations",)) if "conversations" in value else Place(),
        given=0 if value.get("type") == _LABELS_LEARNT else len(turns) - len(spoken[1:]),
        value=value,
        # Whose words are learnt nobody knows where the masked speaker says nothing.
        readable="user" in {turn.role for turn in spoken} and all(turn.role is not None for turn in turns),
    )


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    mask, speakers = value.get("mask", _MASK), [one["from"] for one in value["conversations"]]
    if mask not in speakers:
        place = Place(("mask",)) if "mask" in value else Place()
        yield ShapeFault(
            "absent-speaker", place, "row", "mask", tuple(dict.fromkeys(speakers)), mask, "absent-speaker"
        )
    # The first message is not learnt either, unless the labels are.
    elif all(speaker == mask for speaker in speakers[value.get("type") != _LABELS_LEARNT :]):
        place = Place(("conversations",))
        yield ShapeFault("nothing-learnt", place, "row", "conversations", rule="nothing-learnt")


def _compose(example: Example) -> dict[str, Any]:
    system, turns = without_system(example.turns)
    for first in turns[:1]:
        if first.role == "assistant" and first.weight != 0:
            raise CannotSay(first.pointer, "an answer that stands first and is learnt")
    said = [{"from": _MASK if one.role == "user" else "Assistant", "value": as_text(one)} for one in turns]
    return {"system": system or "", "mask": _MASK, "conversations": said}


def _outline(row: NemoChat) -> tuple[Hashable, list[str]]:
    speakers = tuple([one.from_ for one in row.conversations])
    texts = [one.value for one in row.conversations]
    return (row.system and True, row.mask, speakers), [row.system, *texts] if row.system else texts


FORMAT = Format(
    name="nemo-chat",
    title="NeMo chat",
    description=(
        "A conversation a row under `conversations`, with `system` and, under `mask`, the speaker whose "
        "words are not learnt: NeMo's chat format for supervised fine-tuning with Megatron."
    ),
    shape=NemoChat,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=190,
    stage="sft",
    home="nemo",
    kind="conversation",
    verify=_verify,
    plain_keys=frozenset(("system", "conversations", "from", "value", "mask")),
    outline=_outline,
    compose=_compose,
)
