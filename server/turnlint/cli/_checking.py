"""A run over the files of a command: those of a data set are compared with each other."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, TypeAlias

from turnlint.cli._baseline import Baselines
from turnlint.cli._cache import cache_folder
from turnlint.cli._cache import memory as cached
from turnlint.cli._inputs import STDIN, Source
from turnlint.cli._options import processors, say_notes
from turnlint.cli._reading import Progress, Unchanged, allow_open_files, file_of, open_source, temporary_file
from turnlint.cli._streams import say
from turnlint.config.datasets import gather
from turnlint.config.discovery import SettingsFinder
from turnlint.engine import Input, Located, Resources, check_files
from turnlint.engine.tokens import prepare
from turnlint.formats import Format
from turnlint.model import plain_format
from turnlint.text.layouts import Layout

__all__ = ["MOST_JOBS", "Checking", "Opener", "file_name"]

MOST_JOBS = 8
"""One process, which reads and adds up, keeps no more of them busy."""

Opener: TypeAlias = Callable[[Source, Progress | None, int], AbstractContextManager[BinaryIO]]
Holder: TypeAlias = Callable[[Source], Path | None]
_Found: TypeAlias = Iterator[Located]


class Checking:
    """Checks files, and tells on standard error what the user should know of that."""

    def __init__(
        self,
        args: argparse.Namespace,
        finder: SettingsFinder,
        baselines: Baselines,
        progress: Progress | None,
        *,
        opener: Opener = open_source,
        holder: Holder = file_of,
        quiet: bool = False,
    ) -> None:
        """`opener` opens files in place of `open_source`, `holder` says which file on disk holds their bytes.

        `quiet` tells nothing.
        """
        self.problems: list[str] = []
        """What kept files from being read, in words for the user."""
        self.failed: set[Source] = set()
        """The files that could not be read."""
        self.formats: dict[Source, Format | None] = {}
        """The formats of those that could, as soon as they are known."""
        self.layouts: dict[str, Layout] = {}
        """Where the rows stand of those that are open and have rows which are not their lines, by name."""
        self.files = 0
        """How many were read to their end so far."""
        self._args = args
        self._finder = finder
        self._baselines = baselines
        self._progress = progress
        self._open = opener
        self._holder = holder
        self._quiet = quiet or args.quiet
        self._assumed: set[str] = set()
        is_off = args.no_cache or args.add_baseline or args.prune_baseline
        self._cache = None if is_off else cache_folder(args.cache_dir)

    def prepare(self, sources: Iterable[Source]) -> None:
        """Raise before hours of work what a file would raise: ConfigError, and TokensError."""
        noted: set[str] = set()
        for source in sources:
            settings = self._finder.settings(source.path)
            if not self._quiet:
                say_notes(settings, noted)
            self._baselines.file(source)
            prepare(settings)

    def each(self, sources: Sequence[Source]) -> Iterator[tuple[Source, _Found]]:
        """Give the findings of each file, in order; what keeps one from being read goes to the problems.

        Those of a file must be taken before the next one is asked for.
        """
        with ExitStack() as stack:
            turns: dict[Source, Iterator[_Found]] = {}
            last: set[Source] = set()
            names = {source.name for source in sources if not source.is_context}
            for dataset in gather([one.path for one in sources], self._finder):
                files = [sources[number] for number in sorted(one.number for one in dataset.files)]
                turns |= dict.fromkeys(files, stack.enter_context(closing(self._checked(files))))
                last.add(files[-1])
            for source in sources:
                found = next(turns[source])
                yield source, _about(names, found) if source.is_context else found
                if source in last:
                    next(turns[source], None)
        self.clear()

    def clear(self) -> None:
        """Take the progress away from the terminal, before something is written there."""
        if self._progress is not None:
            self._progress.clear()

    def _checked(self, sources: Sequence[Source]) -> Generator[_Found, None, None]:
        """Check the files of one data set; give what is found in each, one after the other."""
        failures = _Failures(self._fail)
        allow_open_files(len(sources))
        with ExitStack() as stack:
            inputs: dict[Input, Source] = {}
            for source in sources:
                with failures.of(source):
                    failures.expect(Unchanged(source))
                    stream = stack.enter_context(self._open(source, self._progress, len(sources)))
                    inputs[self._input(source, stream)] = source
            found = groupby(stack.enter_context(closing(self._run(inputs, failures))), key=itemgetter(0))
            following = next(found, None)
            failures.verify()
            for source in sources:
                if following is not None and inputs[following[0]] is source:
                    yield iter(()) if source in failures else map(itemgetter(1), following[1])
                    following = next(found, None)
                else:
                    yield iter(())
            failures.verify()
        for one, source in inputs.items():
            if source not in failures:
                self.files += 1
                judging = one.settings.judging(known.name if (known := self.formats.get(source)) else None)
                self._baselines.checked(source, {*one.settings.rules, *judging.rules}, one.ledger)

    def _run(
        self, inputs: Mapping[Input, Source], failures: _Failures
    ) -> Generator[tuple[Input, Located], None, None]:
        """What is found in files that are compared with each other, or what is remembered of that."""

        def fail(one: Input, error: OSError) -> None:
            failures.add(inputs[one], error)

        check = partial(check_files, list(inputs), resources=self._resources())
        memory = None if failures else cached(self._cache, [*map(self._holder, inputs.values())], [*inputs])
        looked = partial(self._looked, inputs)
        if memory is None:
            yield from check(on_format=looked, on_failure=fail)
            return
        with closing(memory):
            yield from memory.findings(check, looked, fail)
            failures.verify()
            if not failures:
                memory.keep()

    def _resources(self) -> Resources:
        jobs = self._args.jobs or min(processors(), MOST_JOBS)
        if self._progress is None:
            return Resources(jobs, temporary_file)
        return Resources(jobs, temporary_file, self._progress.compared)

    def _input(self, source: Source, stream: BinaryIO) -> Input:
        settings, ledger = self._finder.settings(source.path), self._baselines.ledger(source)
        layout: Layout | None = getattr(stream, "layout", None)
        if layout is not None:
            self.layouts[source.name] = layout
        return Input(stream, settings, source.name, file_name(source), ledger, is_array=layout is not None)

    def _fail(self, source: Source, error: OSError) -> None:
        self.failed.add(source)
        self.problems.append(f"{source.name}: {error.strerror or error}")

    def _looked(self, inputs: Mapping[Input, Source], one: Input, known: Format | None) -> None:
        """Note the format of a file; tell once for each by whose rules it is judged where none is named."""
        self.formats[inputs[one]] = known
        name, settings = plain_format(known.name) if known else "", one.settings
        if settings.is_assumed(name) and name not in self._assumed and not self._quiet:
            self._assumed.add(name)
            title = settings.judging(name).target_title
            self.clear()
            say(f"No target set: {name} rows are judged by the rules of {title} (set --target).")


class _Failures:
    """What keeps files of a data set from being checked to their end."""

    def __init__(self, tell: Callable[[Source, OSError], object]) -> None:
        """`tell` is told of each file that fails, once."""
        self._tell = tell
        self._promises: list[Unchanged] = []
        self._failed: set[Source] = set()

    def __contains__(self, source: Source) -> bool:
        return source in self._failed

    def __bool__(self) -> bool:
        return bool(self._failed)

    def add(self, source: Source, error: OSError) -> None:
        """Take note of what keeps a file from being read; the first thing that does is told."""
        if source not in self._failed:
            self._failed.add(source)
            self._tell(source, error)

    @contextmanager
    def of(self, source: Source) -> Iterator[None]:
        """Take in what keeps a file from being opened."""
        try:
            yield
        except OSError as error:
            self.add(source, error)

    def expect(self, promise: Unchanged) -> None:
        """From now on, a file must stay what it is."""
        self._promises.append(promise)

    def verify(self) -> None:
        """Take note of files that did not: what was found in them may not hold."""
        for promise in self._promises:
            with self.of(promise.source):
                promise.verify()


def _about(names: Container[str], found: _Found) -> _Found:
    """The findings that have to do with other files, given by their names."""
    return (one for one in found if any(near.file in names for near in one.finding.related))


def file_name(source: Source) -> str:
    """The name that rules about file names judge; empty for a stream that has none of its own."""
    is_named = source.name != STDIN if source.stdin else source.path.is_file()
    return source.path.name if is_named else ""
