"""One scan of a row for every string that could make a rule fire.

The scan works on the raw bytes of a row, before anything is decoded, so each word is looked for in every
spelling that JSON allows for it. It may find too much and never too little: a row in which it finds nothing
holds none of the words. Large inputs use hyperscan where it is installed, all others plain substring search.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from itertools import product
from typing import Any

from turnlint.rules import Ends, Keys, Runs, Trigger, Words

__all__ = ["Scanner", "literals", "spellings"]

_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_MANY = 2
"""How many characters with several spellings a word may have; it is looked for up to the next one."""

_BEHIND_A_VALUE = tuple(f'"{one}'.encode() for one in ",}] \t\r\n")
"""How a string ends in JSON that is no key."""

# An ASCII character that is written as an escape without need could spell any word.
_NEEDLESS = tuple(f"\\u00{digit}".encode() for digit in "234567")


@cache
def spellings(word: str, behind: bytes = b"") -> frozenset[bytes]:
    """Return every string of bytes one of which stands in a row, in lower case, if its text holds `word`.

    ASCII letters match in either case; other letters are spelled in both. The bytes `behind` follow the word.
    A word with many characters that have several spellings is cut, which finds more rows, never fewer.
    """
    choices: list[tuple[bytes, ...]] = []
    several = 0
    for character in word.lower():
        ways = _ways(character)
        several += len(ways) > 1
        if several > _MANY and choices:
            break
        choices.append(ways)
    else:
        choices.append((behind,))
    return frozenset(b"".join(ways) for ways in product(*choices))


def _ways(character: str) -> tuple[bytes, ...]:
    if character == "/":
        return (b"/", b"\\/")
    if character in _ESCAPED:
        bare = (character.encode(),) if character < " " else ()  # no JSON, yet read by lenient parsers
        return (_ESCAPED[character].encode(), _escape(character), *bare)
    if character.isascii():
        return (character.encode(), _escape(character)) if character < " " else (character.encode(),)
    cases = {character, *(case for case in (character.lower(), character.upper()) if len(case) == 1)}
    raw = {case.encode("utf-8", "surrogatepass") for case in cases}
    return tuple(sorted(raw | {_escape(case) for case in cases}))


def _escape(character: str) -> bytes:
    units = character.encode("utf-16-be", "surrogatepass")
    return b"".join(b"\\u%02x%02x" % (units[at], units[at + 1]) for at in range(0, len(units), 2))


def _run(unit: str, times: int) -> frozenset[bytes]:
    """One of these stands in a row whose text holds the run: all of it in one spelling, or two spellings."""
    ways = [b"".join(ways) for ways in product(*map(_ways, unit))]
    changes = {one + other for one, other in product(ways, repeat=2) if one != other}
    return frozenset({way * times for way in ways} | changes)


@cache
def literals(trigger: Trigger, keys: frozenset[str] = frozenset()) -> frozenset[bytes]:
    """Return every string of bytes one of which stands in a row, in lower case, that pulls the trigger.

    `keys` stand in every row, and pull nothing. Empty for triggers that no string can tell.
    """
    if isinstance(trigger, Words):
        return frozenset().union(*map(spellings, trigger.words))
    if isinstance(trigger, Ends):
        ends = ((word, end) for word in trigger.words for end in _ends(word, keys))
        return frozenset().union(*(spellings(word, end) for word, end in ends))
    if isinstance(trigger, Runs):
        return frozenset().union(*(_run(unit, trigger.times) for unit in trigger.units))
    if isinstance(trigger, Keys):
        return frozenset(f'"{key}"'.lower().encode() for key in trigger.keys)
    return frozenset()


def _ends(word: str, keys: frozenset[str]) -> tuple[bytes, ...]:
    """What follows a word at the end of a text, where a key that ends with it is no text."""
    return _BEHIND_A_VALUE if any(key.lower().endswith(word) for key in keys) else (b'"',)


class Scanner:
    """Looks for the literals of many triggers in a row at once."""

    def __init__(self, named: Mapping[Hashable, frozenset[bytes]], *, bulk: bool = False) -> None:
        """Take the literals, in lower case, of each name.

        `bits` has a bit for each name. `hits(raw)` gives the bits of all names whose literals may stand in
        the row; 0 proves that none does. `bulk` says that the input pays for loading the fast scanner.
        """
        self.bits: Mapping[Hashable, int] = {name: 1 << at for at, name in enumerate(named)}
        self.everything = (1 << len(named)) - 1
        masks: dict[bytes, int] = dict.fromkeys(_NEEDLESS, self.everything)
        for name, ways in named.items():
            for way in ways:
                masks[way] = masks.get(way, 0) | self.bits[name]
        matcher = _hyperscan(tuple(masks)) if bulk else None
        self.hits = matcher(tuple(masks.values())) if matcher else _substrings(masks)


def _substrings(masks: Mapping[bytes, int]) -> Callable[[bytes], int]:
    """Look for literals one by one; those that an ordinary row cannot hold are passed over together."""
    escaped = tuple((one, mask) for one, mask in masks.items() if b"\\u" in one)
    foreign = tuple((one, mask) for one, mask in masks.items() if not one.isascii() and b"\\u" not in one)
    plain = tuple((one, mask) for one, mask in masks.items() if one.isascii() and b"\\u" not in one)

    def hits(raw: bytes) -> int:
        lowered = raw.lower()
        found = 0
        for group, possible in ((plain, True), (foreign, not raw.isascii()), (escaped, b"\\u" in lowered)):
            if possible:
                for literal, mask in group:
                    if literal in lowered:
                        found |= mask
        return found

    return hits


_Matcher = Callable[[tuple[int, ...]], Callable[[bytes], int]]


@cache
def _hyperscan(literals: tuple[bytes, ...]) -> _Matcher | None:
    """Compile literals for hyperscan; None where it is not installed or refuses them.

    700 of them compile in 11 ms. One regular expression among them, or the flag for one report a row, has
    them compiled another way that takes more than ten times as long.
    """
    try:
        import hyperscan
    except ImportError:
        return None
    database = hyperscan.Database()
    try:
        database.compile(
            expressions=[_quoted(literal) for literal in literals],
            ids=list(range(len(literals))),
            elements=len(literals),
            flags=[hyperscan.HS_FLAG_CASELESS] * len(literals),
        )
    except hyperscan.error:
        return None

    def matcher(masks: tuple[int, ...]) -> Callable[[bytes], int]:
        found: list[int] = []
        scan, clear = database.scan, found.clear

        def note(name: int, start: int, end: int, flags: int, context: Any) -> None:
            found.append(name)

        def hits(raw: bytes) -> int:
            scan(raw, match_event_handler=note)
            if not found:
                return 0
            total = 0
            for name in found:
                total |= masks[name]
            clear()
            return total

        return hits

    return matcher


def _quoted(literal: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in literal)
