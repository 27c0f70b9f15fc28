"""Messages that are a role and a string: what the formats share that have no more."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from operator import attrgetter
from typing import Annotated, Any

from turnlint.formats.messages import read_turns
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import note
from turnlint.model import Example, Place, Turn

__all__ = ["SPEAKER", "StringContent", "has_messages", "outline_of_strings", "read_strings", "says_role"]

SPEAKER = note("Who speaks.", rules={"invalid-value": "unknown-role", "missing-key": "missing-role"})
StringContent = Annotated[
    str,
    note(
        "What is said.",
        rules={"missing-key": "missing-content"},
        aliases=dict.fromkeys(("text", "message", "value"), "rename it to `content`"),
    ),
]


def read_strings(
    value: dict[str, Any], name: str, roles: Mapping[str, str], before: tuple[Turn, ...] = ()
) -> Example:
    """See a row as turns: those before the messages, and its messages. `roles` are in OpenAI's words."""
    turns = read_turns(value.get("messages"), ("messages",), roles)
    return Example(
        name,
        (*before, *turns),
        place=Place(("messages",)) if "messages" in value else Place(),
        value=value,
        readable=roles_known(turns),
    )


_role, _content = attrgetter("role"), attrgetter("content")


def outline_of_strings(row: Any) -> tuple[Hashable, list[str]]:
    """The outline of a row whose messages are all that it has."""
    return tuple(map(_role, row.messages)), list(map(_content, row.messages))


def has_messages(value: dict[str, Any]) -> bool:
    """Whether a row has a list of messages at all."""
    return type(value.get("messages")) is list


def says_role(value: dict[str, Any], role: str) -> bool:
    """Whether some message of a row is of a role and says something."""
    messages = value.get("messages")
    return type(messages) is list and any(
        type(one) is dict and one.get("role") == role and "content" in one for one in messages
    )
