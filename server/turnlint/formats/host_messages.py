"""Messages as hosts of open models take them: declaration and checks that several formats share.

They are OpenAI's, with four roles, a weight on any message, ids of calls that may be left out, and null for
whatever is not there. Keys that are not known are passed over.

Sources: togethercomputer/together-python, src/together/utils/files.py at eba5e5f (2025-12-23), measured with
1.5.35; togethercomputer/together-py, src/together/lib/utils/files.py (2026); fw-ai/cookbook,
skills/fireworks-training/references/choose-method.md at 76821fa (2026-08-19).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats.composing import Words, as_messages, as_tools
from turnlint.formats.messages import TextContent, UserContent, read_tools, read_turns
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place, Pointer, ShapeFault, Turn

__all__ = [
    "HostAssistant",
    "HostMessages",
    "HostToolResult",
    "HostTools",
    "check_messages",
    "outline_of_chat",
    "read_chat",
    "write_chat",
    "write_messages",
]

_Weight = Annotated[Literal[0, 1] | bool | None, note("1 trains on this message, 0 does not.")] | UnsetType


class HostFunction(Shape, forbid_unknown_fields=False):
    """The function that a tool call names."""

    owner: ClassVar[str] = "function of a tool call"
    name: Annotated[str, note("The tool's name.")]
    arguments: Annotated[str | None, note("The arguments as JSON text, not as an object.")] | UnsetType = (
        UNSET
    )


class HostCall(Shape, forbid_unknown_fields=False):
    """One call of a tool."""

    owner: ClassVar[str] = "tool call"
    function: Annotated[HostFunction, note("Which function, with which arguments.")]
    type: Annotated[Literal["function"], note("Always `function`.")]
    id: Annotated[str | None, note("Names the call; the tool message answers to it.")] | UnsetType = UNSET


class HostSystem(Shape, tag_field="role", tag="system", forbid_unknown_fields=False):
    """Instructions that hold for the whole example."""

    owner: ClassVar[str] = "system message"
    content: TextContent = UNSET
    weight: _Weight = UNSET


class HostUser(Shape, tag_field="role", tag="user", forbid_unknown_fields=False):
    """What a person asks."""

    owner: ClassVar[str] = "user message"
    content: UserContent = UNSET
    weight: _Weight = UNSET


class HostAssistant(Shape, tag_field="role", tag="assistant", forbid_unknown_fields=False):
    """What the model is to say."""

    owner: ClassVar[str] = "assistant message"
    content: TextContent = UNSET
    weight: _Weight = UNSET
    tool_calls: (
        Annotated[
            Annotated[list[HostCall], note(rules={"too-few-items": "empty-tool-calls"}, min_length=1)] | None,
            note("The tools that the model calls."),
        ]
        | UnsetType
    ) = UNSET
    reasoning: Annotated[str | None, note("What the model thinks before it answers.")] | UnsetType = UNSET
    reasoning_content: Annotated[str | None, note("The same in the words of other models.")] | UnsetType = (
        UNSET
    )


class HostToolResult(Shape, tag_field="role", tag="tool", forbid_unknown_fields=False):
    """What a tool answered."""

    owner: ClassVar[str] = "tool message"
    content: TextContent = UNSET
    weight: _Weight = UNSET
    tool_call_id: Annotated[str | None, note("The `id` of the call that this answers.")] | UnsetType = UNSET
    name: Annotated[str | None, note("The tool that answered.")] | UnsetType = UNSET


class HostDefinition(Shape, forbid_unknown_fields=False):
    """A function that the model may call."""

    owner: ClassVar[str] = "function definition"
    name: Annotated[str, note("Letters, digits, `_` and `-`; at most 64 characters.")]
    description: Annotated[str | None, note("What it does, for the model.")] | UnsetType = UNSET
    parameters: Annotated[dict[str, Any] | None, note("A JSON Schema of its arguments.")] | UnsetType = UNSET


class HostTool(Shape, forbid_unknown_fields=False):
    """A tool that the model may call."""

    owner: ClassVar[str] = "tool definition"
    type: Annotated[Literal["function"], note("Always `function`.")]
    function: Annotated[HostDefinition, note("The function.")]


HostMessages = list[
    Annotated[
        HostSystem | HostUser | HostAssistant | HostToolResult,
        note(rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"}),
    ]
]
HostTools = Annotated[list[HostTool] | None, note("The tools that the model may call.")] | UnsetType


def read_chat(name: str, value: dict[str, Any]) -> Example:
    """See a row of a format with messages and tools at its top as turns."""
    turns = read_turns(value.get("messages"), ("messages",))
    return Example(
        name,
        turns,
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        tools=read_tools(value, ()),
        has_tools=bool(value.get("tools")),
        readable=roles_known(turns),
    )


_content = attrgetter("content")


def outline_of_chat(row: Any) -> tuple[Hashable, list[str]]:
    """The outline of a plain row of such a format."""
    messages = row.messages
    return tuple(map(type, messages)), list(map(_content, messages))


_WORDS = Words(takes_developer=False, names_results=True, refuses=False, thinks=True, in_parts=True)


def write_messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Turns as messages for a host. Raises CannotSay."""
    return as_messages(turns, _WORDS)


def write_chat(example: Example) -> dict[str, Any]:
    """An example as a row of messages and tools. Raises CannotSay."""
    tools = {"tools": as_tools(example.tools)} if example.tools else {}
    return {"messages": write_messages(example.turns), **tools}


def check_messages(messages: Any, pointer: Pointer) -> Iterator[ShapeFault]:
    """Find in messages of the right types what the hosts' own checks refuse besides.

    These are a weight written as a fraction, a weight on what shows an image, and calls by others than the
    assistant.
    """
    for position, message in enumerate(messages):
        owner, place = f"{message['role']} message", Place((*pointer, position))
        weight = message.get("weight")
        if type(weight) is float:
            rule = "wrong-type"
            yield ShapeFault(rule, place.at("weight"), owner, "weight", ("an integer",), weight, rule)
        elif weight and _shows_image(message):
            rule = "weight-outside-assistant"
            yield ShapeFault("misplaced-key", place.at("weight"), owner, "weight", (), weight, rule)
        if message.get("tool_calls") and message["role"] != "assistant":
            calls = place.at("tool_calls").key()
            yield ShapeFault(
                "misplaced-key",
                calls,
                owner,
                "tool_calls",
                (),
                message["tool_calls"],
                "calls-outside-assistant",
            )


def _shows_image(message: dict[str, Any]) -> bool:
    content = message.get("content")
    return type(content) is list and any(part["type"] == "image_url" for part in content)
