"""
What it does:
    Finds system messages that follow other messages. What follows the last answer of a conversation is
    `last-not-assistant`.

Why it is bad:
    Instructions are expected at the start. Many chat templates move, drop or refuse those that come later,
    and some services keep the first alone.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "system", "content": "Be brief."}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    OpenAI's schema allows it, and its guides never show it; microsoft/azure-skills,
    skills/microsoft-foundry/finetuning (2026-08).
"""

from collections.abc import Iterator

from turnlint.formats import get_format
from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import ORDER, Bound, Rule
from turnlint.rules.roles._order import INSTRUCTIONS

RULE = Rule(
    severity=Severity.WARNING, why="instructions after the start are often moved or dropped", trigger=ORDER
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    begun = False
    for turn in _answered(example):
        if turn.role not in INSTRUCTIONS:
            begun = True
        elif begun:
            yield rule.at(
                turn.role_place,
                f"this {turn.role} message stands in the middle",
                "Put it first, or make it part of another message.",
            )
            return


def _answered(example: Example) -> tuple[Turn, ...]:
    """The turns without those that follow the last answer of a conversation."""
    answers = [at for at, turn in enumerate(example.turns, 1) if turn.role == "assistant"]
    is_conversation = get_format(example.format).kind == "conversation"
    return example.turns[: answers[-1]] if answers and is_conversation else example.turns
