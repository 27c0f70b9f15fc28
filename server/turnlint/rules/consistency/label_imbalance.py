"""
What it does:
    Says when nearly all answers of a file are one and the same label. Labels are answers of a few words that
    come again and again. Parameters: at least so many `rows` with labels, `share` of them with one label.

Why it is bad:
    A model that always gives this label is right nearly always, and training may stop there.

Example:
    With `rules.label-imbalance = { rows = 4, share = 0.7 }` in the settings:
    {"prompt": "The sea was calm. ->", "completion": " positive"}
    {"prompt": "We came in time. ->", "completion": " positive"}
    {"prompt": "The crew was kind. ->", "completion": " positive"}
    {"prompt": "The food was cold. ->", "completion": " negative"}

Use instead:
    With `rules.label-imbalance = { rows = 4, share = 0.7 }` in the settings:
    {"prompt": "The sea was calm. ->", "completion": " positive"}
    {"prompt": "We were all sick. ->", "completion": " negative"}
    {"prompt": "The crew was kind. ->", "completion": " positive"}
    {"prompt": "The food was cold. ->", "completion": " negative"}

Fix:
    None.

Sources:
    google-developers, ML crash course: imbalanced data sets (2025).
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.consistency._labels import closed_labels

RULE = Rule(
    severity=Severity.INFO,
    why="a model that always gives this label is right nearly always",
    parameters={"rows": 100, "share": 0.95},
)
TRAIT = "label"

_COVERED = 0.9


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    labels = closed_labels(spread, 1, _COVERED)
    total = sum(label.rows for label in labels.values())
    most = max(labels.values(), key=lambda label: label.rows, default=None)
    if most is not None and rule["rows"] <= total and most.rows >= rule["share"] * total:
        yield Verdict(
            rule.module.name,
            None,
            f"{_share(most.rows, total)} labels are {quote(most.forms[0][0].strip())}",
            "Add examples of the others, or leave out some of these."
            if len(labels) > 1
            else "Add examples of other labels, if there are any.",
            why="" if len(labels) > 1 else "the model learns to answer nothing else",
        )


def _share(rows: int, total: int) -> str:
    return f"all {total:,}" if rows == total else f"{rows:,} of {total:,}"
