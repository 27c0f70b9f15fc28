"""The numbers as the JSON object that scripts rely on: fields may be added, never removed.

`turnlint schema stats` prints what these declarations say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from turnlint.engine.statistics import SKIPPED, Distribution, histogram
from turnlint.report.statistics import Section
from turnlint.report.statistics._words import COLUMNS
from turnlint.rules import all_rules
from turnlint.text.units import without_surrogates

__all__ = ["StatisticsObject", "render"]


def _about(description: str) -> Meta:
    return Meta(description=description)


class BinObject(Struct, rename={"from_": "from"}):
    """One bar of a histogram."""

    from_: Annotated[int, _about("The lowest value of the bin.")]
    to: Annotated[int, _about("The highest value of the bin.")]
    count: Annotated[int, _about("How many values are in it.")]


class DistributionObject(Struct):
    """How values are distributed. Quantiles are exact, and always a value that occurs."""

    count: Annotated[int, _about("How many values there are; all else is 0 where there is none.")]
    min: int
    p5: int
    median: int
    p95: int
    max: int
    mean: float
    sum: int
    histogram: list[BinObject]


class RoleObject(Struct):
    """What the turns of one role have together."""

    turns: int
    tokens: Annotated[int, _about("Of preference data, those of both answers.")]
    trained: Annotated[int, _about("Those of the tokens that the loss sees.")]


class OverObject(Struct):
    """The examples that are longer than the limit."""

    examples: int
    tokens: Annotated[int, _about("Their tokens beyond it.")]
    trained: Annotated[int, _about("Those of them that the loss would have seen.")]
    emptied: Annotated[int, _about("How many of these examples have nothing left to train on.")]


class OverlapObject(Struct):
    """Rows of which a rule speaks that compares rows."""

    rule: str
    family: Annotated[
        str, _about("What it finds: duplicates, contradictions (consistency), leaks (dataset).")
    ]
    rows: int
    share: Annotated[float, _about("Of the rows that are not blank, 0 to 1.")]


class BillingObject(Struct):
    """What a job would bill."""

    epochs: int
    default_epochs: Annotated[bool, _about("The epochs follow from OpenAI's published logic.")]
    tokens_per_epoch: Annotated[int, _about("Of each example no more than the limit.")]
    tokens: int
    price: Annotated[float | None, _about("What a million tokens cost, as the user says.")]
    cost: Annotated[float | None, _about("What all tokens cost; null without a price.")]


class SectionObject(Struct):
    """One file, or all files together."""

    path: Annotated[str | None, _about("The file as it was named; null for all together.")]
    formats: Annotated[list[str], _about("The titles of the formats.")]
    splits: Annotated[list[str], _about("train, validation, test.")]
    targets: Annotated[list[str], _about("Who trains on the data.")]
    models: list[str]
    tokenizers: list[str]
    templates: Annotated[list[str], _about("The chat templates by which rows are written out.")]
    limits: Annotated[list[int], _about("Tokens of an example that are trained on; empty: not known.")]
    examples: int
    skipped: Annotated[dict[str, int], _about(f"Rows left out: {', '.join(SKIPPED)}.")]
    about: Annotated[int, _about("Examples of which the tokens are in part a guess.")]
    tokens: Annotated[DistributionObject, _about("Of each example, held against the limit.")]
    trained: Annotated[DistributionObject, _about("Of each example, those tokens that the loss sees.")]
    answers: Annotated[DistributionObject, _about("Of each turn that is trained on, the same.")]
    turns: Annotated[DistributionObject, _about("Of each example.")]
    tool_calls: Annotated[DistributionObject, _about("Of each example.")]
    images: Annotated[DistributionObject, _about("Of each example.")]
    roles: dict[str, RoleObject]
    other_tokens: Annotated[int, _about("Those of no turn: tool definitions, the beginning of the reply.")]
    over: OverObject
    overlap: Annotated[
        list[OverlapObject],
        _about("Rows that repeat or contradict others, by rule, the most first."),
    ]
    crowds: Annotated[
        int,
        _about(
            "How often so many rows had the same prompt that no more than 1,000 of a split were compared."
        ),
    ]
    billing: Annotated[BillingObject | None, _about("Null where no tokens are billed.")]


class StatisticsObject(Struct):
    """What `turnlint stats --output-format json` prints."""

    files: list[SectionObject]
    total: SectionObject


def render(sections: Iterable[Section], total: Section) -> str:
    """Write everything as one object."""
    whole = StatisticsObject([_section(one) for one in sections], _section(total))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _section(section: Section) -> SectionObject:
    found = section.statistics
    return SectionObject(
        path=None if section.name is None else without_surrogates(section.name),
        formats=list(section.formats),
        splits=list(section.splits),
        targets=list(section.targets),
        models=list(section.models),
        tokenizers=[without_surrogates(one) for one in section.tokenizers],
        templates=[without_surrogates(one) for one in section.templates],
        limits=list(section.limits),
        examples=found.examples,
        skipped={kind: found.skipped[kind] for kind in SKIPPED},
        about=found.about,
        tokens=_distribution(found.tokens, section.limit),
        trained=_distribution(found.trained),
        answers=_distribution(found.answers),
        turns=_distribution(found.turns),
        tool_calls=_distribution(found.calls),
        images=_distribution(found.images),
        roles={
            role: RoleObject(turns, found.role_tokens[role], found.role_trained[role])
            for role, turns in found.role_turns.most_common()
        },
        other_tokens=found.other_tokens,
        over=OverObject(found.over, found.cut, found.cut_trained, found.emptied),
        overlap=[
            OverlapObject(rule, all_rules()[rule].family, rows, rows / found.rows)
            for rule, rows in section.overlap.rules.most_common()
        ],
        crowds=section.overlap.crowds,
        billing=_billing(section),
    )


def _distribution(values: Distribution, limit: int = 0) -> DistributionObject:
    bins = [BinObject(one.first, one.last, one.count) for one in histogram(values, limit)]
    quantiles = dict(zip(COLUMNS, values.quantiles(*COLUMNS.values()), strict=True))
    return DistributionObject(
        count=values.size, **quantiles, mean=values.mean, sum=values.sum, histogram=bins
    )


def _billing(section: Section) -> BillingObject | None:
    bill = section.bill
    if bill is None:
        return None
    price, cost = (None if one is None else float(one) for one in (bill.price, bill.cost))
    return BillingObject(bill.epochs, bill.is_default, bill.tokens, bill.total, price, cost)
