"""What a text is as a whole: recognised from its start, and judged with its bytes as they stand on disk."""

from __future__ import annotations

import io
import logging
import stat
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from pygls.uris import to_fs_path

from turnlint.engine import bound_rules, file_findings, readable, vote
from turnlint.engine.file import VOTERS
from turnlint.engine.told import unknown_format
from turnlint.formats import Format, get_format
from turnlint.lsp.document import BLANKS, BOM, row_bytes
from turnlint.model import Finding, JsonFault, Place, Settings
from turnlint.text.lines import LineStore
from turnlint.text.rows import HEAD_BYTES, sniff

__all__ = [
    "LIVE_RULES",
    "Recognised",
    "Sample",
    "judge_data",
    "judge_file",
    "name_of",
    "path_of",
    "recognise",
    "sample",
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


class Sample(Struct, frozen=True):
    """Enough of a text to recognise it, apart from the store, which goes on changing."""

    head: Sequence[str]
    voters: Sequence[str]
    complete: bool
    """The head is all of it."""


def sample(store: LineStore) -> Sample:
    """Take what decides: the head, and the first rows that are not blank."""
    head: list[str] = []
    left = HEAD_BYTES
    for line in store:
        head.append(line.text[:left] + line.end)
        left -= len(head[-1])
        if left <= 0:
            break
    texts = chain([store.line(0).text.removeprefix(BOM)], (line.text for line in islice(store, 1, None)))
    return Sample(head, tuple(islice((text for text in texts if text.strip(BLANKS)), VOTERS)), left > 0)


def recognise(taken: Sample, settings: Settings) -> Recognised:
    """Say what the text is, as the engine does for a file."""
    bound = bound_rules(settings)

    head = row_bytes("".join(taken.head))
    fault = sniff(head[:HEAD_BYTES], complete=taken.complete and len(head) < HEAD_BYTES)
    if fault is not None:
        said = bound.get(fault.kind)
        findings = (said.fault(JsonFault(fault.kind, Place(), fault.detail)),) if said else ()
        return Recognised(settings, None, False, findings)
    if settings.format is not None:
        return Recognised(settings, get_format(settings.format), True, ())
    rows = [*map(row_bytes, taken.voters)]
    found = vote(rows, settings.stage)
    unknown = bound.get("unknown-format") if found is None and readable(rows) else None
    return Recognised(settings, found, True, (unknown_format(unknown),) if unknown else ())


def judge_file(path: Path, settings: Settings) -> tuple[Finding, ...] | None:
    """What is said of a file as a whole, by its bytes on disk; None where there are none to be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as stream:
            return tuple(file_findings(stream, settings, name=path.name))
    except OSError as error:
        logger.info("%s cannot be read: %s", path, error)
        return None


def judge_data(data: bytes, settings: Settings, name: str) -> tuple[Finding, ...]:
    """What is said of a text that no file holds yet."""
    return tuple(file_findings(io.BytesIO(data), settings, name=name))


def path_of(uri: str) -> Path | None:
    """The local file of a URI; None for any other scheme, and for files of other hosts."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            return None
        found = to_fs_path(f"file://{parts.path}")
    except ValueError:
        return None
    return Path(found) if found and not found.startswith(("//", "\\\\")) else None


def name_of(uri: str) -> str:
    """The last part of a URI, as far as it has one."""
    return unquote(uri.rpartition("/")[2].rpartition(":")[2])
