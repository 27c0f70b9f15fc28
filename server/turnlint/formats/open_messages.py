"""Messages as open trainers hand them to a model's chat template: declaration and view as turns.

The template decides what it reads, so other keys are free, null stands for a key that is not there, for
`datasets` fills what only some rows have with it, and arguments are an object or its JSON text.

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/data_utils.py at f2cd577 (2026-07-24);
axolotl-ai-cloud/axolotl, docs/dataset-formats/conversation.qmd at 067b021 (2026-07-24); ml-explore/mlx-lm,
mlx_lm/LORA.md at d78bf58 (2026-08-22).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, UnsetType

from turnlint.formats.composing import (
    Words,
    arguments_as_written,
    as_columns,
    as_equipment,
    as_messages,
    marked_part,
)
from turnlint.formats.messages import MESSAGES_ALIASES, ROLES, THOUGHTS, read_tools, read_turns
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, ShapeFault, Text, Tool, Turn

__all__ = [
    "MESSAGES_ALIASES",
    "OpenAssistant",
    "OpenMessages",
    "OpenTools",
    "as_open_messages",
    "as_surroundings",
    "is_marked",
    "placeholder_faults",
    "read_open_tools",
    "read_open_turns",
    "tools_as_text",
]

OPEN_ROLES = {**ROLES, "ipython": "tool"}
"""What the roles are in OpenAI's words."""


class OpenTextPart(Shape, tag_field="type", tag="text", forbid_unknown_fields=False):
    """A piece of text."""

    owner: ClassVar[str] = "content part"
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (("text", "content", "value"),)
    text: Annotated[str | None, note("The text.")] | UnsetType = UNSET
    content: Annotated[str | None, note("The text, in Axolotl's words.")] | UnsetType = UNSET
    value: Annotated[str | None, note("The text, in Axolotl's words.")] | UnsetType = UNSET


class OpenImagePart(Shape, tag_field="type", tag="image", forbid_unknown_fields=False):
    """An image: where it is, or a placeholder for the next one of the column `images`."""

    owner: ClassVar[str] = "content part"


class OpenImageUrlPart(Shape, tag_field="type", tag="image_url", forbid_unknown_fields=False):
    """An image, in OpenAI's words."""

    owner: ClassVar[str] = "content part"


class OpenVideoPart(Shape, tag_field="type", tag="video", forbid_unknown_fields=False):
    """A video: where it is, or a placeholder for the next one of the column `videos`."""

    owner: ClassVar[str] = "content part"


class OpenAudioPart(Shape, tag_field="type", tag="audio", forbid_unknown_fields=False):
    """A sound: where it is, or a placeholder for the next one of the column `audios`."""

    owner: ClassVar[str] = "content part"


_Part = Annotated[
    OpenTextPart | OpenImagePart | OpenImageUrlPart | OpenVideoPart | OpenAudioPart,
    note(rules={"unknown-tag": "unknown-part", "missing-tag": "unknown-part"}),
]
# Null and missing content are judged turn by turn: whether they are right depends on the calls beside them.
OpenContent = Annotated[
    str | list[_Part] | None | UnsetType,
    note(
        "What the message says.",
        rules={"missing-key": "missing-content"},
        aliases=dict.fromkeys(("text", "value", "message"), "rename it to `content`"),
    ),
]


class OpenFunction(Shape, forbid_unknown_fields=False):
    """The function that a tool call names."""

    owner: ClassVar[str] = "function of a tool call"
    name: Annotated[str, note("The tool's name.")]
    arguments: Annotated[
        dict[str, Any] | str | None,
        note("The arguments: an object, or its JSON text where the chat template wants that."),
    ]


class OpenCall(Shape, forbid_unknown_fields=False):
    """One call of a tool."""

    owner: ClassVar[str] = "tool call"
    function: Annotated[OpenFunction, note("Which function, with which arguments.")]
    id: Annotated[str | None, note("Names the call, where the chat template writes ids.")] | UnsetType = UNSET


class OpenMessage(Shape, forbid_unknown_fields=False):
    """One message."""

    owner: ClassVar[str] = "message"
    content: OpenContent = UNSET


class OpenSystem(OpenMessage, tag_field="role", tag="system"):
    """Instructions that hold for the whole example."""

    owner: ClassVar[str] = "system message"


class OpenDeveloper(OpenMessage, tag_field="role", tag="developer"):
    """Instructions, in the words of gpt-oss."""

    owner: ClassVar[str] = "developer message"


class OpenUser(OpenMessage, tag_field="role", tag="user"):
    """What a person asks."""

    owner: ClassVar[str] = "user message"


class OpenAssistant(OpenMessage, tag_field="role", tag="assistant"):
    """What the model is to say."""

    owner: ClassVar[str] = "assistant message"
    tool_calls: Annotated[list[OpenCall] | None, note("The tools that the model calls.")] | UnsetType = UNSET
    reasoning_content: (
        Annotated[str | None, note("What the model thinks before it answers, as Qwen has it.")] | UnsetType
    ) = UNSET
    thinking: (
        Annotated[str | None, note("What the model thinks before it answers, as gpt-oss has it.")] | UnsetType
    ) = UNSET


