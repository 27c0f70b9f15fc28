"""Are there enough examples to train on?

Below a minimum the job is refused. Above it, guides advise to start small, with 50 good examples, and to
add more where the model still fails: quality counts for more than number.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import MICROSOFT, SUPERVISED
from turnlint.text.label import counted

QUESTION = Question(
    asks="Are there enough examples?",
    place=3,
    rules=("too-few-examples", "too-many-examples", "few-examples"),
    sources=(SUPERVISED, MICROSOFT),
    todo="Keep as many as the job takes; the check says how many.",
)


def answer(evidence: Evidence) -> Answer | None:
    examples, advised = evidence.train.statistics.examples, evidence.parameter("few-examples", "advised")
    figure = f"{counted(examples, 'example')} to train on."
    numbers = {"examples": examples, "advised": advised}
    if not evidence.train.files:
        todo = "Name the files to train on, too."
        return Answer("None of these files is one to train on.", Verdict.NOT_KNOWN, todo, numbers)
    if not evidence.stage:
        return None
    if evidence.stage == "reinforcement":
        return Answer(f"{figure} How many are needed, nobody has published.", numbers=numbers)
    if examples >= advised:
        return Answer(figure, numbers=numbers)
    todo = f"Collect {advised} or more good ones: guides advise to start there, and see gains up to 100."
    return Answer(figure, Verdict.LOOK, todo, numbers)
