"""The values of the traits that are counted over a file: facts in, values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter

from turnlint.model import Facts
from turnlint.rules.compare import Trait

__all__ = ["by_value", "values_of"]

_SEVERAL: Trait = "tools"
"""The trait of which a row may have several values."""


def values_of(trait: Trait, facts: Facts) -> Iterable[Hashable]:
    """The values of a trait that a row has."""
    if trait == _SEVERAL:
        return facts.tools
    return (_value_of(trait)(facts),)


def by_value(trait: Trait, handles: Sequence[int], facts: Sequence[Facts]) -> dict[Hashable, list[int]]:
    """For each value of a trait the handles of the rows that have it, of rows with these facts."""
    found: defaultdict[Hashable, list[int]] = defaultdict(list)
    if trait == _SEVERAL:
        for handle, one in zip(handles, facts, strict=True):
            for tool in one.tools:
                found[tool].append(handle)
    else:
        for handle, value in zip(handles, map(_value_of(trait), facts), strict=True):
            found[value].append(handle)
    return found


def _value_of(trait: Trait) -> Callable[[Facts], Hashable]:
    """What gives the one value of a trait."""
    return attrgetter("system", "profile") if trait == "profile" else attrgetter(trait)
