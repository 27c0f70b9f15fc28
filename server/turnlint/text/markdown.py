"""Text of rows for readers: in Markdown that no row can take part in, or plain.

What comes from a row stands in code, or as words that mean nothing in Markdown. Nothing is escaped: some
editors show the backslashes, and some make links of what was escaped.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category

from turnlint.text.secrets import hide

__all__ = ["Excerpt", "Markdown", "PlainText", "excerpt", "visible"]

_NAME = 80
"""A name or value within a sentence is cut to so many code points."""
_LONGEST_SECRET = 4_096
"""A private key has about 3,300 code points."""
_WORD = 40
"""A cut moves at most so far for the sake of a word."""


class Excerpt(NamedTuple):
    """A part of a text, with its secrets hidden, and how many code points were left out on either side."""

    before: int
    text: str
    after: int


def excerpt(text: str, limit: int, around: int = 0) -> Excerpt:
    """Cut a text to at most `limit` code points, so that the one at index `around` shows."""
    if len(text) <= limit:
        return Excerpt(0, hide(text), 0)
    start, end = 0, limit
    if around > limit * 3 // 4:
        start = min(around - limit // 4, len(text) - limit)
        end = start + limit
    slack = min(limit // 8, _WORD)
    start += _edge(text[start : start + slack]) if start else 0
    end -= _edge(text[end - slack : end][::-1]) if end < len(text) else 0
    first = max(0, start - _LONGEST_SECRET)
    masked = hide(text[first : end + _LONGEST_SECRET])
    return Excerpt(start, masked[start - first : end - first], len(text) - end)


def _edge(text: str) -> int:
    """How much of a word the text begins with; nothing if it is no more than that."""
    found = _BLANK.search(text)
    return found.start() if found else 0


def visible(text: str) -> str:
    """Show what would not show, or would move or reorder what does: ESC is ␛, U+202E is ⟨U+202E⟩.

    Line feeds and tabs stay, CR LF is a line feed, joiners of emoji and letters are left out.
    """
    return _RARE.sub(lambda found: _glyph(found[0]), text.replace("\r\n", "\n"))


@lru_cache(4096)
def _glyph(character: str) -> str:
    if character in _JOINERS:
        return ""
    if category(character) not in _UNSEEN:
        return character
    if character < " ":
        return chr(0x2400 + ord(character))
    return "␡" if character == "\x7f" else f"⟨U+{ord(character):04X}⟩"


class PlainText:
    """Writes for clients that show a text as it is."""

    def code(self, text: str, limit: int = _NAME) -> str:
        """A name or value of a row within a sentence, on one line and cut to `limit` code points."""
        left = len(text) > limit
        shown = visible(hide(text[: limit + _LONGEST_SECRET])[: limit - left]) + "…" * left
        return (shown if shown.strip() else f'"{shown}"').translate(_ON_ONE_LINE)

    def strong(self, written: str) -> str:
        """Make something written stand out."""
        return written

    def prose(self, text: str) -> str:
        """Sentences, on one line; what they quote stands between backticks."""
        return " ".join(visible(hide(text)).split())

    def block(self, text: str, language: str = "text") -> str:
        """A text with its lines, or source code in a language."""
        return "\n".join(f"    {line}".rstrip() for line in visible(hide(text)).split("\n"))


class Markdown(PlainText):
    """Writes Markdown in which what comes from a row is no markup, link or image, whoever renders it."""

    def code(self, text: str, limit: int = _NAME) -> str:
        """A code span, with ˋ for each backtick: not all parsers know where a span with backticks ends."""
        shown = super().code(text, limit).replace("`", "ˋ")
        edge = " " if shown[0] == shown[-1] == " " else ""  # which is not part of the span
        return f"`{edge}{shown}{edge}`"

    def strong(self, written: str) -> str:
        """Bold. Code in bold is not safe in all parsers, unless it is our own."""
        return f"**{written}**"

    def prose(self, text: str) -> str:
        """A line of plain words; whatever might be markup or a link is code."""
        plain = super().prose(text)
        if plain.count("`") % 2:  # the last one closes nothing
            plain = " ".join(" ".join(plain.rsplit("`", 1)).split())
        line = ""
        for at, part in enumerate(plain.split("`")):
            written = self._quoted(part) if at % 2 else _WORDS.sub(self._word, part)
            apart = line.endswith("`") and written.startswith("`")
            line += " " * apart + written
        return _LIST.sub(self._word, line.strip())

    def block(self, text: str, language: str = "text") -> str:
        """A fenced block."""
        shown = visible(hide(text))
        fence = "`" * max(3, _longest_run(shown) + 1)
        return f"{fence}{language}\n{shown}\n{fence}"

    def _quoted(self, text: str) -> str:
        return self.code(text, len(text)) if text.strip() else text

    def _word(self, found: re.Match[str]) -> str:
        """A plain word as it is, any other one as code, with the punctuation around it."""
        word = found[0]
        core = word.lstrip(_BEFORE).rstrip(_BEHIND)
        if core.count("(") > core.count(")") and f"{core})" in word:
            core += ")"
        if re.fullmatch(_PLAIN, core) and found.re is _WORDS:
            return word
        lead, _, trail = word.partition(core)
        return lead + self._quoted(core) + trail


_BLANK = re.compile(r"\s")
_RARE = re.compile(r"[^\n\t -~]")
_JOINERS = frozenset("\u200c\u200d")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_ON_ONE_LINE = str.maketrans("\n\t", "␊␉")
_TICKS = re.compile("`+")
_WORDS = re.compile(r"\S+")
_BEFORE = "(\"'“‘«"
_BEHIND = ".,;:!?)\"'”’»…%"
_LETTERS = r"[A-Za-z0-9\u0080-\U0010ffff]+"
_PLAIN = rf"(?:{_LETTERS}(?:[-'/,]{_LETTERS})*|[A-Za-z](?:\.[A-Za-z])+|[0-9]+\.[0-9]+)?"
"""Words, `e.g`, and numbers, but no name of a host. Compiled by its first use."""
_LIST = re.compile(r"^[0-9]+[.)]")
"""What would begin a list."""


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
