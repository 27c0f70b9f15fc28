"""Which files are one data set, so that their rows are compared with each other.

The settings say it: the files of one table [[dataset]], and those of all tables with the same `name`. Where
they name a file nowhere, its own name says it: files of one folder whose names differ in the word for the
split alone, as `train.jsonl` and `valid.jsonl` do, or `sft_train.jsonl` and `sft-val.jsonl`.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Hashable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from msgspec import Struct

from turnlint.config.discovery import Config, Dataset, Listing, SettingsFinder
from turnlint.config.patterns import SUFFIXES
from turnlint.engine.splits import SPLITS, namesake, split_of

__all__ = [
    "SKIPPED_FOLDERS",
    "SUFFIXES",
    "DatasetFile",
    "DatasetFiles",
    "dataset_of",
    "dataset_within",
    "files_below",
    "files_of",
    "gather",
    "is_below",
    "matches_nothing",
]

SKIPPED_FOLDERS = frozenset(("node_modules", "site-packages", "__pycache__"))

_ENTRIES = 100_000
"""So many files and folders are looked at to find those of a data set."""
_WILD = frozenset("*?[\\:")
"""Marks that a pattern has beside the names of folders, and one that leads to another drive."""


class DatasetFile(Struct, frozen=True):
    """A file of a data set."""

    path: Path
    """Absolute."""
    split: str
    """train, validation or test, as `Settings.split` says, else its name."""
    number: int
    """Which of the paths that were given it is, from 0."""


class DatasetFiles(Struct, frozen=True):
    """The files whose rows are compared: those to train on first, then validation, then test."""

    files: tuple[DatasetFile, ...]
    name: str = ""
    """What the settings call the data set."""


def gather(paths: Sequence[Path], finder: SettingsFinder) -> list[DatasetFiles]:
    """Sort files, given by absolute paths, into data sets, in order of the first file of each.

    A file that belongs to no other is a data set of its own. Raises ConfigError for settings that cannot be
    obeyed.
    """
    found: dict[Hashable, list[DatasetFile]] = {}
    names: dict[Hashable, str] = {}
    for number, path in enumerate(paths):
        config = finder.config(path.parent)
        listing = config.dataset_of(path)
        key: Hashable = _key(config, listing) if listing else _implied(path)
        found.setdefault(key, []).append(DatasetFile(path, _split(path, listing), number))
        names[key] = listing.dataset.name or "" if listing else ""
    sets = [one for key, files in found.items() for one in _sets(key, files, names[key])]
    return sorted(sets, key=lambda one: min(file.number for file in one.files))


def dataset_of(path: Path, finder: SettingsFinder) -> DatasetFiles:
    """The data set of one file with all its files on this machine, the number of the file itself being 0.

    Looks at no more than 100,000 files and folders, so it may take a second. Raises ConfigError as above.
    """
    config = finder.config(path.parent)
    listing = config.dataset_of(path)
    around = _listed(config, config.tables(listing.number)) if listing else _beside(path)
    others = sorted({one for one in around if one != path and not config.excludes(one)})
    return next(one for one in gather([path, *others], finder) if any(not file.number for file in one.files))


def dataset_within(
    path: Path, finder: SettingsFinder, workspace: Iterable[Path] | None
) -> tuple[DatasetFile, ...]:
    """The data set of one file as above, by split and path.

    Where a workspace is given, only files of it are taken besides, or of the folder of the file, wherever
    links lead: settings of a folder above the workspace reach no others.
    """
    found = sorted(dataset_of(path, finder).files, key=lambda file: (SPLITS.index(file.split), file.path))
    if workspace is None:
        return tuple(found)
    homes = [one.resolve() for one in (path.parent, *workspace)]
    homes.append(path.resolve().parent)
    return tuple(file for file in found if not file.number or is_below(file.path, homes))


def is_below(path: Path, homes: Iterable[Path]) -> bool:
    """Whether a file is in one of some folders, wherever links lead. The folders are given without links."""
    home = path.resolve()
    return any(home.is_relative_to(folder) for folder in homes)


class _Implied(Struct, frozen=True):
    """What files have in common that seem to be one data set."""

    folder: Path
    words: tuple[str, ...]


def _key(config: Config, listing: Listing) -> Hashable:
    return config.root, config.path, listing.dataset.name or listing.number


def _implied(path: Path) -> Hashable:
    named = namesake(path.name)
    return _Implied(path.parent, named[1]) if named else path


def _split(path: Path, listing: Listing | None) -> str:
    return listing.splits[0] if listing else split_of(path.name)


def _sets(key: Hashable, files: list[DatasetFile], name: str) -> Iterable[DatasetFiles]:
    """Files with one key are one data set, but for those of one split where their names alone say so."""
    if isinstance(key, _Implied) and len({one.split for one in files}) == 1:
        return (DatasetFiles((one,)) for one in files)
    files.sort(key=lambda one: SPLITS.index(one.split))
    return (DatasetFiles(tuple(files), name),)


def _beside(path: Path) -> Iterator[Path]:
    """The files of the same folder that may be other splits of a file."""
    named = namesake(path.name)
    if named is None:
        return
    for name in _names(path.parent, _ENTRIES):
        other, file = namesake(name), path.parent / name
        is_alike = other is not None and other[1] == named[1] and name.lower().endswith(SUFFIXES)
        if is_alike and os.path.isfile(file):  # noqa: PTH113 - does not raise
            yield file


def _listed(config: Config, tables: Iterable[Dataset]) -> Iterator[Path]:
    """The files that tables name."""
    lists = [getattr(table, split) for table in tables for split in SPLITS]
    tops = {config.root.joinpath(*_fixed(pattern)) for pattern in chain.from_iterable(lists)}
    apart = [one for one in sorted(tops) if not tops.intersection(one.parents)]
    return (
        path for path in _walk(config.root, apart) if any(config.lists(patterns, path) for patterns in lists)
    )


def files_of(config: Config, table: Dataset) -> dict[str, list[Path]]:
    """The files on this machine that a table names, by split. Looks at no more than 100,000."""
    found = sorted(set(_listed(config, [table])))
    return {split: [one for one in found if config.lists(getattr(table, split), one)] for split in SPLITS}


def files_below(folder: Path) -> list[Path]:
    """The JSONL files in a folder and below, whatever .gitignore says. Looks at no more than 100,000."""
    return sorted(one for one in _walk(folder, [folder]) if one.name.lower().endswith(SUFFIXES))


def matches_nothing(config: Config, pattern: str) -> bool:
    """Whether no file on this machine matches a pattern; false where that is not looked for.

    That is beyond 100,000 files and folders, where links lead elsewhere, and in folders that are hidden or
    hold what was installed.
    """
    folders = pattern.split("/")[:-1]
    if any(one[:1] == "." or one in SKIPPED_FOLDERS for one in folders):
        return False
    walk = _walk(config.root, [config.root.joinpath(*_fixed(pattern))])
    while True:
        try:
            path = next(walk)
        except StopIteration as end:
            return bool(end.value)
        if config.matches((pattern,), path):
            return False


def _walk(root: Path, tops: Iterable[Path]) -> Generator[Path, None, bool]:
    """The files in folders and below, each folder once; says whether these are all.

    A link that leads out of the root is not followed: the settings of a folder are about what is in there.
    """
    todo = list(tops)
    inside, named, seen = root.resolve(), frozenset(todo), set[tuple[int, int]]()
    left, is_whole = _ENTRIES, True
    while todo and left > 0:
        folder = todo.pop()
        try:
            known = folder.stat()
        except OSError:
            continue
        if (known.st_dev, known.st_ino) in seen:
            continue
        if (folder in named or folder.is_symlink()) and not folder.resolve().is_relative_to(inside):
            is_whole = False
            continue
        seen.add((known.st_dev, known.st_ino))
        for name in _names(folder, left):
            path, left = folder / name, left - 1
            if os.path.isfile(path):  # noqa: PTH113 - does not raise
                yield path
            elif name[0] != "." and name not in SKIPPED_FOLDERS:
                todo.append(path)
    return is_whole and left > 0


def _names(folder: Path, most: int) -> list[str]:
    """The names of what is in a folder; of more than so many, any. None where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return [one.name for one in islice(entries, most)]
    except OSError:
        return []


def _fixed(pattern: str) -> list[str]:
    """The folders that a pattern names as they are: what it matches is in there. Of most patterns, none."""
    folders = pattern.removeprefix("/").split("/")[:-1]
    wild = (at for at, one in enumerate(folders) if _WILD.intersection(one) or one in ("", ".", ".."))
    return folders[: next(wild, len(folders))]
