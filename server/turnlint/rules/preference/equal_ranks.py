"""
What it does:
    Finds two answers to be compared that have the same rank.

Why it is bad:
    Nothing says which of them is better. A trainer stops at the row.

Example:
    {"context": [{"role": "user", "content": "Capital of Norway?"}], "completions": [{"rank": 0, "completion": [{"role": "assistant", "content": "Oslo."}]}, {"rank": 0, "completion": [{"role": "assistant", "content": "Bergen."}]}]}

Use instead:
    {"context": [{"role": "user", "content": "Capital of Norway?"}], "completions": [{"rank": 0, "completion": [{"role": "assistant", "content": "Oslo."}]}, {"rank": 1, "completion": [{"role": "assistant", "content": "Bergen."}]}]}

Fix:
    None.

Sources:
    NVIDIA-NeMo/RL, docs/guides/dpo.md (2026-08): the lowest rank is preferred, the highest rejected.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote

RULE = Rule(severity=Severity.ERROR, why="nothing says which of them is better")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"both answers have the rank {quote(fault.found)}"
    yield rule.at(fault.place, what, "Give the better answer the lower rank, or remove the row.")
