"""Are there rows that say the same?

A row that is there twice counts twice: the model memorises it instead of learning the task, and it is paid
for each time.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question
from turnlint.engine.readiness._words import share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Does each row say something of its own?",
    place=9,
    rules=("duplicates",),
    sources=("OpenAI, data preparation tool: duplicates are removed",),
    todo="Delete the copies, unless they are meant to count twice.",
)


def answer(evidence: Evidence) -> Answer | None:
    if not (evidence.stage and evidence.has(*QUESTION.rules)):
        return None
    copies = evidence.rows_of(*QUESTION.rules)
    numbers = {"rows": copies, "share": share(copies, evidence.rows)}
    if not copies:
        return Answer("No row repeats another.", numbers=numbers)
    rows = counted(copies, "row repeats another", "rows repeat another")
    return Answer(f"{rows} ({percent(copies, evidence.rows)}).", numbers=numbers)
