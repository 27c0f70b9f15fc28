"""Write training rows in another format, or say row by row why not.

examples:
  turnlint convert --to chat train.jsonl -o chat.jsonl
  turnlint convert --to openai-chat data --output-dir converted
  turnlint convert --to alpaca < train.jsonl > alpaca.jsonl
  turnlint convert --to sharegpt train.jsonl --lossy weights,names -o out.jsonl

Each new row is read back: it must say what the old one said, without an error.
Where a row is refused, nothing is written, unless --skip-refused is given.
Rows that are in the format already stay as they are; blank rows go.

exit status:
  0  all rows are converted
  1  some rows are refused
  2  something named cannot be read or written, or the options are wrong
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from datetime import date
from itertools import chain
from typing import BinaryIO

from turnlint.cli._converted import Destination, destinations
from turnlint.cli._inputs import STDIN, Source, add_input_options, find_inputs
from turnlint.cli._options import target_name
from turnlint.cli._output import add_text_or_json_option
from turnlint.cli._program import SomeOf, one_of
from turnlint.cli._reading import Progress, Unchanged, open_source
from turnlint.cli._refusals import Refusals
from turnlint.cli._streams import Output, UsageError, complain, say
from turnlint.config import resolve
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.engine.convert import LOSSES, Refusal, RowConverter
from turnlint.engine.election import vote
from turnlint.formats import Format, all_formats, get_format
from turnlint.model import Settings
from turnlint.text.label import counted
from turnlint.text.rows import RowReader, sniff

_CHUNK = 1 << 20
_MANY_BYTES = 1 << 18
"""From so many on, a faster way to judge what is written pays for its loading."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "paths", nargs="*", metavar="FILE", help="Files, folders, patterns, or - [default: standard input]"
    )
    parser.add_argument(
        "--to",
        required=True,
        type=one_of("format to write", _written),
        metavar="FORMAT",
        help="The format to write (see `turnlint format`)",
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=one_of("format", lambda: (one.name for one in all_formats())),
        metavar="FORMAT",
        help="The format of the rows [default: what each file is in]",
    )
    parser.add_argument(
        "--target",
        type=target_name,
        metavar="NAME[:MODEL]",
        help="Who will train on what is written: what is an error there is refused",
    )
    refused = parser.add_argument_group("rows that say more than the format can").add_argument
    refused(
        "--lossy",
        action="append",
        default=[],
        type=SomeOf("loss", lambda: LOSSES),
        metavar="WHAT",
        help=f"What may be lost, separated by commas, or ALL: {', '.join(LOSSES)}",
    )
    refused(
        "--skip-refused", action="store_true", help="Leave out rows that are refused, and write the others"
    )
    output = parser.add_argument_group("output").add_argument
    output("-o", "--output-file", metavar="FILE", help="Write to a file, not to standard output")
    output("--output-dir", metavar="FOLDER", help="Write a file for each that is read, by the same name")
    output("--in-place", action="store_true", help="Replace each file by what it is converted to")
    add_text_or_json_option(output, " for what is refused, on standard error")
    output("-q", "--quiet", action="store_true", help="Say what is refused and nothing else")
    add_input_options(parser.add_argument_group("files").add_argument)


def run(args: argparse.Namespace, output: Output) -> int:
    """Convert what was asked for; returns the exit status."""
    if not args.paths and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("name a file to convert, or hand one over on standard input")
    args.paths = args.paths or [STDIN]
    finder = SettingsFinder(Overrides(format=args.source), today=date.today())
    judging = _judging(args)
    with ExitStack() as stack:
        inputs, places = destinations(args, find_inputs(args, finder), output, stack)
        converting = _Converting(args, finder, judging, Progress.of(inputs.sources, quiet=args.quiet))
        for source, place in zip(inputs.sources, places, strict=True):
            converting.convert(source, place)
        refusals = converting.refusals
        refusals.finish()
        problems = [*inputs.problems, *converting.problems]
        is_written = not problems and (args.skip_refused or not refusals.rows)
        for place in places if is_written else ():
            place.finish()
    for words in problems:
        complain(words)
    if not args.quiet and args.output_format == "text":
        _say_result(args, converting, is_written=is_written)
    return 2 if problems else int(bool(refusals.rows))


