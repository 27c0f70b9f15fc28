"""Is there something to learn in each example?

Models learn from what they are to answer, not from what they read. An example without an answer, or with
all answers switched off by weights, or all of them behind the limit, costs tokens and teaches nothing.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import SUPERVISED, share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Is there something to learn in each example?",
    place=7,
    rules=("no-trainable-tokens-left", "weights-all-zero", "no-assistant", "empty-answer"),
    sources=("OpenAI cookbook, Chat_finetuning_data_prep", SUPERVISED),
    todo="Give these examples an answer that is trained on, or leave them out.",
)


def answer(evidence: Evidence) -> Answer | None:
    found = evidence.train.statistics
    if not found.examples or evidence.stage == "reinforcement":
        return None
    nothing = found.trained[0] + found.emptied
    trained, whole = found.trained.sum, found.tokens.sum
    figure = f"{percent(trained, whole)} of all tokens are answers that are trained on."
    numbers = {"trained_share": share(trained, whole), "without": nothing}
    if not nothing:
        return Answer(figure, numbers=numbers)
    figure += f" {counted(nothing, 'example has', 'examples have')} none."
    return Answer(figure, Verdict.LOOK, QUESTION.todo, numbers)
