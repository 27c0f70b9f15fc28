"""
What it does:
    Finds assistant messages that follow each other.

Why it is bad:
    Nothing says where the first ends and the second begins once they are written into one prompt. On Azure a
    failed job was blamed on it, though files with such pairs have been accepted.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}, {"role": "assistant", "content": "How are you?"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello. How are you?"}]}

Fix:
    None.

Sources:
    microsoft-foundry/fine-tuning#23 (2026-03); a sample file of the same repository has 25 such pairs.
"""

from collections.abc import Iterator
from itertools import pairwise

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to answer itself",
    trigger=ORDER,
    kinds=("conversation", "preference", "prompt", "judged"),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for before, turn in pairwise(example.turns):
        # After a call it is the result that is missing, which another rule says.
        if before.role == turn.role == "assistant" and not before.has_calls:
            what = "this assistant message follows another one"
            yield rule.at(turn.role_place, what, "Join them, or put the user's message between them.")
