"""Contents and parts as Gemini takes them: declaration, checks and view as turns that its formats share.

Every key of two words may be written in two ways, `fileData` and `file_data`: the service reads both.
Google's guides write the one, its examples of tools both.

Sources: Google, Vertex AI, prepare supervised fine-tuning data for Gemini (2025-09), tune function calling
(2025-05), preference tuning and reinforcement tuning (2026); GoogleCloudPlatform/generative-ai,
gemini/tuning/vertexai_supervised_tuning_token_count_and_cost_estimation.ipynb (before it was removed, 2026).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats.composing import (
    CannotSay,
    arguments_object,
    function_of,
    pieces,
    result_object,
    without_system,
)
from turnlint.formats.reading import only_text, read_tool, string
from turnlint.formats.shape import Shape, note, twice
from turnlint.model import Call, Content, Example, Image, Place, Pointer, ShapeFault, Text, Tool, Turn

__all__ = [
    "PLAIN_KEYS",
    "Contents",
    "Instruction",
    "Said",
    "Toolbox",
    "both_spellings",
    "has_contents",
    "outline_of_contents",
    "read_contents",
    "read_declarations",
    "read_system",
    "said_in",
    "spelling_faults",
    "write_around",
    "write_content",
    "write_contents",
]


def both_spellings(name: str) -> str:
    """The key of a member: in camel case, and as it stands where the name ends with an underscore."""
    if name.endswith("_"):
        return name[:-1]
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


_PAIRS = {
    key: both_spellings(key)
    for key in (
        *("system_instruction", "file_data", "inline_data", "mime_type", "file_uri"),
        *("function_call", "function_response", "function_declarations"),
    )
}
"""Keys as they are written with underscores, and in camel case."""


class FileData(Shape, rename=both_spellings, forbid_unknown_fields=False):
    """A file that the model sees or hears."""

    owner: ClassVar[str] = "file"
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("mimeType", "mime_type"),
        ("fileUri", "file_uri"),
    )
    mime_type: Annotated[str, note("Its type, `image/png` for instance.")] | UnsetType = UNSET
    mime_type_: Annotated[str, note("The same as `mimeType`.")] | UnsetType = UNSET
    file_uri: Annotated[str, note("Where it is: `gs://…`, or a public URL.")] | UnsetType = UNSET
    file_uri_: Annotated[str, note("The same as `fileUri`.")] | UnsetType = UNSET


class FunctionCall(Shape, forbid_unknown_fields=False):
    """A call of a function."""

    owner: ClassVar[str] = "function call"
    name: Annotated[str, note("The function's name.")]
    args: Annotated[dict[str, Any], note("The arguments.")] | UnsetType = UNSET


class FunctionResponse(Shape, forbid_unknown_fields=False):
    """What a function answered."""

    owner: ClassVar[str] = "function response"
    name: Annotated[str, note("The function that answered.")]
    response: Annotated[dict[str, Any], note("The answer.")] | UnsetType = UNSET


_KINDS = (
    *("text", "fileData", "file_data", "functionCall", "function_call"),
    *("functionResponse", "function_response", "inlineData", "inline_data"),
)
_FOREIGN = 'write `{"text": "…"}` or `{"fileData": {…}}`'


class Part(Shape, rename=both_spellings):
    """A piece of content: exactly one of its keys says what it is."""

    owner: ClassVar[str] = "part"
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = (_KINDS,)
    text: (
        Annotated[
            str,
            note(
                "A text.",
                rules={"missing-key": "unknown-part"},
                aliases=dict.fromkeys(("image_url", "image", "type"), _FOREIGN),
            ),
        ]
        | UnsetType
    ) = UNSET
    file_data: Annotated[FileData, note("A file.")] | UnsetType = UNSET
    file_data_: Annotated[FileData, note("The same as `fileData`.")] | UnsetType = UNSET
    inline_data: Annotated[dict[str, Any], note("A file in the row itself.")] | UnsetType = UNSET
    inline_data_: Annotated[dict[str, Any], note("The same as `inlineData`.")] | UnsetType = UNSET
    function_call: Annotated[FunctionCall, note("A call, by the model.")] | UnsetType = UNSET
    function_call_: Annotated[FunctionCall, note("The same as `functionCall`.")] | UnsetType = UNSET
    function_response: Annotated[FunctionResponse, note("What a function answered.")] | UnsetType = UNSET
    function_response_: Annotated[FunctionResponse, note("The same as `functionResponse`.")] | UnsetType = (
        UNSET
    )
    thought: Annotated[bool, note("Whether the model only thinks this.")] | UnsetType = UNSET
    thought_signature: Annotated[str, note("What the service signed a thought with.")] | UnsetType = UNSET
    video_metadata: Annotated[dict[str, Any], note("Which part of a video is meant.")] | UnsetType = UNSET


class TextPart(Shape):
    """A text."""

    owner: ClassVar[str] = "part"
    text: Annotated[str, note("The text.", rules={"missing-key": "unknown-part"})]


_PARTS = note(
    "What is said, as parts.",
    rules={"missing-key": "missing-content", "too-few-items": "empty-content"},
    aliases=dict.fromkeys(("content", "text"), 'write `"parts": [{"text": "…"}]`'),
    min_length=1,
)


class Said(Shape):
    """What the user or the model says."""

    owner: ClassVar[str] = "content"
    role: Annotated[
        Literal["user", "model", "function"],
        note("Who speaks.", rules={"invalid-value": "unknown-role", "missing-key": "missing-role"}),
    ]
    parts: Annotated[list[Part], _PARTS]


class Instruction(Shape):
    """The system prompt."""

    owner: ClassVar[str] = "system instruction"
    parts: Annotated[list[TextPart], _PARTS]
    role: Annotated[str, note("Passed over.")] | UnsetType = UNSET


class Declaration(Shape, forbid_unknown_fields=False):
    """A function that the model may call."""

    owner: ClassVar[str] = "function declaration"
    name: Annotated[str, note("Its name.")]
    description: Annotated[str, note("What it does, for the model.")] | UnsetType = UNSET
    parameters: Annotated[dict[str, Any], note("A schema of its arguments.")] | UnsetType = UNSET


class Toolbox(Shape, rename=both_spellings, forbid_unknown_fields=False):
    """Functions that the model may call."""

    owner: ClassVar[str] = "tool"
    function_declarations: Annotated[list[Declaration], note("The functions.")] | UnsetType = UNSET
    function_declarations_: (
        Annotated[list[Declaration], note("The same as `functionDeclarations`.")] | UnsetType
    ) = UNSET


Contents = Annotated[
    list[Said],
    note(
        "The conversation, oldest content first.",
        aliases={"content": "rename `content` to `contents`"},
        min_length=1,
    ),
]

PLAIN_KEYS = frozenset(("contents", "role", "parts", "text", "systemInstruction", "system_instruction"))
"""The keys of a plain row of contents."""


def spelling_faults(value: dict[str, Any]) -> Iterator[ShapeFault]:
    """Find keys that are written in both ways in a row, and one key in both at the same place."""
    found = list(_spelled(value))
    underscored = [(key, place) for key, place in found if key in _PAIRS]
    both = ("systemInstruction", "system_instruction")
    if value.keys() >= {*both}:
        yield twice(value, (), "row", *both)
    elif underscored and len(underscored) < len(found):
        key, place = underscored[0]
        cured = tuple((one, _PAIRS[name]) for name, one in underscored)
        rule = "mixed-key-style"
        yield ShapeFault(rule, place, "row", key, (_PAIRS[key],), cured, rule)


def _spelled(value: dict[str, Any]) -> Iterator[tuple[str, Place]]:
    """Every key of a row that has two spellings, with its place; not in arguments, answers and schemas."""
    spelled = _PAIRS.keys() | set(_PAIRS.values())
    todo: deque[tuple[Any, Pointer]] = deque([(value, ())])
    while todo:
        held, pointer = todo.popleft()
        if type(held) is list:
            todo.extend((one, (*pointer, at)) for at, one in enumerate(held))
        elif type(held) is dict:
            for key, one in held.items():
                if key in spelled:
                    yield key, Place((*pointer, key), part="key")
                if key in spelled or key in ("contents", "parts", "tools", "completions", "completion"):
                    todo.append((one, (*pointer, key)))


def said_in(value: dict[str, Any], key: str) -> Any:
    """What an object has under a key in camel case, or in the other spelling; None for nothing."""
    other = next((one for one, camel in _PAIRS.items() if camel == key), key)
    return value.get(key, value.get(other))


def _key_in(value: dict[str, Any], key: str) -> str:
    """How an object spells a key in camel case."""
    other = next((one for one, camel in _PAIRS.items() if camel == key), key)
    return other if key not in value and other in value else key


_ROLES = {"user": "user", "model": "assistant", "function": "tool"}


def has_contents(value: dict[str, Any]) -> bool:
    """Whether a row is one of Gemini's formats."""
    return "contents" in value


