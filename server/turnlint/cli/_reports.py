"""Which reports a run writes, and where: one to standard output or `--output-file`, others to own files."""

from __future__ import annotations

import argparse
import os
import stat
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from sys import maxsize
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from turnlint.cli._inputs import STDIN, Inputs
from turnlint.cli._output import style_of, without_output
from turnlint.cli._program import OneOf, from_environment
from turnlint.cli._streams import Output, OutputError, UsageError
from turnlint.config.discovery import absolute
from turnlint.engine import Located, left_to_right
from turnlint.report import Report, RowFindings, Style, Tally, load_report, report_names
from turnlint.text.layouts import Layout

__all__ = ["Reports", "add_report_options", "refuse_outputs", "without_outputs"]

_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
"""Where GitHub, GitLab and Azure Pipelines say which folder is the top of the repository."""
_STDOUT = (STDIN, "/dev/stdout")
_ALL = maxsize


class _Asked(Struct, frozen=True):
    """A report that was asked for."""

    format: str
    file: str
    """Where it goes; empty for standard output, or for `--output-file`."""


class _Asking(OneOf):
    """An argument type: `NAME`, or `NAME:FILE`."""

    def __call__(self, word: str) -> Any:
        """Take it apart. Raises UsageError."""
        name, colon, file = word.partition(":")
        format_name = super().__call__(name)
        if colon and not file:
            raise UsageError(f"`{word}` names no file behind the colon (--output-format)")
        return _Asked(format_name, "" if file in _STDOUT else file)


def add_report_options(add: Callable[..., argparse.Action]) -> None:
    """Declare them by the `add_argument` of a parser or group."""
    from_environment(
        add(
            "--output-format",
            type=_Asking("output format", report_names),
            action="append",
            metavar="NAME[:FILE]",
            help=f"{', '.join(report_names())}; NAME:FILE writes a report more, as often as it is given "
            "[default: full on a terminal, else concise]",
        )
    )
    from_environment(
        add("-o", "--output-file", metavar="FILE", help="Write findings to a file, not to standard output")
    )
    add("--statistics", action="store_true", help="Count the findings of each rule instead of showing them")
    add(
        "--max-diagnostics",
        type=_count,
        metavar="N",
        help="Show so many findings per rule and file; 0 for all "
        "[default: 20 for people, all for programs, 10 in github, 3 in markdown]",
    )


def without_outputs(inputs: Inputs, args: argparse.Namespace) -> Inputs:
    """Leave the files that are to be written out of what is read.

    Raises UsageError for one that was named to be read, or that is to be written twice.
    """
    known: dict[object, str] = {}
    for option, file in _files(args):
        inputs = without_output(inputs, args.paths, file, option)
        other = known.setdefault(_identity(file), option)
        if other is not option:
            raise UsageError(f"{other} and {option} name the same file")
    return inputs


def refuse_outputs(args: argparse.Namespace) -> None:
    """Raises UsageError for files that are asked for, not by a variable, where no findings are told."""
    words = "--diff" if args.diff else "--fix-only"
    for option, file in _files(args):
        if option.split()[0].removeprefix("--").replace("-", "_") not in args.variables:
            raise UsageError(f"{words} tells no findings, and writes none to {file} ({option.split()[0]})")


