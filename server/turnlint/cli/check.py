"""Check files and folders of training data.

examples:
  turnlint check                 Check all JSONL files of this folder
  turnlint check train.jsonl --target azure:gpt-4.1
  turnlint check train.jsonl --target all    Who would take it? See `turnlint target`
  turnlint check data --ignore duplicates --fail-on error
  turnlint check --diff          Show what can be fixed; --fix does it
  turnlint check --since main    Only what differs from a branch
  turnlint check --add-baseline  Accept what is found now, show what is new
  zcat train.jsonl.gz | turnlint check - --stdin-filename train.jsonl
  turnlint check --output-format json-lines --output-file findings.jsonl
  turnlint check --output-format github --output-format sarif:findings.sarif

exit status:
  0  no findings as bad as --fail-on says
  1  findings; with --target all, a file that no target takes
  2  something named cannot be read, or the options or settings are wrong
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby
from typing import TypeAlias

from turnlint.cli._baseline import Baselines, add_baseline_options
from turnlint.cli._cache import add_cache_options
from turnlint.cli._checking import Checking, Opener
from turnlint.cli._inputs import Inputs, Source, add_input_options, add_paths, find_inputs
from turnlint.cli._options import ALL, add_settings_options, natural, overrides_settings, settings_finder
from turnlint.cli._output import add_colour_option
from turnlint.cli._program import one_of
from turnlint.cli._reading import Progress, open_source, why_unfixable
from turnlint.cli._reports import Reports, add_report_options, refuse_outputs, without_outputs
from turnlint.cli._streams import Output, complain, say
from turnlint.cli._unused import unused
from turnlint.config.discovery import SEVERITIES, SettingsFinder
from turnlint.engine import Located
from turnlint.model import Severity

_Found: TypeAlias = Iterator[Located]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    add_settings_options(parser, takes_all=True)
    _add_fix_options(parser)
    add_baseline_options(parser)
    output = parser.add_argument_group("output").add_argument
    add_report_options(output)
    add_colour_option(output)
    output("-q", "--quiet", action="store_true", help="Show findings and nothing else")
    status = parser.add_argument_group("what fails the check").add_argument
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
        "--since",
        metavar="REVISION",
        help="Check what differs from where the history left this git revision, and what is not in git",
    )
    files("-w", "--watch", action="store_true", help="Check again whenever files or settings change")
    add_cache_options(files)
    files(
        "--jobs",
        type=partial(natural, what="a number of processes (--jobs)"),
        metavar="N",
        help="Judge the rows of large files in so many processes [default: one a processor, 8 at most]",
    )


def _add_fix_options(parser: argparse.ArgumentParser) -> None:
    """Declare what is fixed, and how."""
    add = parser.add_argument_group("fixes").add_argument
    add("--fix", action="store_true", help="Fix what can be fixed without changing what rows say")
    add(
        "--unsafe-fixes",
        action="store_true",
        help="With --fix or --diff: mend broken JSON, rename, and remove rows, too",
    )
    add("--diff", action="store_true", help="Show what --fix would change, and write nothing")
    add("--fix-only", action="store_true", help="Fix, and do not tell what is left")
    add("--show-fixes", action="store_true", help="List how many problems of each rule were fixed")


def run(args: argparse.Namespace, output: Output) -> int:
    """Check what was asked for, once or again and again; returns the exit status."""
    if args.target == ALL:
        from turnlint.cli._portability import check_all  # loads what nobody else needs

        return check_all(args, output)
    if args.watch:
        from turnlint.cli._watch import watch  # loads what nobody else needs

        watch(args, partial(_check, args, output), output)
    return _check(args, output)


def _check(args: argparse.Namespace, output: Output) -> int:
    """Check what was asked for, once; returns the exit status."""
    finder = settings_finder(args)
    inputs = find_inputs(args, finder)
    for note in () if args.quiet else inputs.notes:
        say(note)
    if args.since is not None:
        from turnlint.cli._since import since

        inputs = since(inputs, args.since, finder)
        if not (inputs.sources or inputs.problems or args.quiet):
            say(f"No file differs from {args.since}.")
    inputs = without_outputs(inputs, args)
    if not (args.fix or args.fix_only or args.diff):
        with Reports(args, output) as reports:
            return _tell(args, finder, reports, inputs)
    from turnlint.cli._fixing import fix

    if args.fix_only or args.diff:
        refuse_outputs(args)
        return fix(args, finder, inputs, output)
    beside = Output(beside=True) if any(source.stdin for source in inputs.sources) else output
    with Reports(args, beside) as reports:  # nothing is fixed where it cannot be told what is left
        return fix(args, finder, inputs, output, partial(_tell, args, finder, reports))


def _tell(
    args: argparse.Namespace,
    finder: SettingsFinder,
    reports: Reports,
    inputs: Inputs,
    *,
    opener: Opener = open_source,
    fixed: int = 0,
) -> int:
    """Check files and tell what is found; so many problems were fixed before. Returns the exit status."""
    baselines = Baselines(args, finder)
    progress = Progress.of(inputs.sources, quiet=args.quiet)
    checking = Checking(args, finder, baselines, progress, opener=opener)
    checking.prepare(inputs.sources)
    telling = _Telling(args, finder, checking, reports)
    telling.tell(inputs.sources)
    reports.tally.files, reports.tally.fixed = checking.files, fixed
    if args.fix:  # what is left of that cannot be fixed
        reports.tally.fixable[True] = 0
        reports.tally.fixable[False] *= not args.unsafe_fixes
    problems = reports.tally.problems = [*inputs.problems, *checking.problems]
    vain = unused(inputs, finder, baselines, all_rules=not overrides_settings(args))
    telling.finish(chain(baselines.write(), vain))
    for problem in problems:
        complain(problem)
    if problems:
        return 2
    return int(telling.failed and not args.exit_zero)


class _Telling:
    """Tells what is found, and remembers how bad it was."""

    def __init__(
        self, args: argparse.Namespace, finder: SettingsFinder, checking: Checking, reports: Reports
    ) -> None:
        self.failed = False
        """Something was found that is bad enough for the exit status."""
        self._args = args
        self._finder = finder
        self._checking = checking
        self._reports = reports

    def tell(self, sources: Sequence[Source]) -> None:
        """Check files, and write what is found as it comes."""
        self._reports.begin(self._checking.clear)
        for source, found in self._checking.each(sources):
            self._findings(source, found)

    def finish(self, done: Iterable[str]) -> None:
        """Write what comes behind the findings; `done` is what the run has done besides, in words."""
        self._reports.summary()
        if not self._args.quiet:
            for words in done:
                say(words)
        self._reports.end()

    def _findings(self, source: Source, found: _Found) -> None:
        threshold, fixable = self._threshold(source), not (source.is_context or why_unfixable(source))
        told = False
        for _, group in groupby(found, key=lambda one: one.row):
            located = list(group)
            self.failed = self.failed or any(one.finding.severity >= threshold for one in located)
            self._reports.row(source.name, located, self._checking.layouts, fixable=fixable)
            told = True
        if told or source not in self._checking.failed:
            self._reports.end_file(source.name)

    def _threshold(self, source: Source) -> Severity:
        if self._args.fail_on is not None:
            return Severity.parse(self._args.fail_on)
        return self._finder.fail_on(source.path) or Severity.WARNING
