"""
What it does:
    Finds conversations of one split that are the same so far and go on with another answer, where at least one
    of them has more turns behind it. Two labels are a warning, see `conflicting-label` for the parameters; other
    answers are a hint. Off by default: trees of conversations branch like this on purpose.

Why it is bad:
    Where only one answer is right, the model learns to guess.

Example:
    {"messages": [{"role": "user", "content": "Name the largest ocean."}, {"role": "assistant", "content": "The Pacific."}, {"role": "user", "content": "How deep?"}, {"role": "assistant", "content": "4,000 m."}]}
    {"messages": [{"role": "user", "content": "Name the largest ocean."}, {"role": "assistant", "content": "It is the Atlantic."}]}

Use instead:
    {"messages": [{"role": "user", "content": "Name the largest ocean."}, {"role": "assistant", "content": "The Pacific."}, {"role": "user", "content": "How deep?"}, {"role": "assistant", "content": "4,000 m."}]}
    {"messages": [{"role": "user", "content": "Name the warmest ocean."}, {"role": "assistant", "content": "It is the Indian Ocean."}]}

Fix:
    None.

Sources:
    OpenAI, fine-tuning best practices: the examples must agree with each other.
"""

from collections.abc import Iterator
from itertools import chain

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.answers import Answer, numbered
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.consistency._conflicts import conflicts
from turnlint.rules.consistency._labels import LABELS, are_labels, plain

RULE = Rule(severity=Severity.WARNING, why="the model learns to guess", default=False, parameters=LABELS)


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    found = (_verdicts(rows, group, rule) for rows in conflicts(group, inner=True) if rows[0].method == "sft")
    return numbered(chain.from_iterable(found), group.key)


def _verdicts(rows: list[Answer], group: Group, rule: Bound) -> Iterator[Verdict]:
    first, *others = rows
    for one in others:
        both_last = first.exchange.is_last and one.exchange.is_last
        if not both_last and plain(first.text) != plain(one.text):
            closed = are_labels(rule, group.labels, first, one)
            yield Verdict(
                rule.module.name,
                one.handle,
                f"{ROW} has the same conversation so far and answers otherwise",
                "Correct one of them, unless both are right.",
                others=(first.handle,),
                places=(first.place,),
                notes=("the other answer",),
                place=one.place,
                most=None if closed else Severity.HINT,
            )
