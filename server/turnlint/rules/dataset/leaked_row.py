"""
What it does:
    Finds a row of a validation or test file whose prompt and answer are in the training data, too: as a row, or
    as an earlier answer of a longer one. Case, white space and metadata make no difference; where case or white
    space may matter, in a name or in code, it is only an information. So are small talk, and a test row that is in the
    validation data.

Why it is bad:
    The evaluation measures what the model remembers, and looks better than the model is.

Example:
    In `train.jsonl`:
    {"prompt": "Name the deepest lake.", "completion": "Lake Baikal."}
    {"prompt": "Name the longest river.", "completion": "The Nile."}
    In `valid.jsonl`:
    {"prompt": "Name the deepest lake.", "completion": "Lake Baikal."}

Use instead:
    In `train.jsonl`:
    {"prompt": "Name the deepest lake.", "completion": "Lake Baikal."}
    In `valid.jsonl`:
    {"prompt": "Name the largest lake.", "completion": "The Caspian Sea."}

Fix:
    None.

Sources:
    Lee and others, Deduplicating Training Data Makes Language Models Better (2022): train and test sets that
    overlap.
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.answers import SMALL_TALK, numbered
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.dataset._leaks import NAMES, SEEN_TWICE, leaks

RULE = Rule(severity=Severity.WARNING, why="the evaluation measures what the model remembers")


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    return numbered(_verdicts(group, rule), group.key)


def _verdicts(group: Group, rule: Bound) -> Iterator[Verdict]:
    for row, source, is_whole, is_sure in leaks(group):
        if is_whole:
            there = f"in the {NAMES[source.split]} data, too, {'as' if source.exchange.is_last else 'inside'} {ROW}"
            differs = "" if is_sure else ", but for case or white space"
            if row.method == "preference" and row.says != source.says:
                differs = ", which prefers the other answer"
            is_mild = not is_sure or source.split != "train" or row.question_bytes in range(1, SMALL_TALK)
            yield Verdict(
                rule.module.name,
                row.handle,
                f"this {row.split} row is {there}{differs}",
                "Remove it from one of the two.",
                others=(source.handle,),
                notes=("the same row",) if source.exchange.is_last else ("the same conversation so far",),
                why="" if source.split == "train" else SEEN_TWICE,
                most=Severity.INFO if is_mild else None,
            )
