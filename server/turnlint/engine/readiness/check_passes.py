"""Does the data pass `turnlint check`?

Errors are rows and files that the target refuses or drops, or that cannot train as written. Warnings are
accepted and do harm. One bad row is enough for a job to be refused, often after a long wait.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import MICROSOFT
from turnlint.model import Severity
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Does it pass `turnlint check`?",
    place=2,
    sources=("OpenAI cookbook, Chat_finetuning_data_prep", MICROSOFT),
)


def answer(evidence: Evidence) -> Answer | None:
    errors, warnings = (
        sum(count for (_, severity), count in evidence.findings.rules.items() if severity == one)
        for one in (Severity.ERROR, Severity.WARNING)
    )
    rows = evidence.rows_from(Severity.WARNING)
    numbers = {"errors": errors, "warnings": warnings, "rows": rows}
    if not errors and not warnings:
        return Answer("No errors and no warnings.", numbers=numbers)
    counts = ((errors, "error"), (warnings, "warning"))
    figure = " and ".join(counted(count, word) for count, word in counts if count)
    if rows:
        figure += f" in {counted(rows, 'row')} ({percent(rows, evidence.rows)})"
    verdict = Verdict.NOT_READY if errors else Verdict.LOOK
    return Answer(f"{figure}.", verdict, "`turnlint check` shows each, with what to do.", numbers)
