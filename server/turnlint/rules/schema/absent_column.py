"""
What it does:
    Finds a row without a key that may be empty, but that the trainer reads by name. Told once a file, at the
    first row without it.

Why it is bad:
    Where no row has the key, loading stops with a KeyError. Where some have it, the loader fills it with null in
    the others, and all is well.

Example:
    With `target = "llama-factory"` in the settings:
    {"instruction": "Capital of Norway?", "output": "Oslo."}

Use instead:
    {"instruction": "Capital of Norway?", "input": "", "output": "Oslo."}

Fix:
    None.

Sources:
    hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py, AlpacaDatasetConverter (2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="a trainer stops where no row has it",
    default=False,
    once=True,
)


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    todo = f'Add `"{fault.name}": ""` to each, or map the columns in the settings of the trainer.'
    yield rule.at(fault.place, f"this row has no `{fault.name}`", todo)
