"""Conversations whose messages have a `role`: Axolotl's pygmalion, and chats as Unsloth takes them.

Sources: axolotl-ai-cloud/axolotl, src/axolotl/prompt_strategies/pygmalion.py at 067b021 (2026-07-24);
unslothai/unsloth-zoo, dataset_utils.py at ce232d6 (2026-08-20), which takes any two keys.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal

from turnlint.formats import Format
from turnlint.formats.composing import as_text
from turnlint.formats.media import read_media
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.formats.speakers import read_message
from turnlint.model import Example, Place

_SAID = note("What is said.", rules={"missing-key": "missing-content"})
_SPEAKER = note("Who speaks.", rules={"invalid-value": "unknown-role", "missing-key": "missing-role"})


class Line(Shape, forbid_unknown_fields=False):
    """One message, in Pygmalion's words."""

    owner: ClassVar[str] = "message"
    role: Annotated[Literal["system", "human", "bot"], _SPEAKER]
    value: Annotated[str, _SAID]


class Entry(Shape, forbid_unknown_fields=False):
    """One message."""

    owner: ClassVar[str] = "message"
    role: Annotated[
        Literal["system", "user", "human", "input", "assistant", "gpt", "output"],
        _SPEAKER,
    ]
    content: Annotated[str, _SAID]


class Pygmalion(Shape, forbid_unknown_fields=False):
    """One conversation."""

    conversations: Annotated[list[Line], note("The messages, oldest first.", min_length=1)]


class Entries(Shape, forbid_unknown_fields=False):
    """One conversation."""

    conversations: Annotated[list[Entry], note("The messages, oldest first.", min_length=1)]


def _starts_with(*keys: str) -> Callable[[dict[str, Any]], bool]:
    """Whether the first message of a row has these keys."""

    def recognise(value: dict[str, Any]) -> bool:
        messages = value.get("conversations")
        first = messages[0] if type(messages) is list and messages else None
        return type(first) is dict and all(key in first for key in keys)

    return recognise


def _reader(name: str, key: str) -> Callable[[dict[str, Any]], Example]:
    def example(value: dict[str, Any]) -> Example:
        messages = value.get("conversations")
        turns = tuple(
            read_message(message, ("conversations", at), keys=("role", key))
            for at, message in enumerate(messages if type(messages) is list else ())
        )
        return Example(
            name,
            turns,
            place=Place(("conversations",)) if "conversations" in value else Place(),
            value=value,
            media=read_media(value),
            readable=roles_known(turns),
        )

    return example


_SPEAKERS = {"system": "system", "developer": "system", "user": "human", "assistant": "bot"}
_ROLES = {**_SPEAKERS, "user": "user", "assistant": "assistant"}


def _writer(speakers: Mapping[str, str], key: str) -> Callable[[Example], dict[str, Any]]:
    def compose(example: Example) -> dict[str, Any]:
        said = [(one, as_text(one)) for one in example.turns]
        return {"conversations": [{"role": speakers[one.role or ""], key: text} for one, text in said]}

    return compose


def _outline(key: str) -> Callable[[Any], tuple[Hashable, list[str]]]:
    role, said = attrgetter("role"), attrgetter(key)
    return lambda row: (tuple(map(role, row.conversations)), list(map(said, row.conversations)))


FORMATS = (
    Format(
        name="pygmalion",
        title="Pygmalion",
        description=(
            "One conversation a row under `conversations`, each message with `role` (`system`, `human` "
            "or `bot`) and `value`: Axolotl's type `pygmalion`."
        ),
        shape=Pygmalion,
        recognise=_starts_with("role", "value"),
        example=_reader("pygmalion", "value"),
        rank=195,
        stage="sft",
        home="axolotl",
        kind="conversation",
        plain_keys=frozenset(("conversations", "role", "value")),
        outline=_outline("value"),
        compose=_writer(_SPEAKERS, "value"),
    ),
    Format(
        name="conversations",
        title="Conversations of roles",
        description=(
            "One conversation a row under `conversations`, each message with `role` and `content`: what "
            "Unsloth takes besides ShareGPT."
        ),
        shape=Entries,
        recognise=_starts_with("role", "content"),
        example=_reader("conversations", "content"),
        rank=196,
        stage="sft",
        home="unsloth",
        kind="conversation",
        plain_keys=frozenset(("conversations", "role", "content")),
        outline=_outline("content"),
        compose=_writer(_ROLES, "content"),
    ),
)
