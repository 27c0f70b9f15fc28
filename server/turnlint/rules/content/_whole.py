"""Texts that are nothing but one word: the trigger for them, and the trimming that fits it."""

from turnlint.rules import Ends

__all__ = ["ends_with", "trimmed"]

_TAILS = ("", " ", "\n")


def ends_with(*words: str) -> Ends:
    """The trigger for texts that end with one of these, and one space or line feed at most."""
    return Ends(tuple(word + tail for word in words for tail in _TAILS))


def trimmed(value: str) -> str:
    """The text without white space before it and without such a tail."""
    start = value.lstrip()
    return start[:-1] if start.endswith((" ", "\n")) else start
