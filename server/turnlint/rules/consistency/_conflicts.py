"""Different answers to one prompt."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.rules.answers import Answer, distinct, questions
from turnlint.rules.compare import Group

__all__ = ["conflicts"]

_SEVERAL = ("preference", "judged")


def conflicts(group: Group, *, inner: bool = False) -> Iterator[list[Answer]]:
    """The first row with each of several answers to one question, in their order.

    Preference data is left out, which has several comparisons of a prompt by nature, or good answers and bad ones,
    and so is what the model is not trained on, and what nobody has asked. With `inner`, answers count that the row goes on behind.
    """
    for rows in questions(group, inner=inner):
        found = distinct(row for row in rows if row.is_taught)
        if len(found) > 1 and found[0].method not in _SEVERAL and found[0].question_bytes:
            yield found
