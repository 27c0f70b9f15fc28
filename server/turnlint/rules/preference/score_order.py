"""
What it does:
    Finds a comparison in which the preferred answer has a lower score than the other one. It knows keys such as
    `score_chosen` and `score_rejected`, `chosen_reward` and `rejected_reward`, at the top of the row.

Why it is bad:
    The two answers were swapped, or the scores were: the model learns the opposite of what was meant.

Example:
    With `ignore = ["unknown-key"]` in the settings:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "Cold."}], "non_preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "score_chosen": 2.5, "score_rejected": 8.0}

Use instead:
    With `ignore = ["unknown-key"]` in the settings:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}], "score_chosen": 8.0, "score_rejected": 2.5}

Fix:
    None.

Sources:
    OpenBMB/UltraFeedback, issue 8: some 2,000 rows in which a score of 1 became 10 (2023).
"""

from collections.abc import Iterator

from turnlint.formats.scores import SCORES
from turnlint.model import Example, Finding, Related, Severity
from turnlint.rules import Bound, Keys, Rule, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns the opposite of what the scores say",
    trigger=Keys(tuple(SCORES)),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if example.scores is None or example.outputs is None:
        return
    preferred, other = example.scores
    if preferred.value < other.value:
        related = [
            Related("the score of the preferred answer", place=preferred.place),
            Related("the score of the other answer", place=other.place),
        ]
        yield rule.at(
            example.outputs[0],
            f"the preferred answer has the score {quote(preferred.value)}, the other one "
            f"{quote(other.value)}",
            "Swap the answers, or correct the scores.",
            related=related,
        )
