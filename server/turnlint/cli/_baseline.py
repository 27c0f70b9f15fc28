"""The accepted findings of one run: which ledger a file has, and what the run writes down."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable
from functools import cache, partial
from pathlib import Path

from msgspec import Struct

from turnlint.cli._inputs import STDIN, Source
from turnlint.cli._signals import end_in_order
from turnlint.cli._streams import UsageError
from turnlint.config.baseline import NAME, BaselineFinder, entry_path, revise_baseline
from turnlint.config.datasets import dataset_of
from turnlint.config.discovery import SettingsFinder
from turnlint.engine.baseline import Baseline, Ledger
from turnlint.rules import all_rules
from turnlint.text.label import counted

__all__ = ["Baselines", "add_baseline_options", "relative"]


def add_baseline_options(parser: argparse.ArgumentParser) -> None:
    """Declare what is done with accepted findings."""
    add = parser.add_argument_group(f"accepted findings, which {NAME} lists").add_argument
    add("--add-baseline", action="store_true", help="Accept all findings of this run")
    add("--prune-baseline", action="store_true", help="Forget what is found no more in the files checked")
    add("--no-baseline", action="store_true", help="Show accepted findings too")


_COMPARING = frozenset(("dataset", "copies", "group", "near", "spread"))
"""What asks other files of a data set, too."""


class _Run(Struct):
    """A file that was checked."""

    name: str
    """As its baseline names it."""
    ledger: Ledger
    judged: Collection[str]
    """The rules that were on, under any format."""
    is_compared: Callable[[], bool]
    """Whether it was compared with all other files of its data set. To find out may take a second."""

    def forgets(self, rule: str) -> bool:
        """Whether what was not found of a rule is gone: the rule was asked of all rows, or is gone itself."""
        if rule not in all_rules():
            return True
        return rule in self.judged and (_COMPARING.isdisjoint(all_rules()[rule].hooks) or self.is_compared())


class Baselines:
    """Which findings are accepted, and the baseline files that are to be written."""

    def __init__(self, args: argparse.Namespace, settings: SettingsFinder, *, accepts: bool = True) -> None:
        """Find baselines. Without `accepts`, `--add-baseline` waits: what is to be fixed is not accepted.

        Raises UsageError for options that contradict each other.
        """
        self.hidden = 0
        """How many findings were accepted and not shown so far,"""
        self.exempted = 0
        """and how many because of exceptions in the settings."""
        self._off = args.no_baseline or args.isolated
        self._adding, self._pruning = args.add_baseline, args.prune_baseline
        if self._off and (self._adding or self._pruning):
            raise UsageError("--no-baseline and --isolated leave no baseline to add to or to prune")
        self._accepting = self._adding and accepts
        self._settings = settings
        self._finder = BaselineFinder()
        self._runs: dict[Path, list[_Run]] = {}
        self.ledgers: dict[Source, Ledger | None] = {}
        """Those of the files that were checked to their end."""

    def file(self, source: Source) -> Path | None:
        """The baseline of a file; where there is none, the one to be made, if findings are to be added.

        Raises ConfigError where that cannot name the file.
        """
        if self._off or source.name == STDIN:
            if self._adding:
                raise UsageError("standard input has no path to accept findings in; set --stdin-filename")
            return None
        folder = source.path.parent
        found = self._finder.nearest(folder)
        if found is None and self._adding:
            config = self._settings.config(folder)
            found = (config.root if config.path else Path.cwd()) / NAME
            entry_path(found, source.path)
        return found

    def ledger(self, source: Source) -> Ledger | None:
        """What is accepted in a file; None where nothing is. Raises ConfigError."""
        exempt = self._settings.settings(source.path).exempt
        file = self.file(source)
        if file is None:
            return Ledger(None, exempt) if exempt else None
        known = self._finder.nearest(source.path.parent)
        counts = self._finder.accepted(file, source.path) if known else None
        return Ledger(counts, exempt, adding=self._accepting)

    def checked(self, source: Source, judged: Collection[str], ledger: Ledger | None) -> None:
        """Take note of a file that was checked to its end, and of the rules that judged it."""
        self.ledgers[source] = ledger
        file = self.file(source)
        if ledger is not None:
            self.hidden += ledger.hidden
            self.exempted += ledger.exempted.total()
        if ledger is not None and file is not None:
            is_compared = cache(partial(self._is_compared, source.path))
            run = _Run(entry_path(file, source.path), ledger, judged, is_compared)
            self._runs.setdefault(file, []).append(run)

    def _is_compared(self, path: Path) -> bool:
        checked = {one.path for one in self.ledgers}
        return all(one.path in checked for one in dataset_of(path, self._settings).files)

    def write(self) -> list[str]:
        """Write the baseline files that change; gives what was done, in words. Raises ConfigError."""
        said = []
        for file, runs in self._runs.items():
            name = relative(file)
            if self._adding or self._pruning:
                end_in_order()
                revise_baseline(file, partial(self._revised, runs))
            if self._adding:
                added = counted(sum(run.ledger.added for run in runs), "finding")
                said.append(f"Added {added} to {name}.")
            stale = sum(len(run.ledger.stale(run.forgets)) for run in runs)
            if self._pruning:
                said.append(f"Dropped {counted(stale, 'entry', 'entries')} of {name}.")
            elif stale:
                gone = counted(stale, f"entry of {name} is", f"entries of {name} are")
                what = "forgets it" if stale == 1 else "forgets them"
                said.append(f"{gone} found no more; --prune-baseline {what}.")
        if self.hidden:
            accepted = counted(self.hidden, "finding is", "findings are")
            said.append(f"{accepted} accepted and not shown; --no-baseline shows all.")
        if self.exempted:
            exempt = counted(self.exempted, "finding is", "findings are")
            said.append(f"{exempt} hidden by exceptions in the settings; --config 'exception=[]' shows all.")
        return said

    def _revised(self, runs: Iterable[_Run], baseline: Baseline) -> Baseline:
        revised = dict(baseline)
        for run in runs:
            counts = revised.get(run.name, {})
            if self._adding:
                counts = run.ledger.increased(counts)
            if self._pruning:
                counts = run.ledger.reduced(counts, run.forgets)
            revised[run.name] = counts
        return {name: counts for name, counts in revised.items() if counts}


def relative(file: Path) -> Path:
    """A path as users see it: relative to the current folder where it is below."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
