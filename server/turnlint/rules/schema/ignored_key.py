"""
What it does:
    Finds keys that the trainer does not read, where the format leaves others free.

Why it is bad:
    Most often it does not matter: an `id` or a `source` is ignored everywhere. But some readers take exactly the
    keys that they know, and elsewhere what such a key was meant to say is lost.

Example:
    {"conversations": [{"from": "human", "value": "hi", "weight": 1}, {"from": "gpt", "value": "hello"}]}

Use instead:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]}

Fix:
    Unsafe: removes the key.

Sources:
    unslothai/unsloth-zoo, dataset_utils.py (2026-08): every message must have exactly two keys.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote

RULE = Rule(
    severity=Severity.INFO,
    why="trainers do not read it",
    default=False,
    parameters={"owners": ()},
)
"""`owners`: what may not have such keys (`message`, `row`); empty for all."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if rule["owners"] and fault.owner not in rule["owners"]:
        return
    fix = Fix(f"Remove {quote(fault.name)}", (Edit(Place(fault.place.pointer), remove=True),))
    yield rule.at(
        fault.place, f"this {fault.owner} has a key {quote(fault.name)} of its own", "Remove it.", fix=fix
    )
