"""Do examples that define tools show how to call them, and when not to?

A model that only sees tools lie idle learns to leave them idle; one that sees a call in each example learns
to call always. Both should be there as they are in use.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Do the examples show how to use the tools?",
    place=14,
    rules=("tools", "tool-schema-drift"),
    sources=("OpenAI, fine-tuning guide: function calling",),
    todo="Repair the definitions and calls that the check names.",
)


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    if not contents.with_tools and not contents.with_calls:
        return None
    defined = counted(contents.with_tools, "example defines", "examples define")
    calling = counted(contents.with_calls, "example calls", "examples call")
    idle = counted(contents.with_idle_tools, "defines some and calls none", "define some and call none")
    of_all = percent(contents.with_calls, contents.examples)
    figure = f"{defined} tools; {calling} one ({of_all} of all); {idle}."
    numbers = {
        "with_tools": contents.with_tools,
        "with_calls": contents.with_calls,
        "share": share(contents.with_calls, contents.examples),
        "idle": contents.with_idle_tools,
    }
    if contents.with_calls or evidence.stage == "reinforcement":
        return Answer(figure, numbers=numbers)
    todo = "Add examples with calls, or leave the tools out: each costs tokens and teaches to ignore it."
    return Answer(figure, Verdict.LOOK, todo, numbers)
