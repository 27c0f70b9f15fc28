"""Are examples held out to validate with?

Only examples that the model was not trained on tell whether it has learned the task or the rows. What a few
of them measure is mostly chance.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import MICROSOFT, share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Are examples held out to validate with?",
    place=4,
    rules=("missing-validation-split", "few-validation-rows", "split-skew"),
    sources=("Predibase, dataset preparation: 10 to 20% for evaluation", MICROSOFT),
    todo="Hold 10 to 20% of the rows back, in a file of their own such as valid.jsonl.",
)


def answer(evidence: Evidence) -> Answer | None:
    held, rows = evidence.held.rows, evidence.rows
    if not evidence.train.statistics.examples:
        return None
    numbers = {"rows": held, "share": share(held, rows)}
    if not evidence.held.files:
        named = evidence.files[0].input.settings.dataset.splits
        if {"validation", "test"}.intersection(named):
            figure = "The settings name files to validate or test with, which are not among these."
            return Answer(figure, Verdict.NOT_KNOWN, "Name them, too.", numbers)
        figure = "None of these files is one to validate or test with."
        return Answer(figure, Verdict.LOOK, f"Name it, if there is one. {QUESTION.todo}", numbers)
    figure = f"{counted(held, 'row')} of {rows:,} ({percent(held, rows)})."
    if held < evidence.parameter("few-validation-rows", "minimum"):
        return Answer(figure, Verdict.LOOK, "What so few measure is mostly chance: hold more back.", numbers)
    return Answer(figure, numbers=numbers)
