"""What targets would do with files as an object for scripts: fields may be added, and none is removed.

`turnlint schema target` prints what these declarations say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from turnlint.engine.portability import Outcome
from turnlint.model import plain_format
from turnlint.report.portability import Judged, command, standings
from turnlint.text.units import without_surrogates

__all__ = ["PortabilityObject", "outcome_object", "render"]

_Verdict = Literal["accepted", "degraded", "refused"]


def _about(description: str) -> Meta:
    return Meta(description=description)


class StatusObject(Struct):
    """A service that does not take new training jobs of everyone, or will not."""

    state: Literal["by invitation", "closing", "closed"]
    on: Annotated[str | None, _about("The day on which it closes or was closed, as YYYY-MM-DD, if known.")]


class ReasonObject(Struct):
    """Why a target does not take a file as it is, by one rule."""

    rule: str
    severity: Literal["error", "warning"]
    message: Annotated[str, _about("What is wrong, in the first row where it is.")]
    effect: Annotated[str | None, _about("What the target does then, if that is known.")]
    rows: Annotated[int | None, _about("How many rows; null for the file as a whole.")]
    first_row: Annotated[int | None, _about("The first of them, from 1.")]


class RemedyObject(Struct):
    """What would have a target take the file."""

    kind: Literal["fix", "convert"]
    command: Annotated[str, _about("As it is typed in a shell.")]
    format: Annotated[str | None, _about("The format to convert it to.")]


class TargetObject(Struct):
    """What a target would do with one file."""

    name: str
    title: str
    verdict: Annotated[
        _Verdict, _about("Degraded: the target may refuse it, or ignores, cuts or trains on what is wrong.")
    ]
    format: Annotated[str | None, _about("The format that it takes the rows for.")]
    refused_rows: Annotated[int, _about("Rows that it refuses or drops, or cannot train on.")]
    degraded_rows: Annotated[
        int,
        _about(
            "Others on which it does not train as they are meant. What is wrong with the columns that a "
            "loader makes of all rows does not count."
        ),
    ]
    reasons: Annotated[list[ReasonObject], _about("The worst first; of these, those with the most rows.")]
    remedy: RemedyObject | None
    status: Annotated[StatusObject | None, _about("Null where the target takes new jobs of everyone.")]


class FileObject(Struct):
    """A file."""

    path: Annotated[str, _about("As it was given.")]
    rows: Annotated[int, _about("That are not blank; 0 for what cannot be read row by row.")]
    format: Annotated[str | None, _about("What it is in whatever the target.")]
    targets: list[TargetObject]


class OverallObject(Struct):
    """What a target would do with all files."""

    name: str
    verdict: Annotated[_Verdict, _about("The worst one for any file.")]


class PortabilityObject(Struct):
    """What targets would do with files."""

    files: list[FileObject]
    targets: Annotated[list[OverallObject], _about("The targets that take all files first.")]


def render(files: Sequence[Judged]) -> str:
    """Write the object, indented, with a final line end."""
    made = PortabilityObject(
        [
            FileObject(
                without_surrogates(file.name),
                file.found.rows,
                _plain(file.found.format),
                [outcome_object(file, outcome) for outcome in file.found.outcomes],
            )
            for file in files
        ],
        [OverallObject(one.name, one.verdict.word) for one in standings(files)],  # type: ignore[arg-type]
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def outcome_object(file: Judged, outcome: Outcome) -> TargetObject:
    """What a target would do with one file."""
    limited = outcome.candidate.limited
    typed, remedy = command(file, outcome), file.found.remedy(outcome)
    return TargetObject(
        outcome.candidate.name,
        outcome.candidate.settings.target_title,
        outcome.verdict.word,  # type: ignore[arg-type]
        _plain(outcome.format),
        outcome.refused,
        outcome.degraded,
        [
            ReasonObject(
                one.rule,
                one.severity.word,  # type: ignore[arg-type]
                without_surrogates(one.message),
                one.effect or None,
                one.rows,
                None if one.first is None else one.first + 1,
            )
            for one in outcome.reasons
        ],
        RemedyObject("convert" if remedy.format else "fix", without_surrogates(typed), remedy.format or None)
        if remedy and typed
        else None,
        StatusObject(limited.state, limited.on) if limited else None,
    )


def _plain(format_name: str | None) -> str | None:
    """A format, without what a file calls its keys."""
    return plain_format(format_name) if format_name else None
