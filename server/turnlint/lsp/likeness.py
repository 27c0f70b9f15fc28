"""Which lines of an open document are nearly the same, as each other and as rows of the other files of its
data set: found in the background, after all else.

First all of them are sketched, which is done anew when many lines or any other file have changed; after that
only lines that have. What is said of a line that is edited stays until somebody knows better.
"""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from time import monotonic, perf_counter
from typing import Protocol, TypeAlias, TypeVar

from turnlint.corpus.frequency import Sample
from turnlint.engine.compare import Judge
from turnlint.engine.facts import near_text
from turnlint.engine.near import NearRows, common_of, said_of
from turnlint.formats import Format
from turnlint.lsp.document import row_bytes, row_text
from turnlint.lsp.relations import Foreign, Relations
from turnlint.lsp.worker import Worker
from turnlint.model import Settings
from turnlint.rules.compare import Member, Verdict
from turnlint.text.lines import Line, LineStore
from turnlint.text.rows import ROW_BYTES
from turnlint.tokens.memory import give_back

__all__ = ["Audience", "Likeness"]

logger = logging.getLogger(__name__)
_Item = TypeVar("_Item")

_MOST_LINES = 100_000
"""Of a document with more lines nothing is said: a sketch takes 360 bytes."""
_CHURN = 20
"""When one in so many lines has changed, all are sketched anew, by what is common in them by then;"""
_FEW = 200
"""but not for so few."""
_BREATH_SECONDS = 0.005
"""So long the thread works before it lets others have their turn."""
_TELL_SECONDS = 1.0
"""What was found is told so often while more is to come."""
_GAP = 1 << 32
"""Between the ranks of lines that were neighbours when they were ranked,"""
_STEP = 1 << 16
"""and between that of a line and of one that comes behind it, as long as there is room."""
_UNRANKED = -(1 << 62)
_ELSEWHERE = 1 << 62
"""The bit that tells rows of other files from lines, in what both are known by here."""

_Built: TypeAlias = tuple[NearRows, "array[int]", int]
"""The sketches of rows; by handles the order of lines, for good; and how many rows other files have."""


class Audience(Protocol):
    """Who wants to know what comes of it."""

    def likeness_found(self) -> None:
        """Something has come of it."""


class _StoppedError(Exception):
    """Nobody wants to know any more."""


