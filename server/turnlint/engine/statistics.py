"""What a file holds in numbers: tokens, turns, roles, what a limit cuts, what a job would bill.

Statistics are made of counts alone, so those of the parts of a file add up to those of the whole, in any
order. A distribution keeps how often each value occurs, which makes its quantiles exact. That stays small: n
tokens of text take some n bytes at least, so a file of N bytes has about √(2N) values that differ at most,
which are 141,000 in 10 GB, or 15 MB.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, chain, pairwise
from math import ceil, inf
from typing import BinaryIO

from msgspec import Struct, field

from turnlint.engine.contents import Contents
from turnlint.engine.election import vote
from turnlint.engine.threads import in_threads
from turnlint.engine.tokens import ships
from turnlint.formats import Format, get_format
from turnlint.model import Settings
from turnlint.text.decode import value_of
from turnlint.text.rows import Batch, FileFault, RowReader, sniff
from turnlint.tokens import Measured, TemplateRefusal, TokensError, meter_of

__all__ = ["SKIPPED", "Bin", "Distribution", "Statistics", "Survey", "epochs_of", "histogram", "survey"]

SKIPPED = {
    "blank": "blank",
    "unreadable": "not a JSON object",
    "no_example": "without an example",
    "too_large": "too large to be read",
    "refused": "refused by the chat template",
    "uncounted": "that could not be counted",
}
"""Why a row is no example, and how that is said."""

_CHUNK = 1 << 19
"""Bytes read at a time, which one thread counts."""
_WIDTHS = 14
_BULK = 0.99
"""A histogram shows this share of a distribution in up to `_WIDTHS` bins of equal width."""


class Distribution(Counter[int]):
    """How often each value occurs. Values are not negative."""

    @property
    def size(self) -> int:
        """How many values there are."""
        return self.total()

    @property
    def sum(self) -> int:
        """All values together."""
        return sum(value * times for value, times in self.items())

    @property
    def mean(self) -> float:
        """The arithmetic mean; 0 where there is no value."""
        return self.sum / self.size if self else 0.0

    def quantiles(self, *shares: float) -> list[int]:
        """For each share, the lowest value that so many of all values do not exceed: always one that occurs.

        0 gives the lowest of all, 1 the highest. Where there is no value, all are 0.
        """
        values, size = sorted(self), self.size
        below = list(accumulate(self[value] for value in values))
        ranks = (max(1, ceil(share * size)) for share in shares)
        return [values[bisect_left(below, rank)] if values else 0 for rank in ranks]


class Statistics(Struct):
    """The numbers of some rows. `about` and what follows count examples or tokens."""

    tokens: Distribution = field(default_factory=Distribution)
    """Of each example: what is held against the limit."""
    trained: Distribution = field(default_factory=Distribution)
    """Of each example: those tokens that the loss sees."""
    answers: Distribution = field(default_factory=Distribution)
    """Of each turn that is trained on: the tokens that the loss sees. Of preference data, both answers."""
    turns: Distribution = field(default_factory=Distribution)
    calls: Distribution = field(default_factory=Distribution)
    images: Distribution = field(default_factory=Distribution)
    role_turns: Counter[str] = field(default_factory=Counter)
    role_tokens: Counter[str] = field(default_factory=Counter)
    role_trained: Counter[str] = field(default_factory=Counter)
    other_tokens: int = 0
    """What belongs to no turn: tool definitions, the beginning of the reply."""
    about: int = 0
    """Examples of which a part is no more than a good guess."""
    over: int = 0
    """Examples that are longer than the limit,"""
    cut: int = 0
    """their tokens beyond it,"""
    cut_trained: int = 0
    """those of them that the loss would have seen,"""
    emptied: int = 0
    """and how many of these examples have nothing left to train on."""
    within: int = 0
    """All tokens within the limit."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Rows that are no example, by the keys of `SKIPPED`."""

    @property
    def examples(self) -> int:
        """How many examples were counted."""
        return self.tokens.size

    @property
    def rows(self) -> int:
        """How many rows are not blank."""
        return self.examples + self.skipped.total() - self.skipped["blank"]

    def merge(self, other: Statistics) -> None:
        """Add the numbers of other rows."""
        for name in self.__struct_fields__:
            mine, more = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                setattr(self, name, mine + more)

    def add(self, measured: Measured, limit: int, left: int) -> None:
        """Add an example, of which a limit (0: none) leaves so many tokens that the loss sees."""
        self.tokens[measured.total] += 1
        self.trained[measured.trained] += 1
        self.turns[len(measured.turns)] += 1
        self.calls[sum(len(one.turn.calls) for one in measured.turns)] += 1
        self.images[sum(len(one.turn.images) for one in measured.turns)] += 1
        for one in measured.turns:
            role = one.turn.role or "unknown"
            self.role_turns[role] += 1
            self.role_tokens[role] += one.total
            self.role_trained[role] += one.trained
            if one.trained:
                self.answers[one.trained] += 1
        self.other_tokens += measured.rest
        self.about += measured.about
        self.within += min(measured.total, limit or measured.total)
        if limit and measured.total > limit:
            beyond = measured.total - limit
            self.over += 1
            self.cut += beyond
            self.cut_trained += min(beyond, measured.trained - left)
            self.emptied += not left and measured.trained > 0


class Bin(Struct, frozen=True):
    """One bar of a histogram: so many values from `first` to `last`, inclusive."""

    first: int
    last: int
    count: int
    is_rest: bool = False
    """It has the few values beyond those of which the bins have equal widths."""
    is_over: bool = False
    """All of them are over the limit."""


