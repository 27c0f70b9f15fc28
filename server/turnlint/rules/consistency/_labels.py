"""Labels: answers of a few words that are given again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from turnlint.corpus.tally import Count
from turnlint.rules import Bound
from turnlint.rules.answers import Answer
from turnlint.rules.compare import Spread
from turnlint.text.normal import normal

__all__ = ["LABELS", "MARKS", "Label", "are_labels", "closed_labels", "plain"]

_MOST_WORDS = 4
LABELS = {"words": _MOST_WORDS, "rows": 20, "share": 0.1}
"""Parameters of rules about labels: a label has so many words at most, and is the answer of so many rows, or of
so large a share of all short answers if these are three at least."""

_FEWEST = 3
_LOUD = ("!", "?", "…", "！", "？")
"""What no label ends with, but small talk does."""
MARKS = " \t\r\n.。,;:'\"`*"
"""What makes no difference around a label."""


class Label(NamedTuple):
    """A label with the ways in which it is written, the most frequent one first."""

    forms: tuple[tuple[str, Count], ...]
    rows: int


def plain(text: str) -> bytes:
    """An answer as a label: without case, white space, and marks around it."""
    return normal(text.strip(MARKS))


def closed_labels(spread: Spread, rows: int, share: float) -> Mapping[bytes, Label]:
    """The labels that stand in at least so many `rows` each; none where that is less than `share` of all rows.

    Forms that differ by case, white space and the marks around them are one label.
    """
    forms: dict[bytes, list[tuple[str, Count]]] = {}
    for label, count in spread.counts.items():
        if label is not None and _may_be_label(label, _MOST_WORDS):
            forms.setdefault(plain(label), []).append((label, count))
    found = {
        one: Label(tuple(sorted(several, key=lambda form: (-form[1].rows, form[0]))), total)
        for one, several in forms.items()
        if (total := sum(count.rows for _, count in several)) >= rows
    }
    return found if sum(one.rows for one in found.values()) >= share * spread.rows else {}


def are_labels(rule: Bound, counts: Mapping[Any, Count], *answers: Answer) -> bool:
    """Whether all these answers are labels, by how often each short answer is given."""
    return all(_says_label(rule, one) and _is_frequent(rule, counts, one.text) for one in answers)


def _says_label(rule: Bound, answer: Answer) -> bool:
    if any(turn.calls or turn.images for turn in answer.exchange.turns):
        return False
    return _may_be_label(answer.text, rule["words"])


def _may_be_label(text: str, words: int) -> bool:
    """Whether a text is short enough, and no small talk."""
    return len(text.split()) <= words and not text.rstrip().endswith(_LOUD) and bool(plain(text))


def _is_frequent(rule: Bound, counts: Mapping[Any, Count], text: str) -> bool:
    found = counts.get(text)
    if found is None or found.rows >= rule["rows"]:
        return found is not None
    share: float = rule["share"]
    if found.rows < max(_FEWEST, share * len(counts)):  # before all are added up, which takes long
        return False
    return found.rows >= share * sum(one.rows for label, one in counts.items() if label is not None)
