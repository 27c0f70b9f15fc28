"""
What it does:
    Finds an answer that is nothing but a stand-in: `N/A`, `TODO`, `...`, `<No Output>`, `[insert …]`.

Why it is bad:
    The model learns to give the stand-in instead of an answer.

Example:
    {"instruction": "Name a prime.", "output": "<No Output>"}

Use instead:
    {"instruction": "Name a prime.", "output": "7"}

Fix:
    None.

Sources:
    gururise/AlpacaDataCleaned, README.md: outputs of `N/A`, "no output" and the like.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.content._whole import ends_with, trimmed

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns the stand-in",
    trigger=ends_with(
        *("n/a", "n/a.", "todo", "todo.", "todo:", "tbd", "tbd.", "fixme", "...", "…"),
        *("output", "output.", "output>", "output]", "output)", "here>", "]"),
    ),
)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(
        r"n/a\.?|todo[.:]?|tbd\.?|fixme|\.{3,9}|…|[<\[(]no[ _]?output[>\])]|no output\.?"
        r"|\[insert [^\]\n]{1,60}\]|[\[<]your (?:answer|response|text|output)(?: goes)? here[\]>]",
        re.IGNORECASE | re.ASCII,
    )


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role == "assistant" and len(text.value) <= 100 and _pattern().fullmatch(trimmed(text.value)):
        what = f"the whole answer is {quote(trimmed(text.value))}"
        yield rule.at(text.place, what, "Write the answer or remove the row.")
