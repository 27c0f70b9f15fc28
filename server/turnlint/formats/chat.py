"""Messages as open trainers take them: whatever the model's chat template reads."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from operator import attrgetter
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.media import read_media
from turnlint.formats.open_messages import (
    MESSAGES_ALIASES,
    OpenMessages,
    OpenTools,
    as_open_messages,
    as_surroundings,
    is_marked,
    placeholder_faults,
    read_open_tools,
    read_open_turns,
    tools_as_text,
)
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault


class OpenChat(Shape, forbid_unknown_fields=False):
    """One conversation that the model is to learn. Trainers ignore the keys that they do not know."""

    messages: Annotated[
        OpenMessages,
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: OpenTools = UNSET
    images: Annotated[Any, note("The images that the placeholders stand for, in order.")] | UnsetType = UNSET
    videos: Annotated[Any, note("The videos that the placeholders stand for, in order.")] | UnsetType = UNSET
    audios: Annotated[Any, note("The sounds that the placeholders stand for, in order.")] | UnsetType = UNSET
    chat_template_kwargs: (
        Annotated[dict[str, Any] | None, note("What the chat template is told besides, in TRL.")] | UnsetType
    ) = UNSET


def _plausible(value: dict[str, Any]) -> bool:
    others = ("preferred_output", "non_preferred_output", "chosen", "rejected")
    return "messages" in value and value.keys().isdisjoint(others)


def _recognise(value: dict[str, Any]) -> bool:
    return _plausible(value) and is_marked(value, "messages")


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    return placeholder_faults(value, "messages")


def _example(value: dict[str, Any]) -> Example:
    turns = read_open_turns(value, "messages")
    return Example(
        "chat",
        turns,
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        tools=read_open_tools(value),
        has_tools=bool(value.get("tools")),
        aside=tools_as_text(value),
        media=read_media(value),
        readable=roles_known(turns),
    )


def _compose(example: Example) -> dict[str, Any]:
    return {"messages": as_open_messages(example.turns), **as_surroundings(example)}


_content = attrgetter("content")


def _outline(row: OpenChat) -> tuple[Hashable, list[str]]:
    messages = row.messages
    return tuple(map(type, messages)), list(map(_content, messages))


FORMAT = Format(
    name="chat",
    title="Chat for open trainers",
    description=(
        "One conversation a row, under `messages`, as the chat templates of open models read it: arguments "
        "of calls as objects, reasoning, images as placeholders, and whatever keys a template knows. TRL, "
        "Axolotl, MLX-LM, torchtune, Unsloth, NeMo and LLaMA-Factory take it."
    ),
    shape=OpenChat,
    recognise=_recognise,
    plausible=_plausible,
    verify=_verify,
    example=_example,
    rank=450,
    stage="sft",
    home="hf-datasets",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=_outline,
    compose=_compose,
)
