"""Completion in shells: what may follow each option, from the declarations; one file per shell."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from turnlint.cli._program import OneOf, SomeOf, command_names, parser_of
from turnlint.config import all_targets
from turnlint.config.datasets import SUFFIXES
from turnlint.formats import all_formats
from turnlint.rules import all_rules

__all__ = ["PROGRAM_OPTIONS", "Values", "actions", "quoted", "values_of"]

PROGRAM_OPTIONS = {"--help": "Print help", "--version": "Print the version", "--check": "The same as `check`"}
"""What may stand where a command is expected, and its help."""


class Values(Struct, frozen=True):
    """What an option takes, or what an operand is."""

    names: tuple[str, ...] = ()
    is_list: bool = False
    """Several names are separated by commas."""
    is_file: bool = False
    suffixes: tuple[str, ...] = ()
    """What the names of files end in; empty for any file."""


def actions() -> Iterator[tuple[str, Iterable[argparse.Action]]]:
    """Give each command with its options and operands."""
    for name in command_names():
        yield name, parser_of(name)._actions


def values_of(action: argparse.Action) -> Values | None:
    """What an option takes; None for one that takes nothing."""
    if action.nargs == 0:
        return None
    if isinstance(action.type, SomeOf):
        return Values(("ALL", *action.type.names()), is_list=True)
    if isinstance(action.type, OneOf):
        return Values(tuple(action.type.names()))
    first = str(action.metavar).partition("|")[0]
    for name in (action.dest, first.lower()):
        if name in _NAMES:
            return Values(tuple(_NAMES[name]()))
    if action.metavar == "RULES":
        return Values(("ALL", *_rules()), is_list=True)
    if action.metavar == "PATH" and action.dest == "paths":
        return Values(is_file=True, suffixes=SUFFIXES)
    return Values(is_file=first in ("FILE", "PATH", "FOLDER"))


def quoted(text: str) -> str:
    """A text in single quotes, as shells read it; fish, too, as none of ours holds a backslash."""
    return "'" + text.replace("'", "'\\''") + "'"


def _targets() -> Iterator[str]:
    for one in all_targets().values():
        yield one.name
        yield from (f"{one.name}:{model}" for model, _, _ in one.listed())


def _rules() -> Iterator[str]:
    """Families and rules."""
    yield from sorted({one.family for one in all_rules().values()})
    yield from sorted(all_rules())


_NAMES: Mapping[str, Callable[[], Iterable[str]]] = {
    "target": _targets,
    "rule": _rules,
    "format": lambda: (one.name for one in all_formats()),
}
"""The names that an option or operand suggests and does not insist on, or checks elsewhere."""
