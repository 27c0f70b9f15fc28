"""When the tokens of one open document are counted: in the background, after its rows were judged.

First come the rows that may break a rule about tokens, then those that the client shows counts of, and last
all others, for the totals, if the client shows these. The thread is handed a little at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from time import monotonic
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from turnlint.engine.tokens import TokenChecker
from turnlint.lsp.document import Document, row_bytes
from turnlint.lsp.rows import GONE, Rows
from turnlint.lsp.tally import Counted, Tally, Totals
from turnlint.lsp.worker import REST_SECONDS, Worker
from turnlint.model import Finding, TokenSettings
from turnlint.text.lines import Change, Line
from turnlint.text.rows import ROW_BYTES
from turnlint.tokens import Measured, TokensError
from turnlint.tokens.memory import give_back

__all__ = ["Audience", "Counting"]

logger = logging.getLogger(__name__)

_BATCH = 1 << 16
"""So many code points are handed to the thread at once, or one row,"""
_BATCH_LINES = 256
"""and no more rows than these."""
_SAMPLE = 1_000
"""From so many rows the totals of more are told within about 1 %, before all are counted."""
_MOST = 64 << 20
"""Of a document of more characters no others are counted for the totals."""
_FIRST_REST = 0.5
"""Seconds of quiet before the first count: it builds the vocabulary, and for 0.1 s nothing else can run."""
_PATIENCE = 0.03
"""Seconds that a request waits for a count."""
_TELL_SECONDS = 1.0
"""Findings are told so often while more are to come."""
_SETTLED_SECONDS = 0.5
"""So long after the last count the totals are worked out anew."""
_BUILT: set[tuple[str, str | None]] = set()
"""Tokenizers and templates by which something was counted: what that needs stays in memory."""


class Audience(Protocol):
    """Who wants to know what comes of counting."""

    def tokens_found(self) -> None:
        """Findings of rows have come or gone."""

    def tokens_counted(self) -> None:
        """Rows that the client shows counts of have theirs."""

    def tokens_summed_up(self) -> None:
        """The totals have changed."""

    def tokens_failed(self, error: TokensError) -> None:
        """Nothing can be counted by the settings."""


_Why: TypeAlias = Literal["needy", "asked", "totals"]
_Row: TypeAlias = tuple[Line, str, _Why]
"""A line, its text as it is judged, and why it is counted."""


class _Result(Struct, frozen=True):
    """What was found out about one line."""

    line: Line
    why: _Why
    measured: Measured | None = None
    """Of a needy line not looked for: its bytes may be enough to tell that nothing is wrong with it."""
    findings: tuple[Finding, ...] = ()
    """Only of a needy line."""

    @property
    def was_counted(self) -> bool:
        """Its tokens were counted for certain."""
        return self.measured is not None or bool(self.findings)


class _Job:
    """Some rows that the thread was handed."""

    def __init__(self, checker: TokenChecker, rows: Iterable[_Row], is_first: bool) -> None:
        self._checker = checker
        self._rows = deque(rows)
        self.size = len(self._rows)
        self._is_first = is_first
        """What is built for it takes more memory for a moment than it keeps."""
        self.has_counted = False
        """What counting needs was built."""
        self.results: list[_Result] = []
        self.error: TokensError | None = None

    def step(self) -> None:
        """Count one row, if any is left."""
        try:
            line, text, why = self._rows.popleft()
        except IndexError:
            return
        try:
            if why == "needy":
                result = _Result(line, why, findings=self._checker.findings(row_bytes(text)))
            else:
                result = _Result(line, why, _measured(self._checker, text))
            self.results.append(result)
            self.has_counted |= result.was_counted
        except TokensError as error:
            self.error = error
            self.stop()
        except Exception:
            logger.exception("the tokens of a row could not be counted")

    def rest(self) -> float:
        """The client must have been silent for so many seconds for the next row to be counted."""
        return _FIRST_REST if self._is_first and not self.has_counted else REST_SECONDS

    def end(self, loop: asyncio.AbstractEventLoop, done: Callable[[_Job], None]) -> None:
        """Say on the event loop that it is done."""
        if self._is_first and self.has_counted:
            give_back()
        loop.call_soon_threadsafe(done, self)

    def stop(self) -> None:
        """Let go of the rows that are left. Any thread may call this."""
        self._rows.clear()


class Counting:
    """Has the rows of one document counted. All its methods run on the event loop."""

    def __init__(self, document: Document, rows: Rows, worker: Worker, audience: Audience) -> None:
        self._document = document
        self._rows = rows
        self._worker = worker
        self._audience = audience
        self._totals_shown = False
        self._timer: asyncio.TimerHandle | None = None
        self._job: _Job | None = None
        self._begin(TokenSettings())

    def _begin(self, settings: TokenSettings, checker: TokenChecker | None = None) -> None:
        self._checker, self._needs = checker, (settings.tokenizer, settings.template)
        self._rows.screen = checker.needs if checker else None
        self._tally = Tally()
        self.totals: Totals | None = None
        """What all rows come to; None where nobody knows, or the client does not show it."""
        self._asked: deque[Line] = deque()
        self._sample: deque[Line] = deque()
        self._others: deque[Line] = deque()
        self._has_sample = self._is_partial = False
        self._answered = False
        """Rows that the client asked for have their counts, and it does not know."""
        self._untold = False
        """Findings have come or gone, and the client does not know."""
        self._next_telling = 0.0
        self._latest: tuple[Line, asyncio.Future[Measured | None]] | None = None
        """The line that was asked for last, turn by turn: whoever reads it asks for it again and again."""
        if self._job is not None:
            self._job.stop()
            self._job = None
        if self._timer is not None:
            self._timer.cancel()
        self._queue_all()

    def count_by(self, settings: TokenSettings, checker: TokenChecker | None) -> None:
        """Have all lines counted (anew) by `go`, as they are judged (anew) too; without a checker none."""
        self._begin(settings, checker)

    def close(self) -> asyncio.Future[None] | None:
        """Stop. Gives what is done once the thread holds nothing of the document; None if it does not now."""
        was_at_work = self._job is not None
        self._totals_shown = False
        self._begin(TokenSettings())
        return self._worker.ask(_nothing) if was_at_work else None

    def of(self, line: Line) -> Counted | None:
        """The count of a line, if it is known."""
        return self._tally.of(line)

    def show_totals(self) -> None:
        """Count all rows from now on: the client shows what they come to."""
        if not self._totals_shown:
            self._totals_shown = True
            self._queue_all()
            self.go()

    def show(self, lines: Iterable[Line]) -> None:
        """Count these lines before others from now on: the client shows their counts."""
        self._asked = deque(line for line in lines if self.of(line) is None)
        self.go()

    def replace(self, changes: Sequence[Change]) -> None:
        """Follow edits."""
        for change in changes:
            for line in change.removed:
                self._tally.remove(line)
                if self._latest is not None and self._latest[0] is line:
                    self._latest = None
            if self._wants_totals:
                self._others.extendleft(reversed(change.added))

    async def measure(self, line: Line) -> Measured | Counted | None:
        """Count a line turn by turn; if that takes long, give what is known of the row as a whole.

        None where the line holds no example. Raises TimeoutError if nothing is known yet.
        """
        checker = self._checker
        if checker is None:
            return None
        if self._needs in _BUILT:
            asked = self._ask(line, checker)
            if (await asyncio.wait([asked], timeout=_PATIENCE))[0]:
                return None if asked.exception() else asked.result()
        elif self.of(line) is None:
            self._asked.appendleft(line)
            self.go()
        known = self.of(line)
        if known is None:
            raise TimeoutError
        return known

    def _ask(self, line: Line, checker: TokenChecker) -> asyncio.Future[Measured | None]:
        """Have a line counted next, unless it is the one that was asked for last."""
        if self._latest is None or self._latest[0] is not line:
            asked = self._worker.ask(partial(_measured, checker, self._rows.text(line)))
            asked.add_done_callback(partial(self._take_asked, line, self._tally, monotonic()))
            self._latest = line, asked
        return self._latest[1]

    def go(self) -> None:
        """Hand the thread what comes next, unless it has something, or rows are being judged."""
        if self._checker is None or self._job is not None or self._rows.pending:
            return
        job = _Job(self._checker, self._batch(), self._needs not in _BUILT)
        if not job.size:
            self._tell()  # all that waited is gone or known
            return
        self._job = job
        end = partial(job.end, asyncio.get_running_loop(), self._done)
        self._worker.queue([job.step] * job.size + [end], job.rest)

    @property
    def _wants_totals(self) -> bool:
        return self._totals_shown and self._checker is not None

    def _queue_all(self) -> None:
        """Queue the rows for the totals, if somebody wants them; of many first a sample, evenly spread."""
        lines = list(self._rows.store) if self._wants_totals else []
        self._has_sample = len(lines) > 2 * _SAMPLE
        self._is_partial = self._has_sample and self._document.size > _MOST
        if self._has_sample:
            self._sample.extend(lines[:: len(lines) // _SAMPLE])
        if not self._is_partial:
            self._others.extend(lines)

    def _batch(self) -> Iterator[_Row]:
        left = _BATCH
        for line, why in islice(self._waiting(), _BATCH_LINES):
            text = self._rows.text(line)
            yield line, text, why
            left -= len(text)
            if left <= 0:
                return

    def _waiting(self) -> Iterator[tuple[Line, _Why]]:
        """The lines that wait, as they are taken from their queues."""
        queues: tuple[tuple[deque[Line], _Why], ...] = (
            (self._rows.needy, "needy"),
            (self._asked, "asked"),
            (self._sample, "totals"),
            (self._others, "totals"),
        )
        for queue, why in queues:
            while queue:
                line = queue.popleft()
                if line.result is GONE:
                    continue
                if why == "needy" or self.of(line) is None:
                    yield line, why
                elif why == "asked":
                    self._answered = True

    def _done(self, job: _Job) -> None:
        """Take what the thread has found out, and go on."""
        if job is not self._job:
            return
        self._job = None
        if job.error is not None:
            self._begin(TokenSettings())
            self._rows.tell_none()
            self._audience.tokens_failed(job.error)
            return
        if job.has_counted:
            _BUILT.add(self._needs)
        for one in job.results:
            if one.line.result is not GONE:
                self._take(one)
        self._tell()
        self.go()

    def _take(self, one: _Result) -> None:
        if one.measured is not None:
            self._tally.add(one.line, one.measured)
            self._answered |= one.why == "asked"
        if one.why == "needy" and self._rows.tell(one.line, one.findings):
            self._untold = True

    def _take_asked(
        self, line: Line, tally: Tally, since: float, asked: asyncio.Future[Measured | None]
    ) -> None:
        """Keep what somebody has asked for, and say so if it comes too late for that."""
        measured = None if asked.cancelled() or asked.exception() else asked.result()
        if measured is not None and tally is self._tally and line.result is not GONE:
            tally.add(line, measured)
            if monotonic() > since + _PATIENCE:
                self._audience.tokens_counted()

    def _tell(self) -> None:
        """Tell what is known by now; what may change soon again not each time."""
        now = monotonic()
        if self._untold and (not self._rows.needy or now > self._next_telling):
            self._untold, self._next_telling = False, now + _TELL_SECONDS
            self._audience.tokens_found()
        if self._answered and not self._asked:
            self._answered = False
            self._audience.tokens_counted()
        if self._totals_shown and not (self._sample if self._has_sample else self._others):
            self._sum_up_soon()

    def _sum_up_soon(self) -> None:
        """Work the totals out: at once where none are known, else when nothing more is counted."""
        if self._timer is not None:
            self._timer.cancel()
        if self.totals is None:
            self._sum_up()
        else:
            self._timer = asyncio.get_running_loop().call_later(_SETTLED_SECONDS, self._sum_up)

    def _sum_up(self) -> None:
        if (self._others or self._job is not None) and self.totals is not None:
            return  # what is being counted changes them again
        is_known = not self._is_partial and not self._others
        totals = self._tally.totals() if is_known else self._tally.estimate(self._document.size)
        if totals != self.totals:
            self.totals = totals
            self._audience.tokens_summed_up()


def _measured(checker: TokenChecker, text: str) -> Measured | None:
    """Count a row; None where it holds no example, or is larger than what is read."""
    if len(text) > ROW_BYTES:
        return None
    raw = row_bytes(text)
    return checker.measure(raw) if len(raw) <= ROW_BYTES else None


def _nothing() -> None:
    """Done once the thread has nothing else to do."""