class Reports:
    """Counts what is found, and hands to each report so much of it as that shows.

    Use it as a context, so that nothing is left where the run ends early. Where the reader of standard output
    leaves, reports in files and the baseline are completed nevertheless.
    """

    def __init__(self, args: argparse.Namespace, output: Output) -> None:
        """Open the files; `output` is for what goes to none.

        Raises OutputError for a file that cannot be written, and UsageError.
        """
        self.tally = Tally()
        self._args = args
        self._clear: Callable[[], None] = lambda: None
        self._counts: Counter[str] = Counter()
        self._open: list[_Open] = []
        with ExitStack() as stack:
            self._add(*_plain(args, output))
            beside = _beside(args)
            for one in beside:
                self._add(load_report(one.format), _stream(one, stack))
            output.lasts = bool(beside) or args.add_baseline or args.prune_baseline
            self._files = stack.pop_all()

    def __enter__(self) -> Reports:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def begin(self, clear: Callable[[], None]) -> None:
        """Write what comes before all findings; `clear` is called whenever more is to be written."""
        self._clear = clear
        for one in self._open:
            one.report.begin()

    def row(
        self,
        path: str,
        located: Sequence[Located],
        layouts: Mapping[str, Layout] | None = None,
        *,
        fixable: bool = True,
    ) -> None:
        """Write the findings of one row of a file; they must come in the order of the rows, file by file.

        `layouts` are those of `RowFindings`; `fixable` says whether `--fix` could write the file.
        """
        numbered = []
        for finding in (one.finding for one in located):
            self._counts[finding.rule] += 1
            numbered.append((finding, self._counts[finding.rule]))
            self.tally.rules[finding.family, finding.rule, finding.severity] += 1
            if fixable and finding.fix is not None:
                self.tally.fixable[finding.fix.safe] += 1
        if self._args.statistics:
            return
        row, raw = located[0].row, located[0].raw
        secrets = [one.finding.place for one in located if one.finding.place and one.finding.rule == "secret"]
        for one in self._open:
            shown = [finding for finding, number in numbered if number <= one.limit]
            if shown:
                self._clear()
                one.report.row(RowFindings(path, row, raw, left_to_right(raw, shown), secrets, layouts or {}))

    def end_file(self, path: str) -> None:
        """Write what comes behind the findings of a file."""
        counts, self._counts = self._counts, Counter()
        self.tally.files_with_findings += bool(counts)
        if self._args.statistics:
            return
        self._clear()
        for one in self._open:
            hidden = {rule: count - one.limit for rule, count in counts.items() if count > one.limit}
            one.report.end_file(path, hidden)

    def summary(self) -> None:
        """Write the counts that were asked for, and sum up."""
        for one in self._open:
            if self._args.statistics:
                one.report.statistics(self.tally)
            if not self._args.quiet:
                one.report.summary(self.tally)

    def end(self) -> None:
        """Write what comes behind everything else, and hand over the files. Raises OutputError.

        Whole files come last: they stay what they are where anything else cannot be written.
        """
        for one in self._open:
            one.report.end(self.tally)
        for one in sorted(self._open, key=lambda one: not isinstance(one.stream, Output)):
            one.stream.finish()

    def _add(self, kind: type[Report], stream: _Stream) -> None:
        if self._args.statistics and not kind.counts:
            raise UsageError(f"--statistics cannot be written as {kind.__module__.rpartition('.')[2]}")
        said = kind.limit if self._args.max_diagnostics is None else self._args.max_diagnostics
        root = next((os.environ[name] for name in _ROOTS if os.environ.get(name)), "")
        if isinstance(stream, Output):
            style = replace(style_of(stream, self._args.color), root=root)
        else:
            style = Style(colour=self._args.color == "always", root=root)
        self._open.append(_Open(kind(stream.write, style), stream, said or _ALL))


class _Stream(Protocol):
    """Where a report goes."""

    def write(self, text: str) -> object: ...

    def finish(self) -> object: ...


class _Open(Struct, frozen=True):
    """A report that is written."""

    report: Report
    stream: _Stream
    limit: int
    """So many findings of each rule and file are shown."""


def _plain(args: argparse.Namespace, output: Output) -> tuple[type[Report], Output]:
    """The report that goes to no file of its own, the last one that was asked for, and where it goes."""
    names = [one.format for one in args.output_format or () if not one.file]
    to_people = args.output_file is None and output.is_terminal()
    kind = load_report(names[-1] if names else "full" if to_people else "concise")
    if args.output_file is not None:
        output = Output(args.output_file, append=kind.appends)
    return kind, output


def _beside(args: argparse.Namespace) -> list[_Asked]:
    """The reports that go to files of their own."""
    return [one for one in args.output_format or () if one.file]


def _files(args: argparse.Namespace) -> list[tuple[str, str]]:
    """The files that are written, behind the options that name them."""
    said = [] if args.output_file is None else [("--output-file", args.output_file)]
    return [*said, *((f"--output-format {one.format}:{one.file}", one.file) for one in _beside(args))]


def _stream(asked: _Asked, stack: ExitStack) -> _Stream:
    """Where a report goes that has a file: into a whole one, where there is one or none as yet.

    What is a link, a pipe or a device is written as the findings come, and so is what is written behind
    other text.
    """
    from turnlint.cli._files import WholeFile

    append = load_report(asked.format).appends
    if not append and not _is_special(asked.file):
        with suppress(OutputError):  # the folder takes no new files, but the file may be there
            return stack.enter_context(WholeFile(asked.file))
    return Output(asked.file, append=append)


def _is_special(file: str) -> bool:
    """Whether there is something by this name that is no plain file."""
    try:
        return not stat.S_ISREG(os.lstat(file).st_mode)
    except (OSError, ValueError):
        return False


def _identity(file: str) -> object:
    """What two names of a file have in common."""
    try:
        known = os.stat(file)  # noqa: PTH116
    except (OSError, ValueError):
        return absolute(file)
    return (known.st_dev, known.st_ino) if stat.S_ISREG(known.st_mode) else object()


def _count(word: str) -> int:
    if not word.isdecimal():
        raise UsageError(f"`{word}` is not a number of findings (--max-diagnostics)")
    return int(word)
