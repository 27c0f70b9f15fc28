"""How the numbers of files are written: one file per output format.

Each takes sections, one for each file in the order given, and one for all files together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import TypeVar

from msgspec import Struct, field

from turnlint.engine.overlap import Overlap
from turnlint.engine.statistics import Statistics, Survey, epochs_of
from turnlint.model import Settings
from turnlint.tokens.vocabulary import ENCODINGS

__all__ = ["Bill", "Pricing", "Section", "file_section", "total_section"]

_Value = TypeVar("_Value", str, int)
_Counts = TypeVar("_Counts", Statistics, Overlap)


class Pricing(Struct, frozen=True):
    """What the user says of a job."""

    epochs: int | None = None
    """How often it goes over the data; by the published logic where the user does not say."""
    price: Decimal | None = None
    """What a million trained tokens cost, in whatever money."""


class Bill(Struct, frozen=True):
    """What a job would bill."""

    stage: str
    """The training method."""
    epochs: int
    tokens: int
    """Billed in each epoch: the tokens of all examples, of each no more than the limit."""
    is_default: bool
    """The number of epochs follows from the published logic."""
    is_about: bool = False
    """Some of the tokens are a guess, or nobody has published how they are billed, as with pairs."""
    price: Decimal | None = None

    @property
    def total(self) -> int:
        """The tokens of all epochs."""
        return self.epochs * self.tokens

    @property
    def cost(self) -> Decimal | None:
        """What they cost; None where the user gives no price."""
        return None if self.price is None else self.price * self.total / 1_000_000


class Section(Struct, frozen=True):
    """What is said of one file, or of all together. Tuples hold what differs between files, each once."""

    name: str | None
    """The file as the user named it, perhaps with lone surrogates; None for all together."""
    statistics: Statistics
    bills: tuple[Bill, ...]
    """One for each training method; none where tokens are not billed: data to validate with, prompts for
    reinforcement, an open model."""
    limit: int = 0
    """So many tokens of each example are trained on; 0 where that is not known, or not one for all."""
    is_assumed: bool = False
    """No target is set: who trains on the data follows from the format."""
    is_paired: bool = False
    """Examples have two answers: the longer one is theirs, both are those of their roles."""
    formats: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Who trains on the data, in words; empty where no target is set and the format has no home."""
    models: tuple[str, ...] = ()
    tokenizers: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    limits: tuple[int, ...] = ()
    """All limits that are known, in ascending order."""
    overlap: Overlap = field(default_factory=Overlap)
    """Rows that repeat others, or contradict them."""

    @property
    def about(self) -> str:
        """What stands before a number of tokens: `about ` where some of them are a guess."""
        return "about " if self.statistics.about else ""


def file_section(
    name: str, found: Survey, overlap: Overlap, settings: Settings, split: str, pricing: Pricing
) -> Section:
    """What is said of one file."""
    format_name = found.format.name if found.format else ""
    judging = settings.judging(format_name)
    is_assumed = settings.is_assumed(format_name)
    targets = _known(judging.target_title if is_assumed or judging.target != "generic" else "")
    stage = found.format.stage if found.format else ""
    is_trained = split == "train" and stage not in ("", "reinforcement")
    is_bought = bool(targets) and judging.tokens.tokenizer in ENCODINGS
    return Section(
        name,
        found.statistics,
        (_bill(stage, [found.statistics], pricing),)
        if is_trained and (is_bought or pricing != Pricing())
        else (),
        judging.tokens.limit,
        is_assumed,
        stage == "preference",
        formats=_known(found.format.title if found.format else ""),
        splits=(split,),
        targets=targets,
        models=_known(judging.tokens.model),
        tokenizers=(judging.tokens.tokenizer,),
        templates=_known(judging.tokens.template or ""),
        limits=_known(judging.tokens.limit),
        overlap=overlap,
    )


def total_section(sections: Sequence[Section], pricing: Pricing) -> Section:
    """What is said of all files together: those trained on by one method as the data of one job."""
    billed: dict[str, list[Statistics]] = {}
    for one in sections:
        for bill in one.bills:
            billed.setdefault(bill.stage, []).append(one.statistics)
    limits = {one.limit for one in sections}
    return Section(
        None,
        _merged(Statistics(), (one.statistics for one in sections)),
        tuple(_bill(stage, parts, pricing) for stage, parts in billed.items()),
        limits.pop() if len(limits) == 1 else 0,
        any(one.is_assumed for one in sections),
        any(one.is_paired for one in sections),
        **{
            name: tuple(dict.fromkeys(chain.from_iterable(getattr(one, name) for one in sections)))
            for name in ("formats", "splits", "targets", "models", "tokenizers", "templates")
        },
        limits=tuple(sorted({limit for one in sections for limit in one.limits})),
        overlap=_merged(Overlap(), (one.overlap for one in sections)),
    )


def _known(value: _Value) -> tuple[_Value, ...]:
    """What is said, if anything is."""
    return (value,) if value else ()


def _merged(whole: _Counts, parts: Iterable[_Counts]) -> _Counts:
    for one in parts:
        whole.merge(one)
    return whole


def _bill(stage: str, parts: Sequence[Statistics], pricing: Pricing) -> Bill:
    return Bill(
        stage,
        pricing.epochs or epochs_of(sum(one.examples for one in parts)),
        sum(one.within for one in parts),
        pricing.epochs is None,
        stage == "preference" or any(one.about for one in parts),
        pricing.price,
    )
