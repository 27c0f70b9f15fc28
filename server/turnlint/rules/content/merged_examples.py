r"""
What it does:
    Finds an answer that goes on with the next example: a line such as `### Instruction:` or `12. Instruction:`
    after its own text, or a `Human:` and `Assistant:` pair in paragraphs of their own. An answer that shows a
    prompt stays silent: one announced by a colon, in a block of code, or with slots such as `{instruction}`. So do
    rows of plain text, which may hold a whole conversation.

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

from turnlint.formats import WRITTEN_OUT
from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to go on with a question of its own",
    trigger=Words(("instruction:", "human:", "assistant:")),
    kinds=WRITTEN_OUT,
)


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(r"^(?:#{2,3} (?:Instruction|Human):|\d{1,4}\. Instruction:)(?!\s*[{<\[])", re.MULTILINE)


@cache
def _speaker() -> re.Pattern[str]:
    return re.compile(r"(?<=\n\n)(?:Human|Assistant): ?")


@cache
def _script() -> re.Pattern[str]:
    """A text that begins with a speaker."""
    return re.compile(r"\s*[A-Z]\w{0,20}: ?")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "assistant":
        return
    found = _next_heading(text.value) or _next_question(text.value)
    if found and not _is_shown(text.value[: found.start()]):
        what = f"another example begins in the answer at {quote(found[0].strip())}"
        yield rule.at(text.place.slice(*found.span()), what, "Cut the answer here.")


def _next_heading(value: str) -> re.Match[str] | None:
    """Where the next task begins; None for an answer that is a list of such headings itself."""
    found = None if _heading().match(value.lstrip()) else _heading().search(value)
    return None if found and found[0].startswith("1.") else found


def _is_shown(before: str) -> bool:
    """Whether what follows is a prompt that the answer shows: announced by a colon, or code."""
    return not before.strip() or before.rstrip().endswith(":") or before.count("```") % 2 == 1


def _next_question(value: str) -> re.Match[str] | None:
    """Where the transcript goes on; None for a script, which has one speaker or others from its start."""
    lines = list(_speaker().finditer(value))
    speakers = [line[0].strip() for line in lines]
    follows = speakers[:2] == ["Human:", "Assistant:"] and not _script().match(value)
    return lines[0] if follows else None
