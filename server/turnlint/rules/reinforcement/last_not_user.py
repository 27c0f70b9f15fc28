"""
What it does:
    Finds prompts for reinforcement that do not end with the user.

Why it is bad:
    The model writes the answer itself. An answer that is already there leaves nothing to write.

Example:
    {"messages": [{"role": "user", "content": "6 x 7?"}, {"role": "assistant", "content": "42"}], "answer": "42"}

Use instead:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}

Fix:
    Unsafe: removes the messages after the last one of the user.

Sources:
    MicrosoftDocs/azure-ai-docs, reinforcement fine-tuning (2026-03); microsoft/azure-skills (2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the model writes the answer itself",
    trigger=ORDER,
    formats=("openai-reinforcement",),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if not example.turns or example.turns[-1].role == "user":
        return
    last = example.turns[-1]
    todo = "End with the user; put the answer into a field for the grader."
    yield rule.at(last.role_place, f"the prompt ends with the {last.role}", todo, fix=_fix(example))


def _fix(example: Example) -> Fix | None:
    asked = max((at for at, turn in enumerate(example.turns) if turn.role == "user"), default=None)
    if asked is None:
        return None
    after = example.turns[asked + 1 :]
    return Fix(
        "Remove what follows the user", tuple(Edit(Place(turn.pointer), remove=True) for turn in after)
    )
