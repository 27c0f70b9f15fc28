"""
What it does:
    Finds verdicts on an answer that are not `true` or `false`.

Why it is bad:
    A trainer asks whether there is anything: the text `"false"` counts as true, and a bad answer is learnt as a
    good one.

Example:
    {"prompt": "How warm is the sea?", "completion": "Wet.", "label": "false"}

Use instead:
    {"prompt": "How warm is the sea?", "completion": "Wet.", "label": false}

Fix:
    Safe: takes the quotes off true and false; writes 1 as true and 0 as false.

Sources:
    huggingface/trl, trl/trainer/kto_trainer.py at f2cd577 (2026-07-24): the label is cast.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import is_finite

RULE = Rule(severity=Severity.WARNING, why="whatever is there counts as true")

_MEANT = {"true": "true", "false": "false", "1": "true", "0": "false"}


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if not is_finite(fault.found):
        return
    meant = _MEANT.get(str(fault.found).strip().lower())
    if type(fault.found) is int and meant:
        rule = rule.at_most(Severity.INFO)  # It is cast to what is meant.
    todo = f"Write `{meant}`." if meant else "Write `true` or `false`."
    fix = (
        Fix(f"Replace with `{meant}`", (Edit(fault.place, meant, whole=True),), safe=True) if meant else None
    )
    yield rule.at(fault.place, f"`{fault.name}` is {_shown(fault.found)}, not true or false", todo, fix=fix)


def _shown(found: object) -> str:
    return quote(f'"{found}"') if type(found) is str else quote(found)
