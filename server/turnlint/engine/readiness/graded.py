"""Can a grader judge the answers to each prompt?

Reinforcement learns from scores. A grader that compares with the right answer, or needs any other field of
the row, scores nothing where the field is missing.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Can a grader judge the answers?",
    place=17,
    rules=("reinforcement",),
    sources=("OpenAI, reinforcement fine-tuning guide", "Microsoft, reinforcement fine-tuning guide"),
    todo="Give each row the fields that the grader reads.",
)


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    if evidence.stage != "reinforcement" or not contents.examples:
        return None
    have = counted(contents.graded, "example has", "examples have")
    figure = f"{have} fields for a grader ({percent(contents.graded, contents.examples)})."
    numbers = {"graded": contents.graded, "share": share(contents.graded, contents.examples)}
    if contents.graded in (0, contents.examples):
        return Answer(figure, numbers=numbers)
    return Answer(figure, Verdict.LOOK, QUESTION.todo, numbers)