def read_system(value: dict[str, Any]) -> Iterator[Turn]:
    """The system prompt of a row as a turn; none where it has none."""
    key = _key_in(value, "systemInstruction")
    held = value.get(key)
    listed = held.get("parts") if type(held) is dict else None
    parts = listed if type(listed) is list else []
    texts = tuple(_texts(parts, (key, "parts")))
    if texts:
        content: Content = "text" if len(texts) == len(parts) == 1 else "parts"
        yield Turn("system", (), key, key, implied=True, content=content, texts=texts)


def read_contents(contents: Any, pointer: Pointer) -> tuple[Turn, ...]:
    """See a list of contents as turns; each answer of a function is a turn of its own."""
    listed = enumerate(contents if type(contents) is list else ())
    return tuple(turn for at, one in listed for turn in read_content(one, (*pointer, at)))


def read_content(held: Any, pointer: Pointer) -> Iterator[Turn]:
    """See one content as turns."""
    if type(held) is not dict:
        yield Turn(None, pointer, content_key="parts", content="other")
        return
    role, parts = held.get("role"), held.get("parts")
    listed = parts if type(parts) is list else []
    inside = (*pointer, "parts")
    results = list(_results(listed, inside))
    yield from results
    if results and len(results) == len(listed):
        return
    calls = tuple(_calls(listed, inside))
    yield Turn(
        _ROLES.get(role) if type(role) is str else None,
        pointer,
        content_key="parts",
        content=_content_of(held, parts),
        texts=tuple(_texts(listed, inside)),
        images=tuple(_media(listed, inside)),
        calls=calls,
        has_calls=bool(calls),
    )


