"""Count tokens and turns, and rows that repeat or contradict others.

examples:
  turnlint stats train.jsonl --target openai:gpt-4.1
  turnlint stats data --readiness        Is the data ready to train on?
  turnlint stats data --html stats.html  Write a page with charts, too
  turnlint stats train.jsonl --price 3   What the tokens cost at 3 a million
  turnlint stats --output-format json | jq .total.tokens.median

Everything is counted as it stands in the files: a baseline changes nothing here.

exit status:
  0  everything that was named could be read
  2  something named cannot be read, or the options or settings are wrong
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from decimal import Decimal
from itertools import chain
from pathlib import Path

from msgspec import Struct

from turnlint.cli._checking import MOST_JOBS, file_name
from turnlint.cli._files import WholeFile
from turnlint.cli._inputs import Inputs, Source, add_input_options, add_paths, find_inputs
from turnlint.cli._options import (
    add_settings_options,
    natural,
    processors,
    say_notes,
    settings_finder,
)
from turnlint.cli._output import add_colour_option, add_text_or_json_option, style_of, without_output
from turnlint.cli._reading import Progress, open_source, temporary_file
from turnlint.cli._streams import Output, UsageError, complain
from turnlint.config.datasets import gather
from turnlint.config.discovery import SettingsFinder, absolute
from turnlint.engine.contents import Contents
from turnlint.engine.file import Input
from turnlint.engine.overlap import Overlap, overlaps
from turnlint.engine.readiness import Checklist, Judged, checklists, judged
from turnlint.engine.resources import Resources
from turnlint.engine.statistics import Survey, survey
from turnlint.model import Settings
from turnlint.report.statistics import Pricing, Section, file_section, total_section
from turnlint.tokens import TokensError

_PRICE = re.compile(r"(?=\.?[0-9])[0-9]{0,9}(\.[0-9]{0,9})?")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "--readiness",
        action="store_true",
        help="Answer what guides ask before fine-tuning, each with figure, verdict and source",
    )
    add_settings_options(parser)
    job = parser.add_argument_group("what a job bills").add_argument
    job(
        "--epochs",
        type=_epochs,
        metavar="N",
        help="How often it goes over the data [default: as OpenAI does]",
    )
    job("--price", type=_price, metavar="PRICE", help="What a million trained tokens cost")
    output = parser.add_argument_group("output").add_argument
    add_text_or_json_option(output, ", of which `turnlint schema stats` says what it holds")
    output("-o", "--output-file", metavar="FILE", help="Write to a file, not to standard output")
    output("--html", metavar="FILE", help="Write a page with charts, too; it needs no network and no script")
    add_colour_option(output)
    output("-q", "--quiet", action="store_true", help="Show statistics and nothing else")
    files = parser.add_argument_group("files").add_argument
    add_input_options(files)
    files(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="Count in so many threads, no more than processors [default: all]",
    )


def run(args: argparse.Namespace, output: Output) -> int:
    """Count what was asked for; returns the exit status."""
    finder = settings_finder(args)
    inputs = _inputs(args, finder)
    with WholeFile(args.html) if args.html is not None else nullcontext() as page:
        if args.output_file is not None:
            output = Output(args.output_file)
        counting = _Counting(args, finder, Progress.of(inputs.sources, quiet=args.quiet))
        for dataset in gather([source.path for source in inputs.sources], finder):
            counting.count([inputs.sources[file.number] for file in dataset.files])
        sections = [counting.sections[one.path] for one in inputs.sources if one.path in counting.sections]
        total = total_section(sections, counting.pricing)
        if page is not None and sections:
            from turnlint.report.statistics import html

            page.write(html.render(sections, total, counting.checklists))
            page.finish()
    for piece in _rendered(args, sections, total, counting.checklists, output):
        output.write(piece)
    output.finish()
    problems = [*inputs.problems, *counting.problems]
    for problem in problems:
        complain(problem)
    return 2 if problems else 0


def _inputs(args: argparse.Namespace, finder: SettingsFinder) -> Inputs:
    """What to count. Raises UsageError where it would be overwritten, or one output by the other."""
    inputs = find_inputs(args, finder)
    outputs = {"--output-file": args.output_file, "--html": args.html}
    named = {option: file for option, file in outputs.items() if file is not None}
    for option, file in named.items():
        inputs = without_output(inputs, args.paths, file, option)
    if len(set(map(absolute, named.values()))) < len(named):
        raise UsageError("--html and --output-file name the same file")
    return inputs


class _Counted(Struct, frozen=True):
    """A file with what was counted in it."""

    source: Source
    survey: Survey
    contents: Contents | None


class _Counting:
    """One run of the command over its files."""

    def __init__(self, args: argparse.Namespace, finder: SettingsFinder, progress: Progress | None) -> None:
        self.problems: list[str] = []
        self.sections: dict[Path, Section] = {}
        self.checklists: list[Checklist] = []
        self.pricing = Pricing(args.epochs, args.price)
        self._finder = finder
        self._progress = progress
        self._threads = min(args.jobs or processors(), processors())
        self._quiet = args.quiet
        self._asks_readiness = args.readiness
        self._shows_overlaps = not args.readiness or args.output_format != "text" or args.html is not None
        self._noted: set[str] = set()

    def count(self, sources: Iterable[Source]) -> None:
        """Count files that are one data set; what keeps one from being read goes to the problems."""
        with ExitStack() as stack:
            counted = dict(chain.from_iterable(self._survey(source, stack) for source in sources))
            whole = {one: found for one, found in counted.items() if found.survey.fault is None}

            def fail(one: Input, error: OSError) -> None:
                self._fail(counted[one].source, error)

            rows = {one: found.survey.statistics.rows for one, found in whole.items()}
            overlapping = [Overlap() for _ in rows]
            if self._shows_overlaps:
                overlapping = overlaps(rows, fail, Resources(scratch=temporary_file))
            if self._asks_readiness:
                self.checklists += checklists(self._judged(counted, fail))
            self._clear()
        for (one, found), overlap in zip(whole.items(), overlapping, strict=True):
            section = file_section(
                found.source.name, found.survey, overlap, one.settings, one.split, self.pricing
            )
            self.sections[found.source.path] = section

    def _judged(
        self, counted: Mapping[Input, _Counted], fail: Callable[[Input, OSError], object]
    ) -> list[Judged]:
        """Judge files anew, as `turnlint check` does."""
        for one in counted:
            one.stream.seek(0)
        files = [(one, found.survey, found.contents or Contents()) for one, found in counted.items()]
        return judged(files, fail, Resources(min(self._threads, MOST_JOBS), temporary_file))

    def _survey(self, source: Source, stack: ExitStack) -> Iterator[tuple[Input, _Counted]]:
        """Count what one file holds, if it can be read; it stays open as long as the stack."""
        with self._failing(source):
            stream = stack.enter_context(open_source(source, self._progress))
            settings = self._settings(source)
            contents = Contents() if self._asks_readiness else None
            found = survey(stream, settings, contents, threads=self._threads)
            if found.fault is not None:
                self.problems.append(f"{source.name}: {found.fault.detail}")
            stream.seek(0)
            yield Input(stream, settings, source.name, file_name(source)), _Counted(source, found, contents)

    def _settings(self, source: Source) -> Settings:
        settings = self._finder.settings(source.path)
        if not self._quiet:
            say_notes(settings, self._noted)
        return settings

    @contextmanager
    def _failing(self, source: Source) -> Iterator[None]:
        try:
            yield
        except (OSError, TokensError) as error:
            self._fail(source, error)
        finally:
            self._clear()

    def _fail(self, source: Source, error: Exception) -> None:
        words = f"{source.name}: {getattr(error, 'strerror', None) or error}"
        if words not in self.problems:
            self.problems.append(words)

    def _clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()


def _rendered(
    args: argparse.Namespace,
    sections: list[Section],
    total: Section,
    checklists: list[Checklist],
    output: Output,
) -> Iterable[str]:
    if args.output_format == "json":
        from turnlint.report.statistics import json

        return [json.render(sections, total, checklists if args.readiness else None)]
    from turnlint.report.statistics import text

    style = style_of(output, args.color)
    if args.readiness:
        return text.render_checklists(checklists, style)
    return text.render(sections, total, style)


def _price(word: str) -> Decimal:
    if not _PRICE.fullmatch(word):
        raise UsageError(f"`{word}` is not a price (--price)")
    return Decimal(word)


def _epochs(word: str) -> int:
    return natural(word, "a number of epochs (--epochs)")


def _jobs(word: str) -> int:
    return natural(word, "a number of threads (--jobs)")
