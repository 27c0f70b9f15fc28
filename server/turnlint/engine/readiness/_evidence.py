"""What questions are answered from: what `turnlint check` and `turnlint stats` find in files, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct, field

from turnlint.engine.check import check_files
from turnlint.engine.contents import Contents
from turnlint.engine.file import Input
from turnlint.engine.resources import Resources
from turnlint.engine.statistics import Statistics, Survey
from turnlint.model import Settings, Severity
from turnlint.rules import all_rules

__all__ = ["Evidence", "Found", "Judged", "Part", "evidences", "judged"]


class Found(Struct, frozen=True):
    """How often a rule is broken."""

    rule: str
    severity: Severity
    findings: int


class Findings(Struct):
    """What `turnlint check` finds."""

    rules: Counter[tuple[str, Severity]] = field(default_factory=Counter)
    """How many findings there are of each rule and severity."""
    rows: Counter[frozenset[tuple[str, Severity]]] = field(default_factory=Counter)
    """How many rows there are in which these rules are broken, and no others."""

    def merge(self, other: Findings) -> None:
        """Add those of other files."""
        self.rules.update(other.rules)
        self.rows.update(other.rows)


class Judged(Struct, frozen=True):
    """A file, what it holds, and what is found in it."""

    input: Input
    survey: Survey
    contents: Contents
    findings: Findings

    @property
    def settings(self) -> Settings:
        """Those that its rows are judged by."""
        known = self.survey.format
        return self.input.settings.judging(known.name if known else None)

    @property
    def stage(self) -> str:
        """The training method that its format is for; empty where nobody knows."""
        return self.survey.format.stage if self.survey.format else ""


class Part(Struct, frozen=True):
    """The files of some splits together."""

    statistics: Statistics = field(default_factory=Statistics)
    contents: Contents = field(default_factory=Contents)
    files: int = 0

    @property
    def rows(self) -> int:
        """How many rows are not blank."""
        return self.statistics.rows


class Evidence(Struct, frozen=True):
    """What is known of files that are used together, for one training method."""

    files: tuple[Judged, ...]
    stage: str
    train: Part
    held: Part
    """The files to validate and test with."""
    findings: Findings
    rules: frozenset[str]
    """The rules that are on."""

    @property
    def rows(self) -> int:
        """How many rows are not blank, in all files."""
        return self.train.rows + self.held.rows

    def found(self, names: Sequence[str]) -> tuple[Found, ...]:
        """What rules and families of rules find, the worst first; a hint is no matter."""
        found = [
            Found(rule, severity, count)
            for (rule, severity), count in self.findings.rules.items()
            if severity > Severity.HINT and _is_named(rule, names)
        ]
        return tuple(sorted(found, key=lambda one: (-one.severity, -one.findings, one.rule)))

    def findings_of(self, *names: str) -> int:
        """How many findings rules and families of rules have."""
        return sum(one.findings for one in self.found(names))

    def rows_of(self, *names: str) -> int:
        """In how many rows one of some rules and families of rules finds something."""
        found = self.findings.rows.items()
        return sum(count for broken, count in found if any(_is_named(rule, names) for rule, _ in broken))

    def rows_from(self, least: Severity) -> int:
        """In how many rows something is found that is so bad."""
        found = self.findings.rows.items()
        return sum(count for broken, count in found if any(severity >= least for _, severity in broken))

    def has(self, *names: str) -> bool:
        """Whether one of some rules is on, or one of some families."""
        return any(_is_named(rule, names) for rule in self.rules)

    def parameter(self, rule: str, name: str) -> int:
        """A parameter of a rule, on or off, as the settings of the first file have it."""
        settings = self.files[0].settings.rules.get(rule)
        found: int = (settings.parameters if settings else {}).get(
            name, all_rules()[rule].rule.parameters[name]
        )
        return found


def _is_named(rule: str, names: Sequence[str]) -> bool:
    """Whether a rule, or its family, is one of these."""
    return rule in names or all_rules()[rule].family in names


def judged(
    files: Sequence[tuple[Input, Survey, Contents]],
    on_failure: Callable[[Input, OSError], object],
    resources: Resources,
) -> list[Judged]:
    """Judge files that are compared with each other as `turnlint check` does, from where they stand.

    Raises as `check_files` does.
    """
    findings = {one: Findings() for one, _, _ in files}
    found = check_files(list(findings), on_failure=on_failure, resources=resources)
    for (one, row), told in groupby(found, key=lambda pair: (pair[0], pair[1].row)):
        broken = [(located.finding.rule, located.finding.severity) for _, located in told]
        findings[one].rules.update(broken)
        if row is not None:
            findings[one].rows[frozenset(broken)] += 1
    return [Judged(one, survey, contents, findings[one]) for one, survey, contents in files]


def evidences(files: Iterable[Judged]) -> Iterator[Evidence]:
    """Put the files of a data set together by their training methods; those in no known format go first."""
    stages: dict[str, list[Judged]] = {}
    for one in files:
        stages.setdefault(one.stage, []).append(one)
    strangers = stages.pop("", [])
    if strangers and not stages:
        stages[""] = []
    for stage, known in stages.items():
        yield _evidence(stage, [*strangers, *known])
        strangers = []


def _evidence(stage: str, files: list[Judged]) -> Evidence:
    findings = Findings()
    for one in files:
        findings.merge(one.findings)
    return Evidence(
        tuple(files),
        stage,
        _part(one for one in files if one.input.split == "train"),
        _part(one for one in files if one.input.split != "train"),
        findings,
        frozenset(rule for one in files for rule in one.settings.rules),
    )


def _part(files: Iterable[Judged]) -> Part:
    statistics, contents, count = Statistics(), Contents(), 0
    for one in files:
        statistics.merge(one.survey.statistics)
        contents.merge(one.contents)
        count += 1
    return Part(statistics, contents, count)
