"""Messages in OpenAI's shape, which several formats share: declaration and view as turns.

Sources: openai/openai-openapi, openapi.yaml of 2025-07-04 (FineTuneChatRequestInput and its message schemas);
OpenAI's fine-tuning guides; MicrosoftDocs/azure-ai-docs, fine-tuning pages of 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats.reading import read_tool, string
from turnlint.formats.shape import Shape, note
from turnlint.model import Call, Content, Image, Place, Pointer, Text, Tool, Turn

__all__ = [
    "MESSAGES_ALIASES",
    "ROLES",
    "THOUGHTS",
    "Assistant",
    "Developer",
    "Function",
    "FunctionDefinition",
    "ImagePart",
    "Messages",
    "ParallelCalls",
    "System",
    "TextPart",
    "ToolDefinition",
    "ToolResult",
    "Tools",
    "User",
    "part_images",
    "part_texts",
    "read_tools",
    "read_turn",
    "read_turns",
]


class TextPart(Shape, tag_field="type", tag="text"):
    """A piece of text."""

    owner: ClassVar[str] = "content part"
    text: Annotated[
        str,
        note("The text.", aliases={key: f"rename `{key}` to `text`" for key in ("content", "value")}),
    ]


class RefusalPart(Shape, tag_field="type", tag="refusal"):
    """A refusal that the model is to learn."""

    owner: ClassVar[str] = "content part"
    refusal: Annotated[str, note("The words of the refusal.")]


class ImageUrl(Shape):
    """Where an image is."""

    owner: ClassVar[str] = "image"
    url: Annotated[str, note("A public http(s) URL, or `data:image/…;base64,…`.")]
    detail: Annotated[Literal["auto", "low", "high"], note("How closely the model looks.")] | UnsetType = (
        UNSET
    )


class ImagePart(Shape, tag_field="type", tag="image_url"):
    """An image."""

    owner: ClassVar[str] = "content part"
    image_url: Annotated[ImageUrl, note("The image.")]


_TEXT_ONLY = note(
    rules={"unknown-tag": "unknown-part", "missing-tag": "unknown-part"},
    tags={"image_url": "image-outside-user", "refusal": "refusal-outside-assistant"},
)
_ANSWER = note(
    rules={"unknown-tag": "unknown-part", "missing-tag": "unknown-part"},
    tags={"image_url": "image-outside-user"},
)
_SEEN = note(
    rules={"unknown-tag": "unknown-part", "missing-tag": "unknown-part"},
    tags={"refusal": "refusal-outside-assistant"},
)
_CONTENT = note(
    "What the message says.",
    rules={"missing-key": "missing-content", "too-few-items": "empty-content"},
    aliases=dict.fromkeys(("text", "value", "message"), "rename it to `content`"),
)

# Null and missing content are judged turn by turn: whether they are right depends on the calls beside them.
TextContent = Annotated[
    str | Annotated[list[Annotated[TextPart, _TEXT_ONLY]], note(min_length=1)] | None | UnsetType, _CONTENT
]
UserContent = Annotated[
    str | Annotated[list[Annotated[TextPart | ImagePart, _SEEN]], note(min_length=1)] | None | UnsetType,
    _CONTENT,
]
AnswerContent = Annotated[
    str | Annotated[list[Annotated[TextPart | RefusalPart, _ANSWER]], note(min_length=1)] | None | UnsetType,
    _CONTENT,
]
Name = Annotated[str, note("Tells participants of the same role apart.")] | UnsetType


class CalledFunction(Shape):
    """The function that a tool call names."""

    owner: ClassVar[str] = "function of a tool call"
    name: Annotated[str, note("The tool's name.")]
    arguments: Annotated[str, note("The arguments as JSON text: a string, not an object.")]


class ToolCall(Shape):
    """One call of a tool."""

    owner: ClassVar[str] = "tool call"
    id: Annotated[str, note("Names the call; the tool message answers to it.", min_length=1)]
    type: Annotated[Literal["function"], note("Always `function`.")]
    function: Annotated[CalledFunction, note("Which function, with which arguments.")]


class System(Shape, tag_field="role", tag="system"):
    """Instructions that hold for the whole example."""

    owner: ClassVar[str] = "system message"
    content: TextContent = UNSET
    name: Name = UNSET


class Developer(Shape, tag_field="role", tag="developer"):
    """Instructions, in the words of the reasoning models."""

    owner: ClassVar[str] = "developer message"
    content: TextContent = UNSET
    name: Name = UNSET


class User(Shape, tag_field="role", tag="user"):
    """What a person asks."""

    owner: ClassVar[str] = "user message"
    content: UserContent = UNSET
    name: Name = UNSET


class Assistant(Shape, tag_field="role", tag="assistant"):
    """What the model is to say."""

    owner: ClassVar[str] = "assistant message"
    content: AnswerContent = UNSET
    name: Name = UNSET
    weight: (
        Annotated[
            Literal[0, 1],
            note(
                "1 trains on this message, 0 does not.", rules={"misplaced-key": "weight-outside-assistant"}
            ),
        ]
        | UnsetType
    ) = UNSET
    tool_calls: (
        Annotated[
            list[ToolCall],
            note(
                "The tools that the model calls.",
                rules={"misplaced-key": "calls-outside-assistant", "too-few-items": "empty-tool-calls"},
                min_length=1,
            ),
        ]
        | UnsetType
    ) = UNSET
    function_call: (
        Annotated[
            CalledFunction,
            note("The older form of a call.", rules={"misplaced-key": "calls-outside-assistant"}),
        ]
        | UnsetType
    ) = UNSET
    refusal: Annotated[str | None, note("The words of a refusal.")] | UnsetType = UNSET


class ToolResult(Shape, tag_field="role", tag="tool"):
    """What a tool answered."""

    owner: ClassVar[str] = "tool message"
    tool_call_id: Annotated[
        str,
        note(
            "The `id` of the call that this answers.",
            aliases={key: f"rename `{key}` to `tool_call_id`" for key in ("call_id", "tool_use_id", "id")},
        ),
    ]
    content: TextContent = UNSET


class Function(Shape, tag_field="role", tag="function"):
    """The older form of a tool message."""

    owner: ClassVar[str] = "function message"
    name: Annotated[str, note("The function that answered.")]
    content: Annotated[str | UnsetType | None, _CONTENT] = UNSET


class FunctionDefinition(Shape):
    """A function that the model may call."""

    owner: ClassVar[str] = "function definition"
    name: Annotated[str, note("Letters, digits, `_` and `-`; at most 64 characters.")]
    description: Annotated[str, note("What it does, for the model.")] | UnsetType = UNSET
    parameters: Annotated[dict[str, Any], note("A JSON Schema of its arguments.")] | UnsetType = UNSET
    strict: Annotated[bool | None, note("Whether arguments must match the schema exactly.")] | UnsetType = (
        UNSET
    )


class ToolDefinition(Shape):
    """A tool that the model may call."""

    owner: ClassVar[str] = "tool definition"
    type: Annotated[Literal["function"], note("Always `function`.")]
    function: Annotated[FunctionDefinition, note("The function.")]


MESSAGES_ALIASES = {
    "message": "rename `message` to `messages`",
    "conversation": "rename `conversation` to `messages`",
    "conversations": "rename `conversations` to `messages`",
}
_ROLES_OF_A_CHAT = note(rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"})

Messages = list[Annotated[System | Developer | User | Assistant | ToolResult | Function, _ROLES_OF_A_CHAT]]
Tools = Annotated[list[ToolDefinition], note("The tools that the model may call.")] | UnsetType
ParallelCalls = Annotated[bool, note("Whether one message may hold several calls.")] | UnsetType

_STRUCTURED: dict[type, Content] = {str: "text", list: "parts", type(None): "null"}


ROLES: Mapping[str, str] = {
    role: role for role in ("system", "developer", "user", "assistant", "tool", "function")
}
THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Keys under which a message says what the model thinks before it answers."""


