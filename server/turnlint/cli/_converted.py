"""Where converted rows go: standard output, a file, a folder, or the place of the file that was read.

Nothing is there before all rows are, so that what keeps one of them from being converted leaves no half of
a file.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from turnlint.cli._files import WholeFile
from turnlint.cli._inputs import Inputs, Source
from turnlint.cli._output import without_output
from turnlint.cli._reading import allow_open_files, temporary_file, why_unfixable
from turnlint.cli._replacing import Draft, Original
from turnlint.cli._streams import Output, OutputError, UsageError
from turnlint.cli._unpacking import UNPACKERS
from turnlint.config.discovery import absolute
from turnlint.text.label import counted

__all__ = ["Destination", "destinations"]

_CHUNK = 1 << 20
_TABLES = (".json", ".parquet", ".ndjson")
"""What a file may be called that does not hold JSONL under the name that such files have."""


class Destination(Protocol):
    """Where the rows of one file go."""

    def write(self, text: str) -> None:
        """Take more rows. Raises OutputError."""

    def finish(self) -> None:
        """Have what was written be there. Raises OutputError."""


def destinations(
    args: argparse.Namespace, inputs: Inputs, output: Output, stack: ExitStack
) -> tuple[Inputs, list[Destination]]:
    """Say where the rows of each file go; the stack takes away what does not come to be.

    Gives what is to be read, too: a folder may hold the output of an earlier run. Raises UsageError.
    """
    options = {
        "--output-file": args.output_file,
        "--output-dir": args.output_dir,
        "--in-place": args.in_place,
    }
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} contradict each other")
    if args.in_place:
        return inputs, [_in_place(source, stack) for source in inputs.sources]
    if args.output_dir is not None:
        return _in_folder(args, inputs, stack)
    if args.output_file is not None:
        inputs = without_output(inputs, args.paths, args.output_file, "--output-file")
    if len(inputs.sources) > 1:
        files = counted(len(inputs.sources), "file")
        raise UsageError(f"{files} would become one; name a folder for them by --output-dir, or --in-place")
    if args.output_file is not None:
        return inputs, [_file(args.output_file, stack) for _ in inputs.sources]
    direct = args.skip_refused
    return inputs, [output if direct else stack.enter_context(_Held(output)) for _ in inputs.sources]


def _file(name: str, stack: ExitStack) -> Destination:
    packed = next((suffix for suffix in UNPACKERS if name.lower().endswith(suffix)), "")
    if packed:
        raise UsageError(f"{name}: what is written is not compressed; leave out `{packed}`")
    return stack.enter_context(WholeFile(name))


def _in_folder(
    args: argparse.Namespace, inputs: Inputs, stack: ExitStack
) -> tuple[Inputs, list[Destination]]:
    folder = Path(args.output_dir)
    inputs = _without_folder(inputs, args.paths, absolute(args.output_dir))
    names = _names(inputs.sources)
    taken: dict[str, Source] = {}
    for source, name in zip(inputs.sources, names, strict=True):
        other = taken.setdefault(name, source)
        if other is not source:
            raise UsageError(f"{other.name} and {source.name} would both become {folder / name}")
        without_output(inputs, [one.name for one in inputs.sources], str(folder / name), "--output-dir")
    allow_open_files(len(names))
    places: list[Destination] = []
    for name in names:
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make {(folder / name).parent}: {error.strerror}") from None
        places.append(_file(str(folder / name), stack))
    return inputs, places


def _without_folder(inputs: Inputs, paths: Iterable[str], folder: Path) -> Inputs:
    """Leave out what an earlier run wrote, where its folder is in one that was named."""
    if not any(folder != one and folder.is_relative_to(one) for one in inputs.folders):
        return inputs
    named = {absolute(one) for one in paths}
    kept = [one for one in inputs.sources if one.path in named or not one.path.is_relative_to(folder)]
    return replace(inputs, sources=kept)


def _names(sources: Iterable[Source]) -> list[str]:
    """What to call the files in their folder: as they are called in the one that has them all."""
    paths = [source.path for source in sources]
    common = os.path.commonpath([path.parent for path in paths]) if paths else ""
    return [_jsonl(path.relative_to(common).as_posix()) for path in paths]


def _jsonl(name: str) -> str:
    """The name of a file that holds the same rows as plain JSONL."""
    plain = next((name[: -len(one)] for one in UNPACKERS if name.lower().endswith(one)), name)
    root, suffix = os.path.splitext(plain)  # noqa: PTH122 - keeps the path as it is
    return f"{root}.jsonl" if suffix.lower() in _TABLES or not suffix else plain


def _in_place(source: Source, stack: ExitStack) -> Destination:
    reason = "it is standard input" if source.stdin else why_unfixable(source)
    if reason:
        raise UsageError(f"{source.name}: {reason}, and is not replaced (--in-place)")
    try:
        original = Original(source.path)
    except OSError as error:
        raise UsageError(f"{source.name}: {error.strerror}") from None
    obstacle = original.obstacle()
    if obstacle:
        raise UsageError(f"{source.name}: cannot be written: {obstacle}")
    draft = Draft(original.folder)
    stack.callback(draft.discard)
    return _Replaced(source, original, draft)


class _Replaced:
    """The place of the file that is read."""

    def __init__(self, source: Source, original: Original, draft: Draft) -> None:
        self._source, self._original, self._draft = source, original, draft

    def write(self, text: str) -> None:
        self._draft.write(text.encode())

    def finish(self) -> None:
        self._draft.close()
        try:
            self._original.replace(self._draft)
        except OSError as error:
            raise OutputError(f"cannot write {self._source.name}: {error.strerror or error}") from None


class _Held:
    """Standard output, once all rows are there."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._kept = temporary_file()

    def __enter__(self) -> _Held:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def write(self, text: str) -> None:
        try:
            self._kept.write(text.encode())
        except OSError as error:
            raise OutputError(f"cannot write a temporary file: {error.strerror}") from None

    def finish(self) -> None:
        self._kept.seek(0)
        for chunk in iter(partial(self._kept.read, _CHUNK), b""):
            self._output.write_bytes(chunk)
