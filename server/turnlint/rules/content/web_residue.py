r"""
What it does:
    Finds lines of an answer that belong to the page it was copied from: `Copy code`, `Regenerate response`,
    `Share Prompt`, and the markup around a chat's answers. Only whole lines count.

Why it is bad:
    The model learns to write the buttons of a web page.

Example:
    {"prompt": "Print hi in Python.", "completion": "Sure:\npythonCopy code\nprint('hi')"}

Use instead:
    {"prompt": "Print hi in Python.", "completion": "Sure:\n```python\nprint('hi')\n```"}

Fix:
    Unsafe: removes the lines that are the words of a button.

Sources:
    lm-sys/FastChat, clean_sharegpt.py; its pull requests 1755 and 1772.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to write the buttons of a web page",
    trigger=Words(
        ("copy code", "regenerate response", "share prompt", "stop generating", "markdown prose", "flex-grow")
    ),
)


@cache
def _pattern() -> re.Pattern[str]:
    buttons = r"(?:[a-z+#]{1,12})?Copy code|Regenerate response|Share Prompt|Stop generating"
    markup = r'<div class="[^"\n]{0,200}(?:markdown prose|flex-grow)[^"\n]{0,200}">'
    return re.compile(rf"^[ \t]{{0,9}}(?P<line>(?:{buttons})(?=[ \t]{{0,9}}$)|{markup})", re.MULTILINE)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    found = _pattern().search(text.value) if turn.role == "assistant" else None
    if found:
        what = f"{quote(found['line'])} comes from a web page, not from the answer"
        fix = None if found["line"].startswith("<") else _without_buttons(text)
        yield rule.at(text.place.slice(*found.span("line")), what, "Remove the line.", fix=fix)


def _without_buttons(text: Text) -> Fix | None:
    value = text.value
    lines = [_line(value, found) for found in _pattern().finditer(value) if not found["line"].startswith("<")]
    if sum(end - start for start, end in lines) >= len(value.rstrip()):
        return None
    return Fix("Remove such lines", tuple(Edit(text.place.slice(*line)) for line in lines))


def _line(value: str, found: re.Match[str]) -> tuple[int, int]:
    """A line with its end; with that of the line before where it is the last one."""
    end = value.find("\n", found.end()) + 1
    return (found.start(), end) if end else (max(found.start() - 1, 0), len(value))
