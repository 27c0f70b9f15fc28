"""ShareGPT: conversations of `from` and `value`, as LLaMA-Factory, Unsloth, torchtune and Axolotl read them.

Sources: hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py and data/README.md (2026); shared roles of
Unsloth's standardize_sharegpt (2026).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.media import read_media
from turnlint.formats.shape import Shape, note
from turnlint.model import Content, Example, Place, Text, Turn
from turnlint.text.compact import compact

_ROLES = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "tool": "tool",
}
_KINDS: dict[type, Content] = {str: "text", type(None): "null"}


class Message(Shape, rename={"from_": "from"}, forbid_unknown_fields=False):
    """One message. Trainers ignore, or give a meaning of their own to, the keys beside these two."""

    owner: ClassVar[str] = "message"
    from_: Annotated[
        Literal["system", "human", "user", "gpt", "assistant", "function_call", "observation", "tool"],
        note(
            "Who speaks.",
            rules={"invalid-value": "unknown-role", "missing-key": "missing-role"},
            aliases={"role": "rename `role` to `from`"},
        ),
    ]
    value: Annotated[
        str,
        note(
            "What is said.",
            rules={"missing-key": "missing-content"},
            aliases={key: f"rename `{key}` to `value`" for key in ("content", "text")},
        ),
    ]


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


def _recognise(value: dict[str, Any]) -> bool:
    messages = value.get("conversations")
    if "chosen" in value or "rejected" in value:
        return False
    if type(messages) is not list:
        return "conversations" in value
    return not messages or (type(messages[0]) is dict and ("from" in messages[0] or "value" in messages[0]))


def _turn(message: Any, pointer: tuple[str | int, ...]) -> Turn:
    if type(message) is not dict:
        return Turn(None, pointer, role_key="from", content_key="value", content="other")
    role, text = message.get("from"), message.get("value")
    is_call = role == "function_call"
    return Turn(
        _ROLES.get(role) if type(role) is str else None,
        pointer,
        role_key="from",
        content_key="value",
        content=_KINDS.get(type(text), "other") if "value" in message else "missing",
        texts=(Text(text, (*pointer, "value")),) if type(text) is str else (),
        has_calls=is_call,
    )


def _example(value: dict[str, Any]) -> Example:
    messages = value.get("conversations")
    listed = enumerate(messages if type(messages) is list else ())
    turns = tuple(_turn(message, ("conversations", position)) for position, message in listed)
    if type(value.get("system")) is str and value["system"]:
        text = (Text(value["system"], ("system",)),)
        first = Turn(
            "system", (), role_key="system", content_key="system", implied=True, content="text", texts=text
        )
        turns = (first, *turns)
    return Example(
        "sharegpt",
        turns,
        place=Place(("conversations",)) if "conversations" in value else Place(),
        value=value,
        has_tools=bool(value.get("tools")),
        aside=_tools(value.get("tools")),
        media=read_media(value),
        readable=bool(turns) and all(turn.role is not None for turn in turns),
    )


def _tools(tools: Any) -> tuple[Text, ...]:
    text = tools if type(tools) is str else compact(tools) if tools else ""
    return (Text(text, ("tools",)),) if text else ()


FORMAT = Format(
    name="sharegpt",
    title="ShareGPT",
    description=(
        "One conversation a row under `conversations`, each message with `from` and `value`. LLaMA-Factory, "
        "Unsloth, torchtune, Axolotl and others read it; OpenAI and Azure do not."
    ),
    shape=Conversation,
    recognise=_recognise,
    example=_example,
    rank=20,
    stage="sft",
    home="generic",
)
