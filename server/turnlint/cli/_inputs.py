"""Which files to check: paths as the user gave them, folders walked, patterns expanded."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from turnlint.config.datasets import SKIPPED_FOLDERS, SUFFIXES
from turnlint.config.discovery import Config, SettingsFinder, absolute, ignore_patterns
from turnlint.text.label import counted

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["STDIN", "Inputs", "Source", "add_input_options", "add_paths", "find_inputs"]

STDIN = "-"


class Source(Struct, frozen=True):
    """A file to check."""

    name: str
    """The path as the user gave it, or as it follows from that."""
    path: Path
    """The same, absolute; for standard input, where the user says that it belongs."""
    stdin: bool = False
    is_context: bool = False
    """It is read so that others are compared with it: what is found in it alone is not told."""


class Inputs(Struct):
    """What was found."""

    sources: list[Source]
    problems: list[str]
    """What was named and cannot be checked, in words for the user."""
    folders: list[Path] = field(default_factory=list)
    """Those that were named and looked through, absolute: what is to be checked there is among the files."""
    notes: list[str] = field(default_factory=list)
    """What was left out, in words for the user."""


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Declare what a command works on."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="Files, folders, patterns, or - for standard input [default: this folder]",
    )


def add_input_options(add: Callable[..., object]) -> None:
    """Declare the options that say more of it."""
    add("--stdin-filename", metavar="NAME", help="The file name that standard input stands for")
    add("--force-exclude", action="store_true", help="Leave out what is excluded even if it is named")


def find_inputs(args: argparse.Namespace, finder: SettingsFinder) -> Inputs:
    """Find the files that were named, each once, in the order given; those of a folder by name.

    A file that is named is taken whatever .gitignore and the settings say, unless `--force-exclude` is given;
    as for git, .gitignore says nothing of what is in the repository.
    Raises ConfigError for a settings file on the way that cannot be obeyed.
    """
    return _Search(finder, args.force_exclude, args.stdin_filename).run(args.paths or [os.curdir])


class _Search:
    def __init__(self, finder: SettingsFinder, force_exclude: bool, stdin_name: str | None) -> None:
        self._finder = finder
        self._force_exclude = force_exclude
        self._stdin_name = stdin_name
        self._git = _GitIgnores()
        self._sources: dict[Path, Source] = {}
        self._problems: list[str] = []
        self._notes: list[str] = []
        self._folders: list[Path] = []

    def run(self, paths: Iterable[str]) -> Inputs:
        for name in paths:
            if name == STDIN:
                path = absolute(self._stdin_name or "stdin")
                if not self._left_out(path):
                    self._sources[path] = Source(self._stdin_name or STDIN, path, stdin=True)
                continue
            for one in self._expand(name):
                self._take(one)
        return Inputs(list(self._sources.values()), self._problems, self._folders, self._notes)

    def _expand(self, name: str) -> list[str]:
        """Expand a pattern that the shell has left alone."""
        if os.path.lexists(name) or not any(mark in name for mark in "*?["):
            return [name]
        found = sorted(glob(name, recursive=True))  # noqa: PTH207 - keeps the names as the user writes them
        if not found:
            self._problems.append(f"{name}: no such file, and none matches it as a pattern")
        return found

    def _take(self, name: str) -> None:
        path = absolute(name)
        if self._left_out(path):
            return
        if not os.path.isdir(path):  # noqa: PTH112 - does not raise
            self._sources.setdefault(path, Source(name, path))
            return
        self._folders.append(path)
        walk = _Walk(self._finder, self._git, path)
        found = list(walk.files(name))
        self._problems += walk.problems
        if walk.links:
            self._notes.append(f"{name}: {counted(walk.links, 'link')} to folders elsewhere not followed.")
        if not found and not walk.problems:
            ignored = "What .gitignore lists is left out; name a file to check it nevertheless."
            hint = ignored if walk.skipped else "Name files of other kinds, such as .json, to check them."
            self._problems.append(f"{name}: no JSONL files here. {hint}")
        for source in found:
            self._sources.setdefault(source.path, source)

    def _left_out(self, path: Path) -> bool:
        """Whether a path that was named is to be passed over all the same."""
        if not self._force_exclude:
            return False
        if self._finder.config(path.parent).excludes(path):
            return True
        return self._git.covers(path) and not self._git.keeps(path)


class _Walk:
    """One way through a folder and everything below it."""

    def __init__(self, finder: SettingsFinder, git: _GitIgnores, top: Path) -> None:
        self.problems: list[str] = []
        self.skipped = False
        """Whether .gitignore has left out anything."""
        self.links = 0
        """How many links lead to folders elsewhere. They are not followed: what is there was not named."""
        self._top = top.resolve()
        self._finder = finder
        self._git = git
        self._within = top if git.covers(top) else None
        self._seen: set[tuple[int, int]] = set()

    def files(self, top: str) -> Iterator[Source]:
        """Yield the files to check by name, going into each folder once."""
        todo = [(top, True)]
        while todo:
            name, is_folder = todo.pop()
            if not is_folder:
                yield Source(name, absolute(name))
                continue
            try:
                todo += self._entries(name)
            except OSError as error:
                self.problems.append(f"{name}: {error.strerror}")

    def _entries(self, folder: str) -> list[tuple[str, bool]]:
        """What to visit in a folder, the last first."""
        known = os.stat(folder)  # noqa: PTH116
        if (known.st_dev, known.st_ino) in self._seen:
            return []
        self._seen.add((known.st_dev, known.st_ino))
        path = absolute(folder)
        config = self._finder.config(path)
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        wanted = []
        for entry in found:
            is_folder = _is_folder(entry)
            if is_folder is None or not self._wanted(path / entry.name, is_folder, config):
                continue
            if is_folder and entry.is_symlink() and not self._holds(path / entry.name):
                self.links += 1
            else:
                wanted.append((entry.name if folder == os.curdir else entry.path, is_folder))
        return wanted

    def _holds(self, link: Path) -> bool:
        """Whether a link leads to a folder below the one that was named."""
        return link.resolve().is_relative_to(self._top)

    def _wanted(self, path: Path, is_folder: bool, config: Config) -> bool:
        if path.name[0] == "." or path.name in SKIPPED_FOLDERS or config.excludes(path):
            return False
        include = config.settings.include
        named = not is_folder and config.names(path)
        if not (is_folder or named or (not include and path.name.lower().endswith(SUFFIXES))):
            return False
        if named or (is_folder and (include or config.settings.dataset)):
            return True  # the settings may name what .gitignore has
        ignored = self._git.ignores(path, is_folder, within=self._within)
        self.skipped = self.skipped or ignored
        return not ignored


def _is_folder(entry: os.DirEntry[str]) -> bool | None:
    """Whether an entry is a folder and not a file; None for pipes, sockets and devices.

    A link that leads nowhere counts as a file: opening it will tell.
    """
    if not entry.is_symlink():
        return entry.is_dir() if entry.is_dir() or entry.is_file() else None
    if os.path.isdir(entry.path):  # noqa: PTH112 - does not raise
        return True
    return False if os.path.isfile(entry.path) or not os.path.exists(entry.path) else None  # noqa: PTH110, PTH113


class _GitIgnores:
    """What .gitignore files leave out, in repositories; outside of them they mean nothing."""

    def __init__(self) -> None:
        self._own: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}
        self._chains: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}
        self._kept: dict[Path, frozenset[bytes]] = {}
        """For the top of a repository, the files in it that git keeps all the same."""

    def covers(self, path: Path) -> bool:
        """Whether a path or any folder above it is ignored."""
        return self.ignores(path, os.path.isdir(path)) or any(  # noqa: PTH112
            self.ignores(folder, True) for folder in path.parents if self._chain(folder)
        )

    def keeps(self, path: Path) -> bool:
        """Whether a file that is ignored is in a repository nevertheless, so that git does not ignore it."""
        top = next((one for one in path.parents if os.path.lexists(one / ".git")), None)
        if top is None:
            return False
        if top not in self._kept:
            from turnlint.cli._git import kept_though_ignored  # few need it

            self._kept[top] = kept_though_ignored(top)
        return os.fsencode(path.relative_to(top).as_posix()) in self._kept[top]

    def ignores(self, path: Path, is_folder: bool, *, within: Path | None = None) -> bool:
        """Whether a path as such is ignored, by the files in the folder `within` and below it alone."""
        for folder, spec in reversed(self._chain(path.parent)):
            if within is not None and not folder.is_relative_to(within):
                return False
            verdict = spec.check_file(path.relative_to(folder).as_posix() + "/" * is_folder).include
            if verdict is not None:
                return verdict
        return False

    def _chain(self, folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
        """The patterns that hold in a folder, from the top of its repository down."""
        if folder not in self._chains:
            above = [folder, *folder.parents]
            tops = (at for at, one in enumerate(above, 1) if os.path.exists(one / ".git"))  # noqa: PTH110
            inside = above[: next(tops, 0)]
            self._chains[folder] = [pair for one in reversed(inside) for pair in self._patterns(one)]
        return self._chains[folder]

    def _patterns(self, folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
        if folder not in self._own:
            files = (folder / ".git" / "info" / "exclude", folder / ".gitignore")
            self._own[folder] = [
                (folder, ignore_patterns(lines)) for lines in map(_pattern_lines, files) if lines
            ]
        return self._own[folder]


def _pattern_lines(path: Path) -> tuple[str, ...]:
    """The patterns in a file; none where it cannot be read. What is no pattern is passed over, as in git."""
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ()
    return tuple(line for line in lines if line.strip() and line[0] != "#" and _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line], backend="simple")
    except ValueError:
        return False
    return True
