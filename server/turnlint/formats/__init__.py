"""The formats of training rows: one file per format, found by itself.

A module of this package that defines `FORMAT` is a format; the others hold what several formats share.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

from turnlint.model import Example
from turnlint.modules import modules_of

__all__ = ["Format", "all_formats", "detect", "get_format"]


class Format(Struct, frozen=True):
    """One shape of row.

    Declare the keys once, in `shape`; everything else here says how to see such a row as turns.
    """

    name: str
    title: str
    description: str
    """A paragraph for the documentation page: what the format is for and who takes it."""
    shape: type[Struct]
    """The declared shape; unknown keys are forbidden unless its Struct leaves them free."""
    recognise: Callable[[dict[str, Any]], bool]
    """Whether a decoded object is a row of this format, judged by its keys and role names alone."""
    example: Callable[[dict[str, Any]], Example]
    """The row as turns. Must take any object whatever and read what it can."""
    rank: int
    """Order of recognition: the lowest rank that recognises a row names its format."""
    stage: str
    """The training method it is for: sft, preference or reinforcement."""
    home: str
    """The target whose rules are the format's own; `generic` where it has none."""
    plausible: Callable[[dict[str, Any]], bool] | None = None
    """Whether an object can be such a row where the user names its stage; more generous than `recognise`."""
    plain_keys: frozenset[str] = frozenset()
    """The keys of a plain row: all strings, nothing optional. Any other declared key makes a row rich."""
    outline: Callable[[Any], tuple[Hashable, list[str]]] | None = None
    """For a decoded plain row: what its sequence of roles is, and all its texts in order.

    Rows of equal outline have the same keys and the same roles. None where the shape leaves keys free.
    """


@cache
def all_formats() -> tuple[Format, ...]:
    """Every format, in order of recognition."""
    modules = (import_module(f"{__name__}.{name}") for name in modules_of(__path__))
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return tuple(sorted(found, key=lambda one: one.rank))


def get_format(name: str) -> Format:
    """Look a format up by name. Raises KeyError."""
    for one in all_formats():
        if one.name == name:
            return one
    raise KeyError(name)


def detect(value: Any, stage: str | None = None) -> Format | None:
    """Name the format of one decoded row, or None; with a stage, what may be meant for it counts."""
    if type(value) is not dict:
        return None
    for one in all_formats():
        if one.recognise(value) or (stage == one.stage and one.plausible and one.plausible(value)):
            return one
    return None
