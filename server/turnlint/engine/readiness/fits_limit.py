"""Do the examples fit the limit on their tokens?

Whatever is beyond the limit is cut off without a word, and that is the end: the answer that is to be
learned.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import SUPERVISED, share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Do all examples fit the token limit?",
    place=6,
    rules=("example-too-long", "near-limit", "identical-within-limit", "too-many-tokens", "not-counted"),
    sources=(SUPERVISED,),
    todo="Shorten or split them, or choose a model with a higher limit.",
)


def answer(evidence: Evidence) -> Answer | None:
    found = evidence.train.statistics
    if not found.examples:
        return None
    counted_in = (
        one for one in evidence.files if one.input.split == "train" and one.survey.statistics.examples
    )
    limited = [one.settings.tokens.limit for one in counted_in]
    longest = max(found.tokens)
    numbers = {"over": found.over, "share": share(found.over, found.examples), "longest": longest}
    figure = f"The longest example has {counted(longest, 'token')}."
    if not all(limited):
        todo = "Name who trains and which model (--target NAME:MODEL), or the limit (--token-limit N)."
        return Answer(f"{figure} No limit is known.", Verdict.NOT_KNOWN, todo, numbers)
    limit = " or ".join(f"{one:,}" for one in sorted({*limited}))
    if not found.over:
        return Answer(f"{figure} All are within the limit of {limit}.", numbers=numbers)
    over = counted(found.over, "example is", "examples are")
    figure = f"{over} over the limit of {limit} ({percent(found.over, found.examples)}). {figure}"
    return Answer(figure, Verdict.LOOK, QUESTION.todo, numbers)
