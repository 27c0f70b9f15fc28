"""A text as words and as runs of three words, for telling rows that are nearly the same.

Words are runs of letters and digits, case folded and without compatibility forms (NFKC); all else separates
them. In scripts that put no spaces between words each character is a word.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from unicodedata import category, normalize

__all__ = ["FEWEST_WORDS", "LONGEST_TEXT", "SIZE", "UNSPACED", "shingles", "spelled", "words"]

SIZE = 3
"""So many words make a shingle."""
FEWEST_WORDS = 12
"""In a text of fewer words a single other word says something else: it is nearly the same as nothing."""
LONGEST_TEXT = 1 << 18
"""Of a longer text only so many code points are looked at."""

WORD_BYTES = bytes(code if chr(code).isalnum() or code > 127 else ord(" ") for code in range(256))
"""Bytes of words as `spelled` writes them: themselves; a space for all others."""

MASK = (1 << 64) - 1
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
"""Odd numbers that mix the bits of hashes. Whoever changes them changes every sketch."""

UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x10BF), (0x1780, 0x17FF), (0x1940, 0x1ABF), (0x3000, 0xDFFF)),
    (0x10000, 0x3FFFF),
)
"""Where a character is a word: Thai, Lao, Myanmar, Khmer and Tai, kana, Han, Yi and Hangul, and rare ones."""

_ASCII = bytes(range(128))
_MOST_SPELLED = 1 << 14
_MOST_REPLACED = 32
"""So many different characters are replaced one after the other before going over all at once is faster."""


def spelled(text: str) -> bytes:
    """A text as UTF-8 with its words folded, and between them ASCII characters that no word has."""
    if text.isascii():
        return text.encode().lower()
    text = normalize("NFC", text)
    foreign = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    others = sorted(one for one in set(foreign) - _INERT if not _is_inert(one))
    if len(others) > _MOST_REPLACED:
        return text.translate(_SPELLED).encode().lower()
    for one in others:
        text = text.replace(one, _SPELLED[ord(one)])
    return text.encode().lower()


def words(text: str) -> list[bytes]:
    """The words of a text, in order."""
    data = spelled(text)
    if data.isascii():
        return data.translate(WORD_BYTES).split()
    return [word.encode() for word in _pattern().findall(data.decode())]


def shingles(text: str) -> list[int]:
    """A 64-bit hash of every three words of a text in a row; nothing where it has few words."""
    found = words(text[:LONGEST_TEXT])
    if len(found) < FEWEST_WORDS:
        return []
    hashes = [_hash(word) for word in found]
    one, two, three, last = MULTIPLIERS
    sums = (
        (a * one + b * two + c * three) & MASK
        for a, b, c in zip(hashes, hashes[1:], hashes[2:], strict=False)
    )
    return [((mixed ^ mixed >> 32) * last) & MASK for mixed in sums]


@lru_cache(1 << 14)
def _hash(word: bytes) -> int:
    """A hash of the first and the last eight bytes of a word and of its length."""
    one, two, three, _ = MULTIPLIERS
    mixed = int.from_bytes(word[:8], "little") * one & MASK
    mixed = ((mixed ^ mixed >> 32 ^ int.from_bytes(word[-8:], "little")) * two + len(word) * three) & MASK
    return mixed ^ mixed >> 32


@cache
def _pattern() -> re.Pattern[str]:
    own = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
    return re.compile(rf"[{own}]|[^\x00-/:-`{{-\x7f{own}]+")


class _Spelled(dict[int, str]):
    """What stands for a character, by its code point: the character folded; a space where no word has it."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _MOST_SPELLED:
            self.clear()
        folded = normalize("NFKC", normalize("NFKC", chr(code)).casefold())
        self[code] = shown = "".join(one if _is_of_word(one) else " " for one in folded)
        return shown


_SPELLED = _Spelled()
_INERT: set[str] = set()
"""Some of the characters that are spelled as they are."""


def _is_inert(character: str) -> bool:
    if _SPELLED[ord(character)] != character:
        return False
    if len(_INERT) < _MOST_SPELLED:
        _INERT.add(character)
    return True


def _is_of_word(character: str) -> bool:
    is_glyph = "\ufe00" <= character <= "\ufe0f"  # which only chooses how another one is drawn
    return category(character)[0] in "LMN" and not is_glyph
