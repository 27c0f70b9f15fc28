"""Words and guesses that several rules share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

from turnlint.model import Edit, Fix, Place, ShapeFault
from turnlint.text.compact import compact

__all__ = [
    "add",
    "as_json",
    "closest",
    "is_finite",
    "nest",
    "one_of",
    "rename",
    "sentence",
    "where_held_out",
    "written",
]

_LONGEST = 40
"""Nobody misspells a word of more code points than this."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Guess which known word a wrong one stands for: equal but for case and separators, or misspelled."""
    return _closest(word, tuple(known)) if len(word) <= _LONGEST else None


@lru_cache(1024)
def _closest(word: str, known: tuple[str, ...]) -> str | None:
    by_plain = {_plain(one): one for one in known}
    plain = _plain(word)
    if plain in by_plain:
        return by_plain[plain]
    from difflib import get_close_matches

    close = get_close_matches(plain, by_plain, 1, 0.8)
    return by_plain[close[0]] if close else None


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def where_held_out(split: str, words: str) -> str:
    """Why something hurts in data to validate or test with; nothing for data to train on."""
    return "" if split == "train" else words


def one_of(words: Sequence[str]) -> str:
    """Join alternatives as a sentence does: `a`, `a or b`, `a, b or c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def sentence(clause: str) -> str:
    """Make a clause a sentence of its own."""
    return f"{_capital(clause)}."


def _capital(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def is_finite(value: Any) -> bool:
    """Say whether a value is anything but NaN or infinity, which are told as faults of JSON already."""
    return type(value) is not float or isfinite(value)


def rename(fault: ShapeFault) -> Fix | None:
    """Offer to rename a key that stands for a missing one, where that is all it needs."""
    if fault.expected and fault.expected[0].startswith("rename "):
        edit = Edit(fault.place, json.dumps(fault.name))
        return Fix(f"Rename to `{fault.name}`", (edit,))
    return None


def nest(fault: ShapeFault) -> Fix | None:
    """Offer to put keys into an object under the missing one, where they stand beside it."""
    if type(fault.found) is not tuple:
        return None
    edit = Edit(Place(fault.place.pointer[:-1]), fault.name, nested=fault.found)
    return Fix(_capital(fault.expected[0]), (edit,), safe=True)


def written(text: str) -> str:
    """A text as a string of JSON, in ASCII where it has anything that cannot be seen."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def as_json(place: Place, text: str) -> Fix | None:
    """Offer to write the text at a place as JSON, where it is clear how."""
    from turnlint.text.mend import to_json  # many patterns, which most files never need

    meant = to_json(text)
    if meant is None:
        return None
    content = compact(meant)
    return Fix("Write it as JSON", (Edit(place, content[1:-1] if place.chars else content),))


def add(fault: ShapeFault, member: str) -> Fix | None:
    """Offer to write a missing member, given as JSON text, behind the opening brace of its object."""
    if type(fault.found) is not dict:
        return None
    content = f"{{{member}, " if fault.found else f"{{{member}"
    return Fix(f"Add `{member}`", (Edit(fault.place, content),), safe=True)
