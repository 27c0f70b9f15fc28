"""What rules that compare rows see, and what they say.

A rule compares rows by one of these functions, beside those that `rules` names:

    copies(copies: Copies, rule)        rows that have the same bytes
    group(group: Group, rule)           rows that answer the same prompt
    near(one: Member, other: Member, rule)      two rows that seem to be nearly the same; `one` comes first
    spread(spread: Spread, rule)        how often each value of a trait of rows is there (`TRAIT` names it)

Each yields `Verdict`s. They name rows by handles, since in an editor the number of a row changes with every
edit above it; `worded` makes the finding of a verdict once the numbers are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from turnlint.corpus.tally import Count
from turnlint.model import Example, Finding, Fix, Place, Related, Severity, Turn
from turnlint.rules import Bound
from turnlint.rules.alike import Reading

__all__ = [
    "ROW",
    "Copies",
    "Exchange",
    "Group",
    "Member",
    "Origin",
    "Spread",
    "Trait",
    "Verdict",
    "filled",
    "phrased",
    "reference",
    "trimmed",
    "worded",
]

ROW = "\0"
"""Stands for each of the other rows in the words of a verdict, in turn: `row 7`, or `row 7 of test.jsonl`. No
value of a row can hold it, since `quote` shows what cannot be printed otherwise."""

Trait: TypeAlias = str
"""A fact of which the values of all rows are counted: `profile` (as a pair with the system prompt), each of
the `tools` alone, `label`, `layout` and `system` as `Facts` has them. What a row has no value of counts as
None or 0, but for tools, so that the rows are counted too."""


def trimmed(raw: bytes) -> bytes:
    """A row without outer white space, by which no two rows differ."""
    return raw.strip(b" \t\r")


class Origin(Struct, frozen=True):
    """The file that a row is in."""

    name: str = ""
    """As the run knows it."""
    split: str = "train"
    stage: str = ""
    """The training method it is for; empty where nobody knows."""


class Exchange(Struct, frozen=True):
    """An answer of a row and all that comes before it, as keys of what they say.

    Case, white space, the order of keys and other ways to write the same make no difference.
    """

    prompt: int
    """Roles, texts, images, calls, results and tools before the answer."""
    answer: int
    """Texts, calls and refusal; of preference data, of the preferred answer."""
    turns: tuple[Turn, ...]
    """The answer."""
    other: int = 0
    """Of preference data, the key of the other answer; else 0."""
    is_last: bool = True
    """Nothing comes behind it."""
    join: int = 0
    """The key in `Facts.joins` that rows share which answer the same prompt; 0 where nothing is asked."""


class Member:
    """A row that is compared, read and taken apart when that is asked for."""

    def __init__(
        self,
        handle: int,
        origin: Origin,
        read: Callable[[int], bytes],
        example: Callable[[bytes], Example | None],
        exchanges: Callable[[Example], Sequence[Exchange]],
        key: Callable[[bytes], int],
    ) -> None:
        """`read` gives the bytes of a row without its line end, the others what they hold."""
        self.handle = handle
        self.origin = origin
        self._read, self._example, self._exchanges, self._key = read, example, exchanges, key

    @cached_property
    def raw(self) -> bytes:
        """The row without outer white space."""
        return trimmed(self._read(self.handle))

    @cached_property
    def key(self) -> int:
        """The key of its bytes."""
        return self._key(self.raw)

    @cached_property
    def example(self) -> Example | None:
        """What it holds; None where it cannot be read."""
        return self._example(self.raw)

    @cached_property
    def exchanges(self) -> Sequence[Exchange]:
        """Its answers, each with what it answers, in their order."""
        return self._exchanges(self.example) if self.example is not None else ()

    @cached_property
    def reading(self) -> Reading | None:
        """Its texts as words; None where it cannot be read."""
        return Reading(self.example) if self.example is not None else None

    def answering(self, prompt: int) -> Exchange | None:
        """Its first answer to a prompt."""
        return next((one for one in self.exchanges if one.prompt == prompt), None)


class Copies(Struct, frozen=True):
    """Rows of one split that have the same bytes, by their handles."""

    key: int
    """The key of these bytes."""
    first: int
    others: Sequence[int]
    """Some of those behind it, in order of the corpus."""
    before: int = 0
    """How many stand between the first and these."""
    split: str = "train"


class Group(Struct, frozen=True):
    """Rows that answer one prompt somewhere, in order of the corpus: 1,000 of each split at most.

    Rows to train on that have the same bytes as an earlier one are left out.
    """

    key: int
    """The key of the prompt."""
    members: tuple[Member, ...]
    """Of a prompt that more rows have than are compared, it may be a single one."""
    crowd: int = 0
    """How many rows are asked the same, where not all of them are compared; else 0."""
    labels: Mapping[Any, Count] = {}
    """How often each label is the answer of a row, in the whole corpus."""

    def last(self) -> list[tuple[Member, Exchange]]:
        """The members that answer the prompt last, with that exchange."""
        found = ((one, one.answering(self.key)) for one in self.members)
        return [(one, exchange) for one, exchange in found if exchange is not None and exchange.is_last]


class Spread(Struct, frozen=True):
    """The values of a trait over all rows of a corpus."""

    counts: Mapping[Any, Count]
    """By value. Empty where there are too many values to be counted."""
    rows: int
    """All values that were counted: those of all rows."""
    member: Callable[[int], Member]
    """Reads a row by its handle."""
    sizes: Callable[[int], int] = lambda handle: 0
    """How many bytes of its file stand before a row."""


class Verdict(Struct, frozen=True):
    """What a rule says of a row because of others."""

    rule: str
    row: int | None
    """The handle of the row it is said of; None where it is said of the file as a whole."""
    what: str
    """What is wrong, as a clause without a full stop, with `ROW` for each of the other rows that it names."""
    todo: str = ""
    """A sentence that says what to do; it may go on naming rows."""
    others: tuple[int, ...] = ()
    """The handles of the other rows: first those that the words name, in turn."""
    place: Place = Place()
    places: tuple[Place, ...] = ()
    """The places in the other rows; of those left out, the whole row."""
    notes: tuple[str, ...] = ("first copy",)
    """What the other rows are, each; the last note is that of all that follow."""
    why: str = ""
    """Why it hurts, where that is not what the rule says."""
    most: Severity | None = None
    """The case is less bad than the rule: this severity at most."""
    group: int | None = None
    """The key by which it is accepted together with others like it; None for the bytes of its row."""
    number: int = 1
    """Which row of its group it stands on, from 1 on: where that many are accepted, so is it."""
    fix: Fix | None = None
    """What cures it in its own row."""

    def note(self, at: int) -> str:
        """What one of the others is."""
        return self.notes[min(at, len(self.notes) - 1)]

    def place_in(self, at: int) -> Place:
        """The place in one of the others."""
        return self.places[at] if at < len(self.places) else Place()


def worded(verdict: Verdict, rule: Bound, name: Callable[[int], tuple[int, str]]) -> Finding:
    """The finding of a verdict.

    `name` gives the 0-based number of a row by its handle, and its file where that is not the finding's.
    """
    named = [name(handle) for handle in verdict.others]
    related = tuple(
        Related(verdict.note(at), row, verdict.place_in(at), file) for at, (row, file) in enumerate(named)
    )
    plain = phrased(verdict, rule)
    return replace(plain, message=filled(plain.message, [reference(*one) for one in named]), related=related)


def phrased(verdict: Verdict, rule: Bound) -> Finding:
    """The finding of a verdict, without the other rows: `ROW` still stands in its message for each."""
    bound = rule if verdict.most is None else rule.at_most(verdict.most)
    place = None if verdict.row is None else verdict.place
    return bound.at(place, verdict.what, verdict.todo, why=verdict.why, fix=verdict.fix)


def filled(message: str, references: Sequence[str]) -> str:
    """A message with the other rows named, in turn."""
    first, *rest = message.split(ROW)
    words = first + "".join(reference + part for reference, part in zip(references, rest, strict=False))
    return words[:1].upper() + words[1:]


def reference(row: int, file: str) -> str:
    """How a message names a row by its 0-based number, and its file where that is another one."""
    return f"row {row + 1:,}" + (f" of {file}" if file else "")
