"""
What it does:
    Finds a message that consists of nothing but `null`, `None`, `NaN`, `nan` or `undefined`: a missing value
    that an export wrote as text. The answer `None` stays silent, since it is a usual label, and so does any
    of these that a message before it names ("else say null"), unless the message calls tools. What a tool
    returned is left alone.

Why it is bad:
    The model learns to say the word. Trace exports with such texts made preprocessing crash on Azure.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "null"}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "3.1 m"}]}

Fix:
    None.

Sources:
    microsoft-foundry/fine-tuning, issue 23 and run logs of 2026: `"null"` as content in agent traces.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.content._whole import ends_with, named_before, trimmed

RULE = Rule(
    severity=Severity.WARNING,
    why="to the model it is a word like any other",
    trigger=ends_with("null", "none", "nan", "undefined"),
)

_NOTHING = frozenset(("null", "None", "NaN", "nan", "undefined"))


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for turn, named in named_before(example):
        for text in turn.texts if turn.role not in ("tool", "function") else ():
            word = trimmed(text.value)
            if word in _NOTHING and not (_answers(turn) and word.lower() in named | {"none"}):
                todo = "Remove the content; the calls suffice." if turn.has_calls else _TODO
                yield rule.at(text.place, f"the whole text is {quote(word)}", todo)


_TODO = "Write the text or remove the row."


def _answers(turn: Turn) -> bool:
    return turn.role == "assistant" and not turn.has_calls
