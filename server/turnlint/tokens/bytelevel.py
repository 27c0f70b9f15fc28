"""Counts by the encodings that ship with the program: the same as tiktoken's, and of any text."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, TypeAlias

from turnlint.text.units import from_units, to_units, without_surrogates
from turnlint.tokens import TokensError
from turnlint.tokens.kept import Kept
from turnlint.tokens.vocabulary import ENCODINGS, VOCABULARIES, blank_encoding, encoding

if TYPE_CHECKING:
    from tiktoken import Encoding

__all__ = ["ByteLevel", "encode", "encode_apart"]

_LONGEST_BLANK = 900_000
"""In code points. tiktoken raises ValueError where a run of white space has about a million."""
_NO_SPECIAL: frozenset[str] = frozenset()
_TOKEN = 4
"""Bytes of a token in memory."""

_Tokens: TypeAlias = "memoryview | array[int]"
"""Four bytes a token: a list takes nine times as much and stops other threads."""


class ByteLevel:
    """A `Tokenizer` by one of `ENCODINGS`, which any number of threads may share.

    A lone surrogate counts as U+FFFD, the character that tiktoken puts in its place.
    """

    growth: int | None = 1

    def __init__(self, name: str) -> None:
        """Wait for the first count to build anything. Raises TokensError for a name not in `ENCODINGS`."""
        if name not in ENCODINGS:
            raise TokensError(f"there is no encoding {name!r}; there are {', '.join(ENCODINGS)}")
        self.name = name
        self._kept = Kept(lambda text: encode(name, text).tobytes())

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self._kept(text)) // _TOKEN

    def head(self, text: str, tokens: int) -> int:
        """How many code points the first so many tokens cover wholly; all of a text that has no more."""
        first = memoryview(self._kept(text)).cast("I")[: max(tokens, 0)]
        covered = encoding(self.name).decode_bytes(first)
        read = without_surrogates(text)  # as tiktoken reads it
        whole = len(covered.decode("utf-8", "ignore"))
        return from_units(text, to_units(read, whole, "utf-16"), "utf-16")


def encode(name: str, text: str) -> _Tokens:
    """The tokens of a text in one of `ENCODINGS`; what spells a special token is plain text."""
    try:
        return _encode(encoding(name), text)
    except UnicodeEncodeError:
        return encode(name, without_surrogates(text))
    except ValueError:
        return encode_apart(name, text, _LONGEST_BLANK)


def encode_apart(name: str, text: str, longest: int) -> _Tokens:
    """The tokens of a text in which runs of more white space than `longest` are encoded by themselves.

    They are the same as those of `encode`, since exactly what would be one piece is taken out.
    """
    whole, tokens, done = encoding(name), array("I"), 0
    for run in re.finditer(VOCABULARIES[name].blank, text):
        start, end = run.span("blank")
        end -= end < len(text)
        if end - start > longest:
            tokens.extend(_encode(whole, text[done:start]))
            tokens.extend(_encode(blank_encoding(name), text[start:end]))
            done = end
    tokens.extend(_encode(whole, text[done:]))
    return tokens


def _encode(encoding: Encoding, text: str) -> _Tokens:
    """What tiktoken finds."""
    found = memoryview(encoding._core_bpe.encode_to_tiktoken_buffer(text, _NO_SPECIAL))
    return found.cast("B").cast("I")  # it says that it has as many numbers as bytes
