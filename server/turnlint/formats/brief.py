"""An example in a few words: for outlines, and for what stands beside a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from turnlint.model import Example, Turn
from turnlint.text.label import counted, snippet

__all__ = ["called", "composition", "counts", "headline"]

_NAME = 40
"""The name of a tool is cut to so many code points."""
_NAMES = 5
"""So many tools are named."""


def headline(example: Example, limit: int) -> str:
    """The first words of what the user says first, else of the first text; empty where there is none."""
    turns = example.all_turns
    for turn in chain((turn for turn in turns if turn.role == "user"), turns):
        for text in turn.texts:
            if words := snippet(text.value, limit):
                return words
    return ""


def counts(example: Example) -> str:
    """How many turns and what else the example has: `4 turns, 2 tool calls`.

    Turns that every row of the format has by its shape are not counted, so it may be empty.
    """
    calls = images = 0
    for turn in example.all_turns:
        calls += len(turn.calls)
        images += len(turn.images)
    found = (
        (len(example.turns) - sum(turn.implied for turn in example.turns), "turn"),
        (bool(example.preferred) + bool(example.non_preferred), "answer"),
        (calls, "tool call"),
        (images, "image"),
        (len(example.extra), "grader field"),
    )
    return ", ".join(counted(count, word) for count, word in found if count)


def composition(example: Example) -> Iterator[str]:
    """What the counts are made of, in lines of plain text: roles, tools called, tools declared."""
    groups = (
        ("", example.turns),
        ("preferred: ", example.preferred),
        ("non-preferred: ", example.non_preferred),
    )
    for name, turns in groups:
        if turns:
            yield name + _tally(turn.role or "unknown" for turn in turns)
    calls = called(*example.all_turns)
    if calls:
        yield f"calls: {calls}"
    if example.tools:
        yield f"tools: {_listed(tool.name or '?' for tool in example.tools)}"


def called(*turns: Turn) -> str:
    """The names of the tools that turns call: `search ×2, get_weather`; empty where they call none."""
    return _listed(call.name or "?" for turn in turns for call in turn.calls)


def _tally(words: Iterable[str]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in Counter(words).items())


def _listed(names: Iterable[str]) -> str:
    found = Counter(names)
    shown = [
        snippet(name, _NAME) + (f" ×{count:,}" if count > 1 else "")
        for name, count in found.most_common(_NAMES)
    ]
    more = [f"{len(found) - _NAMES:,} more"] if len(found) > _NAMES else []
    return ", ".join(shown + more)
