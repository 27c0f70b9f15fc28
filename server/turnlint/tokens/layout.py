"""Where the turns of an example are in what a chat template made of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from operator import attrgetter

from msgspec import Struct

from turnlint.model import Turn
from turnlint.tokens.conversation import FIRST_MARK, LAST_MARK
from turnlint.tokens.huggingface import Encoded

__all__ = ["Stretch", "stretches"]

_MARK = re.compile(f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]")


class Stretch(Struct, frozen=True):
    """Where a turn is, in code points."""

    turn: Turn
    start: int
    end: int
    said: int
    """Where what it says begins, behind the header,"""
    said_end: int
    """and ends, behind the special token that closes it."""


class _Said(Struct, frozen=True):
    """Where a turn's words are; where they begin may be unknown."""

    turn: Turn
    start: int | None
    end: int


def stretches(
    text: str,
    marked: str | None,
    encoded: Encoded,
    turns: Sequence[Turn],
    spans: Sequence[range],
    *,
    head: int = 0,
    prompt: bool = False,
) -> list[Stretch]:
    """Share out a text, from `head` on, among the turns that are found in it, in the order of the text.

    `marked` is the same with marks for the turns; it is of no use where it differs otherwise. A turn ends
    behind the special token that closes it, or where there is none behind its words, and not within `spans`,
    the tokens that the template marks as written by the model; the rest up to the next turn is that one's
    header. What follows the last turn is its own, but for the beginning of an answer (`prompt`).
    """
    found = _by_marks(text, marked, turns) if marked is not None else None
    if found is None:
        found = list(_by_words(text, turns))
    found.sort(key=lambda said: said.end)
    shared, start = [], head
    for said, following in zip_longest(found, found[1:]):
        limit = (
            len(text) if following is None else following.end if following.start is None else following.start
        )
        closed = max(_closed(said.end, limit, encoded), min(limit, _marked_until(said.end, spans, encoded)))
        end = len(text) if following is None and not prompt else closed
        begin = _opened(start, said.end, encoded) if said.start is None else said.start
        shared.append(Stretch(said.turn, start, end, begin, closed))
        start = end
    return shared


def _by_marks(text: str, marked: str, turns: Sequence[Turn]) -> list[_Said] | None:
    if len(turns) > LAST_MARK - FIRST_MARK + 1 or _MARK.sub("", marked) != text:
        return None
    found: dict[int, list[int]] = {}
    for earlier, mark in enumerate(_MARK.finditer(marked)):
        found.setdefault(ord(mark[0]) - FIRST_MARK, []).append(mark.start() - earlier)
    # A template that leaves out reasoning, which stands before the answer, leaves one mark out with it.
    return [
        _Said(turns[number], places[0] if len(places) % 2 == 0 else None, places[-1])
        for number, places in found.items()
    ]


def _by_words(text: str, turns: Sequence[Turn]) -> Iterator[_Said]:
    """Find each turn behind the one before it, by its texts as they are."""
    end = 0
    for turn in turns:
        start = None
        for one in turn.texts:
            words = one.value.strip()
            place = text.find(words, end) if words else -1
            if place >= 0:
                start, end = place if start is None else start, place + len(words)
        if start is not None:
            yield _Said(turn, start, end)


def _closed(start: int, end: int, encoded: Encoded) -> int:
    """The end of the first special token between two places; the first of them where there is none."""
    place = bisect_left(encoded.special, encoded.before(start))
    if place < len(encoded.special) and encoded.ends[encoded.special[place]] <= end:
        return encoded.ends[encoded.special[place]]
    return start


def _marked_until(place: int, spans: Sequence[range], encoded: Encoded) -> int:
    """The end of the span that goes on at a place; the beginning of the text where none does."""
    token = encoded.before(place)
    last = bisect_right(spans, token, key=attrgetter("start")) - 1
    return encoded.ends[spans[last].stop - 1] if last >= 0 and token < spans[last].stop else 0


def _opened(start: int, end: int, encoded: Encoded) -> int:
    """The end of the last special token between two places; the first of them where there is none."""
    place = bisect_left(encoded.special, encoded.before(end)) - 1
    return max(start, encoded.ends[encoded.special[place]]) if place >= 0 else start
