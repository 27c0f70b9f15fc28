"""How two texts differ that have the same normal form."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise, takewhile
from unicodedata import decomposition, normalize

from msgspec import Struct

from turnlint.text.normal import normal
from turnlint.text.secrets import hide

__all__ = ["WHITE", "Contrast", "contrast"]


class Contrast(Struct, frozen=True):
    """What makes the difference."""

    kinds: tuple[str, ...] = ()
    """`case`, `white space`, `forms of characters`, as far as they differ; empty for equal texts."""
    pieces: tuple[str, str] = ("", "")
    """The words around the first difference, in each text, white space made visible."""
    matters: bool = False
    """They may mean two things: words or indents differ, or single words in their case."""


EQUAL = Contrast()
_BEFORE, _BEHIND = 12, 16
"""So many code points are shown around the first difference."""
WHITE = str.maketrans({"\n": "⏎", "\r": "␍", "\t": "⇥"})
"""How white space is shown that would break a line."""
_VISIBLE = WHITE | str.maketrans({"\u00a0": "⍽", "\u3000": "□"})
_CHANGED = frozenset(("<super>", "<sub>", "<fraction>", "<circle>", "<font>", "<square>"))
"""How Unicode marks characters that mean something else than what they are made of: `5²` is not `52`."""
_RUN = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u0370-\u052f]+")
"""A word of a script that parts its words."""
_CODE = re.compile(r"```|[{};][ \t]*$|\w\([^\n]*\)|\w = \S|^\s*[\w.]+:[ \t]*$", re.MULTILINE)
_START = re.compile(r"(?:\A|[.!?:])\s*\w")
_INDENT = re.compile(r"^[ \t]*(?=\S)", re.MULTILINE)


def contrast(one: str, other: str) -> Contrast | None:
    """Say how two texts differ; None where they say different things."""
    if one == other:
        return EQUAL
    if normal(one) != normal(other) or _signs(one) != _signs(other):
        return None
    kinds = []
    if _solid(normalize("NFKC", one)) != _solid(normalize("NFKC", other)):
        kinds.append("case")
    left, right = (normalize("NFKC", text).casefold() for text in (one, other))
    if left != right:
        kinds.append("white space")
    if _solid(one.casefold()) != _solid(other.casefold()):
        kinds.append("forms of characters")
    matters = ("case" in kinds and _case_matters(one, other)) or _spaces_matter(left, right)
    return Contrast(tuple(kinds or ("white space",)), _pieces(one, other), matters)


def _solid(text: str) -> str:
    return "".join(text.split())


def _signs(text: str) -> list[str]:
    """The characters that mean something else than what they are made of."""
    return [] if text.isascii() else [one for one in text if one > "\x7f" and _is_changed(one)]


@cache
def _is_changed(character: str) -> bool:
    return decomposition(character).partition(" ")[0] in _CHANGED


def _case_matters(one: str, other: str) -> bool:
    """Whether the case can be more than a way to write: in code, and where both texts have both cases."""
    if _CODE.search(one):
        return True
    is_plain = any(text.islower() or text.isupper() for text in (one, other))
    return not is_plain and _plain_starts(one) != _plain_starts(other)


def _plain_starts(text: str) -> str:
    """A text with one space between words, in which sentences begin in lower case."""
    return _START.sub(lambda found: found[0].lower(), " ".join(normalize("NFKC", text).split()))


def _spaces_matter(one: str, other: str) -> bool:
    """Whether words are parted elsewhere, or lines of equal number begin further in or out."""
    if one == other:
        return False
    if _RUN.findall(one) != _RUN.findall(other):
        return True
    left, right = (_INDENT.findall(text) for text in (one, other))
    return len(left) == len(right) > 1 and _steps(left) != _steps(right)


def _steps(indents: list[str]) -> list[int]:
    """How much further in or out each line begins than the one before it."""
    widths = [len(indent.expandtabs()) for indent in indents]
    return [right - left for left, right in pairwise(widths)]


def _pieces(one: str, other: str) -> tuple[str, str]:
    at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    start = max(one.rfind(" ", 0, at) + 1, at - _BEFORE, 0)
    return _shown(hide(one), start, at), _shown(hide(other), start, at)  # of a part nobody knows what it is


def _shown(text: str, start: int, at: int) -> str:
    end = text.find(" ", at + 1)
    return text[start : at + _BEHIND if end < 0 else min(end, at + _BEHIND)].translate(_VISIBLE)
