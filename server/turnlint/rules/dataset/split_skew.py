"""
What it does:
    Finds answers out of a few fixed ones that a file to validate or test with has several times (`times`), and
    rows to train on never. Answers are taken for fixed ones where those that rows to train on have often
    (`common`) make up nearly all of their short answers (`share`). Off unless selected.

Why it is bad:
    The model cannot learn a label that it never sees, so that part of the evaluation measures nothing.

Example:
    With `rules.split-skew = {times = 1, common = 2}` in the settings:
    In `train.jsonl`:
    {"prompt": "Is 7 a prime?", "completion": "Yes"}
    {"prompt": "Is 11 a prime?", "completion": "Yes"}
    In `valid.jsonl`:
    {"prompt": "Is 9871 a prime?", "completion": "Maybe"}

Use instead:
    With `rules.split-skew = {times = 1, common = 2}` in the settings:
    In `train.jsonl`:
    {"prompt": "Is 7 a prime?", "completion": "Yes"}
    {"prompt": "Is 11 a prime?", "completion": "Yes"}
    {"prompt": "Is 9871 a prime?", "completion": "Maybe"}
    {"prompt": "Is 9873 a prime?", "completion": "Maybe"}
    In `valid.jsonl`:
    {"prompt": "Is 9877 a prime?", "completion": "Maybe"}

Fix:
    None.

Sources:
    Deepchecks, the check New Label.
"""

from collections import Counter
from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule, quote
from turnlint.text.label import counted

RULE = Rule(
    severity=Severity.INFO,
    why="the model cannot learn what it never sees",
    default=False,
    parameters={"times": 3, "common": 20, "share": 0.9, "most": 5},
)
"""`times`: rarer answers are passed over. `common`, `share`: answers are labels where those that rows to train on
have so often are at least such a share of all their short answers. `most`: so many are told of."""


def dataset(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.split == "train":
        return
    known: Counter[str] = Counter()
    for one in file.others:
        known.update(one.labels if one.split == "train" else {})
    common = sum(rows for rows in known.values() if rows >= rule["common"])
    if not common or common < rule["share"] * known.total():
        return
    strange = {
        label: rows for label, rows in file.labels.items() if rows >= rule["times"] and not known[label]
    }
    for label, rows in sorted(strange.items(), key=lambda one: (-one[1], one[0]))[: rule["most"]]:
        what = (
            f"{counted(rows, 'row has', 'rows have')} the answer {quote(label)}, which no row to train on has"
        )
        yield rule.at(None, what, "Move some of them to the training data, unless the label is misspelt.")
