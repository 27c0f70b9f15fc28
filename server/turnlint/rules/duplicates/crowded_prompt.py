"""
What it does:
    Says that so many rows have the same prompt that not all of them are compared with each other: of each split
    the first 1,000 are, or the first 32 MB. Copies byte by byte are found among all of them.

Why it is bad:
    Copies that are written otherwise, contradictions and leaks among the other rows are not told. And where the
    prompt says so little, the model learns little from it.

Example:
    1,001 rows that ask for a joke.

Use instead:
    {"prompt": "Tell me a joke about a goose.", "completion": "It was late, so it took a flight."}
    {"prompt": "Tell me a joke about a clock.", "completion": "It was late, so it gave itself a hand."}

Fix:
    None.

Sources:
    marin-community/marin, issue 6851: one template made a cluster of 743,779 documents.
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.answers import answers
from turnlint.rules.compare import Group, Verdict

RULE = Rule(
    severity=Severity.INFO,
    why="beyond the first ones of each split, copies in other words and contradictions are not told",
)


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    first = next((one for one in answers(group) if one.exchange.is_last), None)
    if group.crowd and first is not None:
        yield Verdict(
            rule.module.name,
            first.handle,
            f"{group.crowd:,} rows ask this, too many to compare them all",
            place=first.asked[-1].place if first.asked else first.place,
            group=group.key,
        )
