"""Judges one file from disk in a process of its own, so that the server stays awake.

`python -m turnlint.lsp.disk` reads a `Job` from standard input and writes a `Report` a line to standard
output, the last one with diagnostics.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from itertools import chain
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from turnlint.config import ConfigError
from turnlint.config.baseline import accepted_in
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.engine import Located, Resources, check_stream
from turnlint.engine.baseline import Ledger
from turnlint.lsp.document import Paper
from turnlint.lsp.protocol import dump
from turnlint.lsp.reading import Reading
from turnlint.lsp.render import Diagnostic, of_located, summary
from turnlint.model import Severity
from turnlint.text.units import Encoding
from turnlint.tokens import TokensError

__all__ = ["NOTHING", "Job", "Report", "main"]

NOTHING = msgspec.Raw(b"null")


class Job(msgspec.Struct, frozen=True):
    """What is to be judged, and how it is to be told."""

    path: str
    uri: str
    encoding: Encoding
    """The position encoding of the client."""
    limit: int
    """So many diagnostics are given, the most severe ones."""
    overrides: Overrides
    trusted: bool = False
    """As in `ServerOptions`."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the work is, or what came of it."""

    done: int
    """Bytes read."""
    diagnostics: msgspec.Raw = NOTHING
    """All of them; null as long as the work goes on."""
    failure: str = ""
    """Why the file could not be read."""

    @property
    def is_last(self) -> bool:
        """Nothing more will come."""
        return self.diagnostics != NOTHING or bool(self.failure)


def main() -> None:
    """Do one job."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    _write(_done(job))


def _done(job: Job) -> Report:
    path = Path(job.path)
    try:
        finder = SettingsFinder(job.overrides, trusted=job.trusted, lenient=True, today=date.today())
        settings = finder.settings(path)
        with Reading(path, lambda done: _write(Report(done))) as stream:
            accepted = Ledger(accepted_in(path), settings.exempt)
            own = Resources(scratch=TemporaryFile)
            found = check_stream(stream, settings, name=path.name, ledger=accepted, resources=own)
            kept = _most_severe(found, job)
            return Report(stream.tell(), msgspec.Raw(dump(kept)))
    except OSError as error:
        return Report(0, failure=error.strerror or str(error))
    except (ConfigError, TokensError) as error:
        return Report(0, failure=str(error))


def _most_severe(found: Iterable[Located], job: Job) -> list[Diagnostic]:
    """The diagnostics to be shown in order of lines, drawn as soon as found: a row is not kept."""
    paper = Paper(job.uri, job.encoding)
    drawn: dict[Severity, list[tuple[int, Diagnostic]]] = {one: [] for one in sorted(Severity, reverse=True)}
    count = 0
    for one in found:
        count += 1
        entries = drawn[one.finding.severity]
        if len(entries) < job.limit:
            entries.append((one.row or 0, of_located(paper, one)))
    kept = list(chain.from_iterable(drawn.values()))[: job.limit]
    shown = [entry for _, entry in sorted(kept, key=itemgetter(0))]
    return [summary(count - len(shown)), *shown] if count > len(shown) else shown


def _write(report: Report) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
