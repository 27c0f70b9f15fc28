"""One open document: when its rows are judged, when its format is voted, and what the client is told."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec.structs import replace

from turnlint.engine import RowChecker
from turnlint.engine.baseline import Counts, Key
from turnlint.engine.splits import split_of
from turnlint.engine.tokens import TokenChecker
from turnlint.formats import Format
from turnlint.lsp.counting import Counting
from turnlint.lsp.document import Document
from turnlint.lsp.lengths import Lengths
from turnlint.lsp.likeness import Likeness
from turnlint.lsp.outline import Outlines
from turnlint.lsp.pace import SLICE_SECONDS
from turnlint.lsp.progress import Progress
from turnlint.lsp.protocol import dump
from turnlint.lsp.recognise import (
    LIVE_RULES,
    Recognised,
    Recogniser,
    judge_file,
    judge_lines,
    name_of,
    path_of,
)
from turnlint.lsp.relations import Foreign
from turnlint.lsp.render import Diagnostic, of_file, of_row, summary
from turnlint.lsp.rows import Rows
from turnlint.lsp.sayings import Said
from turnlint.lsp.summary import Summary
from turnlint.lsp.tally import Counted
from turnlint.model import Finding, Settings
from turnlint.text.lines import Line
from turnlint.tokens import Measured, TokensError
from turnlint.tokens.memory import give_back

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Session"]

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 0.5
_REST_SECONDS = 0.004
"""So long at a time is done what waits until the text rests: the next key may come at any moment."""
_PATIENCE = 0.3
_FEW_LINES = 500
"""More lines than these are not judged before the client is heard again."""
_UNNAMED = "untitled.jsonl"
"""What a text is called that is in no file: nobody has chosen its name."""
_MUCH = 5 << 20
"""From so many characters on, judging them is shown as progress."""
_MANY_LINES = 10_000
"""From so many lines on, what they leave behind is worth to be collected."""
_COLLECTIONS = 3
"""Of the middle generation; Python looks through everything after ten."""

Job: TypeAlias = Literal["settings", "baseline", "format", "relations", "file"]


class Session:
    """Follows one document from open to close. All its methods run on the event loop."""

    def __init__(self, server: Server, document: Document) -> None:
        self._server = server
        self.document = document
        self.path = path_of(document.uri)
        self._rows = Rows(document.store)
        self.tokens = Counting(document, self._rows, server.worker, self)
        self._likeness = Likeness(document.store, self._rows.relations, server.worker, self)
        self._held = server.settings.of(self.path)
        self._recogniser = Recogniser(document.store)
        self.recognised: Recognised | None = None
        self.foreign: Foreign | None = None
        """The rows of other files that those of this document are compared with."""
        self._of_file: tuple[Finding, ...] = ()
        self._saved = False
        """A file holds the text, or an older state of it."""
        self._jobs: set[Job] = {"baseline", "format", "relations", "file"}
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._due: set[Job] = set()
        """What edits have made necessary, to be done when no more come."""
        self._early = False
        """The first rows are to be shown before the others are judged."""
        self._patience = inf
        """What was found in rows is shown by then, if it takes longer to find what there is among them."""
        self._queued = False
        self._closed = Event()
        """Set once the document is closed; threads look at it too."""
        self._told: bytes | None = None
        """What the client knows; None where it is about to ask."""
        self._pulled = server.settings.options.pull_diagnostics
        self.outlines = Outlines()
        self._known = asyncio.Event()
        self._summed_up = ""
        self._wake()

    @property
    def format(self) -> Format | None:
        """The format that the rows are judged by; None as long as none is known."""
        return self.recognised.format if self.recognised else None

    @property
    def settings(self) -> Settings:
        """What judges the rows of this document."""
        settings = self.recognised.settings if self.recognised else self._held.settings
        return settings.judging(self.format.name if self.format else None)

    @property
    def settings_file(self) -> Path | None:
        """The settings file that holds for this document."""
        return self._held.file

    @property
    def trainer_config(self) -> Path | None:
        """The config of a trainer that says something of this document."""
        return self._held.trainer_config

    async def known(self) -> Recognised | None:
        """What the text is, as soon as somebody knows; None if the document is closed before."""
        await self._known.wait()
        return self.recognised

    def sum_up(self) -> Summary:
        """What is known of the document as a whole."""
        counts = self._rows.tally()
        counts.update(finding.severity for finding in self.file_findings)
        return Summary(self._rows.count, self.recognised, counts, self.settled, self.tokens.totals)

    def findings(self, line: Line) -> list[Finding]:
        """What is wrong with one line, what other lines decide included."""
        return self._rows.findings(line)

    @property
    def file_findings(self) -> list[Finding]:
        """What is wrong with the text or its file as a whole, and not accepted."""
        return self._rows.accepted.left(None, self._whole())

    @property
    def accepted(self) -> Counts:
        """What is accepted in this document."""
        return self._rows.accepted.counts

    @property
    def settled(self) -> bool:
        """All rows are judged as they are."""
        return self.recognised is not None and not self._rows.pending

    def fixable(self) -> Iterator[tuple[int, Line]]:
        """The lines with something that can be fixed safely, with their numbers and in their order."""
        return self._rows.fixable()

    def said(self, line: Line) -> tuple[Said, ...]:
        """What is said of a line because of others."""
        return self._rows.relations.said_of(line)

    def compare_with(self, foreign: Foreign | None) -> None:
        """Compare with the rows of other files from now on, or with what has become of them, or with none."""
        self.foreign = foreign
        self._rows.relations.compare_with(foreign)
        self._likeness.compare_with(foreign)
        self._wake("relations")

    @property
    def is_settled(self) -> bool:
        """Whether what is said of rows because of others holds for them as they are."""
        return self._rows.is_settled

    def copies(self, line: Line) -> list[Line]:
        """The lines equal to this one and itself, in their order; none where it has no equal."""
        return self._rows.copies(line)

    async def measured(self, line: Line) -> Lengths | None:
        """How long a line is in tokens, turn by turn; None where it holds no example that is counted."""
        try:
            known = await self.tokens.measure(line)
        except TimeoutError:
            return self._lengths(None)
        return None if known is None else self._lengths(known)

    def length(self, line: Line) -> Lengths | None:
        """How long a line is in tokens, if that is known by now."""
        counted = self.tokens.of(line)
        return None if counted is None else self._lengths(counted)

    def _lengths(self, known: Measured | Counted | None) -> Lengths:
        trains = self.format is not None and self.format.stage != "reinforcement"
        return Lengths(known, self.settings.tokens.limit, trains)

    def changed(self) -> None:
        """Follow the edits of the document: judge what they touched, now as far as it is little."""
        changes = self.document.take_changes()
        self._rows.replace(changes)
        self.tokens.replace(changes)
        if sum(len(change.added) for change in changes) <= _FEW_LINES:
            self._rows.work(SLICE_SECONDS)
        self.tokens.go()
        self._jobs.discard("relations")
        self._due.add("relations")
        if self._pulled:
            self._told = None
        self._publish_soon()
        self._wake()
        if self._idle is not None:
            self._idle.cancel()
        if any(change.first < self._recogniser.reach for change in changes):
            self._due.add("format")
        if not self._saved:
            self._due.add("file")
        self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._rested)

    def _rested(self) -> None:
        jobs, self._due = self._due, set()
        self._wake(*jobs)

    def reload(self) -> None:
        """Read the settings and the file on disk again, and judge what depends on them."""
        self._wake("settings", "baseline", "format", "relations", "file")

    def reload_baseline(self) -> None:
        """Read again what is accepted, and judge what depends on it."""
        self._wake("baseline")

    def accepting(self, number: int | None, rule: str) -> tuple[Key, int] | None:
        """What is to be accepted for no finding of a rule to be shown; None where there is none.

        `number` is a 0-based line; None for the document as a whole.
        """
        if number is None:
            count = sum(finding.rule == rule for finding in self._whole())
            return ((rule, None), count) if count else None
        store = self.document.store
        return self._rows.accepting(store.line(number), rule) if 0 <= number < store.count else None

    def close(self) -> None:
        """Stop, and take all diagnostics back."""
        self._jobs.clear()
        if self._idle is not None:
            self._idle.cancel()
        self._closed.set()
        self.outlines.keep(())
        self._known.set()
        if not self._pulled:
            self._server.publish(self.document.uri, b"[]")
        store = self.document.store  # its lines and blocks know each other: emptied, it is freed at once
        many = store.count >= _MANY_LINES
        works = [self.tokens.close(), self._likeness.close()]
        store.replace((0, 0), (store.count, 0), "")
        self._rows.forget()
        self._recogniser = Recogniser(store)
        task, self._task = self._task, None  # a task holds its frame, and that this session
        if self._server.protocol.was_shut_down:
            if task is not None:
                task.cancel()
        elif many:
            _once_ended((task, *works), _settle_garbage)
        self.document.version = None  # whoever still works on it must see that it is another text now

    def _wake(self, *jobs: Job) -> None:
        self._jobs.update(jobs)
        if (self._task is None or self._task.done()) and (self._jobs or self._rows.pending):
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Do what is due, in slices between which the client is heard; then show what was found."""
        with ExitStack() as stack:
            progress: Progress | None = None
            has_judged = False
            while self._jobs or self._rows.pending:
                has_judged |= self._rows.pending > 0
                try:
                    await self._next_job()
                except TokensError as error:
                    self.tokens_failed(error)
                except Exception:
                    if not self._closed.is_set():
                        logger.exception("a document could not be judged")
                waiting, lines = self._rows.pending, self.document.store.count
                if progress is None and waiting / lines * self.document.size > _MUCH:
                    title = f"Judging {name_of(self.document.uri)}"
                    progress = stack.enter_context(Progress(self._server, title, lines))
                if progress is not None:
                    progress.report(lines - waiting)
                _spare_what_stays()
                await asyncio.sleep(0)
        self._publish_soon()
        if has_judged:
            self.tokens.go()
        self._likeness.go()

    async def _next_job(self) -> None:
        if "settings" in self._jobs:
            self._jobs.remove("settings")
            self._held = self._server.settings.of(self.path)
        elif "baseline" in self._jobs:
            self._jobs.remove("baseline")
            self._rows.accept(await self._server.baselines.accepted(self.path))
        elif "format" in self._jobs:
            self._jobs.remove("format")
            try:
                await self._recognise()
            finally:
                self._known.set()
        elif self._rows.pending:
            self._rows.work(SLICE_SECONDS)
            if self._early and self._rows.pending:
                self._early = False
                self._publish_soon()
            self._patience = inf if self._rows.pending else monotonic() + _PATIENCE
        elif "relations" in self._jobs:
            if not self._rows.rest(_REST_SECONDS):
                self._jobs.discard("relations")
            elif monotonic() > self._patience:
                self._patience = inf
                self._publish_soon()
        else:
            self._jobs.remove("file")
            self._of_file = await self._judge_file()

    async def _judge_file(self) -> tuple[Finding, ...]:
        """What is said of the file on disk, or of the buffer as long as there is none."""
        if self.path is not None:
            found = await asyncio.to_thread(judge_file, self.path, self._held.settings, self._closed)
            self._saved = found is not None
            if found is not None:
                return found
        lines, name = list(self.document.store), self.path.name if self.path else _UNNAMED
        return await asyncio.to_thread(judge_lines, lines, self._held.settings, name, self._closed)

    async def _recognise(self) -> None:
        """Vote, and have all rows judged again if the text turns out to be something else than before."""
        found = await self._recogniser.recognise(self._held.settings)
        self._early = self.recognised is None and not self._recogniser.complete
        if self.recognised is None or not self.recognised.judges_like(found):
            await self._judge_anew(found)
            self._server.neighbours.follow(self)
            if self.recognised is not None:
                self._server.refresh.soon("inlay_hint", "row")
        self.recognised = found

    async def _judge_anew(self, found: Recognised) -> None:
        if not found.jsonl:
            self._rows.forget()
            self._likeness.judge_by(None, found.settings)
            self.tokens.count_by(found.settings.tokens, None)
            return
        # The fast scanner compiles in a moment; the plain one would take milliseconds for each row.
        checker = await asyncio.to_thread(RowChecker, found.format, found.settings, bulk=True)
        split = found.settings.split or split_of(self.path.name if self.path else "")
        settings = replace(found.settings, split=split)
        self._rows.judge_by(checker, settings)
        self._likeness.judge_by(found.format, settings)
        self._wake("relations")
        tokens = found.settings.judging(found.format.name if found.format else None).tokens
        self.tokens.count_by(tokens, TokenChecker(found.format, found.settings) if found.format else None)

    def _publish_soon(self) -> None:
        """Publish once for all that has arrived by then."""
        if not self._queued:
            self._queued = True
            asyncio.get_running_loop().call_soon(self._publish)

    def _publish(self) -> None:
        if self._closed.is_set():
            return
        self._queued = False
        self._refresh()
        try:
            body = dump(self._diagnostics())
        except Exception:
            logger.exception("the findings could not be written")
            return
        if self._pulled:
            if self._told not in (None, body):
                self._told = None
                self._server.refresh.soon("diagnostic")
        elif body != self._told:
            self._told = body
            self._server.publish(self.document.uri, body, self.document.version)

    def _refresh(self) -> None:
        """Have the client ask again for what has changed of what it shows beside the text."""
        summed_up = str(self.sum_up())
        if summed_up != self._summed_up:
            self._summed_up = summed_up
            self._server.refresh.soon("code_lens", "description")

    def likeness_found(self) -> None:
        """Findings about lines that are nearly the same have come or gone: show them."""
        self._publish_soon()

    def tokens_found(self) -> None:
        """Findings about tokens have come or gone: show them."""
        self._publish_soon()

    def tokens_counted(self) -> None:
        """Rows have their counts that the client had asked for: have it ask again."""
        self._server.refresh.soon("inlay_hint", "row")

    def tokens_summed_up(self) -> None:
        """The totals have changed: show them."""
        self._refresh()

    def tokens_failed(self, error: TokensError) -> None:
        """Nothing can be counted by the settings: say so, and go on without."""
        self._publish_soon()
        self._server.warn_once(f"turnlint counts no tokens. {error}")

    async def report(self) -> bytes:
        """The diagnostics as JSON, once all that is known of the text by now has been judged."""
        if "relations" in self._due:
            self._due.discard("relations")
            self._wake("relations")
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        self._told = b"[]" if self._closed.is_set() else dump(self._diagnostics())
        return self._told

    def _diagnostics(self) -> list[Diagnostic]:
        chosen, left = self._rows.shown(self._server.settings.options.max_diagnostics)
        entries = [summary(left)] if left else []
        entries += [of_file(finding) for finding in self.file_findings]
        entries += [of_row(self.document.paper, one) for one in chosen]
        return entries

    def _whole(self) -> list[Finding]:
        """What is wrong with the document as a whole."""
        head = self.recognised.findings if self.recognised else ()
        said = {finding.rule for finding in head}
        of_file = (one for one in self._of_file if one.rule not in said and one.rule not in LIVE_RULES)
        return [*head, *of_file, *self._rows.relations.of_file()]


def _once_ended(works: Sequence[asyncio.Future[None] | None], act: Callable[[], None]) -> None:
    """Act when all works have ended by themselves, with the threads they wait for, and nobody holds them."""
    soon = asyncio.get_running_loop().call_soon
    left = {id(one) for one in works if one is not None}

    def ended(one: asyncio.Future[None]) -> None:
        left.discard(id(one))
        if not left:
            soon(act)

    for one in works:
        if one is not None:
            one.add_done_callback(ended)
    if not left:
        soon(act)


def _spare_what_stays() -> None:
    """Leave what has outlived some collections out of later ones, before one looks through all there is.

    That would take a second for half a million findings, of which none is garbage.
    """
    if gc.get_count()[2] >= _COLLECTIONS:
        gc.freeze()


def _settle_garbage() -> None:
    """Collect garbage among all there is, left out or not; leave out what stays, and give back the rest."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()