class _Job:
    """Something that the thread was handed."""

    def __init__(
        self,
        worker: Worker,
        work: Callable[[_Job], None],
        take: Callable[[_Job, dict[int, list[Verdict]]], None],
        done: Callable[[_Job], None],
    ) -> None:
        """`work` is done in the thread. What it tells goes to `take` on the event loop, and then `done`."""
        self._worker = worker
        self._work: Callable[[_Job], None] | None = work
        self._loop = asyncio.get_running_loop()
        self._take, self._done = take, done
        self._is_stopped = False
        self._breath = 0.0
        self._telling = monotonic() + _TELL_SECONDS
        self._found: dict[int, list[Verdict]] = {}
        self.is_whole = False
        """It was done to its end."""
        self.ended: Future[None] = Future()
        """Done when the thread holds nothing of the document any more."""

    def run(self) -> None:
        """Do it. The thread calls this."""
        work, self._work = self._work, None
        try:
            if work is not None and not self._is_stopped:
                work(self)
                self.is_whole = True
        except _StoppedError:
            pass
        except Exception:
            logger.exception("lines that are nearly the same could not be found")
        del work
        with suppress(RuntimeError):  # the loop has ended
            self._hand_over()
            self._loop.call_soon_threadsafe(self._done, self)
        self.ended.set_result(None)

    def stop(self) -> None:
        """Do no more of it. Any thread may call this."""
        self._is_stopped = True

    def tell(self, row: int, verdicts: list[Verdict]) -> None:
        """What there is to say of a row now, by its handle."""
        self._found[row] = verdicts
        if monotonic() > self._telling:
            self._hand_over()

    def pace(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Take items one by one, and let others have their turn between them. Raises _StoppedError."""
        for item in items:
            if perf_counter() > self._breath:
                if self._is_stopped or not self._worker.breathe() or self._is_stopped:
                    raise _StoppedError
                self._breath = perf_counter() + _BREATH_SECONDS
            yield item

    def _hand_over(self) -> None:
        found, self._found, self._telling = self._found, {}, monotonic() + _TELL_SECONDS
        if found:
            self._loop.call_soon_threadsafe(self._take, self, found)


class _Reader:
    """Reads rows in the thread: those of the document, which are what they are by then, and of other files.

    A line goes by its handle. So does a row of another file, but for its sign: none is negative here.
    """

    def __init__(self, relations: Relations, foreign: Foreign | None) -> None:
        self._relations = relations
        self.foreign = foreign

    def _raw(self, handle: int) -> bytes:
        """The bytes of a line; nothing where it is gone, or is not judged."""
        line = self._relations.line(handle)
        if line is None or len(line.text) > ROW_BYTES:
            return b""
        raw = row_bytes(row_text(line.text))
        return raw if len(raw) <= ROW_BYTES else b""

    def member(self, row: int) -> Member:
        """A row to compare."""
        if row >= _ELSEWHERE:
            assert self.foreign is not None, "its rows are known from nobody else"
            return self.foreign.member(_turned(row))
        return self._relations.member(row, self._raw)

    def text(self, row: int) -> str:
        """The text of a row to compare; nothing where it cannot be read any more."""
        try:
            return _text(self.member(row))
        except OSError:
            return ""

    def members(self, lines: Iterable[int]) -> Iterator[tuple[int, Member]]:
        """Lines by their handles, and all rows of other files."""
        for handle in lines:
            yield handle, self.member(handle)
        for member in self.foreign.members() if self.foreign is not None else ():
            yield _turned(member.handle), member

    def order(self, ranks: Sequence[int]) -> Callable[[int], int]:
        """What rows are sorted by; `ranks` are those of lines."""
        foreign = self.foreign
        if foreign is None:
            return ranks.__getitem__

        def order(row: int) -> int:
            if row < _ELSEWHERE:
                return ranks[row]
            return row - 2 * _ELSEWHERE if foreign.is_before(_turned(row)) else row

        return order


class Likeness:
    """Finds the lines of one document that are nearly the same. All its methods run on the event loop."""

    def __init__(self, store: LineStore, relations: Relations, worker: Worker, audience: Audience) -> None:
        self._store = store
        self._relations = relations
        self._worker = worker
        self._audience = audience
        self._job: _Job | None = None
        self._is_called = False
        self._format: Format | None = None
        self._settings: Settings | None = None
        self._foreign: Foreign | None = None
        self._era = -1
        self._told: set[int] = set()
        """The handles of lines of which something is said."""
        self._begin()

    def _begin(self) -> None:
        self._reader = _Reader(self._relations, self._foreign)
        self._judge = self._judge_with(self._reader)
        self._rows: NearRows | None = None
        self._ranks = array("q")
        self._elsewhere = 0
        self._churn = 0
        self._relations.touched = None
        if self._era != self._relations.era:
            self._era = self._relations.era
            self._told.clear()
        if self._job is not None:
            self._job.stop()
            self._job = None

    def judge_by(self, format: Format | None, settings: Settings) -> None:  # noqa: A002
        """Begin anew, by these settings."""
        self._format, self._settings = format, settings
        self._begin()

    def compare_with(self, foreign: Foreign | None) -> None:
        """Compare with rows of other files too. What is being done is done to its end before."""
        self._foreign = foreign

    def _judge_with(self, reader: _Reader) -> Judge | None:
        """What judges; None where there is nothing to be judged."""
        if self._format is None or self._settings is None:
            return None
        judge = Judge(self._format, self._settings, reader.member)
        return judge if judge.wants_near else None

    @property
    def is_idle(self) -> bool:
        """The thread has nothing to do for the document."""
        return self._job is None

    def close(self) -> asyncio.Future[None] | None:
        """Stop. Gives what is done once the thread holds nothing of the document; None if it does not now."""
        job = self._job
        self._stop()
        return asyncio.wrap_future(job.ended) if job is not None else None

    def go(self) -> None:
        """Hand the thread what there is to be done, now that the text rests, or once it has time."""
        self._is_called = self._job is not None
        if self._era != self._relations.era:
            self._begin()
        if self._judge is None or self._is_called:
            return
        if self._reader.foreign is not self._foreign:
            self._begin()
        touched = list(self._relations.touched or ())
        if self._store.count > _MOST_LINES:
            self._take_back()
        elif self._rows is None or self._has_churned(len(touched)) or not self._rank(touched):
            self._build(self._judge)
        elif touched:
            self._churn += len(touched)
            self._relations.touched = {}
            told = frozenset(self._told)
            self._hand(partial(_follow, self._rows, self._reader, self._judge, touched, told))

    def _has_churned(self, touched: int) -> bool:
        return self._churn + touched > max(_FEW, (self._store.count + self._elsewhere) // _CHURN)

    def _take_back(self) -> None:
        """Say nothing more: there are too many lines."""
        for handle in self._told:
            self._relations.say(handle, ())
        self._told.clear()
        self._begin()

    def _stop(self) -> None:
        """Compare nothing more."""
        self._format = self._foreign = None
        self._begin()

    def _build(self, judge: Judge) -> None:
        """Have all lines sketched anew. Until that is done, what is said of lines stays."""
        self._relations.touched = {}
        self._churn = 0
        self._rows = None
        built: list[_Built] = []
        lines, told = list(self._store), frozenset(self._told)
        self._hand(partial(_build, built, self._reader, judge, lines, told), built)

    def _hand(self, work: Callable[[_Job], None], built: Sequence[_Built] = ()) -> None:
        self._job = _Job(self._worker, work, self._take, partial(self._done, built))
        self._worker.queue([self._job.run])

    def _take(self, job: _Job, found: dict[int, list[Verdict]]) -> None:
        """Take what the thread has found."""
        if job is not self._job or self._era != self._relations.era:
            return
        for row, verdicts in found.items():
            (self._told.add if verdicts else self._told.discard)(row)
            self._relations.say(row, verdicts, self._reader.foreign)
        self._audience.likeness_found()

    def _done(self, built: Sequence[_Built], job: _Job) -> None:
        if job is not self._job:
            return
        self._job = None
        if not job.is_whole:  # what went wrong once would go wrong again
            self._stop()
        elif built:
            self._rows, self._ranks, self._elsewhere = built[0]
        if self._is_called:
            self.go()

    def _rank(self, handles: Sequence[int]) -> bool:
        """Give the lines among these that are new a rank. Says whether there was room for all."""
        ranks = self._ranks
        ranks.extend([_UNRANKED] * (max(handles, default=0) + 1 - len(ranks)))
        new = (
            (self._store.number(line), handle)
            for handle in handles
            if ranks[handle] == _UNRANKED and (line := self._relations.line(handle)) is not None
        )
        behind, after = -1, 0
        for number, handle in sorted(new):
            _, before = next(self._ranked(range(number - 1, -1, -1)), (0, -_GAP))
            if behind < number:
                behind, after = next(
                    self._ranked(range(number + 1, self._store.count)), (self._store.count, before + 2 * _GAP)
                )
            if after - before < 2:
                return False
            ranks[handle] = before + min((after - before) // 2, _STEP)
        return True

    def _ranked(self, numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Those of some lines that have a rank, by their numbers, with it."""
        for number in numbers:
            handle = self._store.line(number).key
            if handle is not None and handle < len(self._ranks) and self._ranks[handle] != _UNRANKED:
                yield number, self._ranks[handle]


def _turned(one: int) -> int:
    """What a row of another file is known by here, by its handle, or the other way round."""
    return ~one ^ _ELSEWHERE


def _build(
    built: list[_Built], reader: _Reader, judge: Judge, lines: Sequence[Line], told: Set[int], job: _Job
) -> None:
    """Sketch all rows, and say what is to be said of them; `told` are those of which something was said."""
    handles = [line.key for line in lines if line.key is not None]
    ranks = array("q")
    sample = Sample()
    elsewhere = 0
    for row, member in job.pace(reader.members(handles)):
        if member.raw:
            sample.add(member.key, row, len(member.raw))
        elsewhere += row >= _ELSEWHERE
    for rank, handle in enumerate(job.pace(handles)):
        ranks.extend([_UNRANKED] * (handle + 1 - len(ranks)))
        ranks[handle] = rank * _GAP
    texts = map(reader.text, job.pace(sample.handles()))
    rows = NearRows(common_of(sample, lambda _: next(texts)), reader.order(ranks))
    rows.extend((row, _text(member)) for row, member in job.pace(reader.members(handles)))
    built.append((rows, ranks, elsewhere))
    found = {row: earlier for row, earlier in rows.pairs() if row < _ELSEWHERE}
    for handle in job.pace(found):
        job.tell(handle, _said_of(judge, handle, found[handle]))
    for handle in told - found.keys():
        job.tell(handle, [])
    give_back()


def _follow(
    rows: NearRows, reader: _Reader, judge: Judge, handles: Sequence[int], told: Set[int], job: _Job
) -> None:
    """Sketch lines again that have changed, and say what is to be said of them and others now."""
    touched: set[int] = set()
    for handle in job.pace(handles):
        touched |= rows.remove(handle)
        touched |= rows.add(handle, reader.text(handle))
    if rows.is_loose:
        rows.compact()
    for handle in job.pace(row for row in touched if row < _ELSEWHERE):
        verdicts = _said_of(judge, handle, rows.earlier(handle))
        if verdicts or handle in told:
            job.tell(handle, verdicts)


def _text(member: Member) -> str:
    return near_text(member.example) if member.example is not None else ""


def _said_of(judge: Judge, row: int, earlier: Sequence[int]) -> list[Verdict]:
    """What is said of a line because of rows before it; of lines alone, where a file has changed."""
    try:
        return said_of(judge, row, earlier)
    except OSError as error:
        logger.debug("rows of another file could not be read: %s", error)
        return said_of(judge, row, [one for one in earlier if one < _ELSEWHERE])
