"""The numbers as the JSON object that scripts rely on: fields may be added, never removed.

`turnlint schema stats` prints what these declarations say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from turnlint.engine.readiness import Answered, Checklist, Verdict
from turnlint.engine.statistics import SKIPPED, Distribution, histogram
from turnlint.model import Severity
from turnlint.report.statistics import Bill, Section
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

    stage: Annotated[str, _about("The training method: sft or preference.")]
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
    billing: Annotated[
        BillingObject | None, _about("Null where no tokens are billed, or by several jobs: see bills.")
    ]
    bills: Annotated[list[BillingObject], _about("One for each training method.")]


_VERDICT = Meta(extra_json_schema={"enum": [one.key for one in Verdict]})
_SEVERITY = Meta(extra_json_schema={"enum": [one.word for one in Severity]})


class FoundObject(Struct):
    """What a rule behind a question finds."""

    rule: str
    severity: Annotated[str, _SEVERITY]
    findings: int


class QuestionObject(Struct):
    """A question with its answer."""

    name: str
    question: str
    verdict: Annotated[str, _VERDICT]
    figure: Annotated[str, _about("What the data says, as a sentence; empty where it is not asked.")]
    numbers: Annotated[dict[str, float], _about("The same for programs; a share is from 0 to 1.")]
    todo: Annotated[str, _about("What to do, or how to know.")]
    found: Annotated[list[FoundObject], _about("What `turnlint check` finds of it, the worst first.")]
    rules: Annotated[list[str], _about("The rules, and families of rules, behind it.")]
    sources: Annotated[list[str], _about("The documents behind it.")]


class ReadinessObject(Struct):
    """Whether files that are used together are ready to train on, for one training method."""

    paths: Annotated[list[str], _about("The files, as they were named.")]
    stage: Annotated[str | None, _about("sft, preference or reinforcement; null where nobody knows.")]
    verdict: Annotated[str, _VERDICT, _about("The worst of all.")]
    questions: list[QuestionObject]


class StatisticsObject(Struct):
    """What `turnlint stats --output-format json` prints."""

    files: list[SectionObject]
    total: SectionObject
    readiness: Annotated[
        list[ReadinessObject] | None, _about("One for each data set and method; null without --readiness.")
    ]


def render(sections: Iterable[Section], total: Section, checklists: Iterable[Checklist] | None = None) -> str:
    """Write everything as one object."""
    readiness = None if checklists is None else [_readiness(one) for one in checklists]
    whole = StatisticsObject([_section(one) for one in sections], _section(total), readiness)
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _section(section: Section) -> SectionObject:
    found = section.statistics
    bills = list(map(_billing, section.bills))
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
        billing=bills[0] if len(bills) == 1 else None,
        bills=bills,
    )


def _readiness(checklist: Checklist) -> ReadinessObject:
    return ReadinessObject(
        [without_surrogates(one.input.name) for one in checklist.evidence.files],
        checklist.evidence.stage or None,
        checklist.verdict.key,
        [_question(one) for one in checklist.answers],
    )


def _question(one: Answered) -> QuestionObject:
    return QuestionObject(
        one.name,
        one.question.asks,
        one.answer.verdict.key,
        one.answer.figure,
        dict(one.answer.numbers),
        one.answer.todo,
        [FoundObject(each.rule, each.severity.word, each.findings) for each in one.found],
        list(one.question.rules),
        list(one.question.sources),
    )


def _distribution(values: Distribution, limit: int = 0) -> DistributionObject:
    bins = [BinObject(one.first, one.last, one.count) for one in histogram(values, limit)]
    quantiles = dict(zip(COLUMNS, values.quantiles(*COLUMNS.values()), strict=True))
    return DistributionObject(
        count=values.size, **quantiles, mean=values.mean, sum=values.sum, histogram=bins
    )


def _billing(bill: Bill) -> BillingObject:
    price, cost = (None if one is None else float(one) for one in (bill.price, bill.cost))
    return BillingObject(bill.stage, bill.epochs, bill.is_default, bill.tokens, bill.total, price, cost)
