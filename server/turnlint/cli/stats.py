"""Count tokens, turns and roles of training data, and rows that repeat or contradict others.

examples:
  turnlint stats train.jsonl --target openai:gpt-4.1
  turnlint stats data --html stats.html          Write a page with charts, too
  turnlint stats train.jsonl --price 3           What the tokens cost at 3 a million
  turnlint stats --output-format json | jq .total.tokens.median

exit status:
  0  everything that was named could be read
  2  something that was named cannot be read, or the options or settings are wrong
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from decimal import Decimal
from itertools import chain
from pathlib import Path

from turnlint.cli._files import WholeFile
from turnlint.cli._inputs import Inputs, Source, add_input_options, add_paths, find_inputs
from turnlint.cli._options import (
    add_settings_options,
    natural,
    processors,
    say_notes,
    settings_finder,
)
from turnlint.cli._output import add_colour_option, style_of, without_output
from turnlint.cli._program import one_of
from turnlint.cli._reading import Progress, open_source, temporary_file
from turnlint.cli._streams import Output, UsageError, say
from turnlint.config.datasets import gather
from turnlint.config.discovery import SettingsFinder, absolute
from turnlint.engine import split_of
from turnlint.engine.file import Input
from turnlint.engine.overlap import overlaps
from turnlint.engine.resources import Resources
from turnlint.engine.statistics import Survey, survey
from turnlint.model import Settings
from turnlint.report.statistics import Pricing, Section, file_section, total_section
from turnlint.tokens import TokensError

_PRICE = re.compile(r"(?=\.?[0-9])[0-9]{0,9}(\.[0-9]{0,9})?")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
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
    output(
        "--output-format",
        type=one_of("output format", lambda: ("text", "json")),
        default="text",
        metavar="NAME",
        help="text or json, of which `turnlint schema stats` says what it holds [default: text]",
    )
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

            page.write(html.render(sections, total))
    for piece in _rendered(args, sections, total, output):
        output.write(piece)
    output.finish()
    problems = [*inputs.problems, *counting.problems]
    for problem in problems:
        say(f"turnlint: {problem}")
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


class _Counting:
    """One run of the command over its files."""

    def __init__(self, args: argparse.Namespace, finder: SettingsFinder, progress: Progress | None) -> None:
        self.problems: list[str] = []
        self.sections: dict[Path, Section] = {}
        self.pricing = Pricing(args.epochs, args.price)
        self._finder = finder
        self._progress = progress
        self._threads = min(args.jobs or processors(), processors())
        self._quiet = args.quiet
        self._noted: set[str] = set()

    def count(self, sources: Iterable[Source]) -> None:
        """Count files that are one data set; what keeps one from being read goes to the problems."""
        with ExitStack() as stack:
            counted = dict(chain.from_iterable(self._survey(source, stack) for source in sources))
            rows = {one: found.statistics.rows for one, (_, found) in counted.items()}
            overlapping = overlaps(
                rows,
                lambda one, error: self._fail(counted[one][0], error),
                Resources(scratch=temporary_file),
            )
            self._clear()
        for (one, (source, found)), overlap in zip(counted.items(), overlapping, strict=True):
            split = one.settings.split or split_of(one.file_name)
            section = file_section(source.name, found, overlap, one.settings, split, self.pricing)
            self.sections[source.path] = section

    def _survey(self, source: Source, stack: ExitStack) -> Iterator[tuple[Input, tuple[Source, Survey]]]:
        """Count what one file holds, if it can be read; it stays open as long as the stack."""
        with self._failing(source):
            stream = stack.enter_context(open_source(source, self._progress))
            settings = self._settings(source)
            found = survey(stream, settings, threads=self._threads)
            if found.fault is None:
                stream.seek(0)
                yield Input(stream, settings, source.name, source.path.name), (source, found)
            else:
                self.problems.append(f"{source.name}: {found.fault.detail}")

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
        self.problems.append(f"{source.name}: {getattr(error, 'strerror', None) or error}")

    def _clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()


def _rendered(
    args: argparse.Namespace, sections: list[Section], total: Section, output: Output
) -> Iterable[str]:
    if args.output_format == "json":
        from turnlint.report.statistics import json

        return [json.render(sections, total)]
    from turnlint.report.statistics import text

    return text.render(sections, total, style_of(output, args.color))


def _price(word: str) -> Decimal:
    if not _PRICE.fullmatch(word):
        raise UsageError(f"`{word}` is not a price (--price)")
    return Decimal(word)


def _epochs(word: str) -> int:
    return natural(word, "a number of epochs (--epochs)")


def _jobs(word: str) -> int:
    return natural(word, "a number of threads (--jobs)")
