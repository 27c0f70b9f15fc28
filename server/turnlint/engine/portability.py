"""What each of many targets would do with a file: one reading of its rows, and a verdict for each target.

A target refuses a file for what is an error there. It may refuse it, or takes it, but not as it is, where it
is known to ignore, cut or train on what is wrong. Advice that is the same for everyone does not count; nor
does what rows say of each other, but for the columns that a loader makes of their keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from enum import IntEnum
from itertools import chain, islice
from typing import Any, BinaryIO, Literal, TypeAlias

from msgspec import Struct

from turnlint.engine.batch import gathered
from turnlint.engine.check import check_files
from turnlint.engine.election import VOTERS, Ballot, Election, elect
from turnlint.engine.file import Input
from turnlint.engine.panel import SAFE, UNSAFE, Asked, Faults, Panel, Variant, fault_of, faults_of, panel
from turnlint.engine.resources import Resources
from turnlint.engine.splits import split_of
from turnlint.engine.told import array_refused, blank_row
from turnlint.engine.workers import Crew
from turnlint.formats import conversions, detect, get_format
from turnlint.model import (
    Finding,
    JsonFault,
    Place,
    RuleSettings,
    Settings,
    Severity,
    TokenSettings,
    plain_format,
)
from turnlint.rules import Bound, FileSummary, all_rules
from turnlint.text.decode import value_of
from turnlint.text.rows import Batch, RowReader, sniff

__all__ = [
    "SAFE",
    "UNSAFE",
    "Assessment",
    "Candidate",
    "Limitation",
    "Outcome",
    "Reason",
    "Remedy",
    "Verdict",
    "assess",
]

_BULK = 1 << 18
"""From so many bytes on, loading the fast scanner pays."""
_ROW: Set[str] = frozenset(("shape", "turn", "example", "text"))
"""The ways in which rules judge a row; a rule about JSON has none."""
_LAYOUT = "layout"
"""The trait of the keys that rows have, of which a loader makes columns."""


class Verdict(IntEnum):
    """What a target does with a file; a larger number is worse."""

    ACCEPTED = 0
    DEGRADED = 1
    """It may refuse the file, or does not train on all of it as it is meant."""
    REFUSED = 2
    """It refuses the file, or rows of it, or cannot train on them."""

    @property
    def word(self) -> str:
        """The lower-case name."""
        return self.name.lower()


class Limitation(Struct, frozen=True):
    """A target does not take new training jobs of everyone, or will not."""

    state: Literal["by invitation", "closing", "closed"]
    words: str
    """The same with the day, for people."""
    on: str | None = None
    """The day on which it closes or was closed, as YYYY-MM-DD, where that is known."""


class Candidate(Struct, frozen=True, eq=False):
    """A target that might train on a file."""

    name: str
    """As it is named in the settings, with its model, if any."""
    settings: Settings
    """Its rules, as nobody has changed them."""
    spoken: Callable[[str | None], Collection[str]]
    """The rules of which it says itself what it does, for files of a format."""
    limited: Limitation | None = None

    def takes(self, format_name: str | None) -> bool:
        """Whether it takes files of a format."""
        accepted = self.settings.formats
        return not accepted or (format_name is not None and plain_format(format_name) in accepted)


class Reason(Struct, frozen=True):
    """Why a target does not take a file as it is."""

    rule: str
    severity: Severity
    message: str
    """What is wrong, in the first row where it is."""
    effect: str = ""
    """What the target does then, as a clause; empty where that is not known."""
    rows: int | None = None
    """How many rows; None for the file as a whole."""
    first: int | None = None
    """The first of them, from 0."""


class Outcome(Struct, frozen=True):
    """What a target would do with a file."""

    candidate: Candidate
    format: str | None
    """The format that it takes the rows for; None where that is none that is known."""
    refused: int = 0
    """How many rows it refuses, drops or cannot train on,"""
    degraded: int = 0
    """and on how many of the others it does not train as they are meant. What is wrong with the columns that
    are made of all rows does not count."""
    reasons: tuple[Reason, ...] = ()
    """The worst first; of these the file as a whole, and then what is wrong with the most rows."""
    cure: int = 0
    """`SAFE` where safe fixes cure all errors, `UNSAFE` where it takes others; 0 where nothing does."""

    @property
    def verdict(self) -> Verdict:
        """The worst of its reasons."""
        worst = max((one.severity for one in self.reasons), default=None)
        if worst is None:
            return Verdict.ACCEPTED
        return Verdict.REFUSED if worst is Severity.ERROR else Verdict.DEGRADED


class Remedy(Struct, frozen=True):
    """What would have a target take a file that it refuses."""

    format: str = ""
    """The format to convert it to; empty where fixes are enough."""
    is_safe: bool = True
    """Safe fixes are."""


class Assessment(Struct, frozen=True):
    """What is known of a file."""

    format: str | None
    """The format that it is in whatever the target; None for none that is known."""
    rows: int
    """That are not blank; 0 also for what cannot be read row by row."""
    outcomes: tuple[Outcome, ...]
    """One for each target, in the order given."""

    def remedy(self, outcome: Outcome) -> Remedy | None:
        """What would have one of the targets take the file; None where it does, or nothing is known to."""
        if outcome.cure:
            return Remedy(is_safe=outcome.cure == SAFE)
        accepted = outcome.candidate.settings.formats
        is_other = not outcome.candidate.takes(outcome.format) or 0 < self.rows == outcome.refused
        if not (self.format and accepted and is_other) or outcome.verdict is not Verdict.REFUSED:
            return None
        possible = conversions(self.format, accepted)
        wanted = (plain_format(self.format), *accepted)  # its own, where keys alone are called otherwise
        return next((Remedy(name) for name in wanted if name in possible), None)


def assess(
    stream: BinaryIO,
    candidates: Sequence[Candidate],
    *,
    name: str = "",
    format_name: str | None = None,
    is_array: bool = False,
    resources: Resources | None = None,
) -> Assessment:
    """Judge a file by the rules of each target; `name` is that of the file, without folders.

    `format_name` is the format where the user named it. The stream, which must be able to seek, is judged
    from where it stands. `is_array`: see `Input`. Raises TokensError and WorkerError; whatever reading raises
    passes through.
    """
    run = _Run(stream, candidates, name, format_name, is_array, resources or Resources())
    try:
        return run.assessment()
    finally:
        run.close()


class _Minded(Struct):
    """What a target minds, as far as it is known."""

    message: str
    effect: str
    rows: int | None = None
    first: int | None = None

    def count(self, rows: int, first: int) -> None:
        """Add so many rows, and the first of them."""
        self.rows = (self.rows or 0) + rows
        self.first = first if self.first is None else self.first


class _Tally:
    """Adds up what a target minds."""

    def __init__(self, candidate: Candidate, elected: Election) -> None:
        self.candidate = candidate
        self.format = elected.format.name if elected.format else None
        judging = candidate.settings.judging(self.format)
        is_taken = candidate.takes(self.format) or (self.format is not None and _may_take(judging))
        self.is_judged = is_taken or not (self.format or elected.is_unknown)
        """Its rows are judged one by one: as what it takes or may take, or where none is JSON, as that."""
        self.tokens = judging.tokens
        self.says = {rule: said for rule, said in judging.rules.items() if said.severity >= Severity.WARNING}
        """The rules that may count, by name."""
        self.variants: dict[str, str] = {}
        """The names under which rules are asked with its parameters, each with that of the rule."""
        self._spoken = candidate.spoken(self.format)
        self._refused = self._degraded = 0
        self._cures = {SAFE}
        self._minded: dict[tuple[str, Severity], _Minded] = {}

    def asks(self, rule: str) -> bool:
        """Whether it counts what a rule finds."""
        said = self.says.get(rule)
        return said is not None and (said.severity is Severity.ERROR or rule in self._spoken)

    def asked(self, rule: str) -> Iterator[Bound]:
        """A rule that it counts, to be asked about the file as a whole."""
        if self.asks(rule):
            yield Variant(rule, rule, self.says[rule].parameters).bound()

    def row(self, faults: Faults, count: int, first: int, words: Mapping[tuple[str, int], str]) -> None:
        """Add so many rows with these faults; `words` say what is wrong."""
        minded: dict[tuple[str, Severity], tuple[int, str]] = {}
        for name, cap, cure in faults:
            rule = self.variants.get(name, "")
            severity = self._severity(rule, cap, cure)
            if severity is not None:
                minded.setdefault((rule, severity), (cap, words.get((name, cap), "")))
        for (rule, severity), (cap, message) in minded.items():
            self._take(rule, severity, cap, message).count(count, first)
        is_refused = any(severity is Severity.ERROR for _, severity in minded)
        self._refused += count * is_refused
        self._degraded += count * (bool(minded) and not is_refused)

    def tell(self, finding: Finding, row: int | None = None) -> None:
        """Add what is wrong with the file as a whole, and the row where it shows, if it does in one."""
        rule, cap, cure = fault_of(finding)
        severity = self._severity(rule, cap, cure)
        if severity is not None:
            minded = self._take(rule, severity, cap, finding.message)
            if row is not None:
                minded.count(1, row)

    def outcome(self) -> Outcome:
        """What comes of it all."""
        reasons = [
            Reason(rule, severity, one.message, one.effect, one.rows, one.first)
            for (rule, severity), one in self._minded.items()
        ]
        reasons.sort(key=lambda one: (-one.severity, one.rows is not None, -(one.rows or 0), one.rule))
        is_refused = any(one.severity is Severity.ERROR for one in reasons)
        cure = min(self._cures) if is_refused else 0
        return Outcome(self.candidate, self.format, self._refused, self._degraded, tuple(reasons), cure)

    def _severity(self, rule: str, cap: int, cure: int) -> Severity | None:
        """How bad a fault is that is no worse than `cap`; None where that does not count."""
        said = self.says.get(rule)
        if said is None:
            return None
        if min(said.severity, cap) == Severity.ERROR:
            self._cures.add(cure)
            return Severity.ERROR
        return Severity.WARNING if cap >= Severity.WARNING and rule in self._spoken else None

    def _take(self, rule: str, severity: Severity, cap: int, message: str) -> _Minded:
        effect = self.says[rule].effect if cap == Severity.ERROR else ""
        return self._minded.setdefault((rule, severity), _Minded(message, effect))


def _may_take(judging: Settings) -> bool:
    """Whether a target may take a format that is none of its own."""
    refusal = judging.rules.get("format-not-accepted")
    return refusal is None or refusal.severity < Severity.ERROR


class _Group:
    """The targets that take the rows for one format, and what they ask of them together."""

    def __init__(self, format_name: str | None, tallies: Sequence[_Tally]) -> None:
        self._tallies = tallies
        self._words: dict[tuple[str, int], str] = {}
        self._variants: list[Variant] = []
        for tally in tallies:
            for rule, said in tally.says.items():
                hooks = all_rules()[rule].hooks.keys()
                if tally.asks(rule) and (not hooks or hooks & _ROW):
                    self._ask(rule, said.parameters, tally)
                if tally.asks(rule) and "tokens" in hooks and tally.tokens.limit:
                    self._ask(rule, said.parameters, tally, tally.tokens)
        accepted = {name for tally in tallies for name in tally.candidate.settings.formats}
        self.asked = Asked(format_name or "", tuple(self._variants), tuple(sorted(accepted)))

    def fold(
        self, faults: Mapping[Faults, tuple[int, int]], words: Mapping[tuple[str, int], tuple[int, str]]
    ) -> None:
        """Add what came of the next rows, as `Answers` has it."""
        for key, (_, message) in words.items():
            self._words.setdefault(key, message)
        for found, (count, first) in faults.items():
            for tally in self._tallies:
                tally.row(found, count, first, self._words)

    def tell_blanks(self, first: int, count: int) -> None:
        """Add so many rows that are blank."""
        for variant in self._variants:
            if variant.rule == "blank-row":
                finding = blank_row(variant.bound())
                words = {(finding.rule, int(finding.severity)): (first, finding.message)}
                self.fold({faults_of((finding,)): (count, first)}, words)

    def _ask(
        self, rule: str, parameters: Mapping[str, Any], tally: _Tally, tokens: TokenSettings | None = None
    ) -> None:
        """Ask a rule with the parameters that a target has, and tokens counted as that does."""
        same = [one for one in self._variants if one.rule == rule]
        found = next((one for one in same if (one.parameters, one.tokens) == (parameters, tokens)), None)
        if found is None:
            found = Variant(f"{rule} {len(same)}" if same else rule, rule, parameters, tokens)
            self._variants.append(found)
        tally.variants[found.name] = rule


class _Run:
    """One reading of a file for all targets."""

    def __init__(
        self,
        stream: BinaryIO,
        candidates: Sequence[Candidate],
        name: str,
        format_name: str | None,
        is_array: bool,
        resources: Resources,
    ) -> None:
        self._stream = stream
        self._start = stream.tell()
        self._candidates = candidates
        self._name = name
        self._format = format_name
        self._is_array = is_array
        self._resources = resources
        self._crew = Crew(resources.jobs)
        self._rows = 0
        self._first = b""

    def assessment(self) -> Assessment:
        reader = self._reader()
        is_bulk = len(reader.head) >= _BULK
        fault = sniff(reader.head, complete=reader.complete)
        if fault is not None:
            tallies = [_Tally(one, Election(None, False)) for one in self._candidates]
            words = JsonFault(fault.kind, Place(), fault.detail)
            for tally in tallies:
                for bound in tally.asked(fault.kind):
                    tally.tell(bound.fault(words))
            return self._assessed(None, tallies)
        own, *elected = self._elected()
        tallies = [_Tally(one, found) for one, found in zip(self._candidates, elected, strict=True)]
        judged = defaultdict(list)
        for tally in tallies:
            if tally.is_judged:
                judged[tally.format].append(tally)
        reader = self._reader()
        self._judge(reader, [_Group(name, found) for name, found in judged.items()], is_bulk=is_bulk)
        for tally in tallies:
            for finding in self._of_file(tally, reader):
                tally.tell(finding)
        for name, found in judged.items():
            if name:
                self._load(name, found)
        return self._assessed(own.format.name if own.format else None, tallies)

    def close(self) -> None:
        """Leave nothing behind."""
        self._crew.close()

    def _assessed(self, format_name: str | None, tallies: Iterable[_Tally]) -> Assessment:
        return Assessment(format_name, self._rows, tuple(tally.outcome() for tally in tallies))

    def _reader(self) -> RowReader:
        self._stream.seek(self._start)
        return RowReader(self._stream, chunk_bytes=self._resources.chunk_bytes)

    def _elected(self) -> Iterator[Election]:
        """What the file is, and what each target takes it for: votes are cast for all at once."""
        ways = [_way(one.settings) for one in self._candidates]
        own: _Way = (self._format, next((stage for _, stage, _ in ways), None), ())
        ballots: dict[_Way, list[Ballot]] = {way: [] for way in (own, *ways) if not way[0]}
        rows = chain.from_iterable(batch.rows for batch in self._reader())
        voters = islice((raw for raw in rows if raw and not raw.isspace()), VOTERS if ballots else 0)
        for value in map(value_of, voters):
            for (_, stage, accepted), cast in ballots.items():
                cast.append(Ballot(detect(value, stage, accepted), value is not None))
        elected = {way: elect(cast) for way, cast in ballots.items()}
        for way in (own, *ways):
            yield Election(get_format(way[0]), False) if way[0] else elected[way]

    def _judge(self, reader: RowReader, groups: Sequence[_Group], *, is_bulk: bool) -> None:
        """Judge the rows one by one for all groups."""
        asked = tuple(one.asked for one in groups)
        here, setup = Panel(asked, bulk=is_bulk), (panel, asked, is_bulk)
        resources = self._resources
        batches = gathered(reader, resources.task_bytes, resources.task_rows)
        first_blank, blank = 0, 0
        for done in self._crew.each(here, setup, batches, _size, resources.alone_bytes):
            self._rows += done.rows
            self._first = self._first or done.first
            for group, faults, words in zip(groups, done.faults, done.words, strict=True):
                group.fold(faults, words)
            if not done.rows:
                first_blank, blank = (first_blank if blank else done.behind[0]), blank + done.behind[1]
                continue
            if blank or done.blank[1]:  # such rows at the end of a file harm nobody
                for group in groups:
                    group.tell_blanks(first_blank if blank else done.blank[0], blank + done.blank[1])
            first_blank, blank = done.behind

    def _of_file(self, tally: _Tally, reader: RowReader) -> Iterator[Finding]:
        """What is wrong with the file as a whole, once it was read."""
        if not (tally.format or tally.is_judged):
            for bound in tally.asked("format-not-accepted"):
                yield bound.at(None, "no row looks like the training data that it takes")
        if self._is_array and (said := tally.says.get("json-array-file")) and said.effect:
            yield from map(array_refused, tally.asked("json-array-file"))
        settings = tally.candidate.settings
        summary = FileSummary(
            name=self._name,
            size=reader.size,
            rows=self._rows,
            format=plain_format(tally.format) if tally.format else None,
            method=settings.stage,
            split=settings.split or split_of(self._name),
            accepted=settings.formats,
            bom=reader.bom,
            crlf=reader.crlf,
            lf=reader.lf,
            cr=reader.cr,
            first=self._first,
        )
        for rule, module in all_rules().items():
            if "file" in module.hooks and module.rule.is_about(tally.format):
                for bound in tally.asked(rule):
                    yield from module.hooks["file"](summary, bound)

    def _load(self, format_name: str, tallies: Iterable[_Tally]) -> None:
        """Judge the columns that loaders make of the keys of rows, once for all that ask the same."""
        ways: list[tuple[dict[str, RuleSettings], list[_Tally]]] = []
        for tally in tallies:
            rules = {
                rule: RuleSettings(Severity.ERROR, "", said.parameters)
                for rule, said in tally.says.items()
                if all_rules()[rule].trait == _LAYOUT and tally.asks(rule)
            }
            same = next((asking for asked, asking in ways if asked == rules), None)
            if same is not None:
                same.append(tally)
            elif rules:
                ways.append((rules, [tally]))
        for rules, asking in ways:
            self._stream.seek(self._start)
            one = Input(self._stream, Settings(rules, format=format_name), self._name, self._name)
            with closing(check_files([one], resources=self._resources)) as found:
                for _, located in found:
                    for tally in asking:
                        tally.tell(located.finding, located.row)


_Way: TypeAlias = tuple[str | None, str | None, tuple[str, ...]]
"""What a format depends on besides the rows: that it is named, the stage, and the formats that are taken."""


def _way(settings: Settings) -> _Way:
    return settings.format, settings.stage, settings.formats


def _size(batch: Batch) -> int:
    return batch.end - batch.offset
