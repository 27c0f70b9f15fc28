"""
What it does:
    Finds a message that consists of nothing but `null`, `None`, `NaN`, `nan` or `undefined`: a missing value
    that an export wrote as text. The answer `None` stays silent, since it is a usual label, unless the
    message calls tools; so does what a tool returned.

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

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.content._whole import ends_with, trimmed

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to say a word that stands for no value",
    trigger=ends_with("null", "none", "nan", "undefined"),
)

_NOTHING = frozenset(("null", "None", "NaN", "nan", "undefined"))


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    word = trimmed(text.value)
    if word not in _NOTHING or turn.role in ("tool", "function"):
        return
    if word == "None" and turn.role == "assistant" and not turn.has_calls:
        return
    todo = "Remove the content; the calls suffice." if turn.has_calls else "Write the text or remove the row."
    yield rule.at(text.place, f"the whole text is {quote(word)}", todo)
