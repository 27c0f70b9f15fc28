"""The work on rows that are compared: groups of rows in, verdicts out.

It depends on these rows alone, so any process may do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from turnlint.corpus.records import Group
from turnlint.corpus.tally import Count, Tally
from turnlint.engine.compare import Judge
from turnlint.engine.facts import example_of, exchanges, row_key
from turnlint.engine.near import said_of
from turnlint.formats import Format, get_format
from turnlint.model import Example, Settings
from turnlint.rules.compare import Member, Origin, Verdict

__all__ = ["ROW", "ROW_BITS", "Compared", "Comparer", "Portion", "bare", "comparer", "member_of", "number_of"]

ROW_BITS = 40
"""A handle is the number of the file in its run, and in so many bits behind it that of the row."""
ROW = (1 << ROW_BITS) - 1


class Compared(Struct, frozen=True):
    """A file of which rows are compared."""

    origin: Origin
    format: str
    settings: Settings


class Portion(Struct, frozen=True):
    """Rows that are to be compared."""

    is_near: bool
    """The last row of each group seems nearly the same as the others; else all may answer one prompt."""
    groups: Sequence[Group]
    rows: Mapping[int, bytes]
    """Their rows by handles. Those that are not here are not compared."""


class Comparer:
    """Asks the rules of each file what they say of its rows."""

    def __init__(self, files: Mapping[int, Compared], labels: Tally) -> None:
        """`files` by their numbers. `labels` counts the labels of all rows."""
        self._files = files
        self._labels = labels
        self._rows: Mapping[int, bytes] = {}
        self._members: dict[int, Member] = {}
        judges: dict[tuple[str, int], Judge] = {}
        self._judges: dict[int, Judge] = {}
        for number, one in files.items():
            key = one.format, id(one.settings)
            if key not in judges:
                judges[key] = Judge(get_format(one.format), one.settings, self._member)
            self._judges[number] = judges[key]

    def __call__(self, portion: Portion) -> list[tuple[Verdict, int]]:
        """What is said of each row, with the key of its bytes."""
        self._rows, self._members = portion.rows, {}
        ask = self._near if portion.is_near else self._group
        verdicts = [one for group in portion.groups for one in ask(*group)]
        return [(one, self._member(one.row).key) for one in verdicts if one.row is not None]

    def _group(self, key: int, handles: Sequence[int], more: int) -> Iterator[Verdict]:
        """What is said of rows with the key of a prompt, and of so many more."""
        kept = [handle for handle in handles if handle in self._rows]
        judges = dict.fromkeys(self._judges[number_of(handle)] for handle in kept)
        if len(kept) < 2:
            return
        for judge in judges:
            for verdict in judge.prompt(key, kept, self._labels, more + len(handles) - len(kept)):
                if verdict.row is not None and self._judges[number_of(verdict.row)] is judge:
                    yield verdict

    def _near(self, key: int, handles: Sequence[int], more: int) -> Sequence[Verdict]:
        """What is said of a row because of others that are nearly the same."""
        *earlier, row = handles
        if row not in self._rows:
            return ()
        return said_of(self._judges[number_of(row)], row, [one for one in earlier if one in self._rows])

    def _member(self, handle: int) -> Member:
        known = self._members.get(handle)
        if known is None:
            file = self._files[number_of(handle)]
            known = member_of(handle, file.origin, get_format(file.format), self._rows.__getitem__)
            self._members[handle] = known
        return known


def comparer(files: Mapping[int, Compared], labels: Tally) -> Comparer:
    """Make a comparer, in any process."""
    return Comparer(files, labels)


def bare(tally: Tally) -> Tally:
    """The same counts without the rows in which values are, which are much."""
    made = Tally()
    for value, count in tally.counts.items():
        made.counts[value] = Count()
        made.counts[value].rows = count.rows
    return made


def member_of(handle: int, origin: Origin, format: Format | None, read: Callable[[int], bytes]) -> Member:  # noqa: A002
    """A row of a format."""

    def example(raw: bytes) -> Example | None:
        return example_of(raw, format)

    return Member(handle, origin, read, example, exchanges, row_key)


def number_of(handle: int) -> int:
    """The number of the file of a row."""
    return handle >> ROW_BITS
