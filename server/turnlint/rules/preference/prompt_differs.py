"""
What it does:
    Finds comparisons without a prompt of their own whose two conversations do not begin alike.

Why it is bad:
    The trainer takes what both begin with for the prompt. Where that is nothing, the questions count as part of
    the answers, and the model learns which question is better.

Example:
    {"chosen": [{"role": "user", "content": "How warm is the sea?"}, {"role": "assistant", "content": "14 degrees."}], "rejected": [{"role": "user", "content": "How warm is the air?"}, {"role": "assistant", "content": "Warm."}]}

Use instead:
    {"chosen": [{"role": "user", "content": "How warm is the sea?"}, {"role": "assistant", "content": "14 degrees."}], "rejected": [{"role": "user", "content": "How warm is the sea?"}, {"role": "assistant", "content": "Warm."}]}

Fix:
    None.

Sources:
    huggingface/trl, trl/data_utils.py at f2cd577 (2026-07-24), extract_prompt.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.WARNING, why="the prompt counts as part of the answers")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = "`chosen` and `rejected` begin with different messages, and there is no `prompt`"
    yield rule.at(fault.place, what, "Begin both with the same prompt, or put it under `prompt`.")