def _content_of(held: dict[str, Any], parts: Any) -> Content:
    if "parts" not in held:
        return "missing"
    return "parts" if type(parts) is list else "null" if parts is None else "other"


def _texts(parts: list[Any], pointer: Pointer) -> Iterator[Text]:
    for at, part in enumerate(parts):
        if type(part) is dict and type(part.get("text")) is str:
            yield Text(part["text"], (*pointer, at, "text"))


def _objects(parts: Iterable[Any], pointer: Pointer, key: str) -> Iterator[tuple[dict[str, Any], Pointer]]:
    """The objects that parts hold under a key in either spelling, each with its place."""
    for at, part in enumerate(parts):
        if type(part) is dict:
            name = _key_in(part, key)
            if type(part.get(name)) is dict:
                yield part[name], (*pointer, at, name)


def _media(parts: list[Any], pointer: Pointer) -> Iterator[Image]:
    for held, place in _objects(parts, pointer, "fileData"):
        mime, uri = said_in(held, "mimeType"), said_in(held, "fileUri")
        kind = mime.partition("/")[0] if type(mime) is str else ""
        if kind in ("image", "video"):
            is_read = type(uri) is str
            steps = (_key_in(held, "fileUri"),) if is_read else ()
            yield Image(uri if is_read else None, Place((*place, *steps)), kind=kind)


def _calls(parts: list[Any], pointer: Pointer) -> Iterator[Call]:
    for held, place in _objects(parts, pointer, "functionCall"):
        yield Call(
            Place(place),
            id=string(held.get("id")),
            name=string(held.get("name")),
            name_place=Place((*place, "name")),
            arguments=held.get("args"),
            arguments_place=Place((*place, "args")),
        )