class _Converting:
    """One run of the command over its files."""

    def __init__(
        self, args: argparse.Namespace, finder: SettingsFinder, judging: Settings, progress: Progress | None
    ) -> None:
        self.refusals = Refusals(as_json=args.output_format == "json")
        self.problems: list[str] = []
        """What keeps files from being converted, in words for the user."""
        self.converted = self.blank = 0
        """How many rows were written, and how many hold nothing."""
        self._target = get_format(args.to)
        self._given_up = {one for losses in args.lossy for one in losses}
        self._finder, self._judging, self._progress = finder, judging, progress

    def convert(self, source: Source, place: Destination) -> None:
        """Convert one file; what keeps it from that goes to the problems."""
        try:
            unchanged = Unchanged(source)
            with open_source(source, self._progress) as stream:
                self._convert(source, stream, place)
            unchanged.verify()
        except BrokenPipeError:
            raise
        except OSError as error:
            self.problems.append(f"{source.name}: {error.strerror or error}")
        finally:
            if self._progress is not None:
                self._progress.clear()
        self.refusals.end(source)

    def _convert(self, source: Source, stream: BinaryIO, place: Destination) -> None:
        reader = RowReader(stream, chunk_bytes=_CHUNK)
        fault = sniff(reader.head, complete=reader.complete)
        if fault is not None and fault.kind != "empty-file":
            self.problems.append(f"{source.name}: {fault.detail}")
            return
        is_large = not reader.complete or len(reader.head) >= _MANY_BYTES
        converter = RowConverter(self._target, self._judging, self._given_up, bulk=is_large)
        found = self._format(source, reader)
        stream.seek(0)
        layout = getattr(stream, "layout", None)
        for batch in RowReader(stream, chunk_bytes=_CHUNK):
            for number, raw in enumerate(batch.rows, batch.first):
                if number in batch.oversize:
                    refusals: tuple[Refusal, ...] = (Refusal((), "the row is too large to be read"),)
                elif not raw or raw.isspace():
                    self.blank += 1
                    continue
                else:
                    text, refusals = converter.convert(raw, found)
                if refusals:
                    self.refusals.add(source, number, raw, refusals, layout)
                else:
                    place.write(text + "\n")
                    self.converted += 1

    def _format(self, source: Source, reader: RowReader) -> Format | None:
        """The format of a file: as the settings say, else as its rows do."""
        settings = self._finder.settings(source.path)
        if settings.format:
            return get_format(settings.format)
        rows = chain.from_iterable(batch.rows for batch in reader)
        return vote(rows, settings.stage, settings.formats)


def _say_result(args: argparse.Namespace, converting: _Converting, *, is_written: bool) -> None:
    refusals = converting.refusals
    written = counted(converting.converted, "row") + f" as {get_format(args.to).title}"
    blank = f", {counted(converting.blank, 'blank row')} left out" if converting.blank else ""
    if is_written:
        refused = f", {refusals.rows:,} refused" if refusals.rows else ""
        say(f"Wrote {written}{refused}{blank}.")
        return
    if not refusals.rows:
        say("Nothing is written.")
        return
    others = f"; {written} could be" if converting.converted else ""
    say(f"Refused {counted(refusals.rows, 'row')}, so nothing is written{others}.")
    lost = sorted(loss for loss in refusals.losses if loss)
    if lost:
        say(f"To do without what they say: --lossy {','.join(lost)}. To leave them out: --skip-refused.")
    else:
        say("To leave them out: --skip-refused.")


def _judging(args: argparse.Namespace) -> Settings:
    """What judges the rows that are written. Raises UsageError where the target does not take them."""
    settings = resolve(args.target or "generic")
    if settings.formats and args.to not in settings.formats:
        takes = ", ".join(settings.formats)
        raise UsageError(f"{settings.target_title} does not take {args.to}; it takes {takes}")
    return settings


def _written() -> list[str]:
    return [one.name for one in all_formats() if one.compose]
