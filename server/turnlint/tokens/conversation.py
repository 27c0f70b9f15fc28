"""Examples as the conversations that chat templates take.

A template sees the messages as the row holds them. Where a format has other objects for its turns, it sees
the role and the texts of each; turns of one role that are no messages of their own, as in Alpaca, are one
message, joined by line feeds. Earlier turns that a row holds as pairs stand behind its system prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import Any

import msgspec
from msgspec import Struct

from turnlint.model import Example, Pointer, Turn

__all__ = ["FIRST_MARK", "LAST_MARK", "Conversation", "conversation", "is_native", "variants"]

FIRST_MARK, LAST_MARK = 0xF0000, 0xFFFFD
"""Characters of private use that stand for the turns of a conversation, in order."""
_MARKS = LAST_MARK - FIRST_MARK + 1
_HEADER = frozenset(("role", "name", "tool_call_id", "weight"))
"""What a message says of itself; all else in it is what it says."""
_KINDS = frozenset(("type", "id"))
"""What templates compare and do not write, of parts and calls."""


class Conversation(Struct, frozen=True):
    """What a template is to write out."""

    messages: list[Any]
    tools: list[Any] | None
    prompt: bool
    """The beginning of an answer follows."""


def variants(example: Example) -> list[tuple[Turn, ...]]:
    """The turns that are written out together: of preference data the prompt with each answer."""
    answers = [answer for answer in (example.preferred, example.non_preferred) if answer]
    return [(*example.turns, *answer) for answer in answers or ((),)]


def is_native(example: Example) -> bool:
    """Whether the turns of an example are messages as they are: any trainer makes the same of them."""
    return all(_message(turn, example) is not None for turn in example.all_turns)


def conversation(
    example: Example, turns: Sequence[Turn], *, marked: bool = False, tools: bool = True
) -> Conversation:
    """What is written out of some turns of an example, with its tools or without them.

    With `marked`, what turn N says stands between two characters FIRST_MARK + N, inside its white space.
    Raises RecursionError for values that nest too deeply.
    """
    messages = list(_messages(example, turns, marked=marked))
    if example.aside:
        first = sum(1 for _ in takewhile(lambda turn: turn.role == "system", turns))
        messages[first:first] = _earlier(example)
    return Conversation(messages, _tools(example) if tools else None, example.is_prompt)


def _messages(example: Example, turns: Sequence[Turn], *, marked: bool) -> Iterator[Any]:
    def told(number: int, message: dict[str, Any]) -> dict[str, Any]:
        return _between_marks(message, chr(FIRST_MARK + number % _MARKS)) if marked else message

    def together(numbered: tuple[int, Turn]) -> Any:
        number, turn = numbered
        return turn.role if turn.implied else number

    for _, group in groupby(enumerate(turns), together):
        numbered = list(group)
        number, turn = numbered[0]
        message = _message(turn, example)
        if message is None:
            said = [told(number, {"content": text.value}) for number, turn in numbered for text in turn.texts]
            yield {"role": turn.role, "content": "\n".join(one["content"] for one in said)}
        else:
            yield told(number, message)


def _message(turn: Turn, example: Example) -> dict[str, Any] | None:
    """The message that a turn is in its row; None where the row says it in another way."""
    turn, example = turn.native or turn, example.native or example
    held = _at(example.value, turn.pointer)
    return held if type(held) is dict and turn.role_key == "role" and not turn.implied else None


def _between_marks(message: dict[str, Any], mark: str) -> dict[str, Any]:
    """A message with marks around what it says; around nothing, where it says nothing."""
    said = {key: value if key in _HEADER else _between(value, mark) for key, value in message.items()}
    if said == message and type(message.get("content")) is str:
        said["content"] = mark * 2 + message["content"]
    return said


def _between(value: Any, mark: str) -> Any:
    """A value with all texts in it between marks."""
    if type(value) is list:
        return [_between(one, mark) for one in value]
    if type(value) is dict:
        return {key: one if key in _KINDS else _between(one, mark) for key, one in value.items()}
    core = value.strip() if type(value) is str else ""
    if not core:
        return value
    start = value.index(core)
    return f"{value[:start]}{mark}{core}{mark}{value[start + len(core) :]}"


def _earlier(example: Example) -> list[Any]:
    pairs = [text for text in example.aside if type(text.pointer[-1]) is int]
    return [{"role": ("user", "assistant")[text.pointer[-1] == 1], "content": text.value} for text in pairs]


def _tools(example: Example) -> list[Any] | None:
    """The tool definitions as the row holds them, beside its messages; text of JSON is read."""
    example = example.native or example
    holder = _at(example.value, example.place.pointer[:-1])
    tools = holder.get("tools") if type(holder) is dict else None
    if type(tools) is str:
        try:
            tools = msgspec.json.decode(tools)
        except (msgspec.DecodeError, RecursionError):
            return None
    return tools if type(tools) is list else None


def _at(value: Any, pointer: Pointer) -> Any:
    """The value at a pointer; None where there is none."""
    for step in pointer:
        if type(value) is dict:
            value = value.get(step)
        elif type(value) is list and type(step) is int and step < len(value):
            value = value[step]
        else:
            return None
    return value
