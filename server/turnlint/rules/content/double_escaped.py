r"""
What it does:
    Finds prose whose line breaks are a backslash and an `n`, at least twice and without one real line break.
    Code, paths, patterns and quoted strings stay silent.

Why it is bad:
    The text was escaped twice. The model learns to write `\n` where a new line should be.

Example:
    {"prompt": "Name two rivers.", "completion": "Two rivers:\\n- Rhine\\n- Rhone"}

Use instead:
    {"prompt": "Name two rivers.", "completion": "Two rivers:\n- Rhine\n- Rhone"}

Fix:
    Unsafe: writes line breaks for them.

Sources:
    gururise/AlpacaDataCleaned, README.md: escaped line breaks.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to write a backslash where a line should end",
    trigger=Words(("\\n",)),
)


@cache
def _break() -> re.Pattern[str]:
    """One or more escaped line breaks that end a sentence, a heading or an item."""
    return re.compile(r"(?<=[\w.!?:;,)])(?<!\\n)(?>(?:(?:\\r)?\\n)+)(?=[A-Z0-9*•#-]|\s|\Z)")


@cache
def _code() -> re.Pattern[str]:
    """What shows that the backslashes are meant: other escapes, code, markup, JSON."""
    return re.compile(r"""\A\s*[{\[<]|[`\n]|\\[^nrt"]|["'(]\\n|\\n["')/]|[(=]\s?["']""")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if text.value.count("\\n") < 2 or _code().search(text.value):
        return
    breaks = list(_break().finditer(text.value))
    found = sum(one[0].count("\\n") for one in breaks)
    if found > 1 and found == text.value.count("\\n"):
        what = f"{found} line breaks are written as a backslash and an n"
        edits = tuple(Edit(text.place.slice(*one.span()), "\\n" * one[0].count("\\n")) for one in breaks)
        fix = Fix("Write line breaks", edits)
        yield rule.at(text.place.slice(*breaks[0].span()), what, "Decode the text once more.", fix=fix)
