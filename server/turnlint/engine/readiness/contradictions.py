"""Do examples contradict each other?

Where one question has two answers, the model learns to guess. What the people who wrote the data did not
agree on, the model cannot learn.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question
from turnlint.engine.readiness._words import BEST_PRACTICES, share
from turnlint.text.label import counted, percent

_RULES = ("conflicting-answer", "conflicting-label", "prefix-diverges", "taught-then-rejected")

QUESTION = Question(
    asks="Do the examples agree with each other?",
    place=10,
    rules=_RULES,
    sources=(f"{BEST_PRACTICES}: agreement and consistency",),
    todo="Decide which answer is right, and delete or correct the others.",
)


def answer(evidence: Evidence) -> Answer | None:
    if not (evidence.stage and evidence.has(*_RULES)):
        return None
    rows = evidence.rows_of(*_RULES)
    numbers = {"rows": rows, "share": share(rows, evidence.rows)}
    if not rows:
        return Answer("No row contradicts another.", numbers=numbers)
    figure = counted(rows, "row contradicts another", "rows contradict another")
    return Answer(f"{figure} ({percent(rows, evidence.rows)}).", numbers=numbers)
