"""One open document: when its rows are judged, when its format is voted, and what the client is told."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import TYPE_CHECKING, Literal, TypeAlias

from turnlint.engine import RowChecker, bound_rules
from turnlint.formats import Format
from turnlint.lsp.document import Document
from turnlint.lsp.pace import SLICE_SECONDS
from turnlint.lsp.protocol import dump
from turnlint.lsp.recognise import (
    LIVE_RULES,
    Recognised,
    judge_data,
    judge_file,
    name_of,
    path_of,
    recognise,
    sample,
)
from turnlint.lsp.render import Diagnostic, of_file, of_row, summary
from turnlint.lsp.rows import Rows
from turnlint.model import Finding, Settings
from turnlint.text.lines import Line

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Session"]

logger = logging.getLogger(__name__)

_LIMIT = 1_000
"""Editors keep no more diagnostics of a file."""
_IDLE_SECONDS = 0.5
_MANY_LINES = 10_000
"""From so many lines on, collecting garbage among them would take longer than a frame."""

Job: TypeAlias = Literal["settings", "format", "file"]


class Session:
    """Follows one document from open to close. All its methods run on the event loop."""

    def __init__(self, server: Server, document: Document) -> None:
        self._server = server
        self.document = document
        self._path = path_of(document.uri)
        self._rows = Rows(document.store)
        self._settings = server.settings_of(self._path)
        self._recognised: Recognised | None = None
        self._of_file: tuple[Finding, ...] = ()
        self._saved = False
        """A file holds the text, or an older state of it."""
        self._jobs: set[Job] = {"format", "file"}
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._early = False
        """The first rows are to be shown before the others are judged."""
        self._queued = self._closed = False
        self._told: bytes | None = None
        self._wake()

    @property
    def format(self) -> Format | None:
        """The format that the rows are judged by; None as long as none is known."""
        return self._recognised.format if self._recognised else None

    @property
    def settings(self) -> Settings:
        """What judges the rows of this document."""
        settings = self._recognised.settings if self._recognised else self._settings
        return settings.judging(self.format.name if self.format else None)

    def findings(self, line: Line) -> list[Finding]:
        """What is wrong with one line, what other lines decide included."""
        return self._rows.findings(line)

    def changed(self) -> None:
        """Follow the edits of the document: judge what they touched, now as far as it is little."""
        self._rows.replace(self.document.take_changes())
        self._rows.work(SLICE_SECONDS)
        self._publish_soon()
        self._wake()
        if self._idle is not None:
            self._idle.cancel()
        jobs: tuple[Job, ...] = ("format",) if self._saved else ("format", "file")
        self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._wake, *jobs)

    def reload(self) -> None:
        """Read the settings and the file on disk again, and judge what depends on them."""
        self._wake("settings", "format", "file")

    def close(self) -> None:
        """Stop, and take all diagnostics back."""
        if self._task is not None:
            self._task.cancel()
        if self._idle is not None:
            self._idle.cancel()
        self._closed = True
        self._send(b"[]", None)
        store = self.document.store  # its lines and blocks know each other: emptied, it is freed at once
        store.replace((0, 0), (store.count, 0), "")

    def _wake(self, *jobs: Job) -> None:
        self._jobs.update(jobs)
        if (self._task is None or self._task.done()) and (self._jobs or self._rows.pending):
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Do what is due, in slices between which the client is heard; then show what was found."""
        while self._jobs or self._rows.pending:
            try:
                await self._next_job()
            except Exception:
                logger.exception("a document could not be judged")
            await asyncio.sleep(0)
        self._publish_soon()
        if self.document.store.count >= _MANY_LINES:
            gc.collect()
            gc.freeze()

    async def _next_job(self) -> None:
        if "settings" in self._jobs:
            self._jobs.remove("settings")
            self._settings = self._server.settings_of(self._path)
        elif "format" in self._jobs:
            self._jobs.remove("format")
            await self._recognise()
        elif self._rows.pending:
            self._rows.work(SLICE_SECONDS)
            if self._early and self._rows.pending:
                self._early = False
                self._publish_soon()
        else:
            self._jobs.remove("file")
            self._of_file = await self._judge_file()

    async def _judge_file(self) -> tuple[Finding, ...]:
        """What is said of the file on disk, or of the buffer as long as there is none."""
        if self._path is not None:
            found = await asyncio.to_thread(judge_file, self._path, self._settings)
            self._saved = found is not None
            if found is not None:
                return found
        data, name = self.document.data(), name_of(self.document.uri)
        return await asyncio.to_thread(judge_data, data, self._settings, name)

    async def _recognise(self) -> None:
        """Vote, and have all rows judged again if the text turns out to be something else than before."""
        taken = sample(self.document.store)
        self._early = self._recognised is None and not taken.complete
        found = await asyncio.to_thread(recognise, taken, self._settings)
        if self._recognised is None or not self._recognised.judges_like(found):
            await self._judge_anew(found)
        self._recognised = found

    async def _judge_anew(self, found: Recognised) -> None:
        if not found.jsonl:
            self._rows.forget()
            return
        # The fast scanner compiles in a moment; the plain one would take milliseconds for each row.
        checker = await asyncio.to_thread(RowChecker, found.format, found.settings, bulk=True)
        name = found.format.name if found.format else None
        self._rows.judge_by(checker, bound_rules(found.settings.judging(name)))

    def _publish_soon(self) -> None:
        """Publish once for all that has arrived by then."""
        if not self._queued:
            self._queued = True
            asyncio.get_running_loop().call_soon(self._publish)

    def _publish(self) -> None:
        if self._closed:
            return
        self._queued = False
        try:
            body = dump(self._diagnostics())
        except Exception:
            logger.exception("the findings could not be written")
            return
        if body != self._told:
            self._told = body
            self._send(body, self.document.version)

    def _diagnostics(self) -> list[Diagnostic]:
        chosen, left = self._rows.shown(_LIMIT)
        head = self._recognised.findings if self._recognised else ()
        said = {finding.rule for finding in head}
        rest = [one for one in self._of_file if one.rule not in said and one.rule not in LIVE_RULES]
        entries = [summary(left)] if left else []
        entries += [of_file(finding) for finding in (*head, *rest)]
        entries += [of_row(self.document, one) for one in chosen]
        return entries

    def _send(self, diagnostics: bytes, version: int | None) -> None:
        """Write the message by hand: the diagnostics are JSON already."""
        about = b'"uri":%b' % dump(self.document.uri)
        if version is not None:
            about += b',"version":%d' % version
        self._server.protocol.send_body(
            b'{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{%b,"diagnostics":%b}}'
            % (about, diagnostics)
        )
