"""Prompts and answers that are a string each or a list of messages, as TRL and those who follow it have them.

Sources: huggingface/trl, docs/source/dataset_formats.md and trl/data_utils.py at f2cd577 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from turnlint.formats.open_messages import (
    OpenMessages,
    OpenTools,
    placeholder_faults,
    read_open_turns,
)
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Place, ShapeFault, Turn

__all__ = [
    "PLAIN_KEYS",
    "Side",
    "SidedRow",
    "is_conversational",
    "is_same",
    "outline_side",
    "read_side",
    "repeated_fault",
    "repeats",
    "side_faults",
]

Side: TypeAlias = str | Annotated[OpenMessages, note(min_length=1)]
"""What is said on one side: a text, or messages."""

PLAIN_KEYS = frozenset(("role", "content"))
"""The keys of plain messages."""


class SidedRow(Shape, forbid_unknown_fields=False):
    """What such rows may hold besides. Trainers ignore the keys that they do not know."""

    tools: OpenTools = UNSET
    images: Annotated[Any, note("The images that the placeholders stand for, in order.")] | UnsetType = UNSET
    chat_template_kwargs: (
        Annotated[dict[str, Any] | None, note("What the chat template is told besides, in TRL.")] | UnsetType
    ) = UNSET


def is_conversational(side: Any) -> bool:
    """Whether a side is written as messages."""
    return type(side) is list and bool(side) and type(side[0]) is dict and "role" in side[0]


def read_side(value: dict[str, Any], key: str, role: str) -> tuple[Turn, ...]:
    """See what a row has under a key as turns: messages, or one text of this role; none without the key."""
    if type(value.get(key)) is list:
        return read_open_turns(value, key)
    return read_pair(value, {key: role})


def outline_side(side: Any) -> tuple[Hashable, list[str]]:
    """What roles a decoded side has, and its texts. Raises TypeError where it is not plain."""
    if type(side) is str:
        return str, [side]
    return tuple(map(type, side)), [message.content for message in side]


_BEFORE_AN_ANSWER = ("user", "tool", "assistant")
"""Roles behind which TRL can have the model go on."""


def side_faults(value: dict[str, Any], *keys: str) -> Iterator[ShapeFault]:
    """What is wrong with sides whose types are right: the prompt first, where the row has one.

    Of a text beside messages, `expected` is the key of these, and the role whose message it can be made; a
    prompt that both answers begin with, too, has none.
    """
    found = [key for key in keys if key in value]
    texts = [key for key in found if type(value[key]) is str]
    if len(texts) < len(found):
        is_doubled = texts == ["prompt"] and _begin_alike(value, *found[1:])
        for key in texts:
            other = next(one for one in found if one not in texts)
            role = ("user",) if key == "prompt" else ("assistant",) if "prompt" in value else ()
            role = () if is_doubled else role
            yield _fault("mixed-conversational", (key,), key, value[key], other, *role)
    prompt = value.get("prompt")
    if type(prompt) is list and prompt[-1]["role"] not in _BEFORE_AN_ANSWER:
        role = prompt[-1]["role"]
        yield _fault("prompt-ends-with-system", ("prompt", len(prompt) - 1, "role"), "role", role)
    shown = found[:2] if "prompt" in value else found[:1]
    yield from placeholder_faults(value, *(key for key in shown if key not in texts))


def repeats(prompt: Any, answer: Any) -> bool:
    """Whether an answer begins with the prompt that it is to follow, whatever is behind."""
    if type(prompt) is str and type(answer) is str:
        return len(prompt) >= _TELLING and answer.startswith(prompt)
    if type(prompt) is list and type(answer) is list:
        return len(answer) > len(prompt) and all(map(is_same, prompt, answer))
    return False


def _begin_alike(value: dict[str, Any], *answers: str) -> bool:
    """Whether two lists begin with the same message of somebody else than the assistant: the prompt."""
    firsts = [value[key][0] for key in answers]
    return len(firsts) == 2 and firsts[0]["role"] != "assistant" and is_same(*firsts)


_TELLING = 16
"""A shorter prompt may well stand at the beginning of its answer."""


def is_same(one: Any, other: Any) -> bool:
    """Whether two messages, decoded as objects or as their shape, say the same."""
    if isinstance(one, Struct):
        return type(one) is type(other) and one.content == other.content  # type: ignore[attr-defined]
    try:
        return bool(one == other)
    except RecursionError:  # a key of its own that holds hundreds of arrays in each other
        return False


def repeated_fault(value: dict[str, Any], key: str) -> ShapeFault:
    """The fault of an answer that begins with the prompt."""
    pointer = (key,) if type(value[key]) is str else (key, 0)
    return _fault("prompt-repeated", pointer, key, value["prompt"])


def _fault(rule: str, pointer: tuple[str | int, ...], name: str, found: Any, *expected: str) -> ShapeFault:
    return ShapeFault(rule, Place(pointer), "row", name, expected, found, rule)
