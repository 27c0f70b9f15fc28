"""The byte-level encodings of OpenAI's models, rebuilt from data that ships with the program.

A file in data/ is a zlib stream. It begins with the 256 single bytes in order of rank. Each token behind them
joins two of lower rank; these ranks follow in six columns of bytes, three for all first halves and three for
all second halves, the least significant column first.

tiktoken by itself looks for vocabularies on the network, so it is only ever handed what is rebuilt here.
`python -m tests.vocabularies FOLDER` writes data/, and data/NOTICE says where its contents come from.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from struct import unpack
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tiktoken import Encoding

__all__ = ["ENCODINGS", "VOCABULARIES", "Vocabulary", "blank_encoding", "encoding", "ranks"]

_DATA = Path(__file__).parent / "data"
_REBUILDING = Lock()

_GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

_WHITE = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
"""White space as these patterns have it; that of `re` has four control characters more."""
_BLANK = f"(?P<blank>[{_WHITE}]+)"
_BLANK_OF_A_LINE = rf"(?=[{_WHITE}])(?:[{_WHITE}]*[\r\n])?(?P<blank>[{_WHITE}]*)"

_END = "<|endoftext|>"
_GPT2_SPECIAL = {_END: 50_256}
_CL100K_SPECIAL = {
    _END: 100_257,
    "<|fim_prefix|>": 100_258,
    "<|fim_middle|>": 100_259,
    "<|fim_suffix|>": 100_260,
    "<|endofprompt|>": 100_276,
}
_O200K_SPECIAL = {_END: 199_999, "<|endofprompt|>": 200_018}
_RESERVED = (200_000, 200_001, 200_004, 200_009, 200_010, 200_011, *range(200_013, 201_088))
_HARMONY_SPECIAL = {
    **_O200K_SPECIAL,
    **{f"<|reserved_{rank}|>": rank for rank in _RESERVED},
    "<|startoftext|>": 199_998,
    "<|return|>": 200_002,
    "<|constrain|>": 200_003,
    "<|channel|>": 200_005,
    "<|start|>": 200_006,
    "<|end|>": 200_007,
    "<|message|>": 200_008,
    "<|call|>": 200_012,
}
_SPACES = {b" " * width: 50_255 + width for width in range(2, 26)}
"""The runs of spaces by which p50k_base differs from r50k_base."""


class Vocabulary(NamedTuple):
    """What an encoding is made of."""

    merges: str
    """The name of the file in data/."""
    pattern: str
    """Cuts a text into pieces, which are encoded one by one: a regular expression for tiktoken's engine."""
    blank: str
    """Finds runs of white space, as a regular expression for `re`.

    Its group `blank` is one piece, but for the last character where others follow.
    """
    special: Mapping[str, int]
    more: Mapping[bytes, int] = MappingProxyType({})
    """Tokens beyond those of the file."""


VOCABULARIES: Mapping[str, Vocabulary] = {
    "o200k_base": Vocabulary("o200k_base", _O200K, _BLANK_OF_A_LINE, _O200K_SPECIAL),
    "o200k_harmony": Vocabulary("o200k_base", _O200K, _BLANK_OF_A_LINE, _HARMONY_SPECIAL),
    "cl100k_base": Vocabulary("cl100k_base", _CL100K, _BLANK_OF_A_LINE, _CL100K_SPECIAL),
    "p50k_base": Vocabulary("r50k_base", _GPT2, _BLANK, _GPT2_SPECIAL, _SPACES),
    "r50k_base": Vocabulary("r50k_base", _GPT2, _BLANK, _GPT2_SPECIAL),
}

ENCODINGS = tuple(VOCABULARIES)
"""The names of the encodings that ship with the program."""


def encoding(name: str) -> Encoding:
    """The encoding of a name, rebuilt when it is first asked for. Raises KeyError for one not in `ENCODINGS`.

    Rebuilding takes some tenths of a second, and for about half of that time no other thread runs.
    """
    with _REBUILDING:
        return _rebuilt(name)


def blank_encoding(name: str) -> Encoding:
    """One that takes a text for one piece, for white space alone, of which it takes any amount."""
    with _REBUILDING:
        return _rebuilt_for_blank(name)


@cache
def _rebuilt_for_blank(name: str) -> Encoding:
    from tiktoken import Encoding

    tokens = {token: rank for token, rank in ranks(name).items() if not token.strip(_WHITE.encode())}
    return Encoding(name, pat_str=r"(?s).+", mergeable_ranks=tokens, special_tokens={})


@cache
def _rebuilt(name: str) -> Encoding:
    from tiktoken import Encoding

    made, tokens = VOCABULARIES[name], ranks(name)
    rebuilt = Encoding(name, pat_str=made.pattern, mergeable_ranks=tokens, special_tokens=dict(made.special))
    tokens.clear()  # it counts by a copy of its own, and this one takes up to 24 MB
    return rebuilt


def ranks(name: str) -> dict[bytes, int]:
    """The tokens of an encoding but for the special ones, with their ranks, in order of rank."""
    made = VOCABULARIES[name]
    data = zlib.decompress((_DATA / f"{made.merges}.zlib").read_bytes())
    tokens = [bytes((byte,)) for byte in data[:256]]
    half = 256 + (len(data) - 256) // 2
    for first, second in zip(_joined(data[256:half]), _joined(data[half:]), strict=True):
        tokens.append(tokens[first] + tokens[second])
    found = {token: rank for rank, token in enumerate(tokens)}
    found.update(made.more)  # a union would hold all of it twice for a moment
    return found


def _joined(columns: bytes) -> tuple[int, ...]:
    """The numbers of which three columns hold the bytes."""
    count = len(columns) // 3
    wide = bytearray(4 * count)
    for place in range(3):
        wide[place::4] = columns[place * count : (place + 1) * count]
    return unpack(f"<{count}I", wide)
