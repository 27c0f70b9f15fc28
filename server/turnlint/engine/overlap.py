"""How many rows repeat or contradict others: what the rules that compare rows find, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct, field
from msgspec.structs import replace

from turnlint.engine.check import check_files
from turnlint.engine.file import Input
from turnlint.engine.resources import Resources
from turnlint.model import Finding, RuleSettings, Settings
from turnlint.rules import all_rules

__all__ = ["Overlap", "overlaps"]

_HOOKS = frozenset(("copies", "group", "near"))
_TWIN = "same-file-twice"
"""The rule about files whose rows are not compared one by one, since they are those of another file."""


class Overlap(Struct):
    """How many rows of some files there is something to say of because of others."""

    rules: Counter[str] = field(default_factory=Counter)
    """By rule,"""
    families: Counter[str] = field(default_factory=Counter)
    """and by family: a row of which several rules of a family speak is counted once."""
    crowds: int = 0
    """How often so many rows had the same prompt that the first ones alone were compared."""

    def add(self, findings: Sequence[Finding]) -> None:
        """Add a row with what is found in it because of others; a finding that names none is of a crowd."""
        named = [one for one in findings if one.related]
        self.rules.update({one.rule for one in named})
        self.families.update({one.family for one in named})
        self.crowds += len(findings) - len(named)

    def merge(self, other: Overlap) -> None:
        """Add the rows of other files."""
        self.rules.update(other.rules)
        self.families.update(other.families)
        self.crowds += other.crowds


def overlaps(
    inputs: Mapping[Input, int],
    on_failure: Callable[[Input, OSError], object] | None = None,
    resources: Resources | None = None,
) -> list[Overlap]:
    """Count in files whose rows are compared with each other what rows say of each other, file by file.

    `inputs` has the number of rows of each file that are not blank. The rules are those of the settings, and
    those that are on by default. What keeps a file from being read goes to `on_failure`; without one, OSError
    is raised.
    """
    asked = {replace(one, settings=_comparing(one.settings), ledger=None): one for one in inputs}
    counts = {one: Overlap() for one in asked}
    failed = None if on_failure is None else lambda one, error: on_failure(asked[one], error)
    found = check_files(list(asked), on_failure=failed, resources=resources)
    for (one, row), told in groupby(found, key=lambda pair: (pair[0], pair[1].row)):
        findings = [located.finding for _, located in told]
        if row is not None:
            counts[one].add(findings)
        elif any(finding.rule == _TWIN and finding.related for finding in findings):
            counts[one].rules[_TWIN] = counts[one].families["dataset"] = inputs[asked[one]]
    return list(counts.values())


def _comparing(settings: Settings) -> Settings:
    """The same settings with no other rules than those that compare rows with each other."""
    rules = {
        name: settings.rules.get(name) or RuleSettings(module.rule.severity, "", module.rule.parameters)
        for name, module in all_rules().items()
        if (not _HOOKS.isdisjoint(module.hooks) or name == _TWIN)
        and (name in settings.rules or module.rule.default)
    }
    return replace(settings, rules=rules, homes={})
