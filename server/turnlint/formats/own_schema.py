"""Rows of which nothing is known but the user's own JSON Schema: `schema-mismatch` holds them against it."""

from __future__ import annotations

from typing import Any

from turnlint.formats import Format
from turnlint.formats.shape import Shape
from turnlint.model import Example

__all__ = ["OWN_SCHEMA"]

OWN_SCHEMA = "own-schema"


class Row(Shape, forbid_unknown_fields=False):
    """A row; what is in it, the schema says."""


def _recognise(value: dict[str, Any]) -> bool:
    return False


def _example(value: dict[str, Any]) -> Example:
    return Example(OWN_SCHEMA, (), value=value, readable=False)


UNLISTED = Format(
    name=OWN_SCHEMA,
    title="Own schema",
    description="Rows that are judged by the user's own JSON Schema.",
    shape=Row,
    recognise=_recognise,
    example=_example,
    rank=1_000,
    stage="sft",
    home="generic",
    kind="other",
)
