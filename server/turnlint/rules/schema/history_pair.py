"""
What it does:
    Finds items of `history` that are not a pair of a question and its answer.

Why it is bad:
    A trainer takes each item apart into two. Where there is one, or where there are three, the run stops.

Example:
    {"instruction": "And Sweden?", "input": "", "output": "Stockholm.", "history": [["Capital of Norway?"]]}

Use instead:
    {"instruction": "And Sweden?", "input": "", "output": "Stockholm.", "history": [["Capital of Norway?", "Oslo."]]}

Fix:
    None.

Sources:
    hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py, AlpacaDatasetConverter (2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.text.label import counted

RULE = Rule(severity=Severity.ERROR, why="a trainer cannot take it apart into question and answer")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"this item of `history` has {counted(len(fault.found), 'text')}, not two"
    yield rule.at(fault.place, what, "Write `[question, answer]` for each earlier turn.")
