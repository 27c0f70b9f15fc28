"""
What it does:
    Finds rows of one split that answer the same prompt with different labels. A label is an answer of at most
    `words` words that is given by so many `rows`, or in a small file by such a `share` of those with short
    answers.

Why it is bad:
    At most one of the two is right, and the model cannot learn both.

Example:
    With `rules.conflicting-label.rows = 1` in the settings:
    {"instruction": "Is this review good or bad?", "input": "It works.", "output": "good"}
    {"instruction": "Is this review good or bad?", "input": "It broke.", "output": "bad"}
    {"instruction": "Is this review good or bad?", "input": "It works.", "output": "bad"}

Use instead:
    {"instruction": "Is this review good or bad?", "input": "It works.", "output": "good"}
    {"instruction": "Is this review good or bad?", "input": "It broke.", "output": "bad"}

Fix:
    None.

Sources:
    sebischair/Medical-Abstracts-TC-Corpus, issue 2: 113 of 118 texts that stand twice have conflicting labels.
"""

from collections.abc import Iterator
from itertools import chain

from turnlint.model import Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.answers import Answer, numbered
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.consistency._conflicts import conflicts
from turnlint.rules.consistency._labels import LABELS, are_labels, plain
from turnlint.rules.wording import where_held_out

RULE = Rule(severity=Severity.WARNING, why="the model cannot learn both", parameters=LABELS)

_UNDECIDED = "the evaluation cannot tell which one is right"


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    found = (_verdicts(rows, group, rule) for rows in conflicts(group) if rows[0].method == "sft")
    return numbered(chain.from_iterable(found), group.key)


def _verdicts(rows: list[Answer], group: Group, rule: Bound) -> Iterator[Verdict]:
    first, *others = rows
    for one in others:
        if plain(one.text) != plain(first.text) and are_labels(rule, group.labels, first, one):
            yield Verdict(
                rule.module.name,
                one.handle,
                f"{ROW} labels the same prompt {_shown(first)}, and this row {_shown(one)}",
                "Correct the one that is wrong.",
                others=(first.handle,),
                places=(first.content_place,),
                notes=("the same prompt",),
                why=where_held_out(one.split, _UNDECIDED),
                place=one.content_place,
            )


def _shown(answer: Answer) -> str:
    return quote(answer.text.strip())
