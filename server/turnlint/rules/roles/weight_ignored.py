"""
What it does:
    Finds answers that are marked not to be trained on, with `weight` 0, where the trainer does not read the mark.
    Told once a file.

Why it is bad:
    The trainer learns the answers that it was to leave out.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "What?", "weight": 0}, {"role": "user", "content": "I said hi."}, {"role": "assistant", "content": "hello", "weight": 1}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    huggingface/trl, docs/source/dataset_formats.md (2026-07): no weight of a message is read.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity, Turn
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the trainer learns what it was to leave out",
    trigger=Keys(("weight",)),
    default=False,
    once=True,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.role == "assistant" and type(turn.weight) in (int, float) and turn.weight == 0:
        place = Place((*turn.pointer, "weight"))
        yield rule.at(
            place,
            "the weight of this answer is not read",
            "Remove the answer, or name a target that masks it.",
        )
