"""The row check for several targets at once: rows in, how many of them break which rule out.

What a target makes of a fault is its own affair; whether the fault is there depends on the rule and its
parameters alone. So a rule is asked once for each set of parameters that some target has, a row is decoded
and scanned once for each format, and which targets mind is worked out by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from turnlint.engine.batch import FIRST_BYTES, filled
from turnlint.engine.row import RowChecker
from turnlint.engine.tokens import TokenChecker
from turnlint.engine.told import if_on, row_too_large
from turnlint.formats import Format, get_format
from turnlint.model import Finding, Fix, Place, Related, RuleSettings, Settings, Severity, TokenSettings
from turnlint.rules import Bound, all_rules
from turnlint.text.rows import Batch

__all__ = [
    "SAFE",
    "UNSAFE",
    "Answers",
    "Asked",
    "Fault",
    "Faults",
    "Panel",
    "Variant",
    "fault_of",
    "faults_of",
    "panel",
]

SAFE, UNSAFE = 2, 1
"""How a fault can be fixed; 0 where it cannot."""

Fault: TypeAlias = tuple[str, int, int]
"""What is wrong with a row: the name of a variant, how bad it can be at most, and how it can be fixed."""
Faults: TypeAlias = frozenset[Fault]


class Variant(Struct, frozen=True):
    """A rule with parameters that some target has."""

    name: str
    """That of the rule; a number follows where that has others."""
    rule: str
    parameters: Mapping[str, Any]
    tokens: TokenSettings | None = None
    """What tokens are counted by, for a rule about these."""

    def bound(self) -> Bound:
        """The rule, to be asked what is wrong and nothing else."""
        module = all_rules()[self.rule]
        plain = replace(module, name=self.name, rule=replace(module.rule, why=""))
        return _Plain(plain, RuleSettings(Severity.ERROR, "", self.parameters))


class _Plain(Bound, frozen=True):
    """A rule that says what is wrong: not what comes of it, which depends on the target, nor what to do."""

    def at(
        self,
        place: Place | None,
        what: str,
        todo: str = "",
        *,
        why: str = "",
        related: Iterable[Related] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """Make a finding, as `Bound.at` does."""
        return super().at(place, what, related=related, fix=fix)


class Asked(Struct, frozen=True):
    """What targets want to know of the rows of one format."""

    format: str
    """Its name; empty for rows of which only the JSON is judged."""
    variants: tuple[Variant, ...]
    accepted: tuple[str, ...] = ()
    """The formats that the targets take."""


class Answers(Struct):
    """What came of some rows."""

    rows: int = 0
    """How many are not blank."""
    first: bytes = b""
    """The first of these, cut."""
    faults: list[dict[Faults, tuple[int, int]]] = field(default_factory=list)
    """For each that asked: how many rows have these faults, and the number of the first of them."""
    words: list[dict[tuple[str, int], tuple[int, str]]] = field(default_factory=list)
    """For each that asked: in which row a variant is first broken so badly, and what it says there."""
    blank: tuple[int, int] = (0, 0)
    """The first blank row before the last one that is not, and how many there are;"""
    behind: tuple[int, int] = (0, 0)
    """the same of those behind it."""


class Panel:
    """Judges rows for all that ask."""

    def __init__(self, asked: Iterable[Asked], *, bulk: bool) -> None:
        """`bulk` says that many rows will come."""
        self._judges = [_Judge(one, bulk=bulk) for one in asked]

    def __call__(self, batch: Batch) -> Answers:
        """Judge rows. Raises TokensError."""
        rows = filled(batch)
        last = max(rows, default=batch.first - 1)
        blank = [at for at in range(batch.first, batch.first + len(batch.rows)) if at not in rows]
        done = Answers(len(rows), next(iter(rows.values()), b"")[:FIRST_BYTES])
        done.blank = _counted(at for at in blank if at < last)
        done.behind = _counted(at for at in blank if at > last)
        for judge in self._judges:
            faults, words = judge.sums(rows, batch.oversize)
            done.faults.append(faults)
            done.words.append(words)
        return done


class _Judge:
    """Judges rows for all targets that take them for one format."""

    def __init__(self, asked: Asked, *, bulk: bool) -> None:
        chosen = get_format(asked.format) if asked.format else None
        about = [one for one in asked.variants if all_rules()[one.rule].rule.is_about(asked.format or None)]
        self._bound = {one.name: one.bound() for one in about if one.tokens is None}
        self._rows = _Rows(chosen, Settings({}, formats=asked.accepted), bulk, self._bound)
        self._counting = []
        for tokens in _distinct(one.tokens for one in about if chosen):
            bound = {one.name: one.bound() for one in about if one.tokens == tokens}
            self._counting.append(TokenChecker(chosen, Settings({}, tokens=tokens), bound=bound))

    def sums(
        self, rows: Mapping[int, bytes], oversize: Mapping[int, int]
    ) -> tuple[dict[Faults, tuple[int, int]], dict[tuple[str, int], tuple[int, str]]]:
        """How many rows have which faults, and what is said of these."""
        sums: dict[Faults, tuple[int, int]] = {}
        words: dict[tuple[str, int], tuple[int, str]] = {}
        for number, raw in rows.items():
            if number in oversize:
                found = if_on(self._bound, "row-too-large", row_too_large, oversize[number])
            else:
                found = tuple(self._found(raw))
            if not found:
                continue
            faults = faults_of(found)
            count, first = sums.get(faults, (0, number))
            sums[faults] = count + 1, first
            if not count:
                for one in found:
                    words.setdefault((one.rule, int(one.severity)), (number, one.message))
        return sums, words

    def _found(self, raw: bytes) -> Iterator[Finding]:
        found, is_proved = self._rows.findings_alike(raw)
        yield from found
        for tokens in self._counting:
            if (not is_proved or len(raw) > tokens.plain) and tokens.needs(raw):
                yield from tokens.findings(raw)


class _Rows(RowChecker):
    """Judges rows by several variants of a rule at once."""

    def __init__(
        self,
        format: Format | None,  # noqa: A002
        settings: Settings,
        bulk: bool,
        bound: Mapping[str, Bound],
    ) -> None:
        self._same: dict[str, list[Bound]] = {}
        for name, one in bound.items():
            self._same.setdefault(name.partition(" ")[0], []).append(one)
        super().__init__(format, settings, bulk=bulk, bound=bound)

    def _about(self, fault: str) -> Iterable[Bound]:
        return self._same.get(fault, ())


def fault_of(finding: Finding) -> Fault:
    """The fault that a finding tells."""
    fix = finding.fix
    return finding.rule, int(finding.severity), 0 if fix is None else SAFE if fix.safe else UNSAFE


def faults_of(findings: Iterable[Finding]) -> Faults:
    """The faults of a row."""
    return frozenset(map(fault_of, findings))


def panel(asked: tuple[Asked, ...], bulk: bool) -> Panel:
    """A panel by plain data, so that any process can make it."""
    return Panel(asked, bulk=bulk)


def _distinct(settings: Iterable[TokenSettings | None]) -> Iterator[TokenSettings]:
    """Each once."""
    seen: list[TokenSettings] = []
    for one in settings:
        if one is not None and one not in seen:
            seen.append(one)
            yield one


def _counted(numbers: Iterable[int]) -> tuple[int, int]:
    """The first, and how many there are."""
    found = list(numbers)
    return found[0] if found else 0, len(found)
