"""How it is written what targets would do with files: one file per output format.

Each takes the files as they were judged; `standings` puts together what is true of a target for all of them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from turnlint.engine.portability import Assessment, Limitation, Outcome, Reason, Verdict
from turnlint.model import plain_format

__all__ = ["Fault", "Judged", "Standing", "command", "standings"]


class Judged(Struct, frozen=True):
    """A file as all targets see it."""

    name: str
    """The path as the user gave it."""
    found: Assessment
    is_fixable: bool = True
    """It can be written as it is read."""


class Fault(Struct):
    """What is wrong with files for a target, by one rule."""

    reason: Reason
    """In the first of the files."""
    file: str
    """Its name."""
    rows: int = 0
    """In all of them."""
    files: int = 0
    """How many are meant as a whole."""


class Standing(Struct):
    """What a target would do with all files."""

    name: str
    title: str
    limited: Limitation | None
    verdict: Verdict = Verdict.ACCEPTED
    format: str | None = None
    """The format that it takes the first file for."""
    refused: int = 0
    """How many rows it refuses, drops or cannot train on,"""
    degraded: int = 0
    """and on how many others it does not train as they are meant."""
    faults: list[Fault] = field(default_factory=list)
    """The worst first."""
    commands: list[str] = field(default_factory=list)
    """What would have it take the files that it refuses."""


def standings(files: Sequence[Judged]) -> list[Standing]:
    """What each target would do, those that take the files first; of no files, none."""
    found = [_standing(several) for several in _by_target(files)]
    found.sort(key=lambda one: (one.verdict, is_closed(one.limited), _is_whole(one), one.refused, one.name))
    return found


def is_closed(limited: Limitation | None) -> bool:
    """Whether no new jobs are taken."""
    return limited is not None and limited.state == "closed"


def command(file: Judged, outcome: Outcome) -> str:
    """What would have a target take a file, as it is typed; empty where nothing is known to.

    Nothing has one that is closed.
    """
    remedy = file.found.remedy(outcome)
    if remedy is None or is_closed(outcome.candidate.limited):
        return ""
    name = shlex.quote(file.name)
    if remedy.format:
        return f"turnlint convert --to {remedy.format} {name}"
    unsafe = "" if remedy.is_safe else " --unsafe-fixes"
    return f"turnlint check --fix{unsafe} --target {outcome.candidate.name} {name}" if file.is_fixable else ""


def _by_target(files: Sequence[Judged]) -> Iterator[list[tuple[Judged, Outcome]]]:
    for outcomes in zip(*(file.found.outcomes for file in files), strict=True):
        yield list(zip(files, outcomes, strict=True))


def _standing(several: Sequence[tuple[Judged, Outcome]]) -> Standing:
    candidate = several[0][1].candidate
    made = Standing(candidate.name, candidate.settings.target_title, candidate.limited)
    made.verdict = max(outcome.verdict for _, outcome in several)
    made.format = plain_format(several[0][1].format or "") or None
    made.refused = sum(outcome.refused for _, outcome in several)
    made.degraded = sum(outcome.degraded for _, outcome in several)
    made.faults = _faults(several)
    made.commands = list(dict.fromkeys(filter(None, (command(*one) for one in several))))
    return made


def _faults(several: Iterable[tuple[Judged, Outcome]]) -> list[Fault]:
    found: dict[tuple[str, int], Fault] = {}
    for file, outcome in several:
        for reason in outcome.reasons:
            fault = found.setdefault((reason.rule, reason.severity), Fault(reason, file.name))
            fault.rows += reason.rows or 0
            fault.files += reason.rows is None
    return sorted(found.values(), key=lambda one: (-one.reason.severity, not one.files, -one.rows))


def _is_whole(one: Standing) -> bool:
    """Whether a file as a whole is refused, and not for some of its rows."""
    return one.verdict is Verdict.REFUSED and bool(one.faults) and bool(one.faults[0].files)
