"""Do the held-out examples stay out of the training data?

A model that was trained on what it is examined with passes, whatever it has learned.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question
from turnlint.engine.readiness._words import share
from turnlint.text.label import counted

_RULES = ("leaked-row", "leaked-prompt", "near-leak", "same-file-twice")

QUESTION = Question(
    asks="Do held-out rows stay out of the training data?",
    place=5,
    rules=_RULES,
    sources=("OpenAI API reference: the same data should not be in both files",),
    todo="Leave these rows out of one of the files, or the examination says nothing.",
)


def answer(evidence: Evidence) -> Answer | None:
    if not (evidence.held.rows and evidence.train.rows and evidence.has(*_RULES)):
        return None
    leaked, twins = evidence.rows_of(*_RULES), evidence.findings_of("same-file-twice")
    numbers = {"rows": leaked, "share": share(leaked, evidence.held.rows), "files": twins}
    said = (
        (leaked, "held-out row is in the training data, too", "held-out rows are in the training data, too"),
        (twins, "file has the same rows as another", "files have the same rows as others"),
    )
    figures = [f"{counted(*one)}." for one in said if one[0]]
    return Answer(" ".join(figures) or "No held-out row is in the training data.", numbers=numbers)
