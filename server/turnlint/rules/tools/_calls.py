"""Calls and results of an example, as the rules of this family see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from turnlint.formats.calls import (
    RESULTS,
    Key,
    conversations,
    key_of_result,
    key_place,
    keys_of_call,
    result_place,
)
from turnlint.model import Call, Example, JsonFault, Place, Row, Turn
from turnlint.text.decode import decode

__all__ = [
    "NAME",
    "Unpaired",
    "arguments",
    "decoded_arguments",
    "fatal_fault",
    "has_newer",
    "legacy_places",
    "unpaired",
    "within",
]

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""What the API takes for the name of a tool."""


def legacy_places(example: Example) -> Iterator[Place]:
    """What belongs to the older form of calls: in the messages first."""
    for turn in example.all_turns:
        if any(call.legacy for call in turn.calls):
            yield Place((*turn.pointer, "function_call"), part="key")
        if turn.role == "function":
            yield turn.role_place
    for tool in example.tools:
        if tool.legacy:
            yield tool.place


def has_newer(example: Example) -> bool:
    """Whether anything belongs to the newer form of calls."""
    return not all(tool.legacy for tool in example.tools) or any(
        turn.role == "tool" or not all(call.legacy for call in turn.calls) for turn in example.all_turns
    )


def arguments(call: Call) -> Row | None:
    """Read the arguments of a call; None where they are no text. What it gives must not be changed."""
    return _read(call.arguments) if type(call.arguments) is str else None


_FATAL = frozenset(("invalid-json", "deep-nesting", "control-character", "non-finite-number"))


def fatal_fault(row: Row) -> JsonFault | None:
    """The first fault for which a strict parser refuses a text."""
    return next((fault for fault in row.faults if fault.kind in _FATAL), None)


def decoded_arguments(call: Call) -> Any:
    """The value of the arguments of a call, in JSON's types; `...` where they are neither JSON nor an object."""
    if type(call.arguments) is dict:
        return call.arguments
    row = arguments(call)
    return row.value if row is not None and fatal_fault(row) is None else ...


def within(call: Call, place: Place) -> Place:
    """A place in the arguments of a call, text or not, as a place of the row."""
    return _within(call.arguments_place, place, is_text=type(call.arguments) is str)


def _within(outer: Place, place: Place, *, is_text: bool) -> Place:
    if outer.inner is not None:  # the call itself is JSON in a string
        return replace(outer, inner=_within(outer.inner, place, is_text=is_text))
    if is_text:
        return Place(outer.pointer, inner=place)
    return replace(place, pointer=(*outer.pointer, *place.pointer))


@lru_cache(maxsize=32)
def _read(text: str) -> Row:
    # Each lone surrogate becomes one character, so that columns hold.
    return decode(text.encode("utf-8", "replace"))


class Unpaired(Struct, frozen=True):
    """A call without result, or a result that does not belong where it stands."""

    kind: Literal["unanswered", "orphan", "misplaced"]
    place: Place
    """What should pair: the id of the call, the `tool_call_id` of the result, or a function's name."""
    key: str
    """The id or name there."""
    other: Place | None = None
    """The call that the result belongs to or may have meant."""
    meant: str | None = None
    """What an orphan should say to answer that call."""


def unpaired(example: Example, kind: str) -> Iterator[Unpaired]:
    """Find the calls and results of one kind that do not pair.

    What cannot be read pairs with anything: its own fault was found already. A result that matches nothing
    stands for the missing results of the calls before it.
    """
    if not example.readable:
        return
    seen: set[Place] = set()
    for turns in conversations(example):
        if any(turn.calls or turn.role in RESULTS for turn in turns):
            for one in _Pairing(turns).run():
                if one.kind == kind and one.place not in seen:
                    seen.add(one.place)
                    yield one


class _Pairing:
    """One pass over a conversation. Calls and results meet by id, those of the older form by name."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        self._turns = turns
        self._asked: dict[Key, tuple[int, Call]] = {}
        """For each key the last call that it means so far, and where."""
        self._blind = False
        """Some call so far cannot be read."""
        self._answered: set[tuple[int, Key]] = set()
        self._stray: set[Key] = set()
        """The keys of results that meant no call before them."""
        self._excused: set[int] = set()
        """Turns whose calls are not asked for results."""

    def run(self) -> Iterator[Unpaired]:
        block: int | None = None
        latest: int | None = None
        for position, turn in enumerate(self._turns):
            if turn.role in RESULTS:
                yield from self._result(turn, block, latest)
            if turn.has_calls:
                self._note(position, turn)
                block = latest = position
            elif turn.role not in RESULTS:
                block = None
        yield from self._unanswered()

    def _note(self, position: int, turn: Turn) -> None:
        for call in turn.calls:
            for key in keys_of_call(call):
                self._asked[key] = (position, call)
        if not turn.calls or not all(map(_is_readable, turn.calls)):
            self._blind = True
        if turn.role != "assistant" or position == len(self._turns) - 1:
            self._excused.add(position)

    def _result(self, turn: Turn, block: int | None, latest: int | None) -> Iterator[Unpaired]:
        key, place = key_of_result(turn), result_place(turn)
        asked = self._asked.get(key) if key is not None else None
        if key is not None and asked is not None:
            self._answered.add((asked[0], key))
            if asked[0] != block:
                yield Unpaired("misplaced", place, key[1], key_place(asked[1]))
            return
        before = self._turns[latest].calls if latest is not None else ()
        if latest is not None:
            self._excused.add(latest)
        mixed = turn.role == "tool" and any(call.legacy for call in before)
        if key is not None and not self._blind and not mixed:
            self._stray.add(key)
            yield self._orphan(turn, place, key, latest)

    def _orphan(self, turn: Turn, place: Place, key: Key, latest: int | None) -> Unpaired:
        """What a stray result can have meant is clear where one call alone lacks a result."""
        before = self._turns[latest].calls if latest is not None else ()
        lacking = [
            call for call in before if not any((latest, one) in self._answered for one in keys_of_call(call))
        ]
        if len(lacking) != 1:
            return Unpaired("orphan", place, key[1])
        call = lacking[0]
        meant = call.name if turn.role == "function" else call.id
        return Unpaired("orphan", place, key[1], key_place(call), meant)

    def _unanswered(self) -> Iterator[Unpaired]:
        for position, turn in enumerate(self._turns):
            for call in turn.calls if position not in self._excused else ():
                keys = keys_of_call(call)
                answered = any((position, key) in self._answered or key in self._stray for key in keys)
                if _is_readable(call) and not answered:
                    yield Unpaired("unanswered", key_place(call), keys[0][1])


def _is_readable(call: Call) -> bool:
    return call.name is not None and (call.legacy or call.id is not None)
