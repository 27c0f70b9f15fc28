"""Are the labels balanced, where answers are a few fixed words?

A model that always gives the label of nearly all examples is right nearly always, and training may stop
there.
"""

from __future__ import annotations

from turnlint.engine.contents import Contents
from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import BEST_PRACTICES, share
from turnlint.text.label import percent

_NEARLY_ALL = 0.9
_FEW = 0.2

QUESTION = Question(
    asks="Are the labels balanced?",
    place=13,
    rules=("label-imbalance", "label-variant"),
    sources=(f"{BEST_PRACTICES}: balance and diversity", "Google, ML crash course: imbalanced data sets"),
    todo="Add examples of the rare labels, and write each label in one way.",
)


def has_labels(contents: Contents) -> bool:
    """Whether nearly all answers are a few short ones that come again and again."""
    labels, answers = contents.labels, contents.answers
    return labels.rows >= max(1, _NEARLY_ALL * answers.rows) and labels.distinct <= _FEW * labels.rows


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    labels = contents.labels
    if not has_labels(contents):
        return None
    most, least = percent(labels.most, labels.rows), percent(labels.least, labels.rows)
    numbers = {"labels": labels.distinct, "most_share": share(labels.most, labels.rows)}
    if labels.distinct == 1:
        return Answer("All answers are one and the same label.", Verdict.LOOK, QUESTION.todo, numbers)
    figure = f"{labels.distinct} labels: the most frequent has {most} of the answers, the rarest {least}."
    return Answer(figure, numbers={**numbers, "least_share": share(labels.least, labels.rows)})
