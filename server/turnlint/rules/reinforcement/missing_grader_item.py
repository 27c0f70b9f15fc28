"""
What it does:
    Finds prompts for reinforcement that lack a field which the grader reads. It knows the grader where the
    settings name its file (`grader` of a `[[dataset]]`), or say what it reads (the parameter `fields`).

Why it is bad:
    The template of the grader cannot be filled in, and the answer gets no grade.

Example:
    With `rules.missing-grader-item.fields."item.reference.unit" = "same unit"` in the settings:
    {"messages": [{"role": "user", "content": "6 m x 7 m?"}], "reference": {"value": 42}}

Use instead:
    {"messages": [{"role": "user", "content": "6 m x 7 m?"}], "reference": {"value": 42, "unit": "m2"}}

Fix:
    None.

Sources:
    OpenAI's graders guide (2026): templates read the row as `item`. microsoft/azure-skills (2026-08): the
    same keys in every row.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity
from turnlint.rules import LAYOUT, Bound, Rule, quote
from turnlint.text.templates import has_item

RULE = Rule(
    severity=Severity.ERROR,
    why="its template cannot be filled in, and the answer gets no grade",
    trigger=LAYOUT,
    formats=("openai-reinforcement",),
    parameters={"fields": {}},
)
"""`fields`: what graders read, each with the name of the grader."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if not example.turns:
        return
    for field, grader in rule["fields"].items():
        if not has_item(example.value, field):
            what = f"this row lacks {quote(field, 100)}, which the grader {quote(grader)} reads"
            yield rule.at(Place(), what, "Add it, or take it out of the grader.")
