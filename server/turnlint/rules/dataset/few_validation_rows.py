"""
What it does:
    Finds data sets with fewer rows to validate with than the parameter `minimum` says. Off unless selected.

Why it is bad:
    What so few rows measure is mostly chance: one answer more or less right moves the result by a tenth or
    more.

Example:
    In `train.jsonl`:
    {"prompt": "Name a prime.", "completion": "7"}
    In `valid.jsonl`:
    {"prompt": "Name a square.", "completion": "9"}

Use instead:
    With `rules.few-validation-rows.minimum = 2` in the settings:
    In `train.jsonl`:
    {"prompt": "Name a prime.", "completion": "7"}
    In `valid.jsonl`:
    {"prompt": "Name a square.", "completion": "9"}
    {"prompt": "Name a cube.", "completion": "8"}

Fix:
    None.

Sources:
    Our judgement.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule
from turnlint.text.label import counted

RULE = Rule(
    severity=Severity.INFO,
    why="what so few rows measure is mostly chance",
    default=False,
    parameters={"minimum": 10},
)


def dataset(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format is None or file.split != "validation":
        return
    others = [one for one in file.others if one.split == "validation"]
    rows = file.rows + sum(one.rows for one in others)
    if rows < rule["minimum"] and all(one.number < file.number for one in others):
        yield rule.at(
            None, f"the data set has {counted(rows, 'row')} to validate with", "Hold more rows back."
        )
