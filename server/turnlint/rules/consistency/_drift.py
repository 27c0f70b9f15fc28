"""Answers under one system prompt, and the few of them that are unlike the rest."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from turnlint.corpus.profile import Profile, read_profile
from turnlint.corpus.tally import ROWS, Count
from turnlint.model import Turn
from turnlint.rules.compare import Member, Spread

__all__ = ["Odd", "answer_of", "kinds_of", "odd_ones", "under"]


class Odd(Struct, frozen=True):
    """What most answers under a system prompt have in common, and those that have something else."""

    system: int
    """The key of the system prompt; 0 where there is none."""
    usual: Any
    rows: int
    """So many answers are as usual,"""
    total: int
    """of so many."""
    handles: tuple[int, ...]
    """Rows with a usual answer, lowest first."""
    others: tuple[tuple[int, Any], ...]
    """Rows with an unusual answer, lowest first, each with its value: 1,000 at most."""


def kinds_of(
    spread: Spread, of: Callable[[Profile], Hashable | None]
) -> Iterator[tuple[int, dict[Any, list[Count]]]]:
    """For each system prompt the counts of its answers, by what `of` makes of a profile; None is left out."""
    systems: dict[int, dict[Any, list[Count]]] = {}
    for (system, bits), count in spread.counts.items():
        value = of(read_profile(bits))
        if value is not None:
            systems.setdefault(system, {}).setdefault(value, []).append(count)
    yield from systems.items()


def odd_ones(
    spread: Spread, of: Callable[[Profile], Hashable | None], share: float, rows: int
) -> Iterator[Odd]:
    """Where `share` of at least so many `rows` under a system prompt have one value: that, and the others."""
    for system, kinds in kinds_of(spread, of):
        sizes = {value: sum(count.rows for count in counts) for value, counts in kinds.items()}
        total = sum(sizes.values())
        usual = max(sizes, key=lambda value: (sizes[value], -_first(kinds[value])))
        if len(sizes) > 1 and total >= rows and sizes[usual] >= share * total:
            handles = sorted(handle for count in kinds.pop(usual) for handle in count.handles)
            others = sorted(
                (handle, value)
                for value, counts in kinds.items()
                for count in counts
                for handle in count.handles
            )
            yield Odd(system, usual, sizes[usual], total, tuple(handles), tuple(others[:ROWS]))


def _first(counts: Iterable[Count]) -> int:
    """The first row that is counted, which settles a tie: counts come in any order."""
    return min((count.handles[0] for count in counts if count.handles), default=0)


def answer_of(member: Member) -> Turn | None:
    """The first turn of the last answer of a row; None where it has none."""
    exchanges = member.exchanges
    return exchanges[-1].turns[0] if exchanges and exchanges[-1].turns else None


def under(system: int) -> str:
    """Which answers are meant, as a phrase."""
    return "under this system prompt" if system else "without a system prompt"
