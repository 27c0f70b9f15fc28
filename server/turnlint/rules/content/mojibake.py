"""
What it does:
    Finds UTF-8 that was read as Windows-1252 and written again (`â€™` for an apostrophe, `Ã©` for é), where
    the sequence turns back into the character it was, and the replacement character U+FFFD. Texts about such
    faults, which name them, stay silent.

Why it is bad:
    The model learns the broken spelling. Where U+FFFD stands, the character is lost.

Example:
    {"prompt": "Translate: coffee", "completion": "cafÃ©"}

Use instead:
    {"prompt": "Translate: coffee", "completion": "café"}

Fix:
    Unsafe: puts the characters back that were meant.

Sources:
    gururise/AlpacaDataCleaned, README.md: broken encodings; the WHATWG Encoding Standard, windows-1252.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Edit, Finding, Fix, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

# Only sequences that no language writes on purpose: quotes and dashes after a capital are left out.
_ACCENTS = tuple("Ã" + one for one in "\u00a0¡¢£¤¥¦§¨©ª«®¯°±²³´¶¸¹º¼½¾\u00adŸ‰œ")
_SIGNS = tuple("Â" + one for one in "\u00a0°£©®«»§·±²³½¿¡")
_SYMBOLS = ("â€", "â†", "âˆ", "âœ")
_WHOLE = ("â‚¬", "â„¢", "ï»¿")
_EMOJI = "ðŸ"
_CYRILLIC = ("Ð°", "Ðµ", "Ð¸", "Ð¾")
_KANA = ("ã\x81", "ã‚", "ãƒ")

_LOST = ("\ufffd", "ï¿½")
_COMMON = (
    *("Ã" + one for one in "\u00a0¡£¤§¨©±³¶¼\u00adŸ"),
    *("Â" + one for one in "\u00a0°£»"),
    *(*_SYMBOLS, *_WHOLE, _EMOJI, "Ðµ", "Ð¾", *_KANA),
)
"""What a text with broken letters hardly does without: every sequence would make the search too long."""

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns the broken spelling",
    trigger=Words(tuple(word.lower() for word in (*_LOST, *_COMMON))),
)

_HIGH = bytes(range(0x80, 0xC0)).decode("cp1252", "replace").replace("\ufffd", "") + "\x81\x8d\x8f\x90\x9d"
"""What the bytes that continue a character look like when read as Windows-1252."""


@cache
def _pattern() -> re.Pattern[str]:
    tail = f"[{_HIGH}]"
    return re.compile(
        # A capital before it: a word in capitals, like the Portuguese AMANHÃ, and then a quote.
        rf"(?<![A-ZÀ-Þ])(?:{'|'.join((*_ACCENTS, *_SIGNS))})"
        rf"|(?:{'|'.join(_SYMBOLS)}){tail}|{'|'.join(_WHOLE)}|{_EMOJI}{tail}{{2}}"
        rf"|(?=(?:[ÐÑ]{tail}){{0,20}}?(?:{'|'.join(_CYRILLIC)}))(?:[ÐÑ]{tail}){{2,}}"
        rf"|(?:(?:{'|'.join(_KANA)}){tail}){{2,}}"
    )


@cache
def _subject() -> re.Pattern[str]:
    """The words of a text that is about broken encodings and shows some."""
    return re.compile(
        "mojibake|windows-1252|cp1252|latin-?1\\b|replacement character|U\\+FFFD", re.IGNORECASE
    )


@cache
def _lost() -> re.Pattern[str]:
    return re.compile("|".join(_LOST))


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if text.value.isascii():
        return
    broken = _broken(text.value)
    lost = _lost().search(text.value)
    if (broken or lost) and _subject().search(text.value):
        return
    if broken:
        first, meant = broken[0]
        more = f", the first of {len(broken)} such places" if len(broken) > 1 else ""
        edits = tuple(Edit(text.place.slice(*one.span()), right) for one, right in broken)
        what = f"{quote(first[0])} stands where {quote(meant)} was meant{more}"
        fix = Fix("Put back what was meant", edits)
        yield rule.at(text.place.slice(*first.span()), what, "Read the source as UTF-8.", fix=fix)
    if lost:
        what = "the replacement character U+FFFD stands for something that was lost"
        yield rule.at(text.place.slice(*lost.span()), what, "Read the source in its own encoding.")


def _broken(value: str) -> list[tuple[re.Match[str], str]]:
    """The sequences that turn back into characters, with these."""
    if not any(one in value for one in _COMMON):
        return []
    return [(found, meant) for found in _pattern().finditer(value) if (meant := _meant(found[0]))]


def _meant(sequence: str) -> str | None:
    """The characters whose UTF-8 looks like this in Windows-1252, or None."""
    try:
        return b"".join(map(_byte, sequence)).decode("utf-8")
    except UnicodeError:
        return None


def _byte(character: str) -> bytes:
    return character.encode("latin-1" if character < "\xa0" else "cp1252")
