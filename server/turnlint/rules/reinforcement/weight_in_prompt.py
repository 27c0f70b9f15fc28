"""
What it does:
    Finds a `weight` on a message of a prompt for reinforcement.

Why it is bad:
    The messages of a prompt are not trained on, so a weight has no meaning.

Example:
    {"messages": [{"role": "user", "content": "6 x 7?"}, {"role": "assistant", "content": "41", "weight": 0}, {"role": "user", "content": "Sure?"}], "answer": "42"}

Use instead:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}

Fix:
    Safe: removes the key.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneReinforcementRequestInput.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity, Turn
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the messages of a prompt are not trained on",
    trigger=Keys(("weight",)),
    formats=("openai-reinforcement",),
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.weight is not None:
        place = Place((*turn.pointer, "weight"), part="key")
        fix = Fix("Remove `weight`", (Edit(place, remove=True),), safe=True)
        yield rule.at(place, "a `weight` stands in a prompt", "Remove it.", fix=fix)
