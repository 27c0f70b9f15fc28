"""Mistral's chat format: of mistral-finetune, and of the hosted service, which takes images besides.

A list of messages under one of two keys, each message with its text under one of two keys.

Sources: mistralai/mistral-finetune, finetune/data/tokenize.py at 1943535 (2026-06-12);
mistralai/mistral-common, protocol/instruct/validator.py, measured with 1.3.4; mistralai/platform-docs-public,
text and vision fine-tuning at 222f4ba (2026-08-21).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.composing import Words, as_messages, as_tools, numbered
from turnlint.formats.messages import MESSAGES_ALIASES, read_tools, read_turns
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note, twice
from turnlint.model import Example, Image, Place, ShapeFault, Text, Turn

_CONTENT = note("What the message says.", rules={"too-few-items": "empty-content"})
_PARTS = note(rules={"unknown-tag": "unknown-part", "missing-tag": "unknown-part"})
_TEXT_ONLY = note(
    rules={"unknown-tag": "unknown-part", "missing-tag": "unknown-part"},
    tags={"image_url": "image-outside-user"},
)
_SAID = Annotated[str | None, note("The same under another name: a message has one of the two.")] | UnsetType


class MistralText(Shape, tag_field="type", tag="text", forbid_unknown_fields=False):
    """A piece of text."""

    owner: ClassVar[str] = "content part"
    text: Annotated[str, note("The text.")]


class MistralUrl(Shape, forbid_unknown_fields=False):
    """Where an image is, in OpenAI's words."""

    owner: ClassVar[str] = "image"
    url: Annotated[str, note("A public `https` URL, or `data:image/…;base64,…`.")]


class MistralImage(Shape, tag_field="type", tag="image_url", forbid_unknown_fields=False):
    """An image."""

    owner: ClassVar[str] = "content part"
    image_url: Annotated[str | MistralUrl, note("A public `https` URL, or `data:image/…;base64,…`.")]


_TextContent = Annotated[
    str | Annotated[list[Annotated[MistralText, _TEXT_ONLY]], note(min_length=1)] | None | UnsetType, _CONTENT
]


class MistralSystem(Shape, tag_field="role", tag="system", forbid_unknown_fields=False):
    """Instructions that hold for the whole example."""

    owner: ClassVar[str] = "system message"
    content: _TextContent = UNSET
    text: _SAID = UNSET


class MistralUser(Shape, tag_field="role", tag="user", forbid_unknown_fields=False):
    """What a person asks."""

    owner: ClassVar[str] = "user message"
    content: Annotated[
        str
        | Annotated[list[Annotated[MistralText | MistralImage, _PARTS]], note(min_length=1)]
        | None
        | UnsetType,
        _CONTENT,
    ] = UNSET
    text: _SAID = UNSET


class MistralFunction(Shape, forbid_unknown_fields=False):
    """The function that a tool call names."""

    owner: ClassVar[str] = "function of a tool call"
    name: Annotated[str, note("The tool's name.")]
    arguments: Annotated[str, note("The arguments as JSON text: a string, not an object.")]


class MistralCall(Shape, forbid_unknown_fields=False):
    """One call of a tool."""

    owner: ClassVar[str] = "tool call"
    id: Annotated[str, note("Nine letters and digits; the tool message answers to it.")]
    function: Annotated[MistralFunction, note("Which function, with which arguments.")]


class MistralAssistant(Shape, tag_field="role", tag="assistant", forbid_unknown_fields=False):
    """What the model is to say."""

    owner: ClassVar[str] = "assistant message"
    content: _TextContent = UNSET
    text: _SAID = UNSET
    tool_calls: (
        Annotated[
            Annotated[list[MistralCall], note(rules={"too-few-items": "empty-tool-calls"}, min_length=1)]
            | None,
            note("The tools that the model calls."),
        ]
        | UnsetType
    ) = UNSET
    weight: (
        Annotated[Literal[0, 1] | bool | None, note("1 trains on this message, 0 does not.")] | UnsetType
    ) = UNSET


class MistralResult(Shape, tag_field="role", tag="tool", forbid_unknown_fields=False):
    """What a tool answered."""

    owner: ClassVar[str] = "tool message"
    tool_call_id: Annotated[
        str,
        note(
            "The `id` of the call that this answers.",
            aliases={key: f"rename `{key}` to `tool_call_id`" for key in ("call_id", "tool_use_id", "id")},
        ),
    ]
    content: _TextContent = UNSET
    text: _SAID = UNSET
    name: Annotated[str | None, note("The tool that answered.")] | UnsetType = UNSET


class MistralDefinition(Shape, forbid_unknown_fields=False):
    """A function that the model may call."""

    owner: ClassVar[str] = "function definition"
    name: Annotated[str, note("Letters, digits, `_` and `-`; at most 64 characters.")]
    description: Annotated[str, note("What it does, for the model.")] | UnsetType = UNSET
    parameters: Annotated[dict[str, Any], note("A JSON Schema of its arguments.")] | UnsetType = UNSET


class MistralTool(Shape, forbid_unknown_fields=False):
    """A tool that the model may call."""

    owner: ClassVar[str] = "tool definition"
    function: Annotated[MistralDefinition, note("The function.")]