def read_turns(messages: Any, pointer: Pointer, roles: Mapping[str, str] = ROLES) -> tuple[Turn, ...]:
    """See a decoded list of messages as turns; anything unreadable becomes a turn without a role.

    `roles` says what each role is in OpenAI's words.
    """
    if type(messages) is not list:
        return ()
    return tuple(read_turn(message, (*pointer, position), roles) for position, message in enumerate(messages))


def read_turn(message: Any, pointer: Pointer, roles: Mapping[str, str] = ROLES) -> Turn:
    """See one decoded message as a turn, likewise."""
    if type(message) is not dict:
        return Turn(None, pointer, content="other")
    said = message.get("role")
    role = roles.get(said) if type(said) is str else None
    if "content" not in message:
        content: Content = "missing"
        texts: tuple[Text, ...] = ()
    else:
        value = message["content"]
        content = _STRUCTURED.get(type(value), "other")
        texts = (Text(value, (*pointer, "content")),) if content == "text" else ()
    if len(message) == 2 and texts:
        return Turn(role, pointer, content=content, texts=texts)
    images: tuple[Image, ...] = ()
    refusal = type(message.get("refusal")) is str
    if refusal:
        texts += (Text(message["refusal"], (*pointer, "refusal")),)
    if content == "parts":
        parts = (*pointer, "content")
        texts += tuple(part_texts(message["content"], parts))
        images = tuple(part_images(message["content"], parts))
        refusal = refusal or any(
            type(part) is dict and part.get("type") == "refusal" for part in message["content"]
        )
    texts += tuple(Text(message[key], (*pointer, key)) for key in THOUGHTS if type(message.get(key)) is str)
    name, answers = message.get("name"), message.get("tool_call_id")
    return Turn(
        role,
        pointer,
        content=content,
        texts=texts,
        images=images,
        refusal=refusal,
        calls=_calls(message, pointer),
        has_calls=message.get("tool_calls") is not None or message.get("function_call") is not None,
        result_of=string(answers),
        name=string(name),
        weight=message.get("weight"),
    )


