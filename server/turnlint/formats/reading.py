"""What formats share in reading decoded rows, in which anything may stand anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from turnlint.model import Place, Pointer, Text, Tool, Turn

__all__ = ["only_text", "read_tool", "roles_known", "string"]


def string(value: Any) -> str | None:
    """A string, or None for anything else."""
    return value if type(value) is str else None


def roles_known(turns: Sequence[Turn]) -> bool:
    """Whether there are turns, and the role of each is known."""
    return bool(turns) and all(turn.role is not None for turn in turns)


def read_tool(
    held: dict[str, Any],
    pointer: Pointer,
    parameters: Any,
    at: Pointer,
    *,
    strict: bool = False,
    legacy: bool = False,
) -> Tool:
    """Read the definition of a function at a pointer, whose parameters stand at another."""
    name, description = held.get("name"), held.get("description")
    return Tool(
        string(name),
        Place((*pointer, "name")) if type(name) is str else Place(pointer),
        description=Text(description, (*pointer, "description")) if type(description) is str else None,
        parameters=parameters,
        parameters_place=Place(at),
        strict=strict,
        legacy=legacy,
    )


def only_text(parts: Any) -> str:
    """The one text of a plain list of parts, as declared. Raises TypeError where it has several."""
    if len(parts) != 1:
        raise TypeError
    return parts[0].text  # type: ignore[no-any-return]
