"""How many tokens a text has at most in a byte-level encoding, found without encoding it."""

from __future__ import annotations

__all__ = ["at_most"]


def at_most(text: str) -> int:
    """A number that the tokens of a text do not exceed: its bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
