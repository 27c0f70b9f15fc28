"""What the name of a file says of the split that it holds."""

from __future__ import annotations

import re

__all__ = ["SPLITS", "WORDS", "namesake", "split_of"]

SPLITS = ("train", "validation", "test")

WORDS: dict[str, str] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "eval"), "validation"),
    **dict.fromkeys(("test", "tests", "holdout"), "test"),
}
"""What names a split, in lower case."""

_SUFFIXES = re.compile(r"(\.(jsonl|ndjson|json|parquet))?(\.(gz|bz2|xz|zst))?\Z", re.IGNORECASE)
_SHARD = re.compile(r"(?<![0-9])[0-9]{5}-of-[0-9]{5}(?![0-9])")
"""Which part of a split a file is, as the `datasets` library writes it."""


def split_of(name: str) -> str:
    """Guess the split of a file from its name: validation, test, or else train."""
    said = {WORDS.get(word) for word in _words(name)}
    return "validation" if "validation" in said else "test" if "test" in said else "train"


def namesake(name: str) -> tuple[str, tuple[str, ...]] | None:
    """The split that a file's name says, and the words of it as those of other splits have them, too.

    The word for the split is left empty there. None where no word says a split, or several do.
    """
    words = _words(_SHARD.sub(" ", _SUFFIXES.sub("", name, count=1)))
    said = [(at, WORDS[word]) for at, word in enumerate(words) if word in WORDS]
    if len(said) != 1:
        return None
    at, split = said[0]
    return split, (*words[:at], "", *words[at + 1 :])


def _words(name: str) -> list[str]:
    return "".join(one if one.isalnum() else " " for one in name.lower()).split()
