"""
What it does:
    Finds fields for the grader that are called `item`, `sample` or `output`.

Why it is bad:
    Grader templates call the row `item` and what the model wrote `sample`, so that such a field reads as
    `item.item`.

Example:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "sample": "42"}

Use instead:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}

Fix:
    None.

Sources:
    OpenAI's graders guide (2026): templates know the namespaces item and sample.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="graders call the row `item` and what the model wrote `sample`",
    trigger=Keys(("item", "sample", "output")),
    formats=("openai-reinforcement",),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for name in ("item", "sample", "output"):
        if example.turns and name in example.extra:
            what = f"`{name}` is a confusing name for a field of the grader"
            yield rule.at(example.extra[name], what, "Call it `answer` or `reference`.")
