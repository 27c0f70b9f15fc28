r"""
What it does:
    Finds characters that nobody sees: control characters other than tab, line ends and form feeds, zero-width
    spaces, byte order marks inside a text, overrides of the writing direction, tags. What a script or an emoji
    needs stays silent: joiners, direction in texts with right-to-left letters, zero-width spaces in Thai, Lao,
    Burmese and Khmer. So do a terminal's colours in what a user or a tool shows.

Why it is bad:
    The tokenizer sees them: words fall into strange tokens, and hidden text can carry instructions.

Example:
    {"prompt": "Say hi.", "completion": "Hi\u200b there"}

Use instead:
    {"prompt": "Say hi.", "completion": "Hi there"}

Fix:
    Unsafe: removes the characters, unless one of them is a control character.

Sources:
    Unicode 16, chapter 23; Boucher and Anderson, Trojan Source (2021).
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

_NAMES = {
    "\u200b": "a zero-width space",
    "\u2060": "a word joiner",
    "\ufeff": "a byte order mark",
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "a direction control"),
}
_TAGS = "\U000e0001\U000e0020\U000e0061\U000e0065\U000e0069\U000e006f\U000e0075"
"""Tags that a hidden text can hardly do without: its beginning, the space and the vowels."""

_C0 = tuple(chr(code) for code in (*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_C1 = tuple(map(chr, range(0x80, 0xA0)))

RULE = Rule(
    severity=Severity.WARNING,
    why="nobody sees it, and the tokenizer does",
    trigger=Words((*_C0, *_C1, *_NAMES, *_TAGS)),
    yields_to=("control-character",),
)


_MOST = 1_000
"""Where there are more of them, the fault is in what wrote the text."""


@cache
def _pattern() -> re.Pattern[str]:
    # The flags of England, Scotland and Wales are spelled in tags. C1 after another letter is mojibake.
    return re.compile(
        "\U0001f3f4[\U000e0020-\U000e007e]{2,8}\U000e007f"
        r"|(?P<colour>\x1b\[[0-9;]{0,20}[A-Za-z])"
        f"|(?P<hidden>[{re.escape(''.join((*_C0, *_NAMES)))}]|(?<![\x80-\uffff])[\x80-\x9f])"
        "|(?P<tags>[\U000e0000-\U000e007f]+)"
    )


@cache
def _right_to_left() -> re.Pattern[str]:
    return re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@cache
def _without_spaces() -> re.Pattern[str]:
    return re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    written = turn.role == "assistant"
    hidden = [found for found in _pattern().finditer(text.value) if _is_hidden(found, written=written)]
    if hidden:
        needed = _needed(text.value)
        hidden = [found for found in hidden if _NAMES.get(found[0]) not in needed]
    if hidden:
        first = hidden[0][0]
        name = _NAMES.get(first, "a tag" if hidden[0]["tags"] else "a control character")
        more = f", one of {len(hidden)} places," if len(hidden) > 1 else ""
        what = f"{name} (U+{ord(first[0]):04X}){more} hides in the text"
        start = hidden[0].start()
        end = start + 1 if hidden[0]["colour"] else hidden[0].end()
        yield rule.at(text.place.slice(start, end), what, "Remove it.", fix=_fix(text, hidden))


def _is_hidden(found: re.Match[str], *, written: bool) -> bool:
    """Whether a match is to be told; `written` says that the model learns to write the text."""
    if found["colour"]:
        return written
    return bool(found["hidden"]) or any(tag in (found["tags"] or "") for tag in _TAGS)


def _needed(value: str) -> set[str]:
    """The names of what the scripts of this text need."""
    needed = {"a direction control"} if _right_to_left().search(value) else set()
    return needed | ({"a zero-width space"} if _without_spaces().search(value) else set())


def _fix(text: Text, hidden: list[re.Match[str]]) -> Fix | None:
    if len(hidden) > _MOST or any(not found["tags"] and found[0] not in _NAMES for found in hidden):
        return None
    return Fix("Remove them", tuple(Edit(text.place.slice(*found.span())) for found in hidden))
