"""Texts that are nothing but one word: the trigger for them, the trimming that fits it, and who asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import cache

from turnlint.model import Example, Turn
from turnlint.rules import Ends

__all__ = ["ends_with", "named_before", "trimmed"]

_TAILS = ("", " ", "\n")


def ends_with(*words: str) -> Ends:
    """The trigger for texts that end with one of these, and one space or line feed at most."""
    return Ends(tuple(word + tail for word in words for tail in _TAILS))


def trimmed(value: str) -> str:
    """The text without white space before it and without such a tail."""
    start = value.lstrip()
    return start[:-1] if start.endswith((" ", "\n")) else start


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:n/a|todo|tbd|fixme|null|none|nan|undefined)(?!\w)", re.IGNORECASE)


def named_before(example: Example) -> Iterator[tuple[Turn, Set[str]]]:
    """Each turn with the stand-ins, in lower case, that messages before it name: they may be right answers."""
    named: set[str] = set()
    for turn in example.all_turns:
        yield turn, named
        if turn.role != "assistant":
            for text in turn.texts:
                named.update(word.lower() for word in _word().findall(text.value))
