r"""
What it does:
    Finds the three markers of a merge conflict, in order and at line starts, in what the assistant or the
    system prompt says. Blocks of code and the SEARCH/REPLACE blocks of coding assistants stay silent.

Why it is bad:
    A conflict in the source of the data was never resolved: the model learns both versions and the markers.

Example:
    {"prompt": "Hi", "completion": "<<<<<<< HEAD\nHello!\n=======\nGood day!\n>>>>>>> main\n"}

Use instead:
    {"prompt": "Hi", "completion": "Hello!"}

Fix:
    None.

Sources:
    git-merge(1), How conflicts are presented.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns both versions and the markers",
    trigger=Words(("<<<<<<< ",)),
)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"^(?:<{7} (?!SEARCH|ORIGINAL|REPLACE|UPDATED)|={7}$|>{7} )", re.MULTILINE)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role not in ("assistant", "system", "developer") or "```" in text.value:
        return
    markers = list(_pattern().finditer(text.value))
    if [marker[0].strip()[0] for marker in markers[:3]] == ["<", "=", ">"]:
        start = markers[0].start()
        what = "an unresolved merge conflict stands in the text"
        yield rule.at(text.place.slice(start, start + 7), what, "Keep one of the two versions.")
