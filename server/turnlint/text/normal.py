"""The normal form of a text: what is left where case, white space and ways to write the same do not count."""

from __future__ import annotations

from functools import cache
from unicodedata import category, is_normalized, normalize

__all__ = ["normal"]

_LOWER = bytes(range(256)).lower()
_ASCII = bytes(range(128))
_WHITE = bytes(code for code in range(128) if chr(code).isspace())
_FEW = 1.2
"""Bytes for each character, up to which most of a text is ASCII."""
_ROUNDS = 4
"""Folding, and white space that is gone, let marks combine anew. No text is known to take more than two."""
_settled: set[str] = set()
"""Characters that were seen to be their own forms."""


def normal(text: str) -> bytes:
    """NFKC, case folded, without white space, as UTF-8. Lone surrogates stay.

    The normal form of a normal form is itself. White space is what `str.isspace` says.
    """
    if text.isascii():
        return text.encode().translate(_LOWER, _WHITE)
    data = _encoded(text)
    return _by_character(data) if len(data) < _FEW * len(text) else _encoded(_folded(text))


def _by_character(data: bytes) -> bytes:
    """The normal form of a text of which few characters are not ASCII."""
    found = data.translate(_LOWER, _WHITE)
    for other in set(data.translate(None, _ASCII).decode("utf-8", "surrogatepass")) - _settled:
        form = _form(other)
        if form is None:
            return _encoded(_folded(data.decode("utf-8", "surrogatepass")))
        if form == other:
            _settled.add(other)
        found = found.replace(_encoded(other), _encoded(form))
    return found


def _folded(text: str) -> str:
    for _ in range(_ROUNDS):
        before, text = text, _solid(normalize("NFKC", _solid(text)).casefold())
        if text == before or is_normalized("NFKC", text):
            break
    return text


def _solid(text: str) -> str:
    return "".join(text.split())


@cache
def _form(character: str) -> str | None:
    """The normal form of a character where nothing beside it makes a difference, else None."""
    form = _folded(character)
    return None if any(map(_combines, character + form)) else form


def _combines(character: str) -> bool:
    """Whether a character may become one with that before it: marks do, and Hangul Jamo."""
    return category(character)[0] == "M" or "\u1100" <= character <= "\u11ff"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
