"""Are the answers different from each other, and as balanced as they should be in use?

If six of ten answers say "I cannot answer that", the model will say so too often. Data with a few fixed
answers, such as labels, is asked for their balance instead.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import BEST_PRACTICES, differing, share
from turnlint.engine.readiness.label_balance import has_labels
from turnlint.text.label import percent

_MOST = 0.2
_HALF = 0.5

QUESTION = Question(
    asks="Are the answers different from each other?",
    place=12,
    rules=("refusal-boilerplate", "placeholder-answer", "answer-copies-prompt"),
    sources=(f"{BEST_PRACTICES}: balance and diversity", "the bounds are our judgement"),
    todo="Add examples with other answers, or leave out some of those that are the same.",
)


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    answers = contents.answers
    minimum = evidence.parameter("too-few-examples", "minimum")
    if answers.rows < minimum or has_labels(contents):
        return None
    most, distinct = share(answers.most, answers.rows), share(answers.distinct, answers.rows)
    figure = f"{differing(answers, 'answer')} in {answers.rows:,} examples"
    if answers.most > 1:
        figure += f"; the most frequent is that of {percent(answers.most, answers.rows)}"
    if contents.openings.most > 1:
        alike = percent(contents.openings.most, answers.rows)
        figure += f"; {alike} begin with the same five words"
    opening = share(contents.openings.most, answers.rows)
    numbers = {"distinct": answers.distinct, "most_share": most, "opening_share": opening}
    if most > _MOST or distinct < _HALF:
        return Answer(f"{figure}.", Verdict.LOOK, QUESTION.todo, numbers)
    return Answer(f"{figure}.", numbers=numbers)
