"""
What it does:
    Finds comparisons with another number of answers than the trainer compares.

Why it is bad:
    A comparison needs a better and a worse answer. Trainers stop at rows with fewer, and those that take exactly
    two stop at more.

Example:
    {"context": [{"role": "user", "content": "Capital of Norway?"}], "completions": [{"rank": 0, "completion": [{"role": "assistant", "content": "Oslo."}]}]}

Use instead:
    {"context": [{"role": "user", "content": "Capital of Norway?"}], "completions": [{"rank": 0, "completion": [{"role": "assistant", "content": "Oslo."}]}, {"rank": 1, "completion": [{"role": "assistant", "content": "Bergen."}]}]}

Fix:
    None.

Sources:
    NVIDIA-NeMo/RL, docs/guides/dpo.md (2026-08): exactly two completions; axolotl-ai-cloud/axolotl,
    src/axolotl/prompt_strategies/dpo/zephyr.py (2026-07).
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.text.label import counted

RULE = Rule(severity=Severity.ERROR, why="there is nothing to compare")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    (needed,) = fault.expected
    what = f"`{fault.name}` holds {counted(fault.found, 'answer')}, and {needed} are needed"
    yield rule.at(fault.place, what, "Add what is missing, or remove what is too much.")
