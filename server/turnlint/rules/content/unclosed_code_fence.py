r"""
What it does:
    Finds an answer that opens a block of code with three backticks and never closes it.

Why it is bad:
    Mostly the answer was cut. The model learns not to close its code, and everything after it shows as code.

Example:
    {"instruction": "Print hello in Python.", "output": "Here you are:\n```python\nprint('hello')"}

Use instead:
    {"instruction": "Print hello in Python.", "output": "Here you are:\n```python\nprint('hello')\n```"}

Fix:
    Unsafe: closes the block at the end of the answer.

Sources:
    CommonMark 0.31, fenced code blocks.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words
from turnlint.rules.wording import written

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns not to close its code",
    trigger=Words(("```",)),
)


@cache
def _run() -> re.Pattern[str]:
    return re.compile(r"`{3,}")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "assistant":
        return
    # Blocks inside blocks are common in answers about Markdown: an even number is taken for balanced.
    runs = list(_run().finditer(text.value))
    if len(runs) % 2 == 0:
        return
    fence = _left_open(text.value, runs)
    if fence:
        what = "the block of code is never closed"
        yield rule.at(text.place.slice(*fence.span()), what, "Close it.", fix=_closed(text, fence))


def _closed(text: Text, fence: re.Match[str]) -> Fix:
    indent = text.value[text.value.rfind("\n", 0, fence.start()) + 1 : fence.start()]
    line = ("" if text.value.endswith("\n") else "\n") + indent + fence[0]
    end = len(text.value)
    return Fix("Close it at the end", (Edit(text.place.slice(end, end), written(line)[1:-1]),))


def _left_open(value: str, runs: list[re.Match[str]]) -> re.Match[str] | None:
    """The fence that is open where the text ends."""
    fence = None
    for run in runs:
        line_start = value.rfind("\n", 0, run.start()) + 1
        if value[line_start : run.start()].strip(" \t>") and fence is None:
            continue
        if fence is None:
            fence = run
        elif len(run[0]) >= len(fence[0]):
            fence = None
    return fence