class OpenToolResult(OpenMessage, tag_field="role", tag="tool"):
    """What a tool answered."""

    owner: ClassVar[str] = "tool message"
    name: Annotated[str | None, note("The tool that answered.")] | UnsetType = UNSET
    tool_call_id: Annotated[str | None, note("The `id` of the call that this answers.")] | UnsetType = UNSET


class OpenFunctionResult(OpenMessage, tag_field="role", tag="function"):
    """The older form of a tool message."""

    owner: ClassVar[str] = "function message"
    name: Annotated[str | None, note("The function that answered.")] | UnsetType = UNSET


class OpenIpython(OpenMessage, tag_field="role", tag="ipython"):
    """A tool message, in the words of Llama 3."""

    owner: ClassVar[str] = "ipython message"


class OpenDefinition(Shape, forbid_unknown_fields=False):
    """A function that the model may call."""

    owner: ClassVar[str] = "function definition"
    name: Annotated[str, note("The tool's name.")]
    description: Annotated[str | None, note("What it does, for the model.")] | UnsetType = UNSET
    parameters: (
        Annotated[dict[str, Any] | str | None, note("A JSON Schema of its arguments.")] | UnsetType
    ) = UNSET


class OpenTool(Shape, forbid_unknown_fields=False):
    """A tool that the model may call."""

    owner: ClassVar[str] = "tool definition"
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (("function", "name"),)
    function: Annotated[OpenDefinition, note("The function.")] | UnsetType = UNSET
    name: Annotated[str, note("The tool's name, where the definition stands by itself.")] | UnsetType = UNSET


_ROLES_OF_A_CHAT = note(rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"})
OpenMessages = list[
    Annotated[
        OpenSystem
        | OpenDeveloper
        | OpenUser
        | OpenAssistant
        | OpenToolResult
        | OpenFunctionResult
        | OpenIpython,
        _ROLES_OF_A_CHAT,
    ]
]
OpenTools = (
    Annotated[list[OpenTool] | str | None, note("The tools that the model may call, or their JSON text.")]
    | UnsetType
)

_COLUMNS = frozenset(
    ("images", "image", "videos", "video", "audios", "audio", "chat_template_kwargs", "documents")
)
_PARTS = frozenset(("image", "video", "audio"))


def is_marked(value: dict[str, Any], key: str) -> bool:
    """Whether the messages of a row under a key hold what only a chat template of an open model reads."""
    if not _COLUMNS.isdisjoint(value) or type(value.get("tools")) is str:
        return True
    messages = value.get(key)
    return type(messages) is list and any(type(one) is dict and _is_marked(one) for one in messages)


def _is_marked(message: dict[str, Any]) -> bool:
    if not message.keys().isdisjoint(THOUGHTS) or message.get("role") == "ipython":
        return True
    content, calls = message.get("content"), message.get("tool_calls")
    return (type(content) is list and any(map(_is_placeholder, content))) or (
        type(calls) is list and any(map(_has_object, calls))
    )


def _is_placeholder(part: Any) -> bool:
    kind = part.get("type") if type(part) is dict else None
    return type(kind) is str and kind in _PARTS


def _has_object(call: Any) -> bool:
    """Whether a call has its arguments as an object and no id, as no service takes it."""
    function = call.get("function") if type(call) is dict and "id" not in call else None
    return type(function) is dict and type(function.get("arguments")) is dict


def read_open_turns(value: Any, key: str) -> tuple[Turn, ...]:
    """See the messages of a row under a key as turns; anything unreadable becomes a turn without a role."""
    return read_turns(value.get(key), (key,), OPEN_ROLES)


def read_open_tools(value: dict[str, Any]) -> tuple[Tool, ...]:
    """Read the tool definitions of a row, as far as they are no text."""
    return read_tools(value, ())


_WORDS = Words(
    image=marked_part, arguments=arguments_as_written, names_results=True, refuses=False, thinks=True
)


def as_open_messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Turns as messages for a chat template: arguments as they are written. Raises CannotSay."""
    return as_messages(turns, _WORDS)


def as_surroundings(example: Example) -> dict[str, Any]:
    """What a row has beside its messages: tools, and columns of images."""
    return as_equipment(example) | as_columns(example)


def tools_as_text(value: dict[str, Any]) -> tuple[Text, ...]:
    """The tool definitions of a row where they are one text."""
    tools = value.get("tools")
    return (Text(tools, ("tools",)),) if type(tools) is str and tools else ()


_SOURCES = ("image", "url", "path", "base64", "bytes", "data")
"""Keys of an image part one of which says where the image is; without any it is a placeholder."""


def placeholder_faults(value: dict[str, Any], *keys: str) -> Iterator[ShapeFault]:
    """The fault of messages under these keys with more or fewer placeholders than the row has images.

    `found` is how many images there are, `expected` how many placeholders.
    """
    parts = [part for key in keys for part in _parts(value[key])]
    count = sum(part.get("type") == "image" and not any(map(part.get, _SOURCES)) for part in parts)
    column = "image" if "image" in value and "images" not in value else "images"
    images = value.get(column)
    shown = len(images) if type(images) is list else int(bool(images))
    if count and count != shown:
        place = Place((column,)) if column in value else Place((keys[0],))
        name = "placeholder-count"
        yield ShapeFault(name, place, "row", "images", (str(count),), shown, name)


def _parts(messages: list[Any]) -> Iterator[dict[str, Any]]:
    return (part for one in messages if type(one.get("content")) is list for part in one["content"])
