"""Calls written as JSON text in a turn of their own, `{"name": …, "arguments": …}` or a list of these.

Source: hiyouga/LLaMA-Factory, src/llamafactory/data/formatter.py and data/README.md at ff6d4d1 (2026-08-18).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from turnlint.model import Call, Place, Pointer, Row, ShapeFault
from turnlint.text.decode import decode

__all__ = ["calls_in", "faults_of_calls"]

_NEEDED = ("name", "arguments")
_THOUGHT = "</think>"
"""Behind this the calls begin, where the model thinks first: their places in the text cannot be told."""


def calls_in(text: str, pointer: Pointer) -> tuple[Call, ...]:
    """Read the calls of a text as far as they are there; none where it begins with something else."""
    if _THOUGHT in text:
        return ()
    return tuple(_call(one, Place(pointer, inner=place)) for one, place in _listed(_read(text)))


def faults_of_calls(text: str, pointer: Pointer) -> Iterator[ShapeFault]:
    """What is wrong with a text that must be calls, for the rule `call-not-json`."""
    if _THOUGHT in text:
        return
    row = _read(text)
    if not row.parsed:
        yield _fault(Place(pointer, inner=row.faults[0].place if row.faults else None), "", text)
    elif not _listed(row):
        yield _fault(Place(pointer), "", row.value)
    for one, place in _listed(row):
        for key in _NEEDED if type(one) is dict else ("",):
            if not key or key not in one:
                yield _fault(Place(pointer, inner=place), key, one)


def _fault(place: Place, key: str, found: Any) -> ShapeFault:
    return ShapeFault("call-not-json", place, "function_call", key, (), found, rule="call-not-json")


def _read(text: str) -> Row:
    # Each lone surrogate becomes one character, so that columns hold.
    return decode(text.encode("utf-8", "replace"))


def _listed(row: Row) -> list[tuple[Any, Place]]:
    """Each call that a text is or lists, with its place in the text."""
    if type(row.value) is list:
        return [(one, Place((at,))) for at, one in enumerate(row.value)]
    return [(row.value, Place())] if row.parsed else []


def _call(value: Any, place: Place) -> Call:
    value = value if type(value) is dict else {}
    name = value.get("name")
    return Call(
        place,
        name=name if type(name) is str else None,
        name_place=_member(place, "name"),
        arguments=value.get("arguments"),
        arguments_place=_member(place, "arguments"),
    )


def _member(place: Place, key: str) -> Place:
    return Place(place.pointer, inner=(place.inner or Place()).at(key))
