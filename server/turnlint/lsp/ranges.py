"""Ranges as they go over the wire, where thousands of them are written."""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["Position", "written_range"]

Position: TypeAlias = tuple[int, int]
"""A 0-based line, and a column in units of the client."""


def written_range(start: Position, end: Position) -> dict[str, Any]:
    """Write a range; the end is exclusive."""
    first, last = ({"line": line, "character": character} for line, character in (start, end))
    return {"start": first, "end": last}
