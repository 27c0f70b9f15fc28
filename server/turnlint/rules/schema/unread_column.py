r"""
What it does:
    Finds columns that the format knows and that the columns of the settings, or of a trainer's own config, leave
    out: `dataset_info.json` of LLaMA-Factory with `columns` and without `query`, for rows that have an `input`.

Why it is bad:
    What the column says is not trained on. The answers that need it look like guesses to the model.

Example:
    With `columns = { instruction = "q", output = "a", input = "" }` in the settings:
    {"q": "Translate to French.", "input": "Good evening", "a": "Bonsoir"}

Use instead:
    With `columns = { instruction = "q", output = "a", input = "" }` in the settings:
    {"q": "Translate to French: Good evening", "a": "Bonsoir"}

Fix:
    None.

Sources:
    hiyouga/LlamaFactory, src/llamafactory/data/parser.py at ff6d4d1 (2026-08-18): with `columns`, every one that is
    not listed is unset.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="what it says is not trained on",
    default=False,
    once=True,
)


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"this row has {quote(fault.name)}, which the columns leave out"
    yield rule.at(fault.place, what, "List it among the columns, or take it out of the rows.")
