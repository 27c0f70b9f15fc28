"""
What it does:
    Finds examples with more messages than a target takes. Instructions are not counted.

Why it is bad:
    The service refuses the file.

Example:
    With `rules.too-many-turns.maximum = 2` in the settings:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}, {"role": "user", "content": "How are you?"}, {"role": "assistant", "content": "Fine."}]}

Use instead:
    {"messages": [{"role": "user", "content": "How are you?"}, {"role": "assistant", "content": "Fine."}]}

Fix:
    None.

Sources:
    aws-samples/amazon-bedrock-samples, custom-models/model_distillation (2026-08): one or two messages.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule
from turnlint.rules.roles._order import INSTRUCTIONS

RULE = Rule(
    severity=Severity.ERROR,
    why="the service takes no more",
    trigger=ORDER,
    default=False,
    parameters={"maximum": 256},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    turns = [turn for turn in example.turns if turn.role not in INSTRUCTIONS]
    maximum = rule["maximum"]
    if len(turns) > maximum:
        what = f"this example has {len(turns)} messages, and {maximum} are the limit"
        yield rule.at(turns[maximum].place, what, "Split the conversation.")
