"""
What it does:
    Finds comparisons whose two answers are the same, but for white space.

Why it is bad:
    There is nothing to prefer. The loss of such a pair is constant, and it teaches nothing.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "Cold."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    microsoft/azure-skills, skills/microsoft-foundry/finetuning (2026-08); OpenRLHF/OpenRLHF#1311.
"""

from collections.abc import Hashable, Iterator
from typing import Any

import orjson

from turnlint.model import Call, Example, Finding, Related, Severity, Turn
from turnlint.rules import REPEAT, Bound, Rule
from turnlint.text.decode import decode

RULE = Rule(
    severity=Severity.WARNING,
    why="there is nothing to prefer, and the pair teaches nothing",
    trigger=REPEAT,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if example.outputs is None or not example.preferred or not example.readable:
        return
    if _canonical(example.preferred) == _canonical(example.non_preferred):
        preferred, other = example.outputs
        related = [Related("the preferred answer", place=preferred)]
        todo = "Write a worse answer, or remove the row."
        yield rule.at(other, "both answers are the same", todo, related=related)


def _canonical(turns: tuple[Turn, ...]) -> list[Hashable]:
    return [
        (
            turn.role,
            " ".join(turn.text.split()),
            tuple(image.url for image in turn.images),
            tuple((call.name, _arguments(call)) for call in turn.calls),
        )
        for turn in turns
    ]


def _arguments(call: Call) -> Any:
    """The arguments of a call, the same for whatever order and white space."""
    if type(call.arguments) is not str:
        return repr(call.arguments)
    row = decode(call.arguments.encode("utf-8", "replace"))
    try:
        return orjson.dumps(row.value, option=orjson.OPT_SORT_KEYS) if row.parsed else call.arguments
    except TypeError:  # lone surrogates, integers of no machine
        return call.arguments
