"""What kind of answer a row has, in a few bits, so that the answers of a whole file are counted by kind.

All is judged by how an answer looks, from a bounded part of it: two answers with the same bits are of one
kind as far as rules can tell, and the rules that compare answers look at the few others again.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from enum import IntEnum, IntFlag
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Kind", "Marks", "Pair", "Profile", "Script", "Stop", "profile_of", "read_profile", "script_of"]


class Kind(IntEnum):
    """What an answer is. Of anything but prose nothing else is told."""

    EMPTY = 0
    PROSE = 1
    JSON = 2
    CALL = 3
    NUMBER = 4
    CODE = 5
    """It begins with a code fence."""
    WORDS = 6
    """A few words on one line that are no sentence: a label, a name, a title."""


class Stop(IntEnum):
    """How a text ends."""

    OTHER = 0
    """It has several lines, or ends with neither a mark nor a letter: with code, a table, an emoji."""
    FULL = 1
    """With a full stop, a question mark or an exclamation mark."""
    NONE = 2
    """In the middle of a sentence, as far as can be seen."""


class Script(IntEnum):
    """The script of most letters of a text."""

    NONE = 0
    LATIN = 1
    GREEK = 2
    CYRILLIC = 3
    HEBREW = 4
    ARABIC = 5
    INDIC = 6
    THAI = 7
    KANA = 8
    """Japanese: with Han characters between."""
    HAN = 9
    HANGUL = 10
    OTHER = 11


class Marks(IntFlag):
    """What tells a colloquial text from a formal one."""

    EXCLAMATION = 1
    EMOJI = 2


class Pair(IntEnum):
    """How long the preferred of two answers is, beside the other."""

    NONE = 0
    """There is no other, or one of them is empty."""
    LONGER = 1
    SHORTER = 2
    EVEN = 3


class Profile(NamedTuple):
    """What the bits of an answer say."""

    kind: Kind
    stop: Stop
    size: int
    """The number of bits of its length in code points, 15 at most: twice as long is one more."""
    script: Script
    marks: Marks
    pair: Pair


def profile_of(answer: str, calls: bool, other: str = "") -> int:
    """The profile of an answer, in bits: its text, and whether it calls tools.

    Of preference data `other` is the text of the answer that is not preferred.
    """
    pair = _pair(len(answer), len(other)) << 15 if other and answer else 0
    if calls:
        return pair | _CALL
    text = answer.strip()
    kind = _kind(text)
    if kind != _PROSE:
        return pair | kind
    size = len(text).bit_length() if len(text) < 1 << _LARGEST else _LARGEST
    return pair | kind | _stop(text) << 3 | size << 5 | script_of(text) << 9 | _marks(text) << 13


@lru_cache(4096)
def read_profile(bits: int) -> Profile:
    """What bits say that `profile_of` gave."""
    return Profile(
        Kind(bits & 7),
        Stop(bits >> 3 & 3),
        bits >> 5 & 15,
        Script(bits >> 9 & 15),
        Marks(bits >> 13 & 3),
        Pair(bits >> 15),
    )


_LARGEST = 15
_SHORT = 40
_SHORT_FOREIGN = 12
"""So many code points are a few words where these need not be separated."""
_ENDS = frozenset(".!?…。！？｡।؟")
_CLOSERS = "\"')]}*_~”’»」』）"
_PAUSES = frozenset(",;:，、；：-–")
_NUMBER = re.compile(r"[-+(]?[$€£¥]? ?\d[\d.,:/ ]*(?:[eE][-+]?\d+)? ?[%°€$)]?")
_SAMPLE = 64
"""So many code points at the beginning, and at the end, of a text are looked at."""
_STEP = 2
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]")
_EXCLAMATION, _EMOTION = (one.value for one in Marks)
_PROSE, _CALL, _LATIN = Kind.PROSE.value, Kind.CALL.value, Script.LATIN.value  # 50 ns each to look up
_FULL, _NONE = Stop.FULL.value, Stop.NONE.value

_SCRIPTS = (
    *((0x00, Script.LATIN), (0x370, Script.GREEK), (0x400, Script.CYRILLIC), (0x530, Script.OTHER)),
    *((0x590, Script.HEBREW), (0x600, Script.ARABIC), (0x780, Script.OTHER), (0x8A0, Script.ARABIC)),
    *((0x900, Script.INDIC), (0xE00, Script.THAI), (0xE80, Script.OTHER), (0x1100, Script.HANGUL)),
    *((0x1200, Script.OTHER), (0x1D00, Script.LATIN), (0x1F00, Script.GREEK), (0x2000, Script.OTHER)),
    *((0x3005, Script.HAN), (0x3040, Script.KANA), (0x3100, Script.OTHER), (0x3130, Script.HANGUL)),
    *((0x31F0, Script.KANA), (0x3400, Script.HAN), (0xA000, Script.OTHER), (0xAC00, Script.HANGUL)),
    *((0xD7B0, Script.OTHER), (0xF900, Script.HAN), (0xFB00, Script.LATIN), (0xFB1D, Script.HEBREW)),
    *((0xFB50, Script.ARABIC), (0xFF20, Script.LATIN), (0xFF66, Script.KANA), (0xFFA0, Script.HANGUL)),
    *((0x10000, Script.OTHER), (0x20000, Script.HAN)),
)
"""From which code point on letters are of which script."""
_STARTS = [chr(start) for start, _ in _SCRIPTS]


def script_of(text: str) -> int:
    """The script of most letters at the beginning of a text; NONE where it has no letter there."""
    if text.isascii():
        return _LATIN
    sample = text[:_SAMPLE:_STEP]
    if sample.isascii() or 2 * len(sample.encode("latin-1", "ignore")) > len(sample):
        return _LATIN
    letters = sorted(filter(str.isalpha, sample))
    if not letters:
        return Script.NONE
    found = _SCRIPTS[bisect_right(_STARTS, letters[len(letters) // 2]) - 1][1]
    if found == Script.HAN and bisect_left(letters, "\u3040") < bisect_left(letters, "\u3100"):
        return Script.KANA
    return found


def _pair(preferred: int, other: int) -> Pair:
    if preferred == other:
        return Pair.EVEN
    return Pair.LONGER if preferred > other else Pair.SHORTER


def _kind(text: str) -> int:
    """The kind of a text without outer white space."""
    if not text:
        return Kind.EMPTY
    first = text[0]
    if first in "{[" and text[-1] in "}]":
        return Kind.JSON
    if first == "`" and text.startswith("```"):
        return Kind.CODE
    if len(text) > _SHORT or "\n" in text:
        return Kind.PROSE
    if not first.isalpha() and _NUMBER.fullmatch(text):
        return Kind.NUMBER
    spaces = text.count(" ")
    if spaces > 3 or (spaces and text[-1] in _ENDS) or not (text.isascii() or len(text) <= _SHORT_FOREIGN):
        return Kind.PROSE
    return Kind.WORDS


def _stop(text: str) -> int:
    if "\n" in text:
        return 0
    last = text[-1]
    if last in _CLOSERS:
        last = text[-_SAMPLE:].rstrip(_CLOSERS)[-1:]
    if last in _ENDS:
        return _FULL
    return _NONE if last.isalnum() or last in _PAUSES else 0


def _marks(text: str) -> int:
    """Marks at the beginning and at the end of a text."""
    sample = f"{text[:_SAMPLE]}\n{text[-_SAMPLE:]}"
    if sample.isascii():
        return _EXCLAMATION if "!" in sample else 0
    marks = _EXCLAMATION if "!" in sample or "！" in sample else 0
    return marks | _EMOTION if _EMOJI.search(sample) else marks
