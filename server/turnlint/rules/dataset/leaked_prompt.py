"""
What it does:
    Finds a row of a validation or test file whose prompt is in the training data, too, with another answer. Small
    talk, and a test prompt that is in the validation data, are only an information.

Why it is bad:
    The model has been told how to answer what the evaluation asks, and if the answers contradict each other, it
    is told wrong.

Example:
    In `train.jsonl`:
    {"prompt": "Name the deepest lake.", "completion": "Lake Baikal."}
    In `valid.jsonl`:
    {"prompt": "Name the deepest lake.", "completion": "It is in Siberia."}

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

RULE = Rule(severity=Severity.WARNING, why="the evaluation asks what the model was trained on")


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    return numbered(_verdicts(group, rule), group.key)


def _verdicts(group: Group, rule: Bound) -> Iterator[Verdict]:
    for row, source, is_whole, _ in leaks(group):
        if not is_whole and row.question_bytes:
            is_mild = source.split != "train" or row.question_bytes < SMALL_TALK
            yield Verdict(
                rule.module.name,
                row.handle,
                f"the {NAMES[source.split]} data has this {row.split} prompt with another answer, in {ROW}",
                "Remove it from one of the two.",
                others=(source.handle,),
                places=(source.asked[-1].place,),
                notes=("the same prompt",),
                place=row.asked[-1].place,
                why="" if source.split == "train" else SEEN_TWICE,
                most=Severity.INFO if is_mild else None,
            )
