"""What rows say of each other: facts in, verdicts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from turnlint.corpus.tally import Tally
from turnlint.engine.row import bind
from turnlint.formats import Format
from turnlint.model import Settings
from turnlint.rules import Bound
from turnlint.rules.compare import Copies, Group, Member, Spread, Trait, Verdict, trimmed

__all__ = ["GROUP_CAP", "Judge", "Room"]

_FEWEST = 2

GROUP_CAP = 1_000
"""So many rows of a group are compared of each split, the first ones,"""
GROUP_BYTES = 32 << 20
"""and no more of them than have so many bytes together, but two anyhow."""


class Room:
    """Which rows of a group are compared, asked of each in their order."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def takes(self, split: str, raw: bytes) -> bool:
        """Whether a row of a split is one of those."""
        self._rows[split] += 1
        self._bytes[split] += len(trimmed(raw))
        rows = self._rows[split]
        return rows <= GROUP_CAP and (self._bytes[split] <= GROUP_BYTES or rows <= _FEWEST)


class Judge:
    """Asks the rules that compare rows. `member` reads a row by its handle."""

    def __init__(
        self,
        format: Format | None,  # noqa: A002
        settings: Settings,
        member: Callable[[int], Member],
    ) -> None:
        name = format.name if format else None
        self.bound = bind(settings.judging(name), name) if format else {}
        self.member = member
        self._copies = self._with("copies")
        self._group = self._with("group")
        self._near = self._with("near")
        self._spread = self._with("spread")

    @property
    def compares(self) -> bool:
        """Whether any rule wants rows with a common key."""
        return bool(self._group or self._copies)

    @property
    def wants_near(self) -> bool:
        """Whether any rule wants rows that are nearly the same."""
        return bool(self._near)

    @property
    def traits(self) -> frozenset[Trait]:
        """The traits whose values are to be counted."""
        return frozenset(one.module.trait for one in self._spread if one.module.trait)

    def group(
        self, key: int, handles: Sequence[int], labels: Tally | None = None, more: int = 0
    ) -> Iterator[Verdict]:
        """What the rules say of the rows with a join, given in order of the corpus, and of so many more."""
        return _said(self.group_in_steps(key, handles, labels, more))

    def group_in_steps(
        self, key: int, handles: Sequence[int], labels: Tally | None = None, more: int = 0
    ) -> Iterator[Verdict | None]:
        """The same, with None where a rule is done: an editor is heard between them."""
        members = list(map(self.member, handles))
        yield from self._prompt(key, members, labels, more)
        for same in _equal(members):
            if _ends_with(same[0], key):
                yield from self.copies(same[0].key, [one.handle for one in same], same[0].origin.split)

    def copies(
        self, key: int, handles: Sequence[int], split: str = "train", before: int = 0
    ) -> Iterator[Verdict]:
        """What the rules say of rows of one split that are equal, whose bytes have this key.

        `before` of them stand between the first and the second that is given.
        """
        copies = Copies(key, handles[0], handles[1:], before, split)
        for rule in self._copies:
            yield from rule.module.hooks["copies"](copies, rule)

    def prompt(
        self, key: int, handles: Sequence[int], labels: Tally | None = None, more: int = 0
    ) -> Iterator[Verdict]:
        """The same, but for copies."""
        return _said(self._prompt(key, list(map(self.member, handles)), labels, more))

    def _prompt(
        self, key: int, members: Sequence[Member], labels: Tally | None, more: int
    ) -> Iterator[Verdict | None]:
        if not self._group:
            return
        room = Room()
        first = [one for one in members if room.takes(one.origin.split, one.raw)]
        more += len(members) - len(first)
        members = _unlike(first)
        if len(members) < 2 and not more:
            return
        for prompt, sharing in _by_prompt(key, members).items():
            if len(sharing) > 1 or more:
                group = Group(
                    prompt, tuple(sharing), more and more + len(first), labels.counts if labels else {}
                )
                yield from self._unechoed(group)
            more = 0  # is told once

    def _unechoed(self, group: Group) -> Iterator[Verdict | None]:
        """What the rules say of a group, but for what would only repeat another rule."""
        found: list[Verdict] = []
        for rule in self._group:
            found += rule.module.hooks["group"](group, rule)
            yield None
        told = {(one.rule, one.row) for one in found}
        for one in found:
            if not any((other, one.row) in told for other in self.bound[one.rule].rule.yields_to):
                yield one

    def near(self, one: int, other: int) -> Iterator[Verdict]:
        """What the rules say of two rows that seem nearly the same, the first one first."""
        members = self.member(one), self.member(other)
        for rule in self._near:
            yield from rule.module.hooks["near"](*members, rule)

    def spread(self, tallies: Mapping[Trait, Tally], sizes: Callable[[int], int]) -> Iterator[Verdict]:
        """What the rules say of how often values are there."""
        return _said(self.spread_in_steps(tallies, sizes))

    def spread_in_steps(
        self, tallies: Mapping[Trait, Tally], sizes: Callable[[int], int]
    ) -> Iterator[Verdict | None]:
        """The same, as `group_in_steps` has it."""
        for rule in self._spread:
            tally = tallies[rule.module.trait]
            yield from rule.module.hooks["spread"](Spread(tally.counts, tally.rows, self.member, sizes), rule)
            yield None

    def _with(self, hook: str) -> list[Bound]:
        return [one for one in self.bound.values() if hook in one.module.hooks]


def _said(steps: Iterable[Verdict | None]) -> Iterator[Verdict]:
    return (one for one in steps if one is not None)


def _equal(members: Iterable[Member]) -> list[list[Member]]:
    """The rows of one split with the same bytes, those that have equals."""
    found: dict[tuple[str, bytes], list[Member]] = {}
    for member in members:
        found.setdefault((member.origin.split, member.raw), []).append(member)
    return [same for same in found.values() if len(same) > 1]


def _ends_with(member: Member, join: int) -> bool:
    """Whether a row has this join because of its last answer, so that what is said of it is said once."""
    return not member.exchanges or member.exchanges[-1].join == join


def _unlike(members: Sequence[Member]) -> list[Member]:
    """Rows without those that are copies: of them there is nothing to say that the first does not say.

    Where rows are held out, each copy of one that is leaked is told of.
    """
    firsts = {(one.origin.split, one.raw): one for one in reversed(members)}
    if len(firsts) == 1:
        return list(firsts.values())
    return [one for one in members if one.origin.split != "train" or firsts[one.origin.split, one.raw] is one]


def _by_prompt(join: int, members: Iterable[Member]) -> dict[int, list[Member]]:
    """The rows that answer each prompt. A join brings those together that are the same, and rarely others."""
    found: dict[int, list[Member]] = {}
    for member in members:
        for prompt in [one.prompt for one in member.exchanges if one.join == join]:
            found.setdefault(prompt, []).append(member)
    return found
