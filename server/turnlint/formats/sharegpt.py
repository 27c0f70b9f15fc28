"""ShareGPT: conversations of `from` and `value`, as LLaMA-Factory, Unsloth, torchtune and Axolotl read them.

A row with two answers, or with a mark that says whether the last one is good, is a format of its own.

Sources: hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py and data/README.md at ff6d4d1 (2026-08-18);
shared roles of Unsloth's standardize_sharegpt at ce232d6 (2026-08-20).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.composing import the_one
from turnlint.formats.media import read_media, token_faults
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.formats.speakers import (
    CALL,
    SPEAKERS,
    Message,
    as_speech,
    as_surroundings,
    outline_of,
    read_message,
    read_system,
    read_tools_as_text,
    verify_message,
)
from turnlint.model import Example, Place, ShapeFault, Turn

_ANSWERS = ("chosen", "rejected")
_ANSWERERS = ("gpt", CALL)


class Conversation(Shape, forbid_unknown_fields=False):
    """One conversation. Trainers ignore the keys that they do not know."""

    conversations: Annotated[
        list[Message],
        note(
            "The messages, oldest first.",
            aliases={"conversation": "rename `conversation` to `conversations`"},
            min_length=1,
        ),
    ]
    system: Annotated[str | None, note("The system prompt.")] | UnsetType = UNSET
    tools: (
        Annotated[str | list[Any] | None, note("The tool definitions, mostly as JSON text.")] | UnsetType
    ) = UNSET
    images: Annotated[Any, note("The images that the placeholders stand for, in order.")] | UnsetType = UNSET
    videos: Annotated[Any, note("The videos that the placeholders stand for, in order.")] | UnsetType = UNSET
    audios: Annotated[Any, note("The sounds that the placeholders stand for, in order.")] | UnsetType = UNSET


class Judged(Conversation, kw_only=True, forbid_unknown_fields=False):
    """One conversation whose last answer somebody judged."""

    kto_tag: Annotated[
        bool,
        note("Whether the last answer is a good one.", rules={"wrong-type": "label-not-boolean"}),
    ]


class Compared(Conversation, kw_only=True, forbid_unknown_fields=False):
    """One conversation up to the answer, and two answers."""

    chosen: Annotated[Message, note("The better answer.")]
    rejected: Annotated[Message, note("The worse answer.")]


def _recognise(value: dict[str, Any]) -> bool:
    messages = value.get("conversations")
    if not value.keys().isdisjoint(_ANSWERS):
        return False
    if type(messages) is not list:
        return "conversations" in value
    return not messages or (type(messages[0]) is dict and ("from" in messages[0] or "value" in messages[0]))


def _is_judged(value: dict[str, Any]) -> bool:
    return "kto_tag" in value and _recognise(value)


def _is_compared(value: dict[str, Any]) -> bool:
    return "conversations" in value and value.keys() >= {*_ANSWERS}


def _turns(value: dict[str, Any]) -> tuple[Turn, ...]:
    messages = value.get("conversations")
    listed = enumerate(messages if type(messages) is list else ())
    return (
        *read_system(value),
        *(read_message(message, ("conversations", position)) for position, message in listed),
    )


def _example(value: dict[str, Any], name: str = "sharegpt") -> Example:
    turns = _turns(value)
    return Example(
        name,
        turns,
        place=Place(("conversations",)) if "conversations" in value else Place(),
        value=value,
        has_tools=bool(value.get("tools")),
        aside=read_tools_as_text(value),
        media=read_media(value),
        readable=roles_known(turns),
    )


def _judged(value: dict[str, Any]) -> Example:
    return replace(_example(value, "sharegpt-kto"), verdict=value.get("kto_tag"))


def _compared(value: dict[str, Any]) -> Example:
    prompt = _example(value, "sharegpt-preference")
    chosen, rejected = (
        (read_message(value[key], (key,)),) if type(value.get(key)) is dict else () for key in _ANSWERS
    )
    is_readable = all(turn.role is not None for turn in (*chosen, *rejected))
    return replace(
        prompt,
        preferred=chosen,
        non_preferred=rejected,
        outputs=(Place(("chosen",)), Place(("rejected",))),
        readable=prompt.readable and is_readable,
    )


def _verify(value: dict[str, Any], *answers: str) -> Iterator[ShapeFault]:
    messages = value["conversations"]
    for at, message in enumerate(messages):
        yield from verify_message(message, ("conversations", at))
    for key in answers:
        yield from verify_message(value[key], (key,))
    yield from token_faults(value, (one["value"] for one in (*messages, *(value[key] for key in answers))))


def _verify_compared(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from _verify(value, *_ANSWERS)
    for key in _ANSWERS:
        speaker, name = value[key]["from"], "role-not-allowed"
        if SPEAKERS[speaker] != "assistant":
            yield ShapeFault(name, Place((key, "from")), "message", key, _ANSWERERS, speaker, name)


def _compose(example: Example) -> dict[str, Any]:
    return {"conversations": as_speech(example.turns), **as_surroundings(example)}


def _compose_compared(example: Example) -> dict[str, Any]:
    answers = as_speech([the_one(one) for one in (example.preferred, example.non_preferred)])
    return {**_compose(example), **dict(zip(_ANSWERS, answers, strict=True))}


def _outline(row: Conversation) -> tuple[Hashable, list[str]]:
    speakers, texts = outline_of(row.conversations)
    return (speakers, row.system and True), [row.system, *texts] if row.system else texts


def _outline_judged(row: Judged) -> tuple[Hashable, list[str]]:
    outline, texts = _outline(row)
    return (outline, row.kto_tag), texts


def _outline_compared(row: Compared) -> tuple[Hashable, list[str]]:
    outline, texts = _outline(row)
    speakers, answers = outline_of([row.chosen, row.rejected])
    return (outline, speakers), texts + answers


_PLAIN = frozenset(("conversations", "from", "value", "system"))

FORMATS = (
    Format(
        name="sharegpt",
        title="ShareGPT",
        description=(
            "One conversation a row under `conversations`, each message with `from` and `value`. "
            "LLaMA-Factory, Unsloth, torchtune, Axolotl, NeMo Automodel and others read it, each with "
            "speakers of its own; OpenAI and Azure do not."
        ),
        shape=Conversation,
        recognise=_recognise,
        example=_example,
        rank=200,
        stage="sft",
        home="generic",
        kind="conversation",
        verify=_verify,
        plain_keys=_PLAIN,
        outline=_outline,
        compose=_compose,
    ),
    Format(
        name="sharegpt-kto",
        title="ShareGPT KTO",
        description=(
            "One conversation a row under `conversations`, and under `kto_tag` whether its last answer is a "
            "good one: LLaMA-Factory's format for a dataset with the column `kto_tag`."
        ),
        shape=Judged,
        recognise=_is_judged,
        example=_judged,
        rank=180,
        stage="preference",
        home="llama-factory",
        kind="judged",
        verify=_verify,
        plain_keys=_PLAIN | {"kto_tag"},
        outline=_outline_judged,
    ),
    Format(
        name="sharegpt-preference",
        title="ShareGPT preference",
        description=(
            "A conversation up to the answer under `conversations`, and two answers, `chosen` and "
            "`rejected`, each a message: LLaMA-Factory's format for a dataset with `ranking`."
        ),
        shape=Compared,
        recognise=_is_compared,
        example=_compared,
        rank=85,
        stage="preference",
        home="llama-factory",
        kind="preference",
        verify=_verify_compared,
        plain_keys=_PLAIN | {*_ANSWERS},
        outline=_outline_compared,
        compose=_compose_compared,
    ),
)
