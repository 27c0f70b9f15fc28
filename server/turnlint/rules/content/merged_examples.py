r"""
What it does:
    Finds an answer in which the next example begins: a line such as `### Instruction:` or `12. Instruction:`,
    or a `Human:` and `Assistant:` pair in paragraphs of their own after the answer's text.

Why it is bad:
    The model learns not to stop: it answers, and then asks itself the next question.

Example:
    {"instruction": "Name a prime.", "output": "7\n\n### Instruction:\nName a river."}

Use instead:
    {"instruction": "Name a prime.", "output": "7"}

Fix:
    None.

Sources:
    gururise/AlpacaDataCleaned, README.md: merged instructions.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to go on with a question of its own",
    trigger=Words(("instruction:", "human:", "assistant:")),
)


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(r"^(?:#{2,3} (?:Instruction|Human):|\d{1,4}\. Instruction:)", re.MULTILINE)


@cache
def _speaker() -> re.Pattern[str]:
    return re.compile(r"(?<=\n\n)(?:Human|Assistant): ?")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "assistant":
        return
    found = _heading().search(text.value) or _next_question(text.value)
    if found:
        what = f"another example begins in the answer at {quote(found[0].strip())}"
        yield rule.at(text.place.slice(*found.span()), what, "Cut the answer here.")


def _next_question(value: str) -> re.Match[str] | None:
    """Where the transcript goes on; None for a script, which has one speaker or others from its start."""
    lines = list(_speaker().finditer(value))
    speakers = [line[0].strip() for line in lines]
    follows = speakers[:2] == ["Human:", "Assistant:"] and not value.lstrip().startswith(("Human:", "AI:"))
    return lines[0] if follows else None