def histogram(values: Distribution, limit: int = 0) -> list[Bin]:
    """Sort values into bins with round edges. One ends at the limit, where some values are over it.

    Bins have equal widths but for the last, which has the few values far beyond. Where that would put most
    values into the first of them, the edges are 1, 2, 5, 10, 20, 50 and so on.
    """
    if not values:
        return []
    starts, rest, last = _edges(values)
    if limit and starts[0] <= limit < max(values):
        starts = [starts[0], *sorted({*starts[1:], limit + 1} - {limit})]
    counts: Counter[int] = Counter()
    for value, times in values.items():
        counts[bisect_right(starts, value) - 1] += times
    ends = [*(start - 1 for start in starts[1:]), last]
    return [
        Bin(start, end, counts[at], start >= rest, 0 < limit < start)
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _edges(values: Distribution) -> tuple[list[int], float, int]:
    """The first value of each bin, that of the bin for the rest, and the last value of all."""
    low, bulk, high = values.quantiles(0, _BULK, 1)
    width = next(step for step in _round(inf) if bulk // step - low // step < _WIDTHS)
    start = low // width * width
    in_first = sum(times for value, times in values.items() if value < start + width)
    if width > 1 and in_first * 2 > values.size:
        steps = [0, *_round(10 * high + 10)]
        starts = [first for first, after in pairwise(steps) if after > low and first <= high]
        return starts, inf, steps[steps.index(starts[-1]) + 1] - 1
    end = start + (bulk - start) // width * width + width
    if high >= end + 2 * width:
        return [*range(start, end + 1, width)], end, high
    starts = [*range(start, high + 1, width)]
    return starts, inf, max(high, starts[-1] + width - 1)


def _round(limit: float) -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on, up to a limit."""
    step = 1
    while True:
        for one in (step, 2 * step, 5 * step):
            if one > limit:
                return
            yield one
        step *= 10


def epochs_of(examples: int) -> int:
    """How often a job of OpenAI goes over so many examples where the user does not say.

    By OpenAI's cookbook (Chat_finetuning_data_prep): three times, but for data that is few or much.
    """
    if not examples:
        return 0
    if 3 * examples < 100:
        return min(25, 100 // examples)
    if 3 * examples > 25_000:
        return max(1, 25_000 // examples)
    return 3


class Survey(Struct, frozen=True):
    """What a file holds."""

    format: Format | None
    """None where the rows are in no known format, or the file is no JSONL."""
    statistics: Statistics
    fault: FileFault | None = None
    """Why the file is no JSONL at all."""


def survey(
    stream: BinaryIO, settings: Settings, contents: Contents | None = None, *, threads: int = 1
) -> Survey:
    """Count what a file holds, from where the stream, which must be able to seek, stands to its end.

    `contents` takes what the examples hold, where that is wanted. From two on, so many `threads` of their own
    count. Raises TokensError for a tokenizer that cannot be used; whatever reading raises passes through.
    """
    start = stream.tell()
    reader = RowReader(stream, chunk_bytes=_CHUNK)
    fault = sniff(reader.head, complete=reader.complete)
    if fault is not None and fault.kind != "empty-file":
        return Survey(None, Statistics(), fault)
    rows = chain.from_iterable(batch.rows for batch in reader)
    chosen = get_format(settings.format) if settings.format else vote(rows, settings.stage, settings.formats)
    stream.seek(start)
    counted = Statistics()
    work = _RowCounter(chosen, settings, reads=contents is not None).count
    gains = ships(settings.judging(chosen.name if chosen else None))
    for part, read in in_threads(work, RowReader(stream, chunk_bytes=_CHUNK), threads if gains else 1):
        counted.merge(part)
        if contents is not None and read is not None:
            contents.merge(read)
    return Survey(chosen, counted)


class _RowCounter:
    """Counts rows of one format. Rows of no known format hold no example."""

    def __init__(self, format: Format | None, settings: Settings, *, reads: bool) -> None:  # noqa: A002
        """`reads` says whether the contents of examples are wanted, too."""
        self._format = format
        self._reads = reads
        tokens = settings.judging(format.name if format else None).tokens
        self._limit = tokens.limit
        self._meter = meter_of(tokens)

    def count(self, batch: Batch) -> tuple[Statistics, Contents | None]:
        """The numbers of a batch of rows, and what is in them."""
        counted, contents = Statistics(), Contents() if self._reads else None
        for number, raw in enumerate(batch.rows, batch.first):
            skipped = "too_large" if number in batch.oversize else self._row(raw, counted, contents)
            if skipped:
                counted.skipped[skipped] += 1
        return counted, contents

    def _row(self, raw: bytes, counted: Statistics, contents: Contents | None) -> str:
        """Count a row; gives why it is no example, a key of `SKIPPED`, or nothing."""
        if not raw or raw.isspace():
            return "blank"
        value = value_of(raw)
        if type(value) is not dict:
            return "unreadable"
        example = self._format.example(value) if self._format else None
        if example is None or not example.all_turns:
            return "no_example"
        try:
            measured = self._meter.measure(example)
            is_over = 0 < self._limit < measured.total
            left = self._meter.cut(example, self._limit, measured).trained if is_over else measured.trained
        except TemplateRefusal:
            return "refused"
        except TokensError:
            return "uncounted"
        counted.add(measured, self._limit, left)
        if contents is not None:
            contents.add(example, measured)
        return ""
