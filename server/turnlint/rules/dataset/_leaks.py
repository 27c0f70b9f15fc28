"""Rows of a validation or test split that an earlier split has too."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from turnlint.rules.answers import Answer, answers, asked_alike, same_turns
from turnlint.rules.compare import Group

__all__ = ["NAMES", "SEEN_TWICE", "Leak", "leaks"]

NAMES = {"train": "training", "validation": "validation", "test": "test"}
"""The splits in their order, with what their data is called."""

SEEN_TWICE = "the model is chosen by what it is tested with"
"""Why it hurts where test data is in the validation data."""

_SPLITS = tuple(NAMES)
_TRIED = 16
"""So many rows with the same prompt are looked at."""


class Leak(NamedTuple):
    """A row that is held out of training, and what gives it away."""

    row: Answer
    source: Answer
    is_whole: bool
    """The source gives the same answer, too."""
    is_sure: bool
    """They do not differ in case or white space where that may matter."""


def leaks(group: Group) -> Iterator[Leak]:
    """The rows held out whose last prompt an earlier split has, each with the first such row."""
    if len({member.origin.split for member in group.members}) < 2:
        return
    found = [one for one in answers(group) if one.is_taught]
    known: dict[Hashable, list[Answer]] = {}
    for one in found:
        known.setdefault((one.split, one.method), []).append(one)
        known.setdefault((one.split, one.method, _said(one)), []).append(one)
    for one in found:
        if one.exchange.is_last:
            for split in _SPLITS[: _SPLITS.index(one.split)]:
                equal = known.get((split, one.method, _said(one)), ())
                leak = _leak(one, equal, is_whole=True)
                leak = leak or _leak(one, known.get((split, one.method), ()), is_whole=False)
                leak = leak or _leak(one, equal, is_whole=True, is_sure=False)
                if leak is not None:
                    yield leak
                    break


def _said(answer: Answer) -> Hashable:
    """What a row teaches: a comparison the other way round asks for the same answers."""
    exchange = answer.exchange
    return frozenset((exchange.answer, exchange.other)) if answer.method == "preference" else answer.says


def _leak(row: Answer, sources: Sequence[Answer], *, is_whole: bool, is_sure: bool = True) -> Leak | None:
    loosely = not is_sure
    for source in islice(sources, _TRIED):
        if asked_alike(source, row, loosely=loosely) and (not is_whole or _same_answer(source, row, loosely)):
            return Leak(row, source, is_whole, is_sure)
    return None


def _same_answer(one: Answer, other: Answer, loosely: bool) -> bool:
    if same_turns(one.exchange.turns, other.exchange.turns, loosely=loosely):
        return True
    others = other.example.non_preferred
    return one.method == "preference" and same_turns(one.exchange.turns, others, loosely=loosely)
