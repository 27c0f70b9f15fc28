"""
What it does:
    Finds lists of a row that go together item by item and are not equally long: steps and their labels, tokens
    and their mask.

Why it is bad:
    From the first missing item on, nothing says what belongs to what. TRL stops; other trainers cut the longer
    list off and say nothing.

Example:
    {"prompt": "2+2*2?", "completions": ["2*2=4", "2+4=6"], "labels": [true]}

Use instead:
    {"prompt": "2+2*2?", "completions": ["2*2=4", "2+4=6"], "labels": [true, true]}

Fix:
    None.

Sources:
    huggingface/trl, trl/experimental/prm/prm_trainer.py at f2cd577 (2026-07-24): ValueError of a strict zip;
    axolotl-ai-cloud/axolotl, src/axolotl/prompt_strategies/stepwise_supervised.py at 067b021 (2026-07-24):
    the rest is left out.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.text.label import counted

RULE = Rule(severity=Severity.ERROR, why="nothing says what belongs to what")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    other, wanted = fault.expected
    what = f"`{fault.name}` has {counted(len(fault.found), 'item')}, and `{other}` has {wanted}"
    yield rule.at(fault.place, what, f"Write one item of `{fault.name}` for each of `{other}`.")
