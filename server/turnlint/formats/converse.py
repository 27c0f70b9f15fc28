"""Amazon Bedrock's Converse format, in which Nova and newer Llama models are tuned and distilled.

Sources: aws-samples/amazon-bedrock-samples at 85fba9d (2026-08-21): custom-models/bedrock-fine-tuning, nova
and meta-llama, custom-models/model_distillation/dataset-validation; AWS, Bedrock user guide,
nova-2-sft-data-prep and distillation-data-prep-option-1 (2026); Bedrock API reference, ContentBlock (2026).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.composing import (
    CannotSay,
    arguments_object,
    function_of,
    is_thought,
    pieces,
    without_system,
)
from turnlint.formats.reading import only_text, read_tool, roles_known, string
from turnlint.formats.shape import Shape, note
from turnlint.formats.string_messages import SPEAKER
from turnlint.model import Call, Content, Example, Image, Place, Pointer, ShapeFault, Text, Tool, Turn

_Version = Literal["bedrock-conversation-2024"]


class Location(Shape, rename="camel", forbid_unknown_fields=False):
    """Where a file is in Amazon S3."""

    owner: ClassVar[str] = "location"
    uri: Annotated[str, note("`s3://BUCKET/KEY`, in the bucket of the data set.")]
    bucket_owner: Annotated[str | None, note("The account that owns the bucket.")] | UnsetType = UNSET


class Source(Shape, rename="camel", forbid_unknown_fields=False):
    """Where an image or a video comes from. Only files in Amazon S3 are trained on."""

    owner: ClassVar[str] = "source"
    s3_location: Annotated[Location, note("The file.")]


class Media(Shape, forbid_unknown_fields=False):
    """An image or a video."""

    owner: ClassVar[str] = "media part"
    format: Annotated[
        str, note("Of an image `png`, `jpeg`, `gif` or `webp`; of a video `mp4`, for instance.")
    ]
    source: Annotated[Source, note("Where it is.")]


class ToolUse(Shape, rename="camel", forbid_unknown_fields=False):
    """A call of a tool."""

    owner: ClassVar[str] = "tool call"
    tool_use_id: Annotated[str, note("Names the call; the result repeats it.")]
    name: Annotated[str, note("The tool's name.")]
    input: Annotated[dict[str, Any], note("The arguments.")]


class ToolResult(Shape, rename="camel", forbid_unknown_fields=False):
    """What a tool answered."""

    owner: ClassVar[str] = "tool result"
    tool_use_id: Annotated[str, note("The `toolUseId` of the call that this answers.")]
    content: Annotated[list[dict[str, Any]], note("The answer, as parts.")]


_KINDS = ("text", "image", "video", "reasoningContent", "toolUse", "toolResult")


class Part(Shape, rename="camel", forbid_unknown_fields=False):
    """A piece of content: exactly one of its keys says what it is. Other keys are passed over."""

    owner: ClassVar[str] = "content part"
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (_KINDS,)
    text: (
        Annotated[
            str,
            note(
                "A text.",
                rules={"missing-key": "unknown-part"},
                aliases=dict.fromkeys(("image_url", "type"), 'write `{"text": "…"}` or `{"image": {…}}`'),
            ),
        ]
        | UnsetType
    ) = UNSET
    image: Annotated[Media, note("An image, of the user alone.")] | UnsetType = UNSET
    video: Annotated[Media, note("A video, of the user alone.")] | UnsetType = UNSET
    reasoning_content: (
        Annotated[dict[str, Any], note("What the model thinks before it answers.")] | UnsetType
    ) = UNSET
    tool_use: Annotated[ToolUse, note("A call of a tool, by the assistant.")] | UnsetType = UNSET
    tool_result: Annotated[ToolResult, note("What a tool answered, told by the user.")] | UnsetType = UNSET


class SystemText(Shape, forbid_unknown_fields=False):
    """A text of the system prompt."""

    owner: ClassVar[str] = "system prompt"
    text: Annotated[str, note("The text.")]


class Message(Shape, forbid_unknown_fields=False):
    """One message."""

    owner: ClassVar[str] = "message"
    role: Annotated[Literal["user", "assistant"], SPEAKER]
    content: Annotated[
        list[Part],
        note(
            "What the message says, as parts.",
            rules={"missing-key": "missing-content", "too-few-items": "empty-content"},
            min_length=1,
        ),
    ]


class Conversation(Shape, rename="camel", forbid_unknown_fields=False):
    """One conversation that the model is to learn. Bedrock passes over other keys."""

    messages: Annotated[list[Message], note("The conversation, oldest message first.", min_length=1)]
    schema_version: Annotated[_Version, note("The version of the format.")] | UnsetType = UNSET
    system: Annotated[list[SystemText], note("The system prompt.", max_length=1)] | UnsetType = UNSET
    tool_config: Annotated[dict[str, Any], note("The tools that the model may call.")] | UnsetType = UNSET


class PromptText(Shape):
    """The text of a message. A `type` beside it is passed over."""

    owner: ClassVar[str] = "content part"
    text: Annotated[str, note("The text.", rules={"missing-key": "unknown-part"})]
    type: Annotated[str, note("Passed over.")] | UnsetType = UNSET


class PromptMessage(Shape):
    """One message: a single text."""

    owner: ClassVar[str] = "message"
    role: Annotated[Literal["user", "assistant"], SPEAKER]
    content: Annotated[
        list[PromptText],
        note(
            "What the message says, as one part.",
            rules={"missing-key": "missing-content", "too-few-items": "empty-content"},
            min_length=1,
            max_length=1,
        ),
    ]


class Prompt(Shape, rename="camel"):
    """A prompt that the larger model is to answer, and maybe its answer."""

    schema_version: Annotated[_Version, note("The version of the format.")]
    messages: Annotated[list[PromptMessage], note("The prompt, and maybe the answer.", min_length=1)]
    system: Annotated[list[PromptText], note("The system prompt.", max_length=1)] | UnsetType = UNSET


def _plausible(value: dict[str, Any]) -> bool:
    """Whether a row may be meant for Bedrock: with strings for contents it is a chat for somebody else."""
    messages = value.get("messages")
    if type(messages) is not list:
        return False
    return "schemaVersion" in value or any(
        type(one) is dict and type(one.get("content")) is list for one in messages
    )


def _recognise(value: dict[str, Any]) -> bool:
    if "schemaVersion" in value:
        return True
    messages = value.get("messages")
    if type(messages) is not list:
        return False
    return _has_untyped_text(value.get("system")) or any(
        _has_untyped_text(message.get("content")) for message in messages if type(message) is dict
    )


def _has_untyped_text(parts: Any) -> bool:
    return type(parts) is list and any(type(one) is dict and _is_untyped(one) for one in parts)


def _is_untyped(part: dict[str, Any]) -> bool:
    return "type" not in part and not part.keys().isdisjoint(_KINDS)


def _recognise_prompt(value: dict[str, Any]) -> bool:
    """A conversation that lacks its answer is a prompt."""
    messages = value.get("messages")
    return type(messages) is list and len(messages) == 1 and "schemaVersion" in value and _recognise(value)


_IMAGES = ("png", "jpeg", "gif", "webp")
_VIDEOS = ("mov", "mkv", "mp4", "webm")


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    for at, message in enumerate(value["messages"]):
        for number, part in enumerate(message["content"]):
            for kind, allowed in (("image", _IMAGES), ("video", _VIDEOS)):
                if kind in part:
                    place = Place(("messages", at, "content", number, kind))
                    yield from _media_faults(part[kind], place, kind, allowed, message["role"])


def _media_faults(
    media: dict[str, Any], place: Place, kind: str, allowed: tuple[str, ...], role: str
) -> Iterator[ShapeFault]:
    if role != "user":
        owner, rule = f"{role} message", "image-outside-user"
        yield ShapeFault("misplaced-key", place.key(), owner, kind, (), media, rule)
    elif media["format"].lower() not in allowed:
        expected = tuple(f'"{one}"' for one in allowed)
        rule = "invalid-value"
        yield ShapeFault(rule, place.at("format"), kind, "format", expected, media["format"], rule)


_STRUCTURED: dict[type, Content] = {str: "text", list: "parts", type(None): "null"}
_ROLES = ("user", "assistant")


def _example(value: dict[str, Any], name: str) -> Example:
    messages = value.get("messages")
    listed = enumerate(messages if type(messages) is list else ())
    turns = [turn for at, message in listed for turn in _turns(message, ("messages", at))]
    tools = tuple(_tools(value.get("toolConfig")))
    return Example(
        name,
        (*_system(value.get("system")), *turns),
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        tools=tools,
        has_tools=bool(tools),
        readable=roles_known(turns),
    )


def _system(parts: Any) -> Iterator[Turn]:
    """The system prompt as a turn: its texts, as far as they can be read."""
    texts = tuple(_texts(parts, ("system",))) if type(parts) is list else ()
    if texts:
        content: Content = "text" if len(texts) == len(parts) == 1 else "parts"
        yield Turn(
            "system", (), role_key="system", content_key="system", implied=True, content=content, texts=texts
        )


def _turns(message: Any, pointer: Pointer) -> Iterator[Turn]:
    """A message as a turn, and each result of a tool in it as one of its own."""
    if type(message) is not dict:
        yield Turn(None, pointer, content="other")
        return
    role, parts = message.get("role"), message.get("content")
    listed = parts if type(parts) is list else []
    inside = (*pointer, "content")
    results = list(_results(listed, inside))
    yield from results
    if results and len(results) == len(listed):
        return
    texts = (Text(parts, inside),) if type(parts) is str else tuple(_texts(listed, inside))
    calls = tuple(_calls(listed, inside))
    yield Turn(
        role if type(role) is str and role in _ROLES else None,
        pointer,
        content=_STRUCTURED.get(type(parts), "other") if "content" in message else "missing",
        texts=texts,
        images=tuple(_media(listed, inside)),
        calls=calls,
        has_calls=bool(calls),
    )


def _objects(parts: list[Any], pointer: Pointer, key: str) -> Iterator[tuple[dict[str, Any], Pointer]]:
    """The objects that parts hold under a key, each with its place."""
    for at, part in enumerate(parts):
        held = part.get(key) if type(part) is dict else None
        if type(held) is dict:
            yield held, (*pointer, at, key)


def _texts(parts: list[Any], pointer: Pointer) -> Iterator[Text]:
    for at, part in enumerate(parts):
        if type(part) is dict and type(part.get("text")) is str:
            yield Text(part["text"], (*pointer, at, "text"))
    for held, place in _objects(parts, pointer, "reasoningContent"):
        said = held.get("reasoningText")
        if type(said) is dict and type(said.get("text")) is str:
            yield Text(said["text"], (*place, "reasoningText", "text"))


def _media(parts: list[Any], pointer: Pointer) -> Iterator[Image]:
    for kind in ("image", "video"):
        for held, place in _objects(parts, pointer, kind):
            location: Any = held
            for step in ("source", "s3Location", "uri"):
                location = location.get(step) if type(location) is dict else None
            is_read = type(location) is str
            steps = ("source", "s3Location", "uri") if is_read else ()
            yield Image(location if is_read else None, Place((*place, *steps)), kind=kind)


def _calls(parts: list[Any], pointer: Pointer) -> Iterator[Call]:
    for held, place in _objects(parts, pointer, "toolUse"):
        yield Call(
            Place(place),
            id=string(held.get("toolUseId")),
            id_key="toolUseId",
            name=string(held.get("name")),
            name_place=Place((*place, "name")),
            arguments=held.get("input"),
            arguments_place=Place((*place, "input")),
        )


def _results(parts: list[Any], pointer: Pointer) -> Iterator[Turn]:
    for held, place in _objects(parts, pointer, "toolResult"):
        content = held.get("content")
        texts = tuple(_texts(content, (*place, "content"))) if type(content) is list else ()
        *part, key = place
        yield Turn(
            "tool",
            tuple(part),
            str(key),
            str(key),
            content="other",
            texts=texts,
            result_of=string(held.get("toolUseId")),
            result_at=(key, "toolUseId"),
        )


def _tools(config: Any) -> Iterator[Tool]:
    listed = config.get("tools") if type(config) is dict else None
    for held, place in _objects(listed if type(listed) is list else [], ("toolConfig", "tools"), "toolSpec"):
        schema = held.get("inputSchema")
        parameters = schema.get("json") if type(schema) is dict else None
        yield read_tool(held, place, parameters, (*place, "inputSchema", "json"))


def _compose(example: Example) -> dict[str, Any]:
    system, turns = without_system(example.turns)
    written: dict[str, Any] = {"schemaVersion": "bedrock-conversation-2024"}
    if system is not None:
        written["system"] = [{"text": system}]
    written["messages"] = _messages(turns)
    if example.tools:
        written["toolConfig"] = {"tools": [{"toolSpec": _as_tool(one)} for one in example.tools]}
    return written


def _messages(turns: list[Turn]) -> list[dict[str, Any]]:
    """Turns as messages; the results of tools, and what the user says then, are one."""
    written: list[dict[str, Any]] = []
    for turn in turns:
        role = "assistant" if turn.role == "assistant" else "user"
        parts = [part for one in _parts(turn) for part in one]
        last = written[-1] if written else None
        if last and role == last["role"] == "user" and all("toolResult" in one for one in last["content"]):
            last["content"] += parts
        else:
            written.append({"role": role, "content": parts})
    return written


def _parts(turn: Turn) -> Iterator[list[dict[str, Any]]]:
    said = [part for one in pieces(turn) for part in _part(one)]
    if turn.role in ("tool", "function"):
        if turn.result_of is None:
            raise CannotSay(turn.pointer, "a result that answers no call")
        yield [{"toolResult": {"toolUseId": turn.result_of, "content": said}}]
        return
    thoughts = [one.value for one in turn.texts if is_thought(one, turn)]
    yield [{"reasoningContent": {"reasoningText": {"text": one}}} for one in thoughts]
    yield said
    yield [
        {"toolUse": {"toolUseId": one.id, "name": one.name, "input": arguments_object(one)}}
        for one in turn.calls
    ]


def _part(one: Text | Image) -> Iterator[dict[str, Any]]:
    """A text or a file as a part; nothing for a file that is not in Amazon S3, or whose type is not known."""
    if isinstance(one, Text):
        yield {"text": one.value}
        return
    kind, uri = one.kind, one.url or ""
    ending = uri.rpartition(".")[2].lower()
    name = {"jpg": "jpeg"}.get(ending, ending)
    if uri.startswith("s3://") and name in (_IMAGES if kind == "image" else _VIDEOS):
        yield {kind: {"format": name, "source": {"s3Location": {"uri": uri}}}}


def _as_tool(tool: Tool) -> dict[str, Any]:
    function = function_of(tool)
    function.pop("strict", None)
    schema = function.pop("parameters", {"type": "object", "properties": {}})
    return {**function, "inputSchema": {"json": schema}}


def _compose_prompt(example: Example) -> dict[str, Any]:
    written = _compose(example)
    for message in written["messages"]:
        if any("text" not in one for one in message["content"]):
            raise CannotSay(example.turns[0].pointer, "anything but texts")
    return written


_role = attrgetter("role")


def _outline(row: Conversation | Prompt) -> tuple[Hashable, list[str]]:
    system = [] if row.system is UNSET else [row.system]
    texts = [only_text(parts) for parts in (*system, *(message.content for message in row.messages))]
    return (row.schema_version is UNSET, len(system), *map(_role, row.messages)), texts


_PLAIN = frozenset(("schemaVersion", "system", "messages", "role", "content", "text"))

FORMATS = (
    Format(
        name="converse",
        title="Bedrock Converse",
        description=(
            'One conversation a row under `messages`, each message a list of parts such as `{"text": …}`, '
            "for supervised fine-tuning of Nova and of Llama 3.2 and newer at Amazon Bedrock."
        ),
        shape=Conversation,
        recognise=_recognise,
        plausible=_plausible,
        verify=_verify,
        example=lambda value: _example(value, "converse"),
        rank=60,
        stage="sft",
        home="bedrock-nova",
        kind="conversation",
        plain_keys=_PLAIN,
        outline=_outline,
        compose=_compose,
    ),
    Format(
        name="bedrock-distillation",
        title="Bedrock distillation",
        description=(
            "One prompt a row in the Converse format, with or without an answer, for distillation at Amazon "
            "Bedrock: a larger model answers what has no answer yet."
        ),
        shape=Prompt,
        recognise=_recognise_prompt,
        plausible=_plausible,
        example=lambda value: _example(value, "bedrock-distillation"),
        rank=55,
        stage="sft",
        home="bedrock-distillation",
        kind="conversation",
        plain_keys=_PLAIN,
        outline=_outline,
        compose=_compose_prompt,
    ),
)
