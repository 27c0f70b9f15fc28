"""Words as they are shown."""

from __future__ import annotations

import re

from turnlint.model import Place, Text

__all__ = ["first_word"]

_WORD = re.compile(r"\S{1,40}")
"""Scripts that put no spaces between words have no end of them."""


def first_word(text: Text, start: int) -> Place:
    """The first word of a text behind its first so many code points; all the rest where that is blank."""
    word = _WORD.search(text.value, start)
    return text.place.slice(*(word.span() if word else (start, len(text.value))))
