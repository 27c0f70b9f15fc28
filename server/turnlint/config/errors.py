"""What cannot be obeyed, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from turnlint.rules import quote

__all__ = ["ConfigError", "named", "shown", "suggest"]

_LONGEST = 200
"""So many code points of a name that somebody else has written are told."""


class ConfigError(Exception):
    """A setting that cannot be obeyed; the message is for the user."""


def named(word: str) -> str:
    """A name from the settings as a message shows it."""
    return quote(word, _LONGEST)


def shown(value: Any) -> str:
    """A value from the settings as a message shows it, in the words of TOML."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date | time):
        return quote(str(value))
    return quote(f'"{value}"' if isinstance(value, str) else value)


def suggest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the known words nearest to a wrong one, or all of them if they are few."""
    from difflib import get_close_matches  # not loaded where nothing is wrong

    known, word = list(known), word[:_LONGEST]
    close = get_close_matches(word, known, 3, 0.6) or get_close_matches(word.lower(), known, 3, 0.6)
    if close:
        return "; did you mean " + " or ".join(f"`{one}`" for one in close) + "?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 12 else ""