_TEXT_KEYS = ("text", "refusal", "content", "value")
"""Keys under which content parts say something; the last two are Axolotl's."""
_IMAGE_KEYS = ("image", "url", "path")
_URL = re.compile(r"https?:|data:", re.IGNORECASE)


def part_texts(parts: list[Any], pointer: Pointer) -> list[Text]:
    """What a list of content parts says."""
    return [
        Text(part[key], (*pointer, position, key))
        for position, part in enumerate(parts)
        if type(part) is dict
        for key in _TEXT_KEYS
        if type(part.get(key)) is str
    ]


def part_images(parts: list[Any], pointer: Pointer) -> list[Image]:
    """What a list of content parts shows."""
    images = []
    for position, part in enumerate(parts):
        kind = part.get("type") if type(part) is dict else None
        if kind == "image_url":
            images.append(_image_url(part.get("image_url"), (*pointer, position)))
        elif kind == "image":
            images.append(_image(part, (*pointer, position)))
    return images


def _image_url(holder: Any, pointer: Pointer) -> Image:
    """An image by its URL, in an object or, as Mistral writes it, alone."""
    if type(holder) is str:
        return Image(holder, Place((*pointer, "image_url")))
    holder = holder if type(holder) is dict else {}
    url, detail = holder.get("url"), holder.get("detail")
    steps = ("image_url", "url") if type(url) is str else ()
    return Image(string(url), Place((*pointer, *steps)), string(detail))


def _image(part: dict[str, Any], pointer: Pointer) -> Image:
    """An image as open trainers write it: its URL, the path of a file, or a placeholder for one beside."""
    for key in _IMAGE_KEYS:
        url = part.get(key)
        if type(url) is str and _URL.match(url):
            return Image(url, Place((*pointer, key)))
    return Image(None, Place(pointer))


def _calls(message: dict[str, Any], pointer: Pointer) -> tuple[Call, ...]:
    calls: list[Call] = []
    listed = message.get("tool_calls")
    if type(listed) is list:
        for position, call in enumerate(listed):
            if type(call) is dict:
                place = (*pointer, "tool_calls", position)
                calls.append(_call(call.get("function"), (*place, "function"), Place(place), call.get("id")))
    if type(message.get("function_call")) is dict:
        place = (*pointer, "function_call")
        calls.append(_call(message["function_call"], place, Place(place), None, legacy=True))
    return tuple(calls)


def _call(function: Any, pointer: Pointer, place: Place, call_id: Any, *, legacy: bool = False) -> Call:
    function = function if type(function) is dict else {}
    name = function.get("name")
    return Call(
        place,
        id=string(call_id),
        name=string(name),
        name_place=Place((*pointer, "name")),
        arguments=function.get("arguments"),
        arguments_place=Place((*pointer, "arguments")),
        legacy=legacy,
    )


def read_tools(value: dict[str, Any], pointer: Pointer, name: str = "tools") -> tuple[Tool, ...]:
    """Read the tool definitions, and the older `functions`, of the object that holds the messages.

    `name` is the key of the former.
    """
    found: list[Tool] = []
    sources: tuple[tuple[str, Callable[[Any], Any], tuple[str, ...]], ...] = (
        (name, lambda tool: tool.get("function"), ("function",)),
        ("functions", lambda tool: tool, ()),
    )
    for key, unwrap, steps in sources:
        listed = value.get(key)
        for position, one in enumerate(listed if type(listed) is list else ()):
            function = unwrap(one) if type(one) is dict else None
            if type(function) is dict:
                place = (*pointer, key, position, *steps)
                tool = read_tool(
                    function,
                    place,
                    function.get("parameters"),
                    (*place, "parameters"),
                    strict=function.get("strict") is True,
                    legacy=key == "functions",
                )
                found.append(tool)
    return tuple(found)
