"""The work on some rows of a file: rows in, what is found in each and what others must know of them out.

It depends on the rows alone, so any process may do it. What depends on the rows before is left to the caller.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from turnlint.corpus.frequency import Common
from turnlint.engine.facts import row_key
from turnlint.engine.row import CLEAN, RowChecker
from turnlint.engine.tokens import TokenChecker
from turnlint.engine.told import blank_row, bound_rules, if_on, row_rules, row_too_large
from turnlint.engine.traits import by_value
from turnlint.formats import Format, get_format
from turnlint.model import Facts, Finding, Settings
from turnlint.rules.compare import Trait
from turnlint.text.rows import Batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from turnlint.corpus.bulk import Sketches

__all__ = ["SUM", "BatchChecker", "Judged", "batch_checker", "filled", "gathered", "tokens_of"]

SUM = "too-many-tokens"
"""The rule that wants to know the tokens of all rows."""
FIRST_BYTES = 1_000
"""So much is kept of the first row of a file."""


class Judged(Struct):
    """What came of some rows."""

    rows: int = 0
    """How many are not blank."""
    first: bytes = b""
    """The first of these, up to 1,000 bytes,"""
    last: int = -1
    """and the number of the last one."""
    found: list[tuple[int, int, tuple[Finding, ...]]] = field(default_factory=list)
    """The number of each row in which anything is found, its key, and what that is."""
    ceiling: int = 0
    """A number that the tokens of the rows which are not proved clean do not exceed."""
    exact: array[int] = field(default_factory=lambda: array("Q"))
    """The keys of the rows that are compared, in order,"""
    compared: array[int] = field(default_factory=lambda: array("q"))
    """their handles,"""
    sizes: array[int] = field(default_factory=lambda: array("q"))
    """and how many bytes they have;"""
    joins: array[int] = field(default_factory=lambda: array("Q"))
    """the keys under which they are compared, `Facts.joins`,"""
    handles: array[int] = field(default_factory=lambda: array("q"))
    """and the handle of the row of each of these."""
    values: dict[Trait, dict[Hashable, list[int]]] = field(default_factory=dict)
    """For each value of a trait, the handles of the rows that have it."""

    def count(self, rows: dict[int, bytes]) -> None:
        """Count rows that are not blank, given by their numbers."""
        if rows:
            self.first = self.first or next(iter(rows.values()))[:FIRST_BYTES]
            self.rows += len(rows)
            self.last = next(reversed(rows))

    def note(self, facts: Mapping[int, Facts], traits: Iterable[Trait]) -> None:
        """Note the facts of rows that are compared, by their handles: all at once is quicker."""
        handles, noted = array("q", facts), list(facts.values())
        self.exact.extend(map(attrgetter("exact"), noted))
        self.compared.extend(handles)
        joins = [one.joins if len(one.joins) == 1 else set(one.joins) for one in noted]
        self.joins.extend(chain.from_iterable(joins))
        self.handles.extend([handle for handle, keys in zip(handles, joins, strict=True) for _ in keys])
        self.values = {trait: by_value(trait, handles, noted) for trait in traits}


class BatchChecker:
    """Judges the rows of files of one format under one set of settings."""

    def __init__(
        self,
        format: Format | None,  # noqa: A002
        settings: Settings,
        *,
        compares: bool,
        bulk: bool,
        common: Common | None = None,
    ) -> None:
        """`compares` says whether rows are to be compared with others; `common` is left out of sketches.

        `bulk` says that many will come, so that loading the fast scanner pays.
        """
        self._checker = RowChecker(format, settings, bulk=bulk)
        self._tokens = TokenChecker(format, settings)
        self._bound = row_rules(settings, format)
        self._sums = SUM in bound_rules(settings)
        self._blank = if_on(self._bound, "blank-row", blank_row)
        self._compares = compares
        self._common = common or Common()

    def __call__(self, task: tuple[Any, ...]) -> Any:
        """Do what a task names: a method, the rows, and what else it asks for."""
        method, *arguments = task
        return getattr(self, method)(*arguments)

    def tokens(self, batch: Batch) -> int:
        """The tokens of all rows together. Raises TokensError."""
        return tokens_of(self._tokens, batch)

    def texts(self, batch: Batch) -> list[tuple[int, str]]:
        """The texts by which rows are found that are nearly the same, with the numbers of the rows."""
        rows = ((number, raw) for number, raw in filled(batch).items() if number not in batch.oversize)
        texts = ((number, self._checker.near_text(raw)) for number, raw in rows)
        return [(number, text) for number, text in texts if text]

    def sketches(self, batch: Batch) -> tuple[NDArray[np.int64], Sketches]:
        """The sketches of these texts that have one, with the numbers of the rows."""
        import numpy as np

        from turnlint.corpus.bulk import sketched

        found = self.texts(batch)
        numbers, sketches = sketched((text for _, text in found), self._common)
        return np.array([number for number, _ in found], np.int64)[numbers], sketches

    def text(self, raw: bytes) -> str:
        """The text of one row."""
        return self._checker.near_text(raw)

    def judge(self, batch: Batch, base: int, traits: Iterable[Trait]) -> Judged:
        """Judge rows; `base` and the number of a row make its handle. Raises TokensError.

        `traits` are those whose values are wanted.
        """
        done = Judged()
        rows = filled(batch)
        done.count(rows)
        facts: dict[int, Facts] = {}
        for number, raw in rows.items():
            if number in batch.oversize:
                found = if_on(self._bound, "row-too-large", row_too_large, batch.oversize[number])
            else:
                if self._compares:
                    found, facts[base + number] = self._checker.check(raw)
                    done.sizes.append(len(raw))
                else:
                    found = self._checker.findings(raw)
                if found is not CLEAN or len(raw) > self._tokens.plain:
                    found += self._of_tokens(raw, found, done)
            if found:
                done.found.append((number, row_key(raw), found))
        done.note(facts, traits)
        if self._blank and len(rows) < len(batch.rows):
            numbers = range(batch.first, batch.first + len(batch.rows))
            done.found += [(number, row_key(b""), self._blank) for number in numbers if number not in rows]
            done.found.sort(key=itemgetter(0))
        return done

    def _of_tokens(self, raw: bytes, found: tuple[Finding, ...], done: Judged) -> tuple[Finding, ...]:
        """What is found of the tokens of a row in which so much else is, and is not proved to be short."""
        if found is not CLEAN and self._sums:
            done.ceiling += self._tokens.ceiling(raw)
        return self._tokens.findings(raw) if self._tokens.needs(raw) else ()


def batch_checker(
    format_name: str | None, settings: Settings, compares: bool, bulk: bool, common: Common | None = None
) -> BatchChecker:
    """A checker for a format by its name, so that any process can make it."""
    found = get_format(format_name) if format_name else None
    return BatchChecker(found, settings, compares=compares, bulk=bulk, common=common)


def gathered(batches: Iterable[Batch], size: int, rows: int) -> Iterator[Batch]:
    """Put batches together until they have so many bytes or rows."""
    gathering: Batch | None = None
    for batch in batches:
        if gathering is None:
            gathering = batch
        else:
            gathering.rows += batch.rows
            gathering.oversize |= batch.oversize
            gathering.end = batch.end
        if gathering.end - gathering.offset >= size or len(gathering.rows) >= rows:
            yield gathering
            gathering = None
    if gathering is not None:
        yield gathering


def tokens_of(checker: TokenChecker, batch: Batch) -> int:
    """The tokens of some rows together. Raises TokensError."""
    rows = (raw for number, raw in enumerate(batch.rows, batch.first) if number not in batch.oversize)
    return sum(one.total for one in map(checker.measure, rows) if one is not None)


def filled(batch: Batch) -> dict[int, bytes]:
    """The rows that hold more than white space, by their numbers."""
    return {number: raw for number, raw in enumerate(batch.rows, batch.first) if raw and not raw.isspace()}
