"""Do the examples have the system prompts that the model will be used with?

The prompts of training should be those of use. Where some examples lack the prompt of the others, or have
it with a typo, the model learns on prompts that nobody will send.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import BEST_PRACTICES, differing, share
from turnlint.text.label import counted, percent

_USUAL = 0.5
"""Where so many examples have one prompt, those without any stand out; data of several tasks has many."""
_RULES = ("system-prompt-drift", "no-system", "multiple-system", "system-not-first")

QUESTION = Question(
    asks="Are the system prompts consistent?",
    place=8,
    rules=_RULES,
    sources=(BEST_PRACTICES,),
    todo="Write the prompt in each example as you will send it to the model.",
)


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    systems, examples = contents.systems, contents.examples
    if not examples:
        return None
    without = examples - systems.rows
    numbers = {"prompts": systems.distinct, "without": without, "most_share": share(systems.most, examples)}
    if not systems.rows:
        return Answer("No example has one: use the model without one, too.", numbers=numbers)
    most = percent(systems.most, examples)
    if systems.distinct == 1:
        figure = f"1 system prompt, in {most} of the examples."
    else:
        figure = f"{differing(systems, 'system prompt')}; the most frequent is in {most} of the examples."
    if without:
        figure += f" {counted(without, 'example has', 'examples have')} none."
    is_odd = without and systems.most >= _USUAL * examples
    return Answer(figure, Verdict.LOOK, QUESTION.todo, numbers) if is_odd else Answer(figure, numbers=numbers)
