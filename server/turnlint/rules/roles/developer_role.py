"""
What it does:
    Finds developer messages in data for supervised and preference fine-tuning.

Why it is bad:
    `developer` is the role of instructions for reasoning models. The published schemas list it for
    reinforcement fine-tuning alone; whether the services refuse it elsewhere is not known.

Example:
    {"messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: renames the role to `system`.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatRequestInput and
    FineTuneReinforcementRequestInput.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="the published schema lists it for reinforcement alone",
    trigger=ORDER,
    formats=("openai-chat", "openai-preference"),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for turn in example.turns:
        if turn.role == "developer":
            fix = Fix("Replace with `system`", (Edit(turn.role_place, '"system"'),))
            yield rule.at(
                turn.role_place, "`developer` is a role for reasoning models", "Use `system`.", fix=fix
            )
