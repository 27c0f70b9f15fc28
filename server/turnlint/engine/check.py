"""Whole files: rows in, findings out in the order of the rows, memory flat."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from heapq import merge
from itertools import chain, groupby, pairwise, tee
from operator import itemgetter
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from turnlint.corpus.frequency import Sample
from turnlint.corpus.records import Group, Records
from turnlint.corpus.scratch import Scratch
from turnlint.corpus.tally import Tally
from turnlint.engine.compare import GROUP_CAP
from turnlint.engine.comparing import ROW, ROW_BITS, Portion, bare, comparer, number_of
from turnlint.engine.facts import row_key
from turnlint.engine.file import HEAD, TAIL, File, Input
from turnlint.engine.held import Entry, Ordered, Sorted
from turnlint.engine.near_files import near_rows
from turnlint.engine.rereading import Rereader, Way
from turnlint.engine.resources import Resources
from turnlint.engine.splits import SPLITS
from turnlint.engine.workers import Crew
from turnlint.formats import Format
from turnlint.model import Finding, Place, Settings, Span
from turnlint.rules.compare import Verdict, worded
from turnlint.text.decode import row_text
from turnlint.text.rows import Marks
from turnlint.text.scan import spans

if TYPE_CHECKING:
    from turnlint.engine.baseline import Ledger

__all__ = ["Located", "check_files", "check_stream", "file_findings", "left_to_right"]

_GROUPS, _SKETCHES = 0.2, 0.6
"""So far the work that follows the reading is, about, once rows with a common key are compared, and once all
rows are sketched."""

_COPIES = 128
"""So many copies of a row are read again at a time."""

_OnFormat = Callable[[Input, Format | None], object]
_OnFailure = Callable[[Input, OSError], object]
_OnRead = Callable[[Input, Marks], object]


class Located(Struct, frozen=True):
    """A finding and where it belongs."""

    row: int | None
    """0-based number of the row; None where the file as a whole is meant."""
    raw: bytes
    """The row; empty for the file."""
    finding: Finding

    def span(self) -> Span | None:
        """The columns of the finding in its row, looked up when asked; None for the file."""
        if self.row is None or self.finding.place is None:
            return None
        return spans(row_text(self.raw), [self.finding.place])[0]


def left_to_right(raw: bytes, findings: Sequence[Finding]) -> list[Finding]:
    """Order the findings of one row by where they begin."""
    if len(findings) < 2:
        return list(findings)
    starts = [one.start for one in spans(row_text(raw), [finding.place or Place() for finding in findings])]
    return [finding for _, finding in sorted(zip(starts, findings, strict=True), key=itemgetter(0))]


def check_files(
    inputs: Sequence[Input],
    *,
    on_format: _OnFormat = lambda one, chosen: None,
    on_read: _OnRead = lambda one, marks: None,
    on_failure: _OnFailure | None = None,
    resources: Resources | None = None,
) -> Generator[tuple[Input, Located], None, None]:
    """Judge files whose rows are compared with each other.

    Yields findings file by file, as given, and row by row (in no order within one), those about the file
    first where its head tells them, else last. What rows say of each other is known once all files were read,
    so nothing comes before that. Where they are compared, files to train on come first.

    `on_format` is told the format of a file once it is known, `on_read` where its rows are once they were
    judged, and `on_failure` what keeps one from being read to its end: the others are judged all the same.

    Raises TokensError for a tokenizer that cannot be used, ScratchError and WorkerError where the machine
    gives no room or no process, and OSError where there is no `on_failure`. Whatever else reading raises
    passes through.
    """
    run = _Run(inputs, on_format, on_read, on_failure, resources or Resources())
    try:
        yield from run.findings()
    finally:
        run.close()


def check_stream(
    stream: BinaryIO,
    settings: Settings,
    *,
    name: str = "",
    on_format: Callable[[Format | None], object] = lambda chosen: None,
    ledger: Ledger | None = None,
    resources: Resources | None = None,
) -> Iterator[Located]:
    """Judge one file, as `check_files` does; `name` is that of the file without folders.

    Raises OSError, too, also where the file shrinks meanwhile.
    """
    one = Input(stream, settings, name, name, ledger)
    found = check_files([one], on_format=lambda _, chosen: on_format(chosen), resources=resources)
    return (located for _, located in found)


def file_findings(stream: BinaryIO, settings: Settings, *, name: str = "") -> Iterator[Finding]:
    """Only what is said about the file as a whole, for editors, which judge the rows themselves."""
    resources = Resources()
    held = Ordered(Scratch(resources.scratch))
    file = File(0, Input(stream, settings, name, name), held, Crew(1), resources)
    if file.look():
        file.count()
        file.close(None)
    return (finding for _, finding in held.of(0))


class _Run:
    """One run over files that are compared with each other."""

    def __init__(
        self,
        inputs: Sequence[Input],
        on_format: _OnFormat,
        on_read: _OnRead,
        on_failure: _OnFailure | None,
        resources: Resources,
    ) -> None:
        self._on_format, self._on_read, self._on_failure = on_format, on_read, on_failure
        self._resources = resources
        self._scratch = Scratch(resources.scratch)
        self._crew = Crew(resources.jobs)
        self._held = Ordered(self._scratch, resources.held_findings)
        self._verdicts = Sorted(self._scratch, _rank, resources.held_findings)
        self._labels = Tally()
        self._sample = Sample()
        ordered = sorted(inputs, key=lambda one: SPLITS.index(one.split))
        self._files = [
            File(number, one, self._held, self._crew, resources) for number, one in enumerate(ordered)
        ]
        splits = [SPLITS.index(one.split) for one in ordered]
        self._edges = [bisect_left(splits, split) << ROW_BITS for split in sorted({*splits})[1:]]
        """The handles at which another split begins."""
        self._copies = Records(self._scratch, sys.maxsize, limit=resources.joined_keys)
        self._prompts = Records(self._scratch, GROUP_CAP, edges=self._edges, limit=resources.joined_keys)
        as_given = {one: at for at, one in enumerate(inputs)}
        self._turn = [as_given[one] for one in ordered]
        """For each file its place among those given."""

    def findings(self) -> Iterator[tuple[Input, Located]]:
        for file in self._files:
            with self._failing(file):
                self._read(file)
        for file in self._files:
            with self._failing(file):
                file.close(one.summary for one in self._files if one is not file and one.summary)
        self._compare()
        yield from self._told()

    def close(self) -> None:
        """Leave nothing behind."""
        self._crew.close()
        self._scratch.close()

    @contextmanager
    def _failing(self, file: File) -> Iterator[None]:
        """Tell what keeps a file from being read, once; the others go on."""
        try:
            yield
        except OSError as error:
            if self._on_failure is None:
                raise
            if not file.has_failed:
                file.has_failed = True
                self._on_failure(file.input, error)

    def _read(self, file: File) -> None:
        """Judge the rows of a file one by one, and how often values are there in it."""
        is_jsonl = file.look()
        self._on_format(file.input, file.format)
        if not is_jsonl:
            return
        for done in file.judge():
            self._copies.add(done.exact, done.compared)
            self._prompts.add(done.joins, done.handles)
            if file.asking.wants_near:
                for key, handle, size in zip(done.exact, done.compared, done.sizes, strict=True):
                    self._sample.add(key, handle, size)
        self._on_read(file.input, file.marks)
        self._labels.merge(file.tallies.get("label", Tally()))
        for verdict in file.spread():
            self._take(verdict, file, 0 if verdict.row is None else row_key(file.row(verdict.row & ROW)))

    def _compare(self) -> None:
        """Judge rows by others: by those that are equal, answer one prompt, or are nearly the same."""
        twins = self._twins()
        files = {file.number: file for file in self._files if file.compared and file.number not in twins}
        rereader = Rereader(files, self._failing, self._resources.compared_bytes)
        wants_near = any(file.asking.wants_near for file in files.values())
        way = Way(files, self._resources.on_compared)
        part = _GROUPS if wants_near else 1
        equal = chain.from_iterable(map(self._parted, _groups(self._copies, files)))
        for group in rereader.copies(way.told(self._in_order(equal), _first_row, 0, part / 2)):
            self._judge_copies(files, group)
        prompts = self._in_order(_groups(self._prompts, files))
        prompts_told = way.told(prompts, _first_row, part / 2, part)
        self._judge(files, rereader.portions(prompts_told, is_near=False))
        if wants_near:
            sketching = partial(way.told, start=_GROUPS, end=_SKETCHES)
            with closing(near_rows(self._sample, files, self._failing, sketching, self._resources)) as near:
                near_told = way.told(near, itemgetter(0), _SKETCHES, 1)
                self._judge(files, rereader.portions(near_told, is_near=True))

    def _in_order(self, groups: Iterable[Group]) -> Sorted[Group]:
        """Groups in order of rows: those that are in several of them are read once."""
        found = Sorted[Group](self._scratch, itemgetter(1, 0), self._resources.held_findings)
        for group in groups:
            found.add(group)
        return found

    def _parted(self, group: Group) -> Iterator[Group]:
        """Rows that seem equal, those of each split together with the first one, some at a time."""
        key, handles, _ = group
        ends = [0, *(bisect_left(handles, edge) for edge in self._edges), len(handles)]
        for start, end in pairwise(ends):
            for after in range(start + 1, end, _COPIES):
                yield key, [handles[start], *handles[after : min(end, after + _COPIES)]], after - start - 1

    def _judge_copies(self, files: Mapping[int, File], group: Group) -> None:
        """Ask the rules of each file what they say of rows that are equal."""
        key, handles, before = group
        for judge in dict.fromkeys(files[number_of(one)].asking for one in handles[1:]):
            for verdict in judge.copies(key, handles, files[number_of(handles[0])].origin.split, before):
                if verdict.row is not None and files[number_of(verdict.row)].asking is judge:
                    self._take(verdict, files[number_of(verdict.row)], key)

    def _twins(self) -> set[int]:
        """The files with the same rows as an earlier one, of which that is said as a whole."""
        firsts: dict[int, int] = {}
        digests = [(file.summary.digest, file.number) for file in self._files if file.summary]
        return {
            number for digest, number in digests if digest and firsts.setdefault(digest, number) != number
        }

    def _judge(self, files: Mapping[int, File], portions: Iterable[Portion]) -> None:
        """Ask the rules what they say of rows that are compared."""
        compared = {number: one for number, file in files.items() if (one := file.compared)}
        setup = compared, bare(self._labels)
        alone = self._resources.alone_rows
        judged = self._crew.each(
            comparer(*setup), (comparer, *setup), portions, lambda portion: len(portion.rows), alone
        )
        for verdict, key in chain.from_iterable(judged):
            self._take(verdict, files[number_of(verdict.row)], key)

    def _take(self, verdict: Verdict, file: File, key: int) -> None:
        """Keep what is said of a file, or of one of its rows with a key unless it is accepted."""
        finding = worded(verdict, file.asking.bound[verdict.rule], partial(self._name, file))
        if verdict.row is None:
            file.tell((finding,))
            return
        group = key if verdict.group is None else verdict.group
        ledger = file.input.ledger
        if ledger is None or not ledger.accepts(verdict.rule, group, verdict.number):
            self._verdicts.add((_place(self._turn[file.number], verdict.row & ROW), finding))

    def _name(self, file: File, handle: int) -> tuple[int, str]:
        """The number of a row, and the name of its file where that is another one."""
        other = self._files[number_of(handle)]
        return handle & ROW, "" if other is file else other.input.name

    def _told(self) -> Iterator[tuple[Input, Located]]:
        """All findings in their order."""
        files = dict(sorted(zip(self._turn, self._files, strict=True), key=itemgetter(0)))
        own = (
            (_place(turn, row), finding)
            for turn, file in files.items()
            for row, finding in self._held.of(file.number)
        )
        for turn, entries in groupby(merge(own, self._verdicts, key=itemgetter(0)), key=_turn_of):
            with self._failing(files[turn]):
                for located in _located(files[turn], entries):
                    yield files[turn].input, located
        for file in self._files:
            if file.input.ledger is not None and file.summary is not None and not file.has_failed:
                file.input.ledger.complete = True


def _located(file: File, entries: Iterable[Entry]) -> Iterator[Located]:
    """Findings of a file with their rows, which are read again."""
    ahead, entries = tee(entries)
    rows = (_row_at(place) for place, _ in groupby(ahead, key=itemgetter(0)))
    reading = file.rows(row for row in rows if row is not None)
    for place, found in groupby(entries, key=itemgetter(0)):
        row = _row_at(place)
        raw = b"" if row is None else next(reading)[1]
        for _, finding in found:
            yield Located(row, raw, finding)


def _place(turn: int, row: int) -> int:
    """Where a finding stands among all: by the turn of its file, and by its row or what stands for that."""
    return turn << ROW_BITS | row - HEAD


def _row_at(place: int) -> int | None:
    """The row of a finding at a place; None where the file as a whole is meant."""
    row = (place & ROW) + HEAD
    return row if HEAD < row < TAIL else None


def _rank(entry: Entry) -> tuple[int, str, str]:
    """The order of what rows say of each other, however they were found."""
    place, finding = entry
    return place, finding.rule, finding.message


def _groups(records: Records, files: Container[int]) -> Iterator[Group]:
    """Rows of some files that have a key in common."""
    for key, handles, more in records.groups():
        kept = [one for one in handles if number_of(one) in files]
        if len(kept) > 1:
            yield key, kept, more


def _first_row(group: Group) -> int:
    """The first row of a group."""
    return group[1][0]


def _turn_of(entry: Entry) -> int:
    return entry[0] >> ROW_BITS