MistralMessages = list[
    Annotated[
        MistralSystem | MistralUser | MistralAssistant | MistralResult,
        note(rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"}),
    ]
]
_Tools = Annotated[list[MistralTool] | None, note("The tools that the model may call.")] | UnsetType
_OLDER = {"messages": "interactions", "content": "text", "tools": "available_tools"}
"""Keys that have an older name, of which an object has one."""


class MistralChat(Shape, forbid_unknown_fields=False):
    """One conversation that the model is to learn. Other keys are not read."""

    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (("messages", "interactions"),)
    messages: (
        Annotated[
            MistralMessages,
            note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
        ]
        | UnsetType
    ) = UNSET
    interactions: (
        Annotated[MistralMessages, note("The same, as it was called before.", min_length=1)] | UnsetType
    ) = UNSET
    tools: _Tools = UNSET
    available_tools: _Tools = UNSET
    system_prompt: Annotated[str | None, note("The system prompt, where no message is one.")] | UnsetType = (
        UNSET
    )
    only_last: Annotated[Any, note("Whether the last answer alone is trained on.")] | UnsetType = UNSET


def _recognise(value: dict[str, Any]) -> bool:
    return ("messages" in value or "interactions" in value) and "labels" not in value


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from _twice("tools", value, Place(), "row")
    key = _key("messages", value)
    for position, message in enumerate(value[key]):
        place, owner = Place((key, position)), f"{message['role']} message"
        yield from _twice("content", message, place, owner)
        if message["role"] != "assistant" and message.get("tool_calls"):
            calls, rule = place.at("tool_calls").key(), "calls-outside-assistant"
            yield ShapeFault("misplaced-key", calls, owner, "tool_calls", (), message["tool_calls"], rule)


def _twice(key: str, value: dict[str, Any], place: Place, owner: str) -> Iterator[ShapeFault]:
    """The fault of an object that has a key under its older name too."""
    older = _OLDER[key]
    if key in value and older in value:
        yield twice(value, place.pointer, owner, key, older)


def _key(key: str, value: dict[str, Any]) -> str:
    """The name under which an object has a key."""
    older = _OLDER[key]
    return older if older in value and key not in value else key


def _turns(value: dict[str, Any]) -> Iterator[Turn]:
    if type(value.get("system_prompt")) is str:
        key = "system_prompt"
        said = (Text(value[key], (key,)),)
        yield Turn("system", (), role_key=key, content_key=key, implied=True, content="text", texts=said)
    key = _key("messages", value)
    for turn in read_turns(value.get(key), (key,)):
        message = value[key][turn.pointer[-1]]
        if turn.content == "missing" and type(message) is dict and type(message.get("text")) is str:
            texts = (Text(message["text"], (*turn.pointer, "text")), *turn.texts)
            turn = replace(turn, content_key="text", content="text", texts=texts)
        yield turn


def _example(value: dict[str, Any]) -> Example:
    turns, key = tuple(_turns(value)), _key("tools", value)
    return Example(
        "mistral-chat",
        turns,
        place=Place((_key("messages", value),)) if turns else Place(),
        value=value,
        tools=read_tools(value, (), key),
        has_tools=bool(value.get(key)),
        readable=roles_known(turns),
    )


_ID = re.compile(r"[A-Za-z0-9]{9}")


def _as_image(image: Image) -> dict[str, Any] | None:
    return None if image.url is None else {"type": "image_url", "image_url": image.url}


_WORDS = Words(takes_developer=False, image=_as_image, names_results=True, refuses=False, omits_content=True)


def _compose(example: Example) -> dict[str, Any]:
    tools = {"tools": as_tools(example.tools)} if example.tools else {}
    return {"messages": as_messages(_renamed(example.turns), _WORDS), **tools}


def _renamed(turns: tuple[Turn, ...]) -> list[Turn]:
    """Turns whose calls have ids that Mistral takes."""
    ids = [call.id or "" for turn in turns for call in turn.calls]
    names = {one: one if _ID.fullmatch(one) else numbered(at) for at, one in enumerate(ids, 1)}
    return [
        replace(
            turn,
            calls=tuple(replace(call, id=names[call.id or ""]) for call in turn.calls),
            result_of=names.get(turn.result_of or "", turn.result_of),
        )
        for turn in turns
    ]


_content = attrgetter("content")


def _outline(row: MistralChat) -> tuple[Hashable, list[str]]:
    messages = row.messages or ()
    return tuple(map(type, messages)), list(map(_content, messages))


FORMAT = Format(
    name="mistral-chat",
    title="Mistral chat",
    description=(
        "One conversation a row, under `messages` or `interactions`, for mistral-finetune and Mistral's "
        "hosted fine-tuning. It is close to OpenAI's chat format: ids of calls have nine characters, a "
        "message has its text under `content` or `text`, and other keys are not read."
    ),
    shape=MistralChat,
    recognise=_recognise,
    verify=_verify,
    example=_example,
    rank=620,
    stage="sft",
    home="mistral-finetune",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=_outline,
    compose=_compose,
)
