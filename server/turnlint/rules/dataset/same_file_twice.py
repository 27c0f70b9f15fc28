"""
What it does:
    Finds files of a data set with the same rows in the same order as an earlier one, and files that the
    settings name for two splits. The rows of such a file are not compared with others one by one.

Why it is bad:
    What is trained on says nothing when it is validated with, and a file that is trained on twice weighs twice.

Example:
    In `train.jsonl`:
    {"prompt": "Name a prime.", "completion": "7"}
    {"prompt": "Name a square.", "completion": "9"}
    In `valid.jsonl`:
    {"prompt": "Name a prime.", "completion": "7"}
    {"prompt": "Name a square.", "completion": "9"}

Use instead:
    In `train.jsonl`:
    {"prompt": "Name a prime.", "completion": "7"}
    In `valid.jsonl`:
    {"prompt": "Name a square.", "completion": "9"}

Fix:
    None.

Sources:
    OpenAI, API reference of fine-tuning jobs: the same data should not be in the training and the validation
    file (openai/openai-openapi, 2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Finding, Place, Related, Severity
from turnlint.rules import Bound, FileSummary, Rule, quote

RULE = Rule(severity=Severity.WARNING, why="what is trained on says nothing when it is validated with")


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if len(file.dataset.listed) > 1:
        what = f"the settings name the file for {' and for '.join(file.dataset.listed)}"
        yield rule.at(None, what, f"It is judged as {file.split} data: narrow the other pattern.")


def dataset(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    earlier = (one for one in file.others if one.number < file.number)
    first = next((one for one in earlier if file.rows and one.digest == file.digest), None)
    if first is not None:
        what = f"the file has the same rows as {quote(first.path, 200)}, in the same order"
        why = "" if first.split != file.split else "the model sees each of them twice as often"
        related = [Related("the same rows", 0, Place(), first.path)]
        yield rule.at(None, what, "Take one of them out of the data set.", why=why, related=related)
