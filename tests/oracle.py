"""What the standard library reads under a span: the judge of every place in the fixtures.

A wrong span must not be able to excuse itself, so nothing of turnlint.text is used here.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from turnlint.model import Place, Pointer

__all__ = ["Member", "members", "verify"]

_DECODER = json.JSONDecoder(strict=False)
_GAP = re.compile(r"[ \t\r\n]*")


class Member(NamedTuple):
    """Where a value stands in a row, and the key before it, as code-point columns with exclusive ends."""

    start: int
    end: int
    key: tuple[int, int] | None


def members(text: str) -> dict[Pointer, Member]:
    """Every value of a row by its pointer, of equal keys the last. Raises ValueError for what is no JSON."""
    _DECODER.decode(text)
    found: dict[Pointer, Member] = {}
    _read(text, _gap(text, 0), (), None, found)
    return found


def verify(text: str, place: Place, start: int, end: int) -> None:
    """Raise AssertionError unless the columns from `start` to `end` show what `place` means.

    In a row that is no JSON only raw columns can be judged; any other place must lie in the row.
    """
    assert 0 <= start <= end <= len(text), f"columns {start} to {end} are outside a row of {len(text)}"
    if place.columns is not None:
        assert (start, end) == place.columns, f"{start}, {end} are not the columns {place.columns}"
    try:
        known = members(text)
    except (ValueError, RecursionError):
        return
    if place.columns is None:
        _verify_pointer(text, place, start, end, known)
    elif place.part == "key":
        assert json.loads(text[start:end], strict=False) == place.pointer[-1]


def _verify_pointer(text: str, place: Place, start: int, end: int, known: dict[Pointer, Member]) -> None:
    pointer = place.pointer
    while pointer not in known:  # what is missing is shown as what should hold it
        pointer = pointer[:-1]
    member = known[pointer]
    if pointer == place.pointer and place.part == "key" and member.key is not None:
        token, value = member.key, pointer[-1]
    else:
        token, value = (member.start, member.end), json.loads(text[member.start : member.end], strict=False)
    if pointer != place.pointer or isinstance(value, dict | list):
        assert (start, end) == (token[0], _first_token(token, value)), f"{text[start:end]!r} does not open it"
    elif isinstance(value, str) and place.inner is not None and value.strip():
        before, inside = _decoded(text[token[0] + 1 : start]), _decoded(text[start:end])
        verify(value, place.inner, len(before), len(before + inside))
    elif isinstance(value, str) and place.chars is not None:
        first, last = place.chars
        assert _decoded(text[token[0] + 1 : start]) == value[:first], "the slice begins elsewhere"
        assert _decoded(text[start:end]) == value[first:last], f"{text[start:end]!r} is not the slice"
    else:
        assert (start, end) == token, f"{text[start:end]!r} is not at the place"
        assert _same(json.loads(text[start:end], strict=False), value)


def _first_token(token: tuple[int, int], value: Any) -> int:
    return token[0] + 1 if isinstance(value, dict | list) else token[1]


def _same(one: Any, other: Any) -> bool:
    """Equal in value and type; NaN is the same as NaN."""
    return repr(one) == repr(other)


def _decoded(body: str) -> str:
    decoded: str = json.loads(f'"{body}"', strict=False)
    return decoded


def _gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    assert gap is not None
    return gap.end()


def _read(
    text: str, at: int, pointer: Pointer, key: tuple[int, int] | None, found: dict[Pointer, Member]
) -> int:
    """Note the value that begins at `at`, and all that it holds; give the column behind it."""
    if pointer in found:
        for stale in [one for one in found if one[: len(pointer)] == pointer]:
            del found[stale]
    found[pointer] = Member(at, at, key)
    bracket = text[at]
    end = _read_inside(text, at, pointer, found) if bracket in "{[" else _DECODER.raw_decode(text, at)[1]
    found[pointer] = Member(at, end, key)
    return end


def _read_inside(text: str, at: int, pointer: Pointer, found: dict[Pointer, Member]) -> int:
    named = text[at] == "{"
    at = _gap(text, at + 1)
    position = 0
    while text[at] not in "}]":
        step: str | int = position
        key = None
        if named:
            step, key_end = scanstring(text, at + 1, False)
            key = (at, key_end)
            at = _gap(text, _gap(text, key_end) + 1)
        at = _gap(text, _read(text, at, (*pointer, step), key, found))
        at = _gap(text, at + 1) if text[at] == "," else at
        position += 1
    return at + 1
