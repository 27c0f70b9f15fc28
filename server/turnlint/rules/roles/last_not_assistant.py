"""
What it does:
    Finds conversations that go on after the last answer of the assistant.

Why it is bad:
    What follows the last answer is never trained on. Mostly the answer that should follow was lost.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}, {"role": "user", "content": "bye"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: removes the messages after the last answer.

Sources:
    microsoft/azure-skills, skills/microsoft-foundry/finetuning (2026-08). All examples in OpenAI's guides end
    with the assistant.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="what follows the last answer is never trained on",
    trigger=ORDER,
    kinds=("conversation",),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    answers = [at for at, turn in enumerate(example.turns) if turn.role == "assistant"]
    rest = example.turns[answers[-1] + 1 :] if answers else ()
    if rest:
        last = rest[-1]
        fix = Fix(
            "Remove what follows the last answer", tuple(Edit(turn.place, remove=True) for turn in rest)
        )
        what = f"the last message is from `{last.role}`"
        yield rule.at(last.role_place, what, "End with the assistant's answer.", fix=fix)
