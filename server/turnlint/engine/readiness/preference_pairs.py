"""Do the two answers of each pair differ in what they should?

Pairs that are equal teach nothing. Where the preferred answer is nearly always the longer one, the model
learns that longer is better.
"""

from __future__ import annotations

from turnlint.corpus.profile import Pair
from turnlint.engine.readiness import Answer, Evidence, Question
from turnlint.engine.readiness._words import share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Do the pairs of answers show what is better?",
    place=16,
    rules=("preference", "pair-swapped", "pair-answer-both-ways", "taught-then-rejected"),
    sources=("OpenAI, direct preference optimization guide", "natolambert/rlhf-book: length bias"),
    todo="Add pairs in which the shorter answer is better, and leave out pairs that say nothing.",
)


def answer(evidence: Evidence) -> Answer | None:
    pairs = evidence.train.contents.pairs
    if evidence.stage != "preference" or not pairs:
        return None
    compared = pairs.total() - pairs[Pair.NONE]
    longer, same = pairs[Pair.LONGER], evidence.findings_of("identical-outputs")
    of_all = f"{percent(longer, compared)} of {counted(compared, 'pair')}"
    figure = f"The preferred answer is the longer one in {of_all}"
    equal = f"{counted(same, 'pair has', 'pairs have') if same else 'no pair has'} two equal answers"
    numbers = {"pairs": compared, "longer_share": share(longer, compared), "identical": same}
    return Answer(f"{figure}; {equal}.", numbers=numbers)
