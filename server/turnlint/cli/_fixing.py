"""`turnlint check --fix`: files are fixed in drafts, pass by pass, and take their places at the very end."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property, partial
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, field

from turnlint.cli._baseline import Baselines
from turnlint.cli._checking import Checking
from turnlint.cli._inputs import Inputs, Source
from turnlint.cli._output import style_of
from turnlint.cli._reading import Progress, file_of, is_pipe, open_source, why_unfixable
from turnlint.cli._replacing import Draft, Original
from turnlint.cli._streams import Output, UsageError, complain, say
from turnlint.config.datasets import gather
from turnlint.config.discovery import SettingsFinder
from turnlint.engine import Located, RowChecker
from turnlint.engine.fix import RowFixer, has_fix, is_safe
from turnlint.engine.rewrite import rewritten
from turnlint.model import Finding, Rewrite
from turnlint.report import Style
from turnlint.report._diff import Versions, for_people, unified
from turnlint.rules import all_rules
from turnlint.text.copying import RowCopier
from turnlint.text.label import counted
from turnlint.text.rows import RowReader

__all__ = ["Work", "fix"]

_PASSES = 10
"""What one fix brings to light the next pass fixes. After so many, fixes go in circles."""
_CHUNK = 1 << 20
_OTHER_ROWS: tuple[Rewrite, ...] = ("utf-8", "rows")
_ORDER: tuple[Rewrite, ...] = (*_OTHER_ROWS, "line-feeds", "remove-bom", "add-bom")
"""In which order a file is written anew in several ways."""
_CONTRARY: frozenset[Rewrite] = frozenset(("remove-bom", "add-bom"))
"""Each undoes the other."""


def fix(
    args: argparse.Namespace,
    finder: SettingsFinder,
    inputs: Inputs,
    output: Output,
    tell: Callable[..., int] | None = None,
) -> int:
    """Fix files, or show what that would change; returns the exit status.

    `tell` checks them afterwards and gives that status. Fixed standard input goes to the output.
    Raises UsageError for options that contradict each other, and for standard input that cannot be fixed.
    """
    _refuse_baseline(args)
    with Fixing(args, finder) as fixing:
        fixing.run(inputs.sources)
        if args.diff:
            fixing.diff(output, style_of(output, args.color))
        else:
            fixing.replace()
            fixing.write(output)
        output.finish()
        fixing.say()
        if tell is None:
            problems = [*inputs.problems, *fixing.unread, *fixing.unwritten]
            for words in problems:
                complain(words)
            return 2 if problems else int(args.diff and bool(fixing.fixed) and not args.exit_zero)
        streams = any(source.stdin for source in inputs.sources)
        left = Inputs(inputs.sources, [*inputs.problems, *fixing.unwritten])
        return tell(left, opener=fixing.open if streams else open_source, fixed=fixing.count)


class Work(Struct):
    """What became of a file so far."""

    source: Source
    original: Original | None
    """None for standard input."""
    folder: Path
    """Where its drafts are."""
    draft: Draft | None = None
    """The file as it is after the last pass that changed it; None where it is as it was."""
    kept: Draft | None = None
    """What was read of standard input."""
    fixed: Counter[str] = field(default_factory=Counter)
    """How many findings of each rule were fixed."""
    removed: list[int] = field(default_factory=list)
    """The rows that are gone, by their numbers in the file as it was."""
    whole: bool = False
    """Its rows are others than they were."""
    refused: set[Rewrite] = field(default_factory=set)
    """The ways in which it cannot be written anew."""

    def take(self, draft: Draft, fixed: Counter[str]) -> None:
        """Make a draft the file as it is now; so many findings of each rule were fixed in it."""
        if self.draft is not None:
            self.draft.discard()
        self.draft = draft
        self.fixed += fixed

    def remove(self, rows: Iterable[int]) -> None:
        """Note that rows are gone, by their numbers as the file was before this pass, in ascending order."""
        gone, found = 0, []
        for row in rows:
            while gone < len(self.removed) and self.removed[gone] - gone <= row:
                gone += 1
            found.append(row + gone)
        self.removed = sorted([*self.removed, *found])


class Fixing:
    """Fixes files, all of it in drafts until they are to take the places of the files.

    Use it as a context, so that no draft is left behind.
    """

    def __init__(self, args: argparse.Namespace, finder: SettingsFinder) -> None:
        self.unread: list[str] = []
        """What kept files from being read, in words for the user,"""
        self.unwritten: list[str] = []
        """and what kept them from being written."""
        self._args = args
        self._finder = finder
        self._wanted: Callable[[Finding], bool] = has_fix if args.unsafe_fixes else is_safe
        self._works: dict[Source, Work] = {}
        self._files: dict[Path, Work] = {}
        self._links: dict[Source, Work] = {}
        """What becomes of files that are listed by another name before."""
        self._once: set[Source] = set()
        """What can be read but once, which is when all else is fixed."""
        self._locked: dict[Source, str] = {}
        """What keeps files from being written, until that is a problem,"""
        self._unfixable: dict[Source, str] = {}
        """Why files cannot be fixed, until that is told."""
        self._rounds: dict[Source, _Round] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Fixing:
        return self

    def __exit__(self, *_: object) -> None:
        for work in self._works.values():
            if work.draft is not None:
                work.draft.discard()
        for one in self._rounds.values():
            one.discard()
        self._stack.close()

    @property
    def fixed(self) -> list[Work]:
        """What became of the files in which something was fixed."""
        return [work for work in self._works.values() if work.fixed]

    @property
    def count(self) -> int:
        """How many problems were fixed."""
        return sum(work.fixed.total() for work in self.fixed)

    def run(self, sources: Sequence[Source]) -> None:
        """Fix files as far as it goes. Raises OutputError where drafts cannot be written."""
        for source in sources:
            self._begin(source)
        todo = [source for source in sources if source not in self._once]
        for _ in range(_PASSES):
            changed = self._pass(todo)
            if not changed:
                return
            todo = [one for members in self._datasets(todo) if changed & {*members} for one in members]
        for source in sources:
            if source in changed:
                _note(source, f"after {_PASSES} passes there is still something to fix; fix it once more")

    @contextmanager
    def open(self, source: Source, progress: Progress | None = None, among: int = 1) -> Iterator[BinaryIO]:
        """Open a file as it is now, as `open_source` does. Raises OSError."""
        draft = self._draft(source)
        with draft.path.open("rb") if draft else open_source(source, progress, among) as stream:
            yield stream

    def file(self, source: Source) -> Path | None:
        """The file that has the bytes of a source as it is now; None where there is none."""
        draft = self._draft(source)
        return draft.path if draft else file_of(source)

    def _draft(self, source: Source) -> Draft | None:
        work = self._works.get(source) or self._links.get(source)
        return (work.draft or work.kept) if work else None

    @contextmanager
    def _open_original(self, work: Work) -> Iterator[BinaryIO]:
        """Open a file as it was."""
        with work.kept.path.open("rb") if work.kept else open_source(work.source) as stream:
            yield stream

    def replace(self) -> None:
        """Put the drafts in the places of their files; what keeps one from it goes to the problems."""
        for work in self.fixed:
            if work.original is None or work.draft is None:
                continue
            try:
                work.original.replace(work.draft)
                work.draft = None
            except OSError as error:
                self.unwritten.append(f"{work.source.name}: cannot be written: {error.strerror or error}")
                work.fixed.clear()

    def diff(self, output: Output, style: Style) -> None:
        """Write what is fixed as a diff: byte by byte, or for people where the output is a terminal."""
        for work in self.fixed:
            removed = None if work.whole else work.removed
            old, new = partial(self._open_original, work), partial(self.open, work.source)
            versions = Versions(work.source.name, old, new, removed)
            if output.is_terminal():
                for line in for_people(versions, style):
                    output.write(line)
            else:
                for piece in unified(versions):
                    output.write_bytes(piece)

    def say(self) -> None:
        """Tell what is fixed, if the user asks, and how much, where nothing else will tell."""
        works = self.fixed
        if self._args.show_fixes:
            for work in works:
                counts = ", ".join(f"{count:,} {rule}" for rule, count in sorted(work.fixed.items()))
                say(f"{work.source.name}: {counts}")
        done = "Would fix" if self._args.diff else "Fixed"
        alone = self._args.diff or self._args.fix_only
        if works and alone and not self._args.quiet:
            say(f"{done} {counted(self.count, 'problem')} in {counted(len(works), 'file')}.")

    def write(self, output: Output) -> None:
        """Write what became of standard input, where that is one of the files."""
        for work in self._works.values():
            if work.original is None:
                with self.open(work.source) as stream:
                    for chunk in _chunks(stream):
                        output.write_bytes(chunk)

    def _begin(self, source: Source) -> None:
        if is_pipe(source):
            self._once.add(source)
            _note(source, "it can be read only once, and nothing in it is fixed")
            return
        if source.is_context:
            return
        reason = why_unfixable(source)
        if reason and source.stdin:
            raise UsageError(f"{source.name}: {reason}, and nothing in it can be fixed")
        if reason:
            self._unfixable[source] = reason
            return
        try:
            original = None if source.stdin else Original(source.path)
        except OSError:
            return  # the check will tell
        if original and original.file in self._files:
            self._links[source] = self._files[original.file]
            return
        keeps = original is not None and not self._args.diff
        if original and keeps and (obstacle := original.obstacle()):
            self._locked[source] = obstacle
            return
        folder = original.folder if original and keeps else self._temporary_folder
        work = self._works[source] = Work(source, original, folder)
        if original:
            self._files[original.file] = work
        if self._ways(source) >= _CONTRARY:
            if not any(one.refused for one in self._works.values()):
                say("Note: there are rules on for a byte order mark and against it; that stays as it is.")
            work.refused |= _CONTRARY
        if source.stdin:
            with open_source(source) as stream:
                work.kept = Draft(folder)
                for chunk in _chunks(stream):
                    work.kept.write(chunk)
                work.kept.close()

    def _ways(self, source: Source) -> set[Rewrite]:
        """In which ways the rules that are on may have a file written anew."""
        fixes = [all_rules()[name].rule.fix for name in self._finder.settings(source.path).rules]
        return {one.rewrite for one in fixes if one}

    @cached_property
    def _temporary_folder(self) -> Path:
        from tempfile import TemporaryDirectory

        return Path(self._stack.enter_context(TemporaryDirectory(prefix="turnlint-")))

    def _datasets(self, sources: Sequence[Source]) -> Iterator[list[Source]]:
        """The files that are compared with each other."""
        for dataset in gather([one.path for one in sources], self._finder):
            yield [sources[number] for number in sorted(file.number for file in dataset.files)]

    def _pass(self, sources: Sequence[Source]) -> set[Source]:
        """Fix files once; give those that changed."""
        baselines = Baselines(self._args, self._finder, accepts=False)
        progress = Progress.of(sources, quiet=self._args.quiet)
        checking = Checking(
            self._args, self._finder, baselines, progress, opener=self.open, holder=self.file, quiet=True
        )
        self._rounds = {}
        for source, found in checking.each(sources):
            if source in self._works:
                opener = partial(self.open, source)
                one = self._rounds[source] = _Round(self._works[source], self._wanted, opener)
                one.take(found, partial(self._fixer, checking, baselines, source))
            elif source in self._locked and any(self._wanted(one.finding) for one in found):
                self.unwritten.append(f"{source.name}: cannot be written: {self._locked.pop(source)}")
            elif source in self._unfixable and any(self._wanted(one.finding) for one in found):
                _note(source, f"{self._unfixable.pop(source)}, and nothing in it is fixed")
        self.unread += (words for words in checking.problems if words not in self.unread)
        return {source for source, one in self._rounds.items() if one.end(failed=source in checking.failed)}

    def _fixer(self, checking: Checking, baselines: Baselines, source: Source) -> RowFixer:
        checker = RowChecker(checking.formats[source], self._finder.settings(source.path))
        return RowFixer(checker, self._wanted, baselines.ledger(source))


class _Round:
    """What one pass does to one file."""

    def __init__(
        self,
        work: Work,
        wanted: Callable[[Finding], bool],
        opener: Callable[[], AbstractContextManager[BinaryIO]],
    ) -> None:
        self._work = work
        self._wanted = wanted
        self._open = opener
        self._draft: Draft | None = None
        self._fixed: Counter[str] = Counter()
        self._removed: list[int] = []
        self._rewrites: dict[Rewrite, str] = {}
        """In which ways the file is to be written anew, with the rules that ask for it."""

    def take(self, found: Iterable[Located], fixer: Callable[[], RowFixer]) -> None:
        """Take in what was found, in the order of the rows, and fix the rows in a draft."""
        rows = self._rows(found)
        first = next(rows, None)
        if first is None:
            return
        fix = fixer().change
        self._draft = Draft(self._work.folder)
        with self._open() as stream:
            copier = RowCopier(stream, self._draft.write)
            for row, located in chain((first,), rows):
                change = fix(row, located)
                if change is not None:
                    copier.replace(row, change.content)
                    self._fixed += change.fixed
                    self._removed += [row] if change.content is None else []
            copier.rest()
        self._draft.close()
        self._work.whole = self._work.whole or copier.bare_cr

    def end(self, *, failed: bool) -> bool:
        """Make it what the file is now, but where reading has failed; say whether anything changed."""
        if failed:
            self.discard()
            return False
        ways = [way for way in _ORDER if way in self._rewrites.keys() - self._work.refused]
        if any(map(self._rewrite, ways)):
            self.discard()
            return True
        if self._draft is None or not self._fixed:
            self.discard()
            return False
        self._work.take(self._draft, self._fixed)
        self._work.remove(self._removed)
        return True

    def _rows(self, found: Iterable[Located]) -> Iterator[tuple[int, list[Located]]]:
        """The rows in which there is something to fix, with all that was found in them."""
        for row, group in groupby(found, key=lambda one: one.row):
            located = list(group)
            wanted = [one.finding for one in located if self._wanted(one.finding)]
            if row is not None and wanted:
                yield row, located
            self._rewrites |= {one.fix.rewrite: one.rule for one in wanted if one.fix and one.fix.rewrite}

    def _rewrite(self, way: Rewrite) -> bool:
        """Write the file anew; say whether that was possible."""
        draft = Draft(self._work.folder)
        try:
            with self._open() as stream:
                bare_cr = RowReader(stream).marks.bare_cr
                stream.seek(0)
                for chunk in rewritten(_chunks(stream), way):
                    draft.write(chunk)
            draft.close()
        except ValueError as error:
            draft.discard()
            self._work.refused.add(way)
            _note(self._work.source, f"{error}; the file is not written anew")
            return False
        except BaseException:
            draft.discard()
            raise
        self._work.take(draft, Counter((self._rewrites[way],)))
        self._work.whole = self._work.whole or bare_cr or way in _OTHER_ROWS
        return True

    def discard(self) -> None:
        """Leave nothing behind of rows that were fixed."""
        if self._draft is not None:
            self._draft.discard()


def _refuse_baseline(args: argparse.Namespace) -> None:
    """Raise UsageError where a baseline was to be written and the run ends before that."""
    ending = "--diff" if args.diff else "--fix-only" if args.fix_only else ""
    writing = "--add-baseline" if args.add_baseline else "--prune-baseline" if args.prune_baseline else ""
    if ending and writing:
        raise UsageError(f"{ending} does not write a baseline: leave out {writing}")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(partial(stream.read, _CHUNK), b"")


def _note(source: Source, words: str) -> None:
    say(f"Note: {source.name}: {words}.")
