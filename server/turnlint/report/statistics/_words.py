"""What the formats for people say alike: the numbers in sentences, and the rows of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from turnlint.engine.compare import GROUP_CAP
from turnlint.engine.readiness import METHODS
from turnlint.engine.statistics import SKIPPED, Bin, Distribution, Statistics
from turnlint.report._text import visible
from turnlint.report.statistics import Bill, Section
from turnlint.rules import all_rules
from turnlint.text.label import counted, percent

__all__ = [
    "COLUMNS",
    "MEASURES",
    "OVERLAPS",
    "bin_label",
    "cells",
    "costs",
    "limits",
    "measures",
    "name_of",
    "roles",
    "sentences",
]

COLUMNS = {"min": 0.0, "p5": 0.05, "median": 0.5, "p95": 0.95, "max": 1.0}
"""The quantiles that are told."""

MEASURES = {
    "tokens": "tokens per example",
    "trained": "trained per example",
    "answers": "trained per answer",
    "turns": "turns per example",
    "calls": "calls per example",
    "images": "images per example",
}
"""The distributions of `Statistics`, in words."""

OVERLAPS = {
    "duplicates": ("repeated", "row repeats another", "rows repeat another"),
    "consistency": ("contradictory", "row contradicts another", "rows contradict another"),
    "dataset": ("leaked", "row is in another file, too", "rows are in another file, too"),
}
"""What families of rules find that compare rows: a word for it, and what is so of one row and of several."""


def name_of(section: Section) -> str:
    """The file, made safe to print."""
    return "all files" if section.name is None else visible(section.name)


def sentences(section: Section) -> Iterator[str]:
    """What there is, how it was counted, what a limit cuts, and what a job would bill."""
    yield " ".join(_contents(section))
    if section.statistics.examples:
        yield " ".join(_overlap(section))
        yield " ".join(_counting(section))
        yield " ".join(_limit(section))
        for bill in section.bills:
            yield " ".join(_billing(bill, METHODS[bill.stage] if len(section.bills) > 1 else ""))


def measures(statistics: Statistics) -> Iterator[tuple[str, Distribution]]:
    """The distributions worth showing, each with its words: not those of which every value is 0."""
    for name, words in MEASURES.items():
        values: Distribution = getattr(statistics, name)
        if any(values):
            yield words, values


def roles(statistics: Statistics) -> dict[str, int]:
    """The tokens of the turns of each role, the most first, and behind them those of no turn."""
    other = {"other": statistics.other_tokens} if statistics.other_tokens else {}
    return dict(statistics.role_tokens.most_common()) | other


def cells(values: Distribution) -> list[str]:
    """The numbers of a distribution: `COLUMNS`, mean, sum."""
    return [
        *(f"{value:,}" for value in values.quantiles(*COLUMNS.values())),
        f"{values.mean:,.1f}",
        f"{values.sum:,}",
    ]


def limits(section: Section) -> str:
    """The limits that are known."""
    return _listed([f"{limit:,}" for limit in section.limits], "or")


def costs(bill: Bill) -> Iterator[tuple[str, str]]:
    """What a job costs, and at which price, if the user has given one."""
    if bill.cost is not None and bill.price is not None:
        cost = "<0.01" if 0 < bill.cost < Decimal("0.005") else f"{bill.cost:,.2f}"
        yield cost, f"at {bill.price.normalize():,f} a million"


def bin_label(one: Bin, dash: str = "–") -> str:
    """The values of a bin: `100–119`, or `3`."""
    return f"{one.first:,}" if one.first == one.last else f"{one.first:,}{dash}{one.last:,}"


def _contents(section: Section) -> Iterator[str]:
    found = section.statistics
    yield _composed(
        counted(found.examples, "example"),
        f"in {_listed(section.formats)} format" if section.formats and found.examples else "",
        f"({_listed(section.splits)})" if section.splits and found.examples else "",
    )
    if found.skipped:
        are = counted(found.skipped.total(), "row is", "rows are")
        kinds = [f"{found.skipped[kind]:,} {words}" for kind, words in SKIPPED.items() if found.skipped[kind]]
        yield f"{are} left out: {', '.join(kinds)}."


def _overlap(section: Section) -> Iterator[str]:
    """How many rows repeat others, and so on, and by which rules."""
    rules = section.overlap.rules.most_common()
    for family, (_, one, several) in OVERLAPS.items():
        rows = section.overlap.families[family]
        named = [f"{count:,} {rule}" for rule, count in rules if all_rules()[rule].family == family]
        if rows:
            share = percent(rows, section.statistics.rows)
            yield f"{counted(rows, one, several)} ({share}): {_listed(named)}."
    if not rules:
        yield "No row repeats or contradicts another."
    if section.overlap.crowds:
        cap = f"no more than {GROUP_CAP:,} of a split were compared, but for copies byte by byte"
        yield f"Of rows with the same prompt, {cap}."


def _counting(section: Section) -> Iterator[str]:
    whose = [*section.models, *(["no target is set"] if section.is_assumed else [])]
    yield _composed(
        f"Tokens are counted by {visible(_listed(section.tokenizers))}",
        f"with the chat template {visible(_listed(section.templates))}" if section.templates else "",
        f"for {visible(_listed(section.targets))}" if section.targets else "",
        f"({visible(', '.join(whose))})" if whose else "",
    )
    about, examples = section.statistics.about, section.statistics.examples
    if about == examples:
        yield "All counts are about right: some parts are estimated."
    elif about:
        yield f"Counts are exact but for {counted(about, 'example')}, of which parts are estimated."
    if section.is_paired:
        yield "Of two answers, the longer one counts per example, and both by role."


def _limit(section: Section) -> Iterator[str]:
    found = section.statistics
    if not section.limits:
        yield "No limit is known: --token-limit sets one."
        return
    whose = "the" if section.limit else "its" if found.over < 2 else "their"
    limit = f"over {whose} limit of {limits(section)} tokens"
    if not found.over:
        yield f"No example is {limit}."
        return
    are = counted(found.over, "example is", "examples are")
    yield f"{are} {limit} ({percent(found.over, found.examples)})."
    cut = f"{section.about}{counted(found.cut, 'token')}"
    trained = {0: "none", found.cut: "all"}.get(found.cut_trained, f"{found.cut_trained:,}")
    yield f"Beyond it: {cut}, {trained} of them to be trained on."
    if found.emptied:
        yield f"{counted(found.emptied, 'example has', 'examples have')} nothing left to train on."


def _billing(bill: Bill, method: str) -> Iterator[str]:
    """What a job bills; its method is named where there are several."""
    about, epochs = "about " if bill.is_about else "", counted(bill.epochs, "epoch")
    source = " (OpenAI's default)" if bill.is_default else ""
    whose = f" for {method}" if method else ""
    yield f"Billed{whose}: {about}{bill.total:,} tokens, {epochs}{source} of {bill.tokens:,}."
    for cost, rate in costs(bill):
        yield f"Cost: {about}{cost} {rate}."


def _composed(*words: str) -> str:
    """A sentence of the words that are there."""
    return " ".join(filter(None, words)) + "."


def _listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does: `a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
