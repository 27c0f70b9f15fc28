r"""
What it does:
    Finds a user's text that points to something that is not there: nothing but a link, `<Picture Attached>`
    without a picture, or a text that ends with "the following code" and the like.

Why it is bad:
    The answer cannot follow from the prompt, so the model learns to invent what it was not shown.

Example:
    {"prompt": "What is wrong in the following code?", "completion": "The loop never ends."}

Use instead:
    {"prompt": "What is wrong in the following code?\nwhile True: pass", "completion": "The loop never ends."}

Fix:
    None.

Sources:
    gururise/AlpacaDataCleaned, README.md: references to pictures, links and data that are not given.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to invent what it was not shown",
    trigger=Words(("http://", "https://", "attached", "following")),
    default=False,
)


@cache
def _link() -> re.Pattern[str]:
    return re.compile(r"\s*https?://\S+\s*", re.IGNORECASE | re.ASCII)


@cache
def _attachment() -> re.Pattern[str]:
    kinds = r"(?:picture|image|photo|file|table|chart|document)"
    return re.compile(rf"[<\[(]{kinds}s? (?:is )?attached[>\])]", re.IGNORECASE | re.ASCII)


@cache
def _following() -> re.Pattern[str]:
    kinds = r"(?:code|table|text|passage|paragraph|article|sentences?|data|image|list|conversation|email)"
    return re.compile(rf"\bthe following {kinds}\s{{0,9}}[:.?]?\s{{0,9}}\Z", re.IGNORECASE | re.ASCII)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "user" or turn.images:
        return
    link = _link().fullmatch(text.value)
    # The `input` of an instruction may hold what is meant.
    ends = None if turn.content_name == "instruction" else _trailing(text.value)
    found = link or _attachment().search(text.value) or ends
    if found:
        what = "the text is only a link" if link else "the text points to something that is not there"
        yield rule.at(text.place.slice(*found.span()), what, "Put the content itself into the row.")


def _trailing(value: str) -> re.Match[str] | None:
    return _following().search(value, max(0, len(value) - 60))
