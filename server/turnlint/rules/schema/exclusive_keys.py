"""
What it does:
    Finds objects with several keys of which only one may be there.

Why it is bad:
    Both say the same thing in different words, and nobody can tell which one is meant. A trainer refuses the row.

Example:
    With `format = "mistral-chat"` in the settings:
    {"messages": [{"role": "user", "content": "hi", "text": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: removes the second one where it says the same, or nothing.

Sources:
    mistralai/mistral-finetune, finetune/data/tokenize.py (2026-06).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="nobody can tell which one is meant")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    first, second = fault.expected
    said, again = fault.found
    fix = Fix(f"Remove `{second}`", (Edit(Place(fault.place.pointer), remove=True),))
    what = f"this {fault.owner} has both `{first}` and `{second}`"
    yield rule.at(
        fault.place, what, "Keep one, and remove the other.", fix=fix if not again or said == again else None
    )
