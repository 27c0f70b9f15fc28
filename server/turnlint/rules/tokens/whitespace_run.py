r"""
What it does:
    Finds runs of 256 or more spaces, tabs, line ends or no-break spaces in a text. Runs of fewer than 64 are not
    looked for, whatever the settings say.

Why it is bad:
    The run comes from a table, a page layout or a loop. It takes up room and tokens, and a model that learns to
    write one may not stop.

Example:
    An answer with 300 spaces in a row.

Use instead:
    {"prompt": "When is high water?", "completion": "At 14:20."}

Fix:
    Unsafe: leaves one space, tab or no-break space, or two line ends.

Sources:
    Holtzman and others, The Curious Case of Neural Text Degeneration (2019), on repetition. openai/tiktoken, pull
    request 587: a run of a million spaces cannot be encoded.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Runs

_NAMES = {
    " ": "spaces",
    "\t": "tabs",
    "\n": "line ends",
    "\r\n": "line ends",
    "\xa0": "no-break spaces",
}
_SHORTEST = 64
_KEPT = {"\n": 2, "\r\n": 2}
"""A blank line stays."""

RULE = Rule(
    severity=Severity.WARNING,
    why="the model may learn to write it and not to stop",
    trigger=Runs(tuple(_NAMES), _SHORTEST),
    parameters={"min_length": 256},
)


@cache
def _runs() -> re.Pattern[str]:
    return re.compile("|".join(f"(?<!{unit})(?:{unit}){{{_SHORTEST},}}" for unit in _NAMES))


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if text.value.isspace():  # which says nothing at all
        return
    written = turn.role == "assistant"
    rule, why = (rule, "") if written else (rule.at_most(Severity.INFO), "it takes up room")
    for run in _runs().finditer(text.value):
        start, end = run.span()
        unit = "\r\n" if run[0].startswith("\r\n") else run[0][0]
        length = (end - start) // len(unit)
        if length < rule["min_length"]:
            continue
        what = f"{length:,} {_NAMES[unit]} stand here in a row"
        rest = Edit(text.place.slice(start + _KEPT.get(unit, 1) * len(unit), end))
        fix = Fix("Shorten the run", (rest,))
        yield rule.at(text.place.slice(start, end), what, "Shorten them.", why=why, fix=fix)
