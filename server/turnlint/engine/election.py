"""Which format a file has: its rows vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from msgspec import Struct

from turnlint.formats import Format, all_formats, detect
from turnlint.text.decode import value_of

__all__ = ["VOTERS", "Ballot", "Election", "ballots", "cast", "elect", "vote"]

VOTERS = 1_000
"""How many rows that are not blank decide the format of a file."""


class Ballot(Struct, frozen=True):
    """What one row says of the format of its file."""

    format: Format | None
    readable: bool
    """The row is JSON, whatever it holds."""


class Election(Struct, frozen=True):
    """What the rows of a file say of its format together."""

    format: Format | None
    """The one that most ballots name, on a tie the one recognised first; None where none names any."""
    is_unknown: bool
    """None is named, though some row is JSON: where none is, nobody can tell a format."""


def vote(rows: Iterable[bytes], stage: str | None = None, accepted: Collection[str] = ()) -> Format | None:
    """The format of most of the first 1,000 rows that are not blank; on a tie the one recognised first.

    `stage` is the training method where the user named it, `accepted` the formats that the target takes. None
    where no row is recognised.
    """
    return elect(ballots(rows, stage, accepted)).format


def ballots(rows: Iterable[bytes], stage: str | None, accepted: Collection[str] = ()) -> Iterator[Ballot]:
    """The ballots of the first 1,000 rows that are not blank."""
    voters = islice((raw for raw in rows if raw and not raw.isspace()), VOTERS)
    return (cast(raw, stage, accepted) for raw in voters)


def cast(raw: bytes, stage: str | None, accepted: Collection[str] = ()) -> Ballot:
    """The ballot of one row that is not blank."""
    value = value_of(raw)
    return Ballot(detect(value, stage, accepted), value is not None)


def elect(found: Iterable[Ballot]) -> Election:
    """Count the ballots."""
    counted = list(found)
    votes = Counter(one.format.name for one in counted if one.format is not None)
    if not votes:
        return Election(None, any(one.readable for one in counted))
    most = max(votes.values())
    return Election(next(one for one in all_formats() if votes[one.name] == most), False)
