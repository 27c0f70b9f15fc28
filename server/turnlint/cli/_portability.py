"""What targets would do with files: `turnlint target FILE…`, and `turnlint check --target all`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from turnlint.cli._checking import MOST_JOBS, file_name
from turnlint.cli._inputs import Inputs, Source, find_inputs
from turnlint.cli._options import processors, settings_finder
from turnlint.cli._output import style_of, without_output
from turnlint.cli._reading import Progress, Unchanged, open_source, temporary_file, why_unfixable
from turnlint.cli._streams import Output, UsageError, complain, say
from turnlint.config.candidates import candidates
from turnlint.config.discovery import SettingsFinder
from turnlint.engine.portability import Verdict, assess
from turnlint.engine.resources import Resources
from turnlint.report.portability import Judged

__all__ = ["check_all", "portability"]

_FORMATS = {"full": False, "concise": False, "json": True}
"""The output formats of `turnlint check` that there are of the table, and whether each is JSON."""
_OBEYED = frozenset(
    (
        *("target", "format", "stage", "config", "isolated", "paths", "stdin_filename", "force_exclude"),
        *("jobs", "quiet", "color", "exit_zero", "output_format", "output_file", "variables"),
        *("no_cache", "cache_dir"),  # there is no cache
    )
)
"""The options of `turnlint check` that mean something for the table."""


def check_all(args: argparse.Namespace, output: Output) -> int:
    """Carry out `turnlint check --target all`; returns the exit status: 1 for a file that no target takes.

    Raises UsageError for options that are about findings.
    """
    for name, value in vars(args).items():
        if value and name not in _OBEYED and name not in args.variables:
            raise UsageError(f"--{name.replace('_', '-')} does not go with --target all")
    as_json, file = _asked(args)
    args.target = None
    status, are_taken = portability(args, output, file=file, as_json=as_json)
    return status or int(not are_taken and not args.exit_zero)


def _asked(args: argparse.Namespace) -> tuple[bool, str]:
    """Whether the table is to be JSON, and the file that it goes to, if any. Raises UsageError."""
    reports = args.output_format or []
    is_meant = "output_format" not in args.variables
    if is_meant and (len(reports) > 1 or any(one.format not in _FORMATS for one in reports)):
        raise UsageError(f"--target all has one output format of {', '.join(_FORMATS)} (--output-format)")
    file = next((one.file for one in reports if one.file), "") or args.output_file or ""
    return any(_FORMATS.get(one.format, False) for one in reports), file


def portability(
    args: argparse.Namespace,
    output: Output,
    *,
    file: str = "",
    names: Iterable[str] = (),
    as_json: bool = False,
) -> tuple[int, bool]:
    """Write what the targets with these names would do with the files of a command, or all targets.

    It goes to a file where one is named. Gives the exit status, 0 or 2, and whether some target takes each of
    the files. Raises UsageError where that would overwrite one of these.
    """
    finder = settings_finder(args)
    inputs = find_inputs(args, finder)
    if file:
        inputs = without_output(inputs, args.paths, file, "--output-file")
        output = Output(file)
    for note in () if args.quiet else inputs.notes:
        say(note)
    judging = _Judging(args, finder, list(names))
    files = judging.files(inputs)
    if as_json:
        from turnlint.report.portability import json

        output.write(json.render(files))
    else:
        from turnlint.report.portability import text

        for piece in text.render(files, style_of(output, args.color)):
            output.write(piece)
    output.finish()
    problems = [*inputs.problems, *judging.problems]
    for problem in problems:
        complain(problem)
    are_taken = all(any(one.verdict is not Verdict.REFUSED for one in file.found.outcomes) for file in files)
    return (2 if problems else 0), are_taken


class _Judging:
    """Judges files one after the other."""

    def __init__(self, args: argparse.Namespace, finder: SettingsFinder, names: list[str]) -> None:
        self.problems: list[str] = []
        """What kept files from being read, in words for the user."""
        self._finder = finder
        self._names = names
        self._quiet = args.quiet
        self._resources = Resources(args.jobs or min(processors(), MOST_JOBS), temporary_file)

    def files(self, inputs: Inputs) -> list[Judged]:
        """Those that can be read, as targets see them."""
        progress = Progress.of(inputs.sources, quiet=self._quiet)
        found = []
        for source in inputs.sources:
            try:
                found.append(self._judged(source, progress))
            except OSError as error:
                self.problems.append(f"{source.name}: {error.strerror or error}")
            if progress is not None:
                progress.clear()
        return found

    def _judged(self, source: Source, progress: Progress | None) -> Judged:
        settings = self._finder.settings(source.path)
        promise = Unchanged(source)
        with open_source(source, progress) as stream:
            found = assess(
                stream,
                candidates(settings, self._names),
                name=file_name(source),
                format_name=settings.format,
                is_array=getattr(stream, "layout", None) is not None,
                resources=self._resources,
            )
        promise.verify()
        return Judged(source.name, found, not why_unfixable(source))
