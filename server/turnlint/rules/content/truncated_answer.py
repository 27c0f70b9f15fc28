"""
What it does:
    Finds a long answer that breaks off: its last line is prose and ends in a letter or a comma.

Why it is bad:
    The text was cut when it was made. The model learns to stop in the middle of a sentence.

Example:
    {"prompt": "Explain tides.", "completion": "The moon pulls at the sea, and the sea rises towards it. The earth turns below, so that each coast has two high waters a day. When sun and moon pull together, at new and full moon, the range is greatest. A week later they pull at right angles and the range is small, so that the harbour masters of the north, who"}

Use instead:
    {"prompt": "Explain tides.", "completion": "The moon pulls at the sea, and the sea rises towards it."}

Fix:
    None.

Sources:
    Own counts: 40 of 11,818 rows in the Alpaca demo of LLaMA-Factory and GPTeacher.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to stop in the middle of a sentence",
    trigger=Words((" ",)),
    default=False,
    parameters={"min_length": 300},
)

_PROSE = 60
"""Code points of a last line that is taken for prose rather than a list item, a heading or a signature."""


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    value = text.value.rstrip()
    if turn.role != "assistant" or len(value) < rule["min_length"]:
        return
    last = value[value.rfind("\n") + 1 :]
    broken = value[-1] == "," or value[-1].islower()
    if broken and len(last) >= _PROSE and " " in last and ". " in value and value.count("```") % 2 == 0:
        start = max(value.rfind(" "), len(value) - 20) + 1
        what = f"the answer breaks off at {quote(value[start:])}"
        yield rule.at(text.place.slice(start, len(value)), what, "Complete it or cut it at a sentence.")
