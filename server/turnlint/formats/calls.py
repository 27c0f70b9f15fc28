"""The calls of an example: which definition, call and result belong together, and by which id or name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct, field

from turnlint.model import Call, Example, Place, Pointer, Tool, Turn

__all__ = [
    "RESULTS",
    "Calls",
    "Exchange",
    "Key",
    "all_calls",
    "call_at",
    "conversations",
    "declaration",
    "definition",
    "key_of_result",
    "key_place",
    "keys_of_call",
    "result_place",
    "tool_at",
]

RESULTS = ("tool", "function")
"""The roles of those who answer calls."""
Key: TypeAlias = tuple[Literal["id", "name"], str]
"""What a result says of the call that it answers: its id, in the older form the name of the function."""


def all_calls(example: Example) -> Iterator[Call]:
    """Every call of a row, in its order."""
    return (call for turn in example.all_turns for call in turn.calls)


def conversations(example: Example) -> tuple[tuple[Turn, ...], ...]:
    """The turns as a model sees them in a row: in preference data the prompt once with each answer."""
    if example.outputs is None:
        return (example.turns,)
    return (*example.turns, *example.preferred), (*example.turns, *example.non_preferred)


def keys_of_call(call: Call) -> list[Key]:
    """What a result may name this call by."""
    keys: list[Key] = [("id", call.id)] if call.id is not None and not call.legacy else []
    return keys if call.name is None else [*keys, ("name", call.name)]


def key_of_result(turn: Turn) -> Key | None:
    """What a turn names a call by; None where it names none."""
    if turn.role == "function":
        return None if turn.name is None else ("name", turn.name)
    return None if turn.result_of is None else ("id", turn.result_of)


def key_place(call: Call) -> Place:
    """Where a call has the id that results name, or its name in the older form."""
    return call.name_place if call.legacy else Place((*call.place.pointer, call.id_key))


def result_place(turn: Turn) -> Place:
    """Where a result says which call it answers."""
    return Place((*turn.pointer, *(("name",) if turn.role == "function" else turn.result_at)))


def call_at(example: Example, pointer: Pointer) -> Call | None:
    """The call that holds a place, or is it."""
    return next((call for call in all_calls(example) if _is_in(pointer, call.place.pointer)), None)


def tool_at(example: Example, pointer: Pointer) -> Tool | None:
    """The tool whose definition holds a place, or is it."""
    return next((tool for tool in example.tools if _is_in(pointer, definition(tool))), None)


def definition(tool: Tool) -> Pointer:
    """The place of the whole definition."""
    function = tool.parameters_place.pointer[:-1]
    return function if tool.legacy else function[:-1]


def declaration(example: Example, call: Call) -> Tool | None:
    """The definition of the tool that is called."""
    return next((tool for tool in example.tools if tool.name == call.name is not None), None)


class Exchange(Struct):
    """A call with its results, or the results that name one call which is not there."""

    asking: Turn | None = None
    """The turn of the call."""
    call: Call | None = None
    results: list[Turn] = field(default_factory=list)


class Calls:
    """Pairs the calls of an example with their results, in time that grows with the example.

    A result belongs to the last call before it that has its id or name, else to the first one behind it.
    """

    def __init__(self, example: Example) -> None:
        self._of_calls: dict[Pointer, Exchange] = {}
        self._of_results: dict[Pointer, Exchange] = {}
        self._early: set[Pointer] = set()
        self._stray: list[Exchange] = []
        unpaired = [group for turns in conversations(example) for group in self._pair(turns)]
        for group in unpaired:
            self._gather(group)

    @property
    def exchanges(self) -> list[Exchange]:
        """All calls in the order of the row, then what answers none."""
        return [*self._of_calls.values(), *self._stray]

    def of_call(self, call: Call) -> Exchange:
        """A call of the example with its results."""
        return self._of_calls[call.place.pointer]

    def of_result(self, turn: Turn) -> Exchange | None:
        """What a result belongs to; None where the turn names no call."""
        return self._of_results.get(turn.pointer)

    def is_early(self, turn: Turn) -> bool:
        """Whether a result stands before its call."""
        return turn.pointer in self._early

    def _pair(self, turns: tuple[Turn, ...]) -> list[list[Turn]]:
        """Pair what belongs together in a conversation; give the results that name the same missing call."""
        asked: dict[Key, Exchange] = {}
        early: dict[Key, list[Turn]] = {}
        for turn in turns:
            key = key_of_result(turn)
            if key is not None and key in asked:
                self._join(asked[key], turn)
            elif key is not None:
                early.setdefault(key, []).append(turn)
            for call in turn.calls:
                exchange = self._of_calls.setdefault(call.place.pointer, Exchange(turn, call))
                for name in keys_of_call(call):
                    asked[name] = exchange
                    for result in early.pop(name, ()):
                        self._early.add(result.pointer)
                        self._join(exchange, result)
        return list(early.values())

    def _join(self, exchange: Exchange, result: Turn) -> None:
        """Note what a result belongs to. A prompt is seen with each answer: the first time decides."""
        if result.pointer not in self._of_results:
            self._of_results[result.pointer] = exchange
            exchange.results.append(result)

    def _gather(self, results: list[Turn]) -> None:
        """Put results that name the same missing call together, those of a prompt once."""
        known = (self._of_results.get(one.pointer) for one in results)
        exchange = next((one for one in known if one is not None and one.call is None), None)
        if exchange is None:
            exchange = Exchange()
            self._stray.append(exchange)
        for result in results:
            self._join(exchange, result)


def _is_in(pointer: Pointer, outer: Pointer) -> bool:
    return pointer[: len(outer)] == outer
