"""What the settings say that was of no use in a run: exceptions that hid nothing, patterns without a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from turnlint.cli._baseline import Baselines, relative
from turnlint.cli._inputs import Inputs, Source
from turnlint.config.datasets import matches_nothing
from turnlint.config.discovery import Config, SettingsFinder
from turnlint.config.errors import named
from turnlint.config.shape import described
from turnlint.engine.splits import SPLITS
from turnlint.text.label import counted

__all__ = ["unused"]


def unused(inputs: Inputs, finder: SettingsFinder, baselines: Baselines, *, all_rules: bool) -> Iterator[str]:
    """Say of each settings file what it says in vain, in words for the user.

    Only of files whose folder was looked through as a whole: else others may need it. Exceptions are judged
    where `all_rules` were asked that the settings ask, and all files were read that they are about.
    """
    by_config: dict[Path | None, tuple[Config, list[Source]]] = {}
    for source in inputs.sources:
        config = finder.config(source.path.parent)
        if any(config.root.is_relative_to(folder) for folder in inputs.folders):
            by_config.setdefault(config.path, (config, []))[1].append(source)
    for config, sources in by_config.values():
        name = relative(config.path) if config.path else config.name
        if all_rules:
            yield from (f"{name}: {words}" for words in _idle_exceptions(config, sources, finder, baselines))
        yield from (f"{name}: {words}" for words in _idle_patterns(config, sources))


def _idle_exceptions(
    config: Config, sources: Sequence[Source], finder: SettingsFinder, baselines: Baselines
) -> Iterator[str]:
    about: dict[int, int] = {}
    used: set[int] = set()
    for source in sources:
        exempt = finder.settings(source.path).exempt
        numbers = {number for those in exempt.values() for number in those}
        about |= {number: about.get(number, 0) + 1 for number in numbers}
        ledger = baselines.ledgers.get(source)
        # In a file that was not read, something may be hidden.
        found = exempt if ledger is None else ledger.exempted
        used |= {number for rule in found for number in exempt[rule]}
    for number, files in sorted(about.items()):
        if number not in used:
            entry = config.settings.exception[number]
            yield f"{described(entry)} hid nothing in {counted(files, 'file')}: it may be deleted."


def _idle_patterns(config: Config, sources: Sequence[Source]) -> Iterator[str]:
    for where, pattern in _patterns(config):
        is_idle = not any(config.matches((pattern,), one.path) for one in sources)
        if pattern[:1] != "!" and is_idle and matches_nothing(config, pattern):
            yield f"no file matches {named(pattern)} in {where}."


def _patterns(config: Config) -> Iterator[tuple[str, str]]:
    """Patterns that are meant to match, with where they stand."""
    settings = config.settings
    yield from (("[per-file-ignores]", pattern) for pattern in settings.per_file_ignores)
    for table in settings.dataset:
        for split in SPLITS:
            yield from ((f"`{split}` of [[dataset]]", pattern) for pattern in getattr(table, split))
    for entry in settings.exception:
        yield from (("`paths` of [[exception]]", pattern) for pattern in entry.paths or ())
