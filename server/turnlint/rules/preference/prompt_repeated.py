"""
What it does:
    Finds rows that have a prompt of its own, and once more at the beginning of what is to follow it.

Why it is bad:
    The trainer joins the two. The model reads the prompt twice, and learns to repeat it.

Example:
    {"prompt": [{"role": "user", "content": "How warm is the sea?"}], "chosen": [{"role": "user", "content": "How warm is the sea?"}, {"role": "assistant", "content": "14 degrees."}], "rejected": [{"role": "user", "content": "How warm is the sea?"}, {"role": "assistant", "content": "Warm."}]}

Use instead:
    {"prompt": [{"role": "user", "content": "How warm is the sea?"}], "chosen": [{"role": "assistant", "content": "14 degrees."}], "rejected": [{"role": "assistant", "content": "Warm."}]}

Fix:
    None.

Sources:
    huggingface/trl, trl/data_utils.py at f2cd577 (2026-07-24), apply_chat_template: prompt and answer are joined.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.WARNING, why="the model reads it twice, and learns to repeat it")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"`{fault.name}` begins with the whole prompt"
    yield rule.at(fault.place, what, "Keep the prompt under `prompt` alone.")
