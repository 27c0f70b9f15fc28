"""What a text is as a whole: recognised from its start, and judged with its bytes as they stand on disk."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import stat
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from threading import Event
from time import perf_counter
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from msgspec import Struct
from pygls.uris import to_fs_path

from turnlint.engine import bound_rules, file_findings
from turnlint.engine.election import VOTERS, Ballot, cast, elect
from turnlint.engine.told import if_on, unknown_format
from turnlint.formats import Format, get_format
from turnlint.lsp.document import BLANKS, BOM, row_bytes
from turnlint.lsp.pace import SLICE_SECONDS
from turnlint.model import Finding, JsonFault, Place, Settings
from turnlint.rules import Bound
from turnlint.text.lines import Line, LineStore
from turnlint.text.rows import HEAD_BYTES, sniff

__all__ = [
    "LIVE_RULES",
    "Recognised",
    "Recogniser",
    "judge_file",
    "judge_lines",
    "name_of",
    "path_of",
]

logger = logging.getLogger(__name__)

LIVE_RULES = frozenset(
    {"unknown-format", "empty-file", "json-array-file", "pretty-printed", "git-lfs-pointer"}
)
"""Rules about the file that the buffer decides; of the others it hides what they judge."""


class Recognised(Struct, frozen=True):
    """What the start of a text tells."""

    settings: Settings
    format: Format | None
    jsonl: bool
    """False where rows are not to be judged one by one."""
    findings: tuple[Finding, ...]

    def judges_like(self, other: Recognised) -> bool:
        """Rows need not be judged anew."""
        return (self.jsonl, self.format, self.settings) == (other.jsonl, other.format, other.settings)


class Recogniser:
    """Recognises a document, again and again: what its lines voted is kept as long as they stand."""

    def __init__(self, store: LineStore) -> None:
        self._store = store
        self._ballots: dict[Line, Ballot] = {}
        self._asked: tuple[str | None, tuple[str, ...]] = None, ()
        self.reach = sys.maxsize
        """So many of the first lines decided last time; an edit behind them changes nothing."""
        self.complete = False
        """They were all of the text."""

    async def recognise(self, settings: Settings) -> Recognised:
        """Say what the text is, as the engine does for a file, in slices."""
        bound = bound_rules(settings)
        head = self._head()
        fault = sniff(head, complete=self.complete and len(head) < HEAD_BYTES)
        if fault is not None:
            words = JsonFault(fault.kind, Place(), fault.detail)
            return Recognised(settings, None, False, if_on(bound, fault.kind, Bound.fault, words))
        if settings.format is not None:
            return Recognised(settings, get_format(settings.format), True, ())
        elected = elect(await self._vote(settings.stage, settings.formats))
        said = if_on(bound, "unknown-format", unknown_format) if elected.is_unknown else ()
        return Recognised(settings, elected.format, True, said)

    def _head(self) -> bytes:
        """The first bytes of the text."""
        parts: list[str] = []
        left = HEAD_BYTES
        self.reach = 0
        for line in self._store:
            self.reach += 1
            parts.append(line.text[:left] + line.end)
            left -= len(parts[-1])
            if left <= 0:
                break
        self.complete = left > 0
        return row_bytes("".join(parts))[:HEAD_BYTES]

    async def _vote(self, stage: str | None, accepted: tuple[str, ...]) -> Collection[Ballot]:
        known = self._ballots if (stage, accepted) == self._asked else {}
        voters = self._voters()
        self._ballots, self._asked = {}, (stage, accepted)
        end = perf_counter() + SLICE_SECONDS
        for line in voters:
            raw = row_bytes(line.text.removeprefix(BOM))
            self._ballots[line] = known.get(line) or cast(raw, stage, accepted)
            if perf_counter() > end:
                await asyncio.sleep(0)
                end = perf_counter() + SLICE_SECONDS
        return self._ballots.values()

    def _voters(self) -> list[Line]:
        """The first lines that are not blank."""
        voters: list[Line] = []
        for number, line in enumerate(self._store, 1):
            if line.text.removeprefix(BOM).strip(BLANKS):
                voters.append(line)
                self.reach = max(self.reach, number)
                if len(voters) == VOTERS:
                    return voters
        self.reach = sys.maxsize
        return voters


class _WhileWanted(io.BufferedReader):
    """Can be read as long as `stop` is not set, so that no thread outlives what it works for."""

    def __init__(self, raw: io.FileIO | io.BytesIO, stop: Event) -> None:
        super().__init__(raw)
        self._stop = stop

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any stream does. Raises OSError once nobody wants it."""
        if self._stop.is_set():
            raise OSError("no longer wanted")
        return super().read(size)


def judge_file(path: Path, settings: Settings, stop: Event) -> tuple[Finding, ...] | None:
    """What is said of a file as a whole, by its bytes on disk; None where there are none to be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with _WhileWanted(io.FileIO(path), stop) as stream:
            return tuple(file_findings(stream, settings, name=path.name))
    except OSError as error:
        logger.info("%s cannot be read: %s", path, error)
        return None


def judge_lines(lines: Iterable[Line], settings: Settings, name: str, stop: Event) -> tuple[Finding, ...]:
    """What is said of a text that no file holds yet. Raises OSError once `stop` is set."""
    data = io.BytesIO()
    data.writelines(row_bytes(line.text + line.end) for line in lines)
    data.seek(0)
    return tuple(file_findings(_WhileWanted(data, stop), settings, name=name))


def path_of(uri: str) -> Path | None:
    """The local file of a URI, absolute; None for any other scheme, and for files of other hosts."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            return None
        if sys.platform == "win32":
            found = to_fs_path(f"file://{parts.path}")
        else:
            found = os.fsdecode(unquote_to_bytes(parts.path))  # pygls takes each name for UTF-8
    except ValueError:
        return None
    if not found or "\0" in found or found.startswith(("//", "\\\\")):
        return None
    path = Path(found)
    return path if path.is_absolute() else None


def name_of(uri: str) -> str:
    """The last part of a URI: the name of a file, or what a document without a file is called."""
    _, slash, last = uri.rpartition("/")
    return unquote(last if slash else last.partition(":")[2] or last)
