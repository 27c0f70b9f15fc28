"""
What it does:
    Finds an answer that is nothing but a stand-in: `N/A`, `TODO`, `...`, `<No Output>`, `[insert …]`. Where a
    message before it names the same word ("answer n/a if there is none"), it is a right answer.

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

from turnlint.model import Example, Finding, Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.content._whole import ends_with, named_before, trimmed

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


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for turn, named in named_before(example):
        for text in turn.texts if turn.role == "assistant" else ():
            word = trimmed(text.value) if len(text.value) <= 100 else ""
            if _pattern().fullmatch(word) and word.lower().rstrip(".:") not in named:
                what = f"the whole answer is {quote(word)}"
                yield rule.at(text.place, what, "Write the answer or remove the row.")
