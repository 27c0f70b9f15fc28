"""
What it does:
    Finds examples with fewer messages than a target takes.

Why it is bad:
    A single message has no question that it answers, or no answer. The trainer stops at it.

Example:
    With `format = "databricks-chat"` in the settings:
    {"messages": [{"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    mosaicml/llm-foundry, llmfoundry/data/finetuning/tasks.py (2025-07): two messages at least.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the trainer stops at it",
    trigger=ORDER,
    default=False,
    kinds=("conversation",),
    parameters={"minimum": 2},
    least={"minimum": 1},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    count, minimum = len(example.turns), rule["minimum"]
    if count < minimum:
        have = "one message" if count == 1 else f"{count} messages"
        what = f"this example has {have}, and {minimum} are the least"
        yield rule.at(example.place, what, "Add what is missing, or remove the row.")
