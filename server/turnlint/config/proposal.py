"""Settings proposed for the files that are there, as the text of a `turnlint.toml` with comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from turnlint.config import ConfigError
from turnlint.config.datasets import DatasetFiles, gather
from turnlint.config.discovery import Config, SettingsFinder
from turnlint.config.patterns import SUFFIXES
from turnlint.config.toml import spelled
from turnlint.engine.splits import SPLITS
from turnlint.formats import Format

__all__ = ["Proposal", "literal", "proposed"]

_MANY = 4
"""From so many files of one split on, a pattern is looked for that names them."""
_GENERIC = "generic"
_NUMBER = re.compile(r"[0-9]+")
_SPECIAL = re.compile(r"[\\*?\[\]]")


class Proposal(Struct, frozen=True):
    """What `turnlint.toml` is to be."""

    text: str
    target: str
    """Empty where nothing says who will train on the data."""
    datasets: int
    """How many tables of data sets it has."""
    left_out: tuple[str, ...]
    """The names of files that belong into a data set and that TOML or a pattern cannot name."""


def proposed(
    folder: Path, formats: Mapping[Path, Format | None], *, target: str = "", ignored: bool = False
) -> Proposal:
    """Propose settings for files below a folder, given by absolute paths with their formats as far as known.

    `target` is what the user names; else it follows from the formats. The files are named as such where they
    are `ignored` by git, so that they are found.
    """
    named = target or _home(formats.values())
    sets = [one for one in gather(list(formats), SettingsFinder(isolated=True)) if len(one.files) > 1]
    left_out: list[str] = []
    tables = [_table(folder, one, formats, left_out) for one in sets]
    parts = [_HEAD, _target_lines(named), *([_include_lines(formats)] if ignored else []), _RULES]
    parts += [_DATASET, *filter(None, tables)] if any(tables) else [_NO_DATASET]
    text = "\n".join([*parts, _EXCEPTION])
    return Proposal(text, named, sum(map(bool, tables)), tuple(left_out))


def literal(path: str) -> str:
    """The pattern that matches a path with `/`, relative to the settings, and nothing else."""
    escaped = _SPECIAL.sub(r"\\\g<0>", path)
    kept = escaped.rstrip()  # as patterns are, of all white space
    end = "".join(f"[{blank}]" for blank in escaped[len(kept) :])
    return "/" * ("/" not in path or path[0] in "#!") + kept + end


def _home(formats: Iterable[Format | None]) -> str:
    """The target whose formats all these are; empty where they are of several, or of none."""
    homes = {one.home if one else _GENERIC for one in formats}
    return homes.pop() if len(homes) == 1 and _GENERIC not in homes else ""


def _table(
    folder: Path, dataset: DatasetFiles, formats: Mapping[Path, Format | None], left_out: list[str]
) -> str:
    """The table of a data set; empty where fewer than two of its files can be named."""
    found: dict[str, list[str]] = {}
    named: list[Path] = []
    for split in SPLITS:
        paths = [one.path for one in dataset.files if one.split == split]
        sayable = [one for one in paths if _is_sayable(folder, one)]
        left_out += [str(one.relative_to(folder)) for one in paths if one not in sayable]
        if sayable:
            found[split] = _patterns(folder, sayable, formats)
            named += sayable
    if len(named) < 2:
        return ""
    kinds = {formats[one] for one in named}
    kind = kinds.pop() if len(kinds) == 1 else None
    lines = ["[[dataset]]"]
    lines += [f"stage = {spelled(kind.stage)}", f"format = {spelled(kind.name)}"] if kind else []
    return "\n".join([*lines, *(f"{split} = {_list(found[split])}" for split in found), ""])


def _patterns(folder: Path, paths: Sequence[Path], others: Iterable[Path]) -> list[str]:
    """Patterns that match these files: one for many whose names differ in numbers, if it matches no other."""
    names = [literal(one.relative_to(folder).as_posix()) for one in paths]
    shared = {_NUMBER.sub("*", name) for name in names}
    if len(names) >= _MANY and len(shared) == 1:
        config = Config(folder)
        if {one for one in others if config.lists(shared, one)} == {*paths}:
            return [*shared]
    return names


def _is_sayable(folder: Path, path: Path) -> bool:
    pattern = literal(path.relative_to(folder).as_posix())
    try:
        spelled(pattern)
        return Config(folder).lists((pattern,), path)
    except (ConfigError, ValueError):
        return False


def _list(patterns: Sequence[str]) -> str:
    if len(patterns) == 1:
        return spelled(patterns)
    return "\n".join(["[", *(f"  {spelled(one)}," for one in patterns), "]"])


def _target_lines(target: str) -> str:
    value = f"target = {spelled(target)}" if target else '# target = "openai:gpt-4.1-mini"'
    return f"{_TARGET}{value}\n"


def _include_lines(paths: Iterable[Path]) -> str:
    ends = [one for one in SUFFIXES if any(path.name.lower().endswith(one) for path in paths)]
    return f"{_INCLUDE}include = {spelled([f'*{one}' for one in ends])}\n"


_HEAD = """\
# Settings of turnlint for the files in this folder and below.
# `turnlint config` shows what holds, and `turnlint config --key NAME` explains a setting.
"""
_TARGET = """\
# Who will train on the data: findings then say what they do with it, and limits are theirs.
# `turnlint target` lists them; a model is named behind a colon, as in "openai:gpt-4.1-mini".
"""
_INCLUDE = """\
# .gitignore lists these files; named here, they are checked nevertheless.
"""
_RULES = """\
# The least severity that makes a check fail: error, warning, info or hint.
fail-on = "warning"

# Rules and families that are off, such as "near-duplicate" or "content". `turnlint rule` lists all.
ignore = []

# Other severities, by rule:
# [severity]
# near-duplicate = "info"
"""
_DATASET = """\
# Files whose rows are compared with each other, by split. Patterns are those of a .gitignore.
"""
_NO_DATASET = """\
# Files whose rows are compared with each other, by split. Patterns are those of a .gitignore.
# Without a table, files belong together whose names differ in the word for the split alone.
# [[dataset]]
# train = ["data/train*.jsonl"]
# validation = ["data/valid.jsonl"]
"""
_EXCEPTION = """\
# Findings that are known and not told, with the reason, and the last day if there is one:
# [[exception]]
# rules = ["consistency"]
# paths = ["data/legacy/*.jsonl"]
# reason = "imported in 2024, reviewed"
# until = 2027-03-31
"""
