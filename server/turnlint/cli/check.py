"""Check files and folders of training data.

examples:
  turnlint check                                 Check all JSONL files of this folder
  turnlint check train.jsonl --target azure:gpt-4.1
  turnlint check data --ignore duplicates --fail-on error
  zcat train.jsonl.gz | turnlint check - --stdin-filename train.jsonl
  turnlint check --output-format json-lines --output-file findings.jsonl

exit status:
  0  no findings as bad as --fail-on says
  1  findings
  2  something that was named cannot be read, or the options or settings are wrong
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import BinaryIO, TypeAlias

from turnlint.cli._baseline import Baselines, add_baseline_options
from turnlint.cli._inputs import STDIN, Source, add_input_options, add_paths, find_inputs
from turnlint.cli._options import add_settings_options, natural, processors, say_notes, settings_finder
from turnlint.cli._output import add_colour_option, style_of, without_output
from turnlint.cli._program import one_of
from turnlint.cli._reading import Progress, allow_open_files, open_source, temporary_file
from turnlint.cli._streams import Output, UsageError, say
from turnlint.config.datasets import gather
from turnlint.config.discovery import SEVERITIES, SettingsFinder
from turnlint.engine import Input, Located, Resources, check_files, left_to_right
from turnlint.engine.tokens import prepare
from turnlint.formats import Format
from turnlint.model import Severity
from turnlint.report import Report, RowFindings, Tally, load_report, report_names

_MOST_JOBS = 8
"""One process, which reads and adds up, keeps no more of them busy."""

_Found: TypeAlias = Iterator[Located]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    add_settings_options(parser)
    add_baseline_options(parser)
    output = parser.add_argument_group("output").add_argument
    output(
        "--output-format",
        type=one_of("output format", report_names),
        metavar="NAME",
        help=f"{', '.join(report_names())} [default: full on a terminal, else concise]",
    )
    output("-o", "--output-file", metavar="FILE", help="Write findings to a file, not to standard output")
    output(
        "--statistics", action="store_true", help="Count the findings of each rule instead of showing them"
    )
    output(
        "--max-diagnostics",
        type=_count,
        metavar="N",
        help="Show so many findings per rule and file; 0 for all [default: 20 for people, all for programs]",
    )
    add_colour_option(output)
    output("-q", "--quiet", action="store_true", help="Show findings and nothing else")
    status = parser.add_argument_group("exit status").add_argument
    status(
        "--fail-on",
        type=one_of("severity", lambda: SEVERITIES),
        metavar="SEVERITY",
        help="Exit with 1 from this severity on: error, warning, info or hint [default: warning]",
    )
    status("--exit-zero", action="store_true", help="Exit with 0 whatever is found")
    files = parser.add_argument_group("files").add_argument
    add_input_options(files)
    files(
        "--jobs",
        type=partial(natural, what="a number of processes (--jobs)"),
        metavar="N",
        help="Judge the rows of large files in so many processes [default: one a processor, 8 at most]",
    )


def run(args: argparse.Namespace, output: Output) -> int:
    """Check what was asked for; returns the exit status."""
    finder = settings_finder(args)
    inputs = find_inputs(args, finder)
    if args.output_file is not None:
        inputs = without_output(inputs, args.paths, args.output_file, "--output-file")
        output = Output(args.output_file)
    baselines = Baselines(args, finder)
    check = _Check(args, finder, baselines, output, Progress.of(inputs.sources, quiet=args.quiet))
    for source in inputs.sources:
        check.prepare(source)
    check.report.begin()
    check.sources(inputs.sources)
    check.finish()
    output.finish()
    problems = [*inputs.problems, *check.problems]
    for problem in problems:
        say(f"turnlint: {problem}")
    if problems:
        return 2
    return int(check.failed and not args.exit_zero)


class _Check:
    """One run of the command over its files."""

    def __init__(
        self,
        args: argparse.Namespace,
        finder: SettingsFinder,
        baselines: Baselines,
        output: Output,
        progress: Progress | None,
    ) -> None:
        self.problems: list[str] = []
        self.failed = False
        self.report = _report(args, output)
        self._args = args
        self._finder = finder
        self._baselines = baselines
        self._progress = progress
        self._tally = Tally()
        self._assumed: set[str] = set()
        self._noted: set[str] = set()
        limit = self.report.limit if args.max_diagnostics is None else args.max_diagnostics
        self._limit = limit or None

    def prepare(self, source: Source) -> None:
        """Raise before hours of work what a file would raise: ConfigError, and TokensError."""
        settings = self._finder.settings(source.path)
        if not self._args.quiet:
            say_notes(settings, self._noted)
        self._baselines.file(source)
        prepare(settings)

    def sources(self, sources: Sequence[Source]) -> None:
        """Check files, those of a data set together; what keeps one from being read goes to the problems."""
        with ExitStack() as stack:
            turns: dict[Source, Iterator[_Found]] = {}
            last: set[Source] = set()
            for dataset in gather([one.path for one in sources], self._finder):
                files = [sources[number] for number in sorted(one.number for one in dataset.files)]
                turns |= dict.fromkeys(files, stack.enter_context(closing(self._checked(files))))
                last.add(files[-1])
            for source in sources:
                self._findings(source, next(turns[source]))
                if source in last:
                    next(turns[source], None)
        self._clear()

    def finish(self) -> None:
        """Write the baseline, and what comes behind the findings."""
        done = self._baselines.write()
        if self._args.statistics:
            self.report.statistics(self._tally)
        if not self._args.quiet:
            self.report.summary(self._tally)
            for words in done:
                say(words)
        self.report.end()

    def _checked(self, sources: Sequence[Source]) -> Generator[_Found, None, None]:
        """Check the files of one data set; give what is found in each, one after the other."""
        failed: set[Source] = set()

        def fail(source: Source, error: OSError) -> None:
            failed.add(source)
            self.problems.append(f"{source.name}: {error.strerror or error}")

        allow_open_files(len(sources))
        with ExitStack() as stack:
            inputs: dict[Source, Input] = {}
            for source in sources:
                try:
                    stream = stack.enter_context(open_source(source, self._progress, len(sources)))
                    inputs[source] = self._input(source, stream)
                except OSError as error:
                    fail(source, error)
            names = {one: source for source, one in inputs.items()}
            run = check_files(
                list(names),
                on_format=self._say_assumption,
                on_failure=lambda one, error: fail(names[one], error),
                resources=self._resources(),
            )
            found = groupby(stack.enter_context(closing(run)), key=itemgetter(0))
            following = next(found, None)
            for source in sources:
                if following is not None and following[0] is inputs.get(source):
                    yield map(itemgetter(1), following[1])
                    following = next(found, None)
                else:
                    yield iter(())
        for one, source in names.items():
            if source not in failed:
                self._tally.files += 1
                if one.ledger is not None:
                    self._baselines.checked(source, one.settings, one.ledger)

    def _resources(self) -> Resources:
        jobs = self._args.jobs or min(processors(), _MOST_JOBS)
        if self._progress is None:
            return Resources(jobs, temporary_file)
        return Resources(jobs, temporary_file, self._progress.compared)

    def _input(self, source: Source, stream: BinaryIO) -> Input:
        settings, ledger = self._finder.settings(source.path), self._baselines.ledger(source)
        return Input(stream, settings, source.name, _file_name(source), ledger)

    def _findings(self, source: Source, found: _Found) -> None:
        counts: Counter[str] = Counter()
        threshold = self._threshold(source)
        for row, group in groupby(found, key=lambda one: one.row):
            located = list(group)
            shown = []
            for finding in (one.finding for one in located):
                counts[finding.rule] += 1
                self._tally.rules[finding.family, finding.rule, finding.severity] += 1
                self.failed = self.failed or finding.severity >= threshold
                if self._limit is None or counts[finding.rule] <= self._limit:
                    shown.append(finding)
            if shown and not self._args.statistics:
                secrets = [
                    one.finding.place for one in located if one.finding.place and one.finding.rule == "secret"
                ]
                self._clear()
                raw = located[0].raw
                self.report.row(RowFindings(source.name, row, raw, left_to_right(raw, shown), secrets))
        self._tally.files_with_findings += bool(counts)
        if self._limit is not None and not self._args.statistics:
            hidden = {rule: count - self._limit for rule, count in counts.items() if count > self._limit}
            self._clear()
            self.report.more(source.name, hidden)

    def _threshold(self, source: Source) -> Severity:
        if self._args.fail_on is not None:
            return Severity.parse(self._args.fail_on)
        return self._finder.fail_on(source.path) or Severity.WARNING

    def _say_assumption(self, one: Input, known: Format | None) -> None:
        """Tell once for each format by whose rules it is judged where no target is set."""
        name, settings = known.name if known else "", one.settings
        if name in settings.homes and name not in self._assumed and not self._args.quiet:
            self._assumed.add(name)
            title = settings.homes[name].target_title
            self._clear()
            say(f"No target set: {name} rows are judged by the rules of {title} (set --target).")

    def _clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()


def _report(args: argparse.Namespace, output: Output) -> Report:
    report = load_report(args.output_format or ("full" if output.is_terminal() else "concise"))
    return report(output.write, style_of(output, args.color))


def _file_name(source: Source) -> str:
    """The name that rules about file names judge; empty for a stream that has none of its own."""
    is_named = source.name != STDIN if source.stdin else source.path.is_file()
    return source.path.name if is_named else ""


def _count(word: str) -> int:
    if not word.isdecimal():
        raise UsageError(f"`{word}` is not a number of findings (--max-diagnostics)")
    return int(word)
