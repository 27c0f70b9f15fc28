"""What the comparisons for one prompt prefer, taken together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from turnlint.rules.answers import Answer, distinct, questions, same_turns
from turnlint.rules.compare import Group

__all__ = ["Preferences", "preferences"]


class Preferences(NamedTuple):
    """What comparisons say of each other, each with the rows that it is held against."""

    contradicted: list[tuple[Answer, list[Answer]]]
    """Those that say the opposite of earlier rows: of one row, or of several taken together, in their order."""
    both_ways: list[tuple[Answer, Answer]]
    """Others with an answer that stands on the other side in an earlier row."""


def preferences(group: Group) -> Iterator[Preferences]:
    """Compare the preference rows of a group, question by question."""
    for rows in questions(group):
        if rows[0].method == "preference":
            yield _judged(distinct(filter(_is_whole, rows)))


def _is_whole(row: Answer) -> bool:
    """Whether the row has two answers, and not the same one twice."""
    return bool(row.exchange.turns) and row.exchange.other not in (0, row.exchange.answer)


def _judged(rows: list[Answer]) -> Preferences:
    contradicted: list[tuple[Answer, list[Answer]]] = []
    both_ways: list[tuple[Answer, Answer]] = []
    held: dict[int, list[Answer]] = {}
    """By the key of the preferred answer: what is preferred to others, and by which rows."""
    beaten: dict[int, Answer] = {}
    """By the key of the other answer: the first row in which it is beaten."""
    for row in rows:
        against = _way(held, row)
        if against:
            contradicted.append((row, against))
            continue
        preferred, other = row.exchange.answer, row.exchange.other
        known = beaten.get(preferred) or next(iter(held.get(other, ())), None)
        if known is not None and _share(row, known):
            both_ways.append((row, known))
        held.setdefault(preferred, []).append(row)
        beaten.setdefault(other, row)
    return Preferences(contradicted, both_ways)


def _way(held: dict[int, list[Answer]], row: Answer) -> list[Answer]:
    """The fewest rows that together prefer the other answer of a row to its preferred one."""
    waiting = deque((first, [first]) for first in held.get(row.exchange.other, ()))
    seen = {row.exchange.other}
    while waiting:
        last, way = waiting.popleft()
        reached = last.exchange.other
        if reached == row.exchange.answer:
            return way if _is_circle([row, *way]) else []
        if reached not in seen:
            seen.add(reached)
            waiting.extend((step, [*way, step]) for step in held.get(reached, ()))
    return []


def _is_circle(rows: list[Answer]) -> bool:
    """Whether the answer that each row does not prefer is indeed the one that the next row prefers."""
    pairs = zip(rows, [*rows[1:], rows[0]], strict=True)
    return all(same_turns(one.example.non_preferred, after.example.preferred) for one, after in pairs)


def _share(one: Answer, other: Answer) -> bool:
    first, second = one.example, other.example
    return same_turns(first.preferred, second.non_preferred) or same_turns(
        first.non_preferred, second.preferred
    )
