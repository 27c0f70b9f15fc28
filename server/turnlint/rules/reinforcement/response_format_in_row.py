"""
What it does:
    Finds a key `response_format` in a row for reinforcement.

Why it is bad:
    It is a setting of the job. In a row it is one more field for the grader and forms no answer.

Example:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42", "response_format": {"type": "json_object"}}

Use instead:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}

Fix:
    Unsafe: removes the key.

Sources:
    OpenAI's reinforcement fine-tuning guide (2026-06).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="it is a setting of the job, and in a row only one more field for the grader",
    trigger=Keys(("response_format",)),
    formats=("openai-reinforcement",),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    place = example.extra.get("response_format")
    if place is not None:
        fix = Fix("Remove `response_format`", (Edit(place, remove=True),))
        yield rule.at(place, "`response_format` stands in a row", "Set it where you create the job.", fix=fix)
