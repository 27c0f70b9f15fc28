"""
What it does:
    Finds an answer that begins with the stock phrases of other assistants: "As an AI language model, I …",
    "I cannot fulfil this request".

Why it is bad:
    Copied from another model's answers, the phrases teach refusals where nobody wanted any. Safety data has
    them on purpose: ignore the rule there.

Example:
    {"prompt": "Your favourite colour?", "completion": "As an AI language model, I have no favourites."}

Use instead:
    {"prompt": "Your favourite colour?", "completion": "Green, if I may choose."}

Fix:
    None.

Sources:
    lm-sys/FastChat, optional_clean.py; the refusal filter of WizardLM's unfiltered data sets (2023).
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns another assistant's stock phrases",
    trigger=Words(
        ("as an ai", "as a language model", "as an artificial", "fulfil", "with that", "with this")
    ),
)

_SORRY = r"(?:(?:I(?:['’]m| am)(?: very| really)? sorry|I apologi[sz]e|Sorry|Unfortunately),?(?: but)? )?"
_AS_AI = (
    r"as (?:an AI|a language model|an artificial intelligence)"
    r"(?: language)?(?: model| assistant| chatbot)?, ?I"
    r"(?: (?:do not|don['’]t|cannot|can['’]t|can not|am not|am unable|have no|lack)\b|['’]m (?:not|unable)\b)"
)
_CANNOT = (
    r"I(?:['’]m| am)? (?:cannot|can['’]t|can not|not able to|unable to|won['’]t be able to)"
    r" (?:fulfill?|assist you with|assist with|help you with|help with) (?:this|that)(?: request)?"
    r"(?=[.,;:!?]|\s*\Z|\s*\n| (?:but|because|as|since)\b)"
)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"\s*{_SORRY}(?:{_AS_AI}|{_CANNOT})", re.IGNORECASE | re.ASCII)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    found = _pattern().match(text.value) if turn.role == "assistant" else None
    if found:
        what = f"the answer begins with {quote(found[0].strip())}"
        yield rule.at(text.place.slice(*found.span()), what, "Keep it only if the refusal is wanted.")
