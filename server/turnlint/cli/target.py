"""Show who would train on files as they are, describe a target, or list all of them.

examples:
  turnlint target                      List the targets
  turnlint target azure                Describe one
  turnlint target train.jsonl          What each would do with a file
  turnlint target azure trl data       What these two would do with the files of a folder
  turnlint target --output-format json train.jsonl | jq .targets

what a target does:
  accepted  It takes the files.
  degraded  It may refuse them, or ignores, cuts or trains on what is wrong.
  refused   It refuses the files or some of their rows, or cannot train on them.

Advice that is the same for every target is left out, and what rows say of each other.
Settings say what the files are; rules that they switch off count all the same.
A file that is called like a target is written ./NAME.

exit status:
  0  everything that was named could be read, whoever takes it: that is the answer, and no failure
     (`check --target all` exits with 1 for a file that nobody takes)
  2  something named cannot be read, or the options or settings are wrong
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from functools import partial

from turnlint.cli._inputs import STDIN, add_input_options
from turnlint.cli._options import add_file_settings, natural
from turnlint.cli._output import add_colour_option, add_text_or_json_option
from turnlint.cli._streams import Output
from turnlint.cli._tables import table
from turnlint.config import ConfigError, Target, all_targets, get_target


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="TARGET|PATH",
        help="Targets, and files, folders, patterns, or - for standard input",
    )
    add_file_settings(parser)
    output = parser.add_argument_group("output").add_argument
    add_text_or_json_option(output, ", of which `turnlint schema target` says what it holds")
    output("-o", "--output-file", metavar="FILE", help="Write to a file, not to standard output")
    add_colour_option(output)
    output("-q", "--quiet", action="store_true", help="Show the table and nothing else")
    files = parser.add_argument_group("files").add_argument
    add_input_options(files)
    files(
        "--jobs",
        type=partial(natural, what="a number of processes (--jobs)"),
        metavar="N",
        help="Judge the rows of large files in so many processes [default: one a processor, 8 at most]",
    )


def run(args: argparse.Namespace, output: Output) -> int:
    """Print what was asked for; returns the exit status."""
    names = list(dict.fromkeys(filter(_is_target, args.paths)))
    args.paths = [word for word in args.paths if word not in names]
    if args.paths:
        from turnlint.cli._portability import portability  # loads what the others do not need

        file, as_json = args.output_file or "", args.output_format == "json"
        return portability(args, output, file=file, names=names, as_json=as_json)[0]
    if names:
        output.write("\n".join(_page(get_target(name)[0]) for name in names))
    else:
        output.write(table((name, one.title, one.description) for name, one in all_targets().items()))
    return 0


def _is_target(word: str) -> bool:
    """Whether a word names a target, and not a file. Raises ConfigError for one that seems meant to."""
    try:
        get_target(word)
    except ConfigError:
        is_path = word.partition(":")[0] not in all_targets() and any(mark in word for mark in "./\\*?[")
        if word == STDIN or is_path or os.path.lexists(word):
            return False
        raise
    return True


def _page(one: Target) -> str:
    title = f"{one.name}: {one.title}"
    parts = [title, "=" * len(title), "", one.description, ""]
    if one.formats:
        parts.append(f"Formats: {', '.join(one.formats)}.")
    return "\n".join([*parts, "Models:", table(_models(one)), "Rules:", table(_rules(one))])


def _models(one: Target) -> Iterator[tuple[str, ...]]:
    if one.limit:
        yield "  (not named)", str(one.limit), one.encoding, str(one.status or "")
    for name, trained, known in one.listed():
        limit = str(trained.limit) if trained.limit else "limit not known"
        yield f"  {name}", limit, known.encoding or "a vocabulary of its own", str(trained.status or "")


def _rules(one: Target) -> Iterator[tuple[str, ...]]:
    for name, layer in one.rules.items():
        switch = {None: "", True: "on", False: "off"}[layer.on]
        said = [word for word in (switch, layer.effect, layer.severity) if word]
        said += [f"{key} = {value}" for key, value in layer.parameters.items()]
        source = " ".join(str(word) for word in (layer.source, layer.date) if word)
        yield f"  {name}", ", ".join(said), source
