"""Messages of `from` and `value`, which several formats share: declaration and view as turns.

Sources: hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py and data/README.md at ff6d4d1 (2026-08-18);
unslothai/unsloth-zoo, dataset_utils.py at ce232d6 (2026-08-20); meta-pytorch/torchtune, _messages.py at
bd2a0fc (2026-04-23); NVIDIA-NeMo/Automodel, chat_dataset.py at 36044ad (2026-08-22).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from turnlint.formats.composing import CannotSay, arguments_object, as_columns, function_of, pieces, spoken
from turnlint.formats.function_calls import calls_in, faults_of_calls
from turnlint.formats.shape import Shape, note
from turnlint.model import Content, Example, Pointer, ShapeFault, Text, Turn
from turnlint.text.compact import compact

__all__ = [
    "CALL",
    "SPEAKERS",
    "Message",
    "as_speech",
    "as_surroundings",
    "outline_of",
    "read_message",
    "read_system",
    "read_tools_as_text",
    "verify_message",
]

CALL = "function_call"
SPEAKERS: Mapping[str, str] = {
    "system": "system",
    **dict.fromkeys(("human", "user", "input"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "model", "bot", "output", CALL), "assistant"),
    **dict.fromkeys(("observation", "tool"), "tool"),
}
"""What trainers call the roles, and what these are in OpenAI's words. None of them takes all."""
_SAID = {
    **dict.fromkeys(("system", "developer"), "system"),
    "user": "human",
    "assistant": "gpt",
    **dict.fromkeys(("tool", "function"), "observation"),
}
_RESULTS = frozenset(("observation", "tool"))
_KINDS: dict[type, Content] = {str: "text", type(None): "null"}


class Message(Shape, rename={"from_": "from"}, forbid_unknown_fields=False):
    """One message. Trainers ignore, or give a meaning of their own to, the keys beside these two."""

    owner: ClassVar[str] = "message"
    from_: Annotated[
        Literal[
            "system",
            "human",
            "user",
            "gpt",
            "assistant",
            "function_call",
            "observation",
            "tool",
            "chatgpt",
            "model",
            "bot",
            "input",
            "output",
        ],
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


def read_message(
    message: Any,
    pointer: Pointer,
    *,
    role_of: Callable[[str], str | None] = SPEAKERS.get,
    keys: tuple[str, str] = ("from", "value"),
) -> Turn:
    """See a decoded message as a turn; anything unreadable becomes a turn without a role.

    `role_of` says what a speaker is in OpenAI's words, `keys` under which keys it stands who speaks and what.
    """
    said, held = keys
    if type(message) is not dict:
        return Turn(None, pointer, role_key=said, content_key=held, content="other")
    speaker = message[said] if type(message.get(said)) is str else None
    text = Text(message[held], (*pointer, held)) if type(message.get(held)) is str else None
    is_call = speaker == CALL
    return Turn(
        None if speaker is None else role_of(speaker),
        pointer,
        role_key=said,
        content_key=held,
        content=_KINDS.get(type(message[held]), "other") if held in message else "missing",
        texts=(text,) if text else (),
        calls=calls_in(text.value, text.pointer) if text and is_call else (),
        has_calls=is_call,
        weight=message.get("weight"),
        speaker=speaker,
    )


def as_speech(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    """Turns as messages of `from` and `value`. Raises CannotSay."""
    return [_message(one) for one in turns]


def _message(turn: Turn) -> dict[str, Any]:
    speaker = CALL if turn.calls else _SAID[turn.role or ""]
    if turn.calls and pieces(turn):
        raise CannotSay(pieces(turn)[0].place.pointer, "a text beside a call")
    text = compact(_called(turn)) if turn.calls else spoken(turn)
    return {"from": speaker, "value": text} | ({} if turn.weight is None else {"weight": turn.weight})


def _called(turn: Turn) -> Any:
    """The calls of a turn: an object, or a list of several."""
    calls = [{"name": one.name, "arguments": arguments_object(one)} for one in turn.calls]
    return calls if len(calls) > 1 else calls[0]


def as_surroundings(example: Example) -> dict[str, Any]:
    """What a row has beside its messages: tools as one text, and columns of images."""
    tools = {"tools": compact([function_of(one) for one in example.tools])} if example.tools else {}
    return tools | as_columns(example)


def verify_message(message: dict[str, Any], pointer: Pointer) -> Iterator[ShapeFault]:
    """What is wrong with the text of a message that must be calls."""
    if message["from"] == CALL:
        yield from faults_of_calls(message["value"], (*pointer, "value"))


def outline_of(messages: list[Message]) -> tuple[Hashable, list[str]]:
    """The speakers and the texts of messages. Raises TypeError where calls or results are among them."""
    speakers = tuple([message.from_ for message in messages])
    if CALL in speakers or not _RESULTS.isdisjoint(speakers):
        raise TypeError
    return speakers, [message.value for message in messages]


def read_system(value: dict[str, Any]) -> tuple[Turn, ...]:
    """The system prompt that stands beside the messages, as the first turn; nothing where it is empty."""
    system = value.get("system")
    if type(system) is not str or not system:
        return ()
    return (
        Turn(
            "system",
            (),
            role_key="system",
            content_key="system",
            implied=True,
            content="text",
            texts=(Text(system, ("system",)),),
        ),
    )


def read_tools_as_text(value: dict[str, Any]) -> tuple[Text, ...]:
    """The tool definitions of a row as one text; nothing where there are none."""
    tools = value.get("tools")
    text = tools if type(tools) is str else compact(tools) if tools else ""
    return (Text(text, ("tools",)),) if text else ()