def _results(parts: list[Any], pointer: Pointer) -> Iterator[Turn]:
    for held, place in _objects(parts, pointer, "functionResponse"):
        *part, key = place
        yield Turn(
            "tool",
            tuple(part),
            str(key),
            str(key),
            content="other",
            name=string(held.get("name")),
            result_of=string(held.get("id")),
            result_at=(key, "id"),
        )


def write_contents(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    """Turns as contents. Raises CannotSay."""
    written: list[dict[str, Any]] = []
    for content in map(write_content, turns):
        last = written[-1] if written else None
        if last and last["role"] == content["role"] == "user" and "functionResponse" in last["parts"][-1]:
            last["parts"] += content["parts"]
        else:
            written.append(content)
    return written


def write_content(turn: Turn) -> dict[str, Any]:
    """A turn as one content. Raises CannotSay."""
    if turn.role in ("tool", "function"):
        if turn.name is None:
            raise CannotSay(turn.pointer, "a result that names no tool")
        answer = {"name": turn.name, "response": result_object(turn)}
        return {"role": "user", "parts": [{"functionResponse": answer}]}
    parts = [part for one in pieces(turn) for part in _written(one)]
    parts += [{"functionCall": {"name": one.name, "args": arguments_object(one)}} for one in turn.calls]
    return {"role": "user" if turn.role == "user" else "model", "parts": parts}


def _written(one: Text | Image) -> Iterator[dict[str, Any]]:
    """A text or a file as a part; nothing for a file whose type or place Gemini cannot know."""
    if isinstance(one, Text):
        yield {"text": one.value}
        return
    url = one.url or ""
    mime = _MIME.get(url.rpartition(".")[2].lower())
    if mime and url.startswith(("gs://", "https://", "http://")):
        yield {"fileData": {"mimeType": mime, "fileUri": url}}


_MIME = {
    **{kind: f"image/{kind}" for kind in ("png", "jpeg", "webp")},
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
}
"""What files are by the end of their names."""


def write_around(example: Example) -> tuple[dict[str, Any], list[Turn]]:
    """The system prompt and the functions of an example, and its other turns. Raises CannotSay."""
    system, turns = without_system(example.turns)
    written: dict[str, Any] = {}
    if system is not None:
        written["systemInstruction"] = {"parts": [{"text": system}]}
    if example.tools:
        declared = [function_of(one) for one in example.tools]
        for one in declared:
            one.pop("strict", None)
        written["tools"] = [{"functionDeclarations": declared}]
    return written, turns


def read_declarations(value: dict[str, Any]) -> Iterator[Tool]:
    """The functions that a row declares."""
    tools = value.get("tools")
    for at, tool in enumerate(tools if type(tools) is list else ()):
        if type(tool) is dict:
            key = _key_in(tool, "functionDeclarations")
            listed = tool.get(key)
            for number, one in enumerate(listed if type(listed) is list else ()):
                if type(one) is dict:
                    place: Pointer = ("tools", at, key, number)
                    parameters = _lowered(one.get("parameters"))
                    yield read_tool(one, place, parameters, (*place, "parameters"))


_TYPES = frozenset(("OBJECT", "ARRAY", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "NULL"))


def _lowered(schema: Any) -> Any:
    """A schema with its types as JSON Schema names them: Gemini's may be in capitals."""
    if type(schema) is not dict:
        return schema
    copied: dict[str, Any] = {}
    todo: list[tuple[Any, Any]] = [(schema, copied)]
    while todo:
        held, copy = todo.pop()
        for key, one in held.items() if type(held) is dict else enumerate(held):
            made: Any = one
            if type(one) in (dict, list):
                made = type(one)()
                todo.append((one, made))
            elif key == "type" and type(one) is str and one in _TYPES:
                made = one.lower()
            if type(copy) is list:
                copy.append(made)
            else:
                copy[key] = made
    return copied


def outline_of_contents(row: Any) -> tuple[tuple[Hashable, ...], list[str]]:
    """The roles and the texts of a plain row of contents. Raises TypeError for any other."""
    camel, other = row.system_instruction, row.system_instruction_
    system = [one for one in (camel, other) if one is not UNSET]
    texts = [only_text(one.parts) for one in (*system, *row.contents)]
    roles = [one.role for one in row.contents]
    return (camel is UNSET, other is UNSET, *(one.role for one in system), *roles), texts
