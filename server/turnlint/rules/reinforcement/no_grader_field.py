"""
What it does:
    Finds prompts for reinforcement without a field for the grader.

Why it is bad:
    Most graders compare the answer with a reference in the row. Only a grader that needs none can judge
    such a row.

Example:
    {"messages": [{"role": "user", "content": "6 x 7?"}]}

Use instead:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}

Fix:
    None.

Sources:
    microsoft/azure-skills, skills/microsoft-foundry/finetuning (2026-08): an error there; but a sample file
    of Microsoft's has such rows.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity
from turnlint.rules import LAYOUT, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="a grader has nothing to compare the answer with",
    trigger=LAYOUT,
    formats=("openai-reinforcement", "bedrock-reinforcement"),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if example.turns and not example.extra:
        todo = "Add the reference, as `answer` for instance, unless the grader needs none."
        yield rule.at(Place(), "this row has no field for the grader", todo)
