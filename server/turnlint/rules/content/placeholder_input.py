"""
What it does:
    Finds a user's text that consists of nothing but `<noinput>` or the like; in the `input` of an instruction
    also `n/a` and `No input`.

Why it is bad:
    What means "nothing" to the author is a text to the model, which learns to wait for it.

Example:
    {"instruction": "Name a prime.", "input": "<noinput>", "output": "7"}

Use instead:
    {"instruction": "Name a prime.", "input": "", "output": "7"}

Fix:
    Safe: empties the `input` of an instruction that is `<noinput>`.
    Unsafe: the same for words that can mean themselves, such as `n/a`.

Sources:
    gururise/AlpacaDataCleaned, README.md: inconsistent empty inputs.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="to the model it is a text like any other",
    trigger=Words(("noinput", "no input", "no_input", "n/a", "not applicable")),
)


@cache
def _anywhere() -> re.Pattern[str]:
    return re.compile(r"[<\[]no[ _]?input[>\]]", re.IGNORECASE | re.ASCII)


@cache
def _as_input() -> re.Pattern[str]:
    pattern = r"[<\[(]?(?:no[ _]?input(?: (?:needed|required|provided|given))?|n/a|not applicable)[>\])]?\.?"
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "user" or len(text.value) > 100:
        return
    optional = turn.implied and turn.content_name == "input"
    pattern = _as_input() if optional else _anywhere()
    if pattern.fullmatch(text.value.strip()):
        safe = _anywhere().fullmatch(text.value.strip()) is not None
        fix = Fix("Empty the input", (Edit(text.place, '""'),), safe) if optional else None
        todo = "Leave the input empty." if optional else "Write what the user asked."
        what = f"the whole text is {quote(text.value.strip())}"
        yield rule.at(text.place, what, todo, fix=fix)
