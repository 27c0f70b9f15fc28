"""
What it does:
    Finds comparisons whose prompt has more messages of the user than the target takes.

Why it is bad:
    Where answers are compared for a single question alone, the file is refused.

Example:
    {"input": {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}, {"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    docs.fireworks.ai, fine-tuning, direct preference optimisation (2026): single-turn conversations alone;
    fw-ai/cookbook, choose-method.md (2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="some services compare answers to a single question alone",
    trigger=ORDER,
    default=False,
    kinds=("preference",),
    parameters={"maximum": 1},
    least={"maximum": 1},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    asked = [turn for turn in example.turns if turn.role == "user"]
    maximum = rule["maximum"]
    if len(asked) > maximum:
        what = f"this prompt has {len(asked)} messages of the user, and {maximum} is the limit"
        yield rule.at(asked[maximum].role_place, what, "Keep the last question alone.")
