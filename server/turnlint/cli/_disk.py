"""Judges files from disk for the language server as `turnlint check` does, in a process of its own.

`python -m turnlint.cli._disk` does one job: see `turnlint.lsp.disk`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from time import monotonic

import msgspec

from turnlint.cli._baseline import Baselines
from turnlint.cli._checking import Checking
from turnlint.cli._inputs import Source, find_inputs
from turnlint.cli._reading import Progress, why_unfixable
from turnlint.config import ConfigError
from turnlint.config.datasets import dataset_within, is_below
from turnlint.config.discovery import SettingsFinder
from turnlint.corpus.scratch import ScratchError
from turnlint.engine import Located
from turnlint.lsp.disk import End, Job, Report
from turnlint.lsp.document import Paper
from turnlint.lsp.protocol import dump
from turnlint.lsp.render import Diagnostic, of_line, of_located, summary
from turnlint.model import Severity
from turnlint.text.label import counted
from turnlint.text.markdown import visible
from turnlint.tokens import TokensError

__all__ = ["main"]

_MOST_FILES = 2_000
"""A list of problems in more files is of no use to anybody."""
_FULL_FILES = 20
"""So many files can have as many diagnostics as are shown of one; all files together have no more."""
_PAUSE_SECONDS = 0.2
_OPTIONS = argparse.Namespace(
    quiet=True,
    jobs=1,
    isolated=False,
    no_cache=True,
    no_baseline=False,
    add_baseline=False,
    prune_baseline=False,
)
"""How `turnlint check` is to run: beside an editor, in one process, and leaving nothing behind."""


def main() -> None:
    """Do one job."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    try:
        end = _judged(job)
    except (ConfigError, ScratchError, TokensError) as error:
        end = End(failure=str(error))
    except OSError as error:
        end = End(failure=error.strerror or str(error))
    _write(Report(end=end))


def _judged(job: Job) -> End:
    finder = SettingsFinder(job.overrides, trusted=job.trusted, lenient=True, today=date.today())
    paths, problems = _found(job, finder)
    if len(paths) > _MOST_FILES:
        return End(
            failure=f"it has {counted(len(paths), 'file')}, and an editor cannot show the problems of more "
            f"than {_MOST_FILES:,}. Name the files of a data set in turnlint.toml, or run `turnlint check`."
        )
    sources = _named(paths)
    progress = _Progress(sum(map(_size, paths)))
    _write(Report(uris=tuple(path.as_uri() for path in paths), total=progress.total))
    checking = Checking(_OPTIONS, finder, Baselines(_OPTIONS, finder), progress)
    checking.prepare(sources)
    findings, left = 0, _FULL_FILES * job.limit
    uris = {source.name: source.path.as_uri() for source in sources}
    for source, found in checking.each(sources):
        draw = partial(_drawn, Paper(uris[source.name], job.encoding), source, checking, uris)
        shown, count = _most_severe(found, draw, min(job.limit, left))
        findings, left = findings + count, left - len(shown)
        entries = [summary(count - len(shown)), *shown] if count > len(shown) else shown
        _write(Report(uri=uris[source.name], diagnostics=msgspec.Raw(dump(entries))))
    return End(checking.files, findings, (*map(_on_a_line, problems), *checking.problems))


def _found(job: Job, finder: SettingsFinder) -> tuple[list[Path], list[str]]:
    """The files to be judged, and what keeps others from being found, in words for the user.

    Of a folder, those that settings name as data sets; where they name none, all that a check would find.
    """
    name, *folders = map(os.fsdecode, (job.path, *job.workspace))
    path = Path(name)
    workspace = None if job.trusted else [path, *map(Path, folders)]
    if job.scope == "file":
        return [path], []
    if job.scope == "dataset":
        return [file.path for file in dataset_within(path, finder, workspace)], []
    args = argparse.Namespace(paths=[name], force_exclude=False, stdin_filename=None)
    inputs = find_inputs(args, finder)
    homes = [one.resolve() for one in workspace or ()]
    found = [one.path for one in inputs.sources if job.trusted or is_below(one.path, homes)]
    listed = [one for one in found if finder.config(one.parent).dataset_of(one)]
    return listed or found, inputs.problems


def _named(paths: Sequence[Path]) -> list[Source]:
    """Files with the names that findings have for them: their paths from the folder that holds them all."""
    top = os.path.commonpath([path.parent for path in paths]) if paths else ""
    named: dict[str, Path] = {}
    for path in paths:
        name = _on_a_line(str(path.relative_to(top)))
        while name in named:  # what cannot be shown may be all that tells two names apart
            name += "_"
        named[name] = path
    return [Source(name, path) for name, path in named.items()]


def _on_a_line(name: str) -> str:
    return visible(name).replace("\n", " ")


def _most_severe(
    found: Iterable[Located], draw: Callable[[Located], Diagnostic], limit: int
) -> tuple[list[Diagnostic], int]:
    """The diagnostics to be shown in order of lines, drawn as soon as found: a row is not kept.

    Gives how many findings there are, too.
    """
    drawn: dict[Severity, list[tuple[int, Diagnostic]]] = {one: [] for one in sorted(Severity, reverse=True)}
    count = 0
    for one in found:
        count += 1
        entries = drawn[one.finding.severity]
        if len(entries) < limit:
            entries.append((one.row or 0, draw(one)))
    kept = list(chain.from_iterable(drawn.values()))[:limit]
    return [entry for _, entry in sorted(kept, key=itemgetter(0))], count


def _drawn(
    paper: Paper, source: Source, checking: Checking, uris: Mapping[str, str], found: Located
) -> Diagnostic:
    """The diagnostic of a finding; where rows are not the lines of the file, on the line where it stands."""
    layout, span = checking.layouts.get(source.name), found.span()
    if found.row is None or span is None or not (layout or why_unfixable(source)):
        return of_located(paper, found, uris)
    return of_line(found.finding, layout.position(found.row, span.start)[0] if layout else found.row)


class _Progress(Progress):
    """Tells the server how many bytes were read, and of how many the rows were compared."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.total = 2 * size
        self._size = size
        self._read = self._compared = 0
        self._is_comparing = False
        self._next = monotonic() + _PAUSE_SECONDS

    def advance(self, count: int) -> None:
        """Note that so many bytes more were read."""
        if not self._is_comparing:
            self._read = min(self._read + count, self._size)
            self._tell(self._read + self._compared)

    def compared(self, share: float) -> None:
        """Note how far the work is that follows the reading of some files, from 0 to 1."""
        self._is_comparing = share < 1
        part = round(share * (self._read - self._compared))
        self._tell(self._read + self._compared + part)
        if not self._is_comparing:
            self._compared = self._read

    def _tell(self, done: int) -> None:
        if monotonic() > self._next:
            self._next = monotonic() + _PAUSE_SECONDS
            _write(Report(done=done))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write(report: Report) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
