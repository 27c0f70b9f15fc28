"""Are the prompts as different as those that users will write?

A model learns the cases that it has seen. Where most examples ask the same, it learns little else.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import BEST_PRACTICES, differing, share
from turnlint.text.label import percent

_HALF = 0.5

QUESTION = Question(
    asks="Are the prompts different from each other?",
    place=11,
    rules=("crowded-prompt",),
    sources=(f"{BEST_PRACTICES}: balance and diversity", "the bound of one half is our judgement"),
    todo="Collect prompts as users write them, instead of more answers to the same ones.",
)


def answer(evidence: Evidence) -> Answer | None:
    prompts = evidence.train.contents.prompts
    if prompts.rows < evidence.parameter("too-few-examples", "minimum"):
        return None
    count = min(prompts.distinct, prompts.rows)
    of_all = percent(count, prompts.rows)
    figure = f"{differing(prompts, 'prompt')} in {prompts.rows:,} examples ({of_all})."
    numbers = {"distinct": prompts.distinct, "share": share(count, prompts.rows)}
    is_few = numbers["share"] < _HALF and evidence.stage == "sft"
    return Answer(figure, Verdict.LOOK, QUESTION.todo, numbers) if is_few else Answer(figure, numbers=numbers)
