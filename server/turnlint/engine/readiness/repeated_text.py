"""How much of each prompt is the same text over and over?

Instructions, tool definitions and examples in the prompt are sent and paid for with each call. A model that
has learned them needs fewer of them. Shorter prompts should be tried with care: a model that is trained
without the instructions must learn them from the examples alone, which takes more of these.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question
from turnlint.engine.readiness._words import MICROSOFT, share
from turnlint.text.label import counted, percent

_FEWEST = 10
_HUNDREDTH = 100
_MUCH = 0.3
_CACHED = 1024

QUESTION = Question(
    asks="How much prompt text comes again and again?",
    place=18,
    sources=(
        "OpenAI, fine-tuning guide (2023): fewer examples in the prompt",
        f"{MICROSOFT}: token savings",
        "OpenAI, prompt caching guide",
    ),
)


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    if contents.examples < _FEWEST or not contents.prompt_tokens:
        return None
    least = max(_FEWEST, contents.examples // _HUNDREDTH)
    repeated = min(contents.repeated_tokens(least), contents.prompt_tokens)
    each, whole = (round(tokens / contents.examples) for tokens in (repeated, contents.prompt_tokens))
    part = share(repeated, contents.prompt_tokens)
    numbers = {"repeated": each, "prompt": whole, "share": part}
    if not each:
        return Answer(f"None of the {counted(whole, 'token')} of a prompt, on average.", numbers=numbers)
    of_all = percent(repeated, contents.prompt_tokens)
    figure = f"{of_all} of prompt tokens: about {each:,} of {counted(whole, 'token')} a call."
    if part < _MUCH:
        return Answer(figure, numbers=numbers)
    todo = "A fine-tuned model could save this, if it is trained and used with a shorter prompt."
    if each >= _CACHED:
        todo += f" OpenAI's cache makes the beginnings of prompts cheaper from {_CACHED:,} tokens on, too."
    return Answer(figure, todo=todo, numbers=numbers)
