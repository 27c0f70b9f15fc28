"""One file of a run: rows in, and what is found in each, and in all together, out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct
from msgspec.structs import replace
from xxhash import xxh3_64

from turnlint.corpus.frequency import Common
from turnlint.corpus.tally import Tally
from turnlint.engine.batch import SUM, BatchChecker, Judged, batch_checker, filled, gathered, tokens_of
from turnlint.engine.compare import Judge
from turnlint.engine.comparing import ROW, ROW_BITS, Compared, member_of
from turnlint.engine.election import Election, ballots, elect
from turnlint.engine.facts import row_key
from turnlint.engine.held import Ordered
from turnlint.engine.resources import Resources
from turnlint.engine.splits import split_of
from turnlint.engine.tokens import TokenChecker
from turnlint.engine.told import array_refused, blank_row, bound_rules, if_on, row_rules, unknown_format
from turnlint.engine.workers import Crew
from turnlint.formats import Format, get_format
from turnlint.model import Finding, JsonFault, Place, Settings, plain_format
from turnlint.rules import Bound, FileSummary
from turnlint.rules.compare import Member, Origin, Trait, Verdict
from turnlint.text.rows import Batch, Marks, RowReader, sniff

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from turnlint.corpus.bulk import Sketches
    from turnlint.engine.baseline import Ledger

__all__ = ["HEAD", "TAIL", "File", "Input"]

HEAD, TAIL = -1, ROW - 1
"""Where findings about a file as a whole stand: before its rows, and behind them."""

_BULK = 1 << 18
"""From this many bytes on, loading the fast scanner pays."""
_COUNTING = 8
"""Counting the tokens of a row takes so many times as long as judging it."""


_SETUP = 4
"""Of what a checker is made without sketches."""


class Input(Struct, frozen=True, eq=False):
    """A file that is to be judged."""

    stream: BinaryIO
    """Judged from where it stands to its end. Must be able to seek, so that rows can be read again."""
    settings: Settings
    name: str = ""
    """As the run knows it, and as findings in other files name it: its path as the user gave it."""
    file_name: str = ""
    """Its name without folders; empty where it has none of its own."""
    ledger: Ledger | None = None
    """What it accepts is not told."""
    is_array: bool = False
    """Its rows are the items of a JSON array, which not every target takes."""

    @property
    def split(self) -> str:
        """As the settings say, else as its name does."""
        return self.settings.split or split_of(self.file_name)


class File:
    """Read once from its start to its end, and rows of it again. Whatever reading raises passes through."""

    origin: Origin
    format: Format | None
    asking: Judge
    """The rules that compare its rows."""
    tallies: dict[Trait, Tally]
    """How often the values of traits are there, once its rows were judged."""
    summary: FileSummary | None
    """Of a file with rows that were read to their end."""
    has_failed: bool
    """It cannot be read any more."""

    def __init__(self, number: int, one: Input, held: Ordered, crew: Crew, resources: Resources) -> None:
        """`held` takes what is found. `number` is what it calls the file, and the beginning of handles."""
        self.number = number
        self.input = one
        self.origin = Origin(one.name, one.split)
        self.format = None
        self.asking = Judge(None, one.settings, self._member)
        self.tallies = {}
        self.summary = None
        self.has_failed = False
        self._held = held
        self._crew = crew
        self._resources = resources
        self._start = one.stream.tell()
        self._bound = bound_rules(one.settings)
        self._tokens = TokenChecker(None, one.settings)
        self._setup: tuple[Any, ...] = ()
        self._checker: BatchChecker | None = None
        self._is_bulk = False
        self._members: dict[int, Member] = {}
        self._said: set[str] = set()
        self._rows = 0
        self._first = b""
        self._blank: tuple[int, int] = (0, 0)
        self._ceiling = 0
        self._digest = xxh3_64()

    def look(self) -> bool:
        """Find out what the file is; say whether it can be read row by row."""
        self._reader = self._new_reader()
        head = self._reader.head
        self._is_bulk = len(head) >= _BULK
        fault = sniff(head, complete=self._reader.complete)
        if fault is not None:
            words = JsonFault(fault.kind, Place(), fault.detail)
            self._hold(HEAD, None, if_on(self._bound, fault.kind, Bound.fault, words))
            return False
        elected = self._elected()
        self.format = elected.format
        if elected.is_unknown:
            self._hold(HEAD, None, if_on(self._bound, "unknown-format", unknown_format))
        settings = self.input.settings
        if self.input.is_array:
            bound = row_rules(settings, self.format).get("json-array-file")
            if bound is not None and bound.settings.effect:
                self._hold(HEAD, None, (array_refused(bound),))
        stage = settings.stage or (self.format.stage if self.format else "")
        self.origin = Origin(self.input.name, self.input.split, stage)
        self.asking = Judge(self.format, settings, self._member)
        self._tokens = TokenChecker(self.format, settings)
        return True

    def judge(self) -> Iterator[Judged]:
        """Judge the rows one by one, and give what came of some after the others.

        Raises TokensError, and WorkerError.
        """
        settings, name = self.input.settings, self.format.name if self.format else None
        self._setup = (name, settings, self._compares, self._is_bulk)
        self._checker = batch_checker(*self._setup)
        self._bound = row_rules(settings, self.format)
        if self._compares:
            self.tallies = {trait: Tally() for trait in sorted({*self.asking.traits, "label"})}
        for done in self._each("judge", lambda: (self.number << ROW_BITS, self._open_traits())):
            self._fold(done)
            yield done
        self._summarise()

    def spread(self) -> list[Verdict]:
        """What is to be said of how often values are there. Raises OSError where a row is gone."""
        found = list(self.asking.spread(self.tallies, self._bytes_before))
        self._members.clear()
        return found

    @property
    def compared(self) -> Compared | None:
        """What is to be known of it where its rows are compared; None where they are not."""
        if self.format is None or self.summary is None or not self._compares:
            return None
        return Compared(self.origin, self.format.name, self.input.settings)

    def text(self, raw: bytes) -> str:
        """The text of a row by which those that are nearly the same are found."""
        assert self._checker is not None
        return self._checker.text(raw)

    def texts(self) -> Iterator[tuple[int, str]]:
        """The same of all rows that have one, with their handles."""
        for found in self._each("texts"):
            yield from ((self.number << ROW_BITS | number, text) for number, text in found)

    def sketches(self, common: Common) -> Iterator[tuple[NDArray[np.int64], Sketches]]:
        """The sketches of these texts, without common shingles, with the handles of the rows."""
        self._setup = (*self._setup[:_SETUP], common)
        self._checker = batch_checker(*self._setup)
        for numbers, sketches in self._each("sketches"):
            if len(numbers):
                yield numbers + (self.number << ROW_BITS), sketches

    def count(self) -> None:
        """Read the rows without judging them."""
        for batch in self._batches():
            done = Judged()
            rows = filled(batch)
            done.count(rows)
            done.ceiling += sum(map(self._tokens.ceiling, rows.values())) if SUM in self._bound else 0
            self._fold(done)
        self._summarise()

    def close(self, others: Iterable[FileSummary] | None) -> None:
        """Judge the file as a whole, once the others of the run were read, too; None where nobody does."""
        if self.summary is None:
            return
        summary = replace(self.summary, others=tuple(others or ()))
        names = ("file",) if others is None else ("file", "dataset")
        for bound in bound_rules(self.input.settings.judging(summary.format)).values():
            hooks = bound.module.hooks
            if bound.rule.is_about(summary.format):
                for hook in (hooks[name] for name in names if name in hooks):
                    self.tell(hook(summary, bound))

    def tell(self, findings: Iterable[Finding]) -> None:
        """Take in findings about the file as a whole, once all of its rows were judged."""
        self._hold(TAIL, None, findings)

    def row(self, number: int) -> bytes:
        """Read a row again. Raises OSError where it is gone."""
        return next(raw for _, raw in self.rows((number,)))

    def rows(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Read rows again, given in ascending order, with their numbers. Raises OSError where one is gone."""
        try:
            yield from self._reader.fetch_each(numbers)
        except IndexError as error:
            raise OSError(None, str(error)) from error

    @property
    def marks(self) -> Marks:
        """Where its rows are, once they were judged."""
        return self._reader.marks

    def _bytes_before(self, handle: int) -> int:
        """How many bytes of the file stand before a row."""
        try:
            return self._reader.offset(handle & ROW)
        except IndexError as error:
            raise OSError(None, str(error)) from error

    def _member(self, handle: int) -> Member:
        if handle not in self._members:
            read = self.row
            self._members[handle] = member_of(handle, self.origin, self.format, lambda one: read(one & ROW))
        return self._members[handle]

    @property
    def _compares(self) -> bool:
        return self.asking.compares or self.asking.wants_near or bool(self.asking.traits)

    def _elected(self) -> Election:
        settings = self.input.settings
        if settings.format:
            return Election(get_format(settings.format), False)
        return elect(ballots(self._read(), settings.stage, settings.formats))

    def _new_reader(self) -> RowReader:
        return RowReader(self.input.stream, chunk_bytes=self._resources.chunk_bytes)

    def _batches(self) -> Iterator[Batch]:
        """The file from its start, however far it was read before: the rows that vote are not kept."""
        self.input.stream.seek(self._start)
        self._reader = self._new_reader()
        return iter(self._reader)

    def _read(self) -> Iterator[bytes]:
        """The rows of the file from its start."""
        return chain.from_iterable(batch.rows for batch in self._batches())

    def _open_traits(self) -> list[Trait]:
        """The traits whose values are not too many to be counted."""
        return [trait for trait, tally in self.tallies.items() if not tally.is_open]

    def _each(self, method: str, arguments: Callable[[], tuple[Any, ...]] = tuple) -> Iterator[Any]:
        """What a method of `BatchChecker` makes of all rows, in their order."""
        assert self._checker is not None
        resources = self._resources
        batches = gathered(self._batches(), resources.task_bytes, resources.task_rows)
        tasks = ((method, batch, *arguments()) for batch in batches)
        alone = resources.alone_bytes if self._tokens.shared else inf
        return self._crew.each(self._checker, (batch_checker, *self._setup), tasks, self._effort, alone)

    def _effort(self, task: tuple[Any, ...]) -> int:
        """What a task costs, in bytes of rows that are only judged."""
        batch: Batch = task[1]
        size = batch.end - batch.offset
        return _COUNTING * size if size > self._tokens.plain * len(batch.rows) else size

    def _hold(self, row: int, key: int | None, findings: Iterable[Finding]) -> None:
        """Keep what is found in a row with a key, unless it is accepted."""
        if self.input.ledger is not None:
            findings = self.input.ledger.left(key, findings)
        for finding in findings:
            if self._is_new(finding):
                self._held.add(self.number, (row, finding))

    def _fold(self, done: Judged) -> None:
        """Add what came of the next rows."""
        if done.rows:
            self._first = self._first or done.first
            self._tell_blanks()
        self._rows += done.rows
        self._ceiling += done.ceiling
        self._digest.update(done.exact.tobytes())
        for trait, values in done.values.items():
            for value, handles in values.items():
                self.tallies[trait].extend(value, handles)
        for number, key, found in done.found:
            if number > done.last:  # blank, as all that follows
                start, count = self._blank
                self._blank = (start, count + 1) if count else (number, 1)
            else:
                self._hold(number, key, found)

    def _tell_blanks(self) -> None:
        """Blank rows are told once a row follows them: those at the end of a file harm nobody."""
        (start, count), self._blank = self._blank, (0, 0)
        found = if_on(self._bound, "blank-row", blank_row)
        for number in range(start, start + count):
            self._hold(number, row_key(b""), found)

    def _is_new(self, finding: Finding) -> bool:
        """Whether the finding is to be told: some are said once a file, at the first row."""
        if not self._bound[finding.rule].rule.once:
            return True
        if finding.rule in self._said:
            return False
        self._said.add(finding.rule)
        return True

    def _summarise(self) -> None:
        settings = self.input.settings
        self.summary = FileSummary(
            name=self.input.file_name,
            size=self._reader.size,
            rows=self._rows,
            format=plain_format(self.format.name) if self.format else None,
            method=settings.stage,
            split=self.input.split,
            accepted=settings.formats,
            bom=self._reader.bom,
            crlf=self._reader.crlf,
            lf=self._reader.lf,
            cr=self._reader.cr,
            first=self._first,
            tokens=self._all_tokens(bound_rules(settings).get(SUM)),
            dataset=settings.dataset,
            path=self.input.name,
            number=self.number,
            labels=self._labels(),
            digest=self._digest.intdigest() if self.tallies and self._rows else 0,
        )

    def _labels(self) -> dict[Hashable, int]:
        """How often each short answer is there."""
        tally = self.tallies.get("label")
        labels = tally.counts.items() if tally else ()
        return {value: count.rows for value, count in labels if value is not None}

    def _all_tokens(self, asking: Bound | None) -> int | None:
        """The tokens of all rows, counted only where their bytes and texts leave room for too many.

        Editors, which have the rows judged apart, are to wait for no slower tokenizer than those that ship.
        """
        tokens = self._tokens
        if asking is None or not (tokens.shared or self._checker is not None):
            return None
        most, epochs = asking["maximum"], asking["epochs"]
        if tokens.shared:
            if (tokens.density * self._reader.size + self._ceiling) * epochs <= most:
                return None
            if sum(map(tokens.bound, self._read())) * epochs <= most:
                return None
        if self._checker is None:
            return sum(tokens_of(tokens, batch) for batch in self._batches())
        total: int = sum(self._each("tokens"))
        return total
