"""Encodes texts by a `tokenizer.json`.

The library holds up all threads of its process while it reads or encodes, and panics where a tokenizer is
broken.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.models import BPE

from turnlint.tokens.memory import give_back
from turnlint.tokens.programs.loop import ProgramError, limit_memory, serve, within

__all__ = ["main"]

_MEMORY = 4 << 30
_READING_SECONDS = 60.0
_SECONDS = 10.0
_CODE_POINTS_A_SECOND = 50_000
"""A twentieth of what the library does."""
_LARGE = 1_000_000
"""In code points: a text takes 200 times as much memory while it is encoded."""
_ODD = ("dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback")
"""With these, a model of byte pairs makes other tokens than its pairs."""
_GROWTH = {"": 1, "NFC": 3}
"""How many bytes a normalizer makes at most of one (Unicode's FAQ on normalization)."""


def main() -> None:
    """Answer until nobody asks."""
    limit_memory(_MEMORY)
    serve(_begin)


def _begin(opening: Any) -> Callable[[Any], Any]:
    with within(_READING_SECONDS):
        try:
            tokenizer = Tokenizer.from_file(opening["path"])
        except Exception as error:  # the library has no type of its own for what it cannot read
            raise ProgramError(str(error)) from None
        tokenizer.no_truncation()
        tokenizer.no_padding()
        known = {token.content for token in tokenizer.get_added_tokens_decoder().values()}
        new = [token for token in opening["added"] if token["content"] not in known]
        tokenizer.add_tokens([AddedToken(**token) for token in new])
        give_back()
        return _Encoder(tokenizer)


class _Encoder:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        added = tokenizer.get_added_tokens_decoder()
        self._special = {number for number, token in added.items() if token.special}

    def __call__(self, question: Any) -> Any:
        if question is None:
            return _growth(self._tokenizer)
        text = question["text"]
        self._tokenizer.encode_special_tokens = question["plain"]
        with within(_SECONDS + len(text) / _CODE_POINTS_A_SECOND):
            try:
                return self._layout(text) if question["layout"] else self._count(text)
            except Exception as error:
                raise ProgramError(str(error)) from None
            finally:
                if len(text) > _LARGE:
                    give_back()

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode_batch_fast([text], add_special_tokens=False)[0])

    def _layout(self, text: str) -> dict[str, bytes]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        offsets, ids = encoded.offsets, encoded.ids
        return {
            "starts": _packed(start for start, _ in offsets),
            "ends": _packed(end for _, end in offsets),
            "special": _packed(place for place, number in enumerate(ids) if number in self._special),
        }


def _packed(numbers: Iterable[int]) -> bytes:
    """Four bytes a number: a list would hold up the threads of whoever reads it."""
    return array("I", numbers).tobytes()


def _growth(tokenizer: Tokenizer) -> int | None:
    """How many tokens there are at most for each byte of a text; None where nobody knows."""
    if tokenizer.pre_tokenizer is None or not _joins_bytes(tokenizer.model):
        return None
    steps = _steps(_state(tokenizer.pre_tokenizer))
    if not steps or steps[-1]["type"] != "ByteLevel" or not all(map(_adds_nothing, steps)):
        return None
    normalizer = "" if tokenizer.normalizer is None else _state(tokenizer.normalizer)["type"]
    return _GROWTH.get(normalizer)


def _state(part: Any) -> Any:
    return json.loads(part.__getstate__())


def _joins_bytes(model: Any) -> bool:
    return isinstance(model, BPE) and not any(getattr(model, name) for name in _ODD)


def _steps(pre_tokenizer: Any) -> list[Any]:
    """The steps by which a text is cut into pieces, in order."""
    if pre_tokenizer["type"] == "Sequence":
        return [step for one in pre_tokenizer["pretokenizers"] for step in _steps(one)]
    return [pre_tokenizer]


def _adds_nothing(step: Any) -> bool:
    return step["type"] in ("Split", "Digits") or (
        step["type"] == "ByteLevel" and not step["add_prefix_space"]
    )
