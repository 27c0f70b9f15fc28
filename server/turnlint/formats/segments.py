"""Axolotl's `input_output`: a text in segments, each marked as learnt or not.

Source: axolotl-ai-cloud/axolotl, docs/dataset-formats/template_free.qmd and
src/axolotl/prompt_strategies/input_output.py at 067b021 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, ClassVar

from turnlint.formats import Format
from turnlint.formats.reading import roles_known
from turnlint.formats.shape import Shape, note
from turnlint.model import Content, Example, Place, ShapeFault, Text, Turn

_KINDS: dict[type, Content] = {str: "text", type(None): "null"}
_ROLES = {True: "assistant", False: "user"}


class Segment(Shape, forbid_unknown_fields=False):
    """A piece of the text."""

    owner: ClassVar[str] = "segment"
    label: Annotated[bool, note("Whether the model learns to write it.")]
    text: Annotated[str, note("The piece, with the special tokens that belong to it.")]


class Segments(Shape, forbid_unknown_fields=False):
    """One text in segments, which are put together as they stand."""

    segments: Annotated[list[Segment], note("The segments, in order.", min_length=1)]


def _plausible(value: dict[str, Any]) -> bool:
    return "segments" in value


def _recognise(value: dict[str, Any]) -> bool:
    segments = value.get("segments")
    first = segments[0] if type(segments) is list and segments else None
    return type(first) is dict and "label" in first and "text" in first


def _turn(segment: Any, at: int) -> Turn:
    pointer = ("segments", at)
    segment = segment if type(segment) is dict else {}
    label, text = segment.get("label"), segment.get("text")
    return Turn(
        _ROLES[label] if type(label) is bool else None,
        pointer,
        role_key="label",
        content_key="text",
        content=_KINDS.get(type(text), "other") if "text" in segment else "missing",
        texts=(Text(text, (*pointer, "text")),) if type(text) is str else (),
    )


def _example(value: dict[str, Any]) -> Example:
    segments = value.get("segments")
    turns = tuple(_turn(one, at) for at, one in enumerate(segments if type(segments) is list else ()))
    return Example(
        "segments",
        turns,
        place=Place(("segments",)) if "segments" in value else Place(),
        value=value,
        readable=roles_known(turns),
    )


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    if not any(segment["label"] for segment in value["segments"]):
        place = Place(("segments",))
        yield ShapeFault("nothing-learnt", place, "row", "segments", rule="nothing-learnt")


def _outline(row: Segments) -> tuple[Hashable, list[str]]:
    return tuple([one.label for one in row.segments]), [one.text for one in row.segments]


FORMAT = Format(
    name="segments",
    title="Segments",
    description=(
        "A text in segments, each with a `label` that says whether the model learns to write it: Axolotl's "
        "type `input_output`, for those who write templates and special tokens themselves."
    ),
    shape=Segments,
    recognise=_recognise,
    plausible=_plausible,
    example=_example,
    rank=60,
    stage="sft",
    home="axolotl",
    kind="text",
    verify=_verify,
    plain_keys=frozenset(("segments", "label", "text")),
    outline=_outline,
)
