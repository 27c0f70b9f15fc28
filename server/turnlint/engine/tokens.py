"""The token check: raw bytes of one row -> what is wrong with the number of its tokens.

It stands beside the row check, which never waits for it. Most rows are proved short enough by their bytes
alone, most others by the bytes of their texts; only what is left is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import ceil, floor
from sys import maxsize

from msgspec.structs import replace

from turnlint.engine.row import bind
from turnlint.engine.told import if_on
from turnlint.formats import Format
from turnlint.model import Example, Finding, Place, Settings, TokenCosts
from turnlint.rules import Bound, Fit, quote
from turnlint.text.decode import value_of
from turnlint.tokens import Measured, Meter, TemplateRefusal, TokensError, meter_of
from turnlint.tokens.vocabulary import ENCODINGS

__all__ = ["TokenChecker", "prepare", "ships"]

_MESSAGE = len('{"role":"","content":""}')
"""So many bytes of a plain row, at least, go into writing a message out."""
_BYTE = 5
"""So many tokens, at most, come of a byte of a value: what is no UTF-8 is read as U+FFFD, which has three
bytes, and a number such as `1e15` may be written out."""
_UNIT = 2
"""So many bytes, at least, write out whatever costs tokens of its own: brackets or quotes, a comma."""
_MOSTLY_TEXT = 2
"""Few rows have more bytes than so many times those of their texts: looking at these would prove nothing."""
_TILES, _PATCHES = 8, 1536
"""An image is cut into so many at most."""
_SHOWN = (b'"image', b'"video', b'"file', b"\\u00")
"""How a key or a kind begins that has something to show, or may be spelled."""
_BY_TEMPLATE = ("template-refuses", "not-counted")
"""Rules about what only a chat template brings about."""
_QUOTED = 160
"""Code points of what a chat template says that are quoted."""

_Rule = tuple[Bound, Callable[..., Iterable[Finding]], int]
"""A rule, its function, and a number of tokens up to which it has nothing to say."""


def prepare(settings: Settings) -> None:
    """Load the tokenizers and templates that settings name by path; what ships is left for the first count.

    Raises TokensError for one that cannot be used.
    """
    if not ships(settings):  # what settings name by path, all formats are counted by
        meter_of(settings.tokens)


def ships(settings: Settings) -> bool:
    """Whether tokens are counted by what ships with turnlint."""
    return settings.tokens.template is None and settings.tokens.tokenizer in ENCODINGS


class TokenChecker:
    """Judges the tokens of rows of one format under one set of settings."""

    density: int
    """A row that `RowChecker` proves clean has so many tokens for each of its bytes at most."""
    plain: int
    """Such a row needs no look unless it has more bytes."""
    shared: bool
    """Any number of threads may use it at once, and gain by it."""

    def __init__(
        self,
        format: Format | None,  # noqa: A002
        settings: Settings,
        *,
        bound: Mapping[str, Bound] | None = None,
    ) -> None:
        """`format` is the format of the file; None, for files that hold something else, counts nothing.

        `bound` are the rules to ask in place of those of the settings.
        """
        judging = settings.judging(format.name if format else None)
        bound = bound or (bind(judging, format.name) if format else {})
        self._format = format
        self._tokens = judging.tokens
        self._rules = list(_rules(bound.values(), self._tokens.limit))
        by_template = _BY_TEMPLATE if self._tokens.template is not None else ()
        self._faults = {name: bound[name] for name in by_template if name in bound}
        self._least = min((least for _, _, least in self._rules), default=maxsize)
        self.shared = ships(judging)
        self._dense, self._once, self._image = _most(self._tokens.costs)
        self.density = max(1, ceil((self._tokens.costs.message + self._once) / _MESSAGE))
        looks_at_all = self._faults or (self._rules and not self.shared)
        self.plain = -1 if looks_at_all else self._least // self.density

    def needs(self, raw: bytes) -> bool:
        """Whether a row must be looked at: of one that need not, `findings` finds nothing."""
        return bool(self._faults) or (bool(self._rules) and self.ceiling(raw) > self._least)

    def ceiling(self, raw: bytes) -> int:
        """A number that the tokens of a row do not exceed, by its bytes; `sys.maxsize` if none is known."""
        if not self.shared:
            return maxsize
        most = len(raw) * self._dense + self._once
        if any(word in raw for word in _SHOWN):
            most += raw.count(b"{") * self._image
        return most

    def bound(self, raw: bytes) -> int:
        """The same by the texts of the row. Raises TokensError where nothing can be counted."""
        example = self._example(raw)
        most = 0 if example is None else self._meter.bound(example)
        return maxsize if most is None else most

    def measure(self, raw: bytes) -> Measured | None:
        """Count one row; None where it holds no example or the template refuses it. Raises as `bound`."""
        example, meter = self._example(raw), self._meter
        try:
            return None if example is None else meter.measure(example)
        except TokensError:
            return None

    def findings(self, raw: bytes) -> tuple[Finding, ...]:
        """Judge one row, given without its line end. Raises as `bound`."""
        example, meter = self._example(raw), self._meter
        if example is None or not (self._rules or self._faults):
            return ()
        try:
            if len(raw) <= _MOSTLY_TEXT * self._least:
                most = meter.bound(example)
                if most is not None and most <= self._least:
                    return ()
            return self._judged(_fit(example, meter, self._tokens.limit), example)
        except TemplateRefusal as error:
            return if_on(self._faults, "template-refuses", _refused, error)
        except TokensError as error:
            if self._tokens.template is None:
                raise
            return if_on(self._faults, "not-counted", _not_counted, error)

    def _judged(self, fit: Fit, example: Example) -> tuple[Finding, ...]:
        """What the rules find, but for echoes."""
        found: list[Finding] = []
        for bound, hook, least in self._rules:
            if fit.measured.total > least:
                found += hook(fit, example, bound)
        if len(found) < 2:
            return tuple(found)
        told = {one.rule for one in found}
        echoes = {bound.module.name for bound, _, _ in self._rules if told.intersection(bound.rule.yields_to)}
        return tuple(one for one in found if one.rule not in echoes)

    @cached_property
    def _meter(self) -> Meter:
        return meter_of(self._tokens)

    def _example(self, raw: bytes) -> Example | None:
        """The example that a row holds, if it does."""
        if self._format is None:
            return None
        value = value_of(raw)
        example = self._format.example(value) if type(value) is dict else None
        return example if example is not None and example.all_turns else None


def _rules(bound: Iterable[Bound], limit: int) -> Iterator[_Rule]:
    """The rules about tokens to which a limit, if there is one, gives something to say."""
    for one in bound:
        hook, share = one.module.hooks.get("tokens"), one["share"]
        if hook is not None and limit:
            yield one, hook, floor(min(limit, maxsize) * (1 if share is None else share))


def _most(costs: TokenCosts) -> tuple[int, int, int]:
    """How many tokens there are at most for each byte of a row, once in it, and for an image."""
    tools, images = costs.tools, costs.images
    unit = max(
        *(costs.message + costs.name, tools.function + tools.properties),
        *(tools.each_property, tools.enum_item),
    )
    image = images.base + _TILES * images.tile + ceil(_PATCHES * images.patch)
    return max(_BYTE, ceil((unit + 1) / _UNIT)), costs.reply + tools.end, image


def _fit(example: Example, meter: Meter, limit: int) -> Fit:
    """Hold an example against a limit; 0 is none. Raises TokensError where the chat template refuses it."""
    measured = meter.measure(example)
    if not 0 < limit < measured.total:
        return Fit(measured, limit)
    alone = _alone(example) if _with_shorter_answer(example, measured) > limit else ()
    cut = meter.cut(example, limit, measured)
    return Fit(measured, limit, cut, tuple(meter.cut(one, limit) for one in alone))


def _with_shorter_answer(example: Example, measured: Measured) -> int:
    """The tokens of preference data with the shorter of its answers; 0 for all else."""
    if not (example.preferred and example.non_preferred):
        return 0
    totals = [one.total for one in measured.turns]
    prompt, other = len(example.turns), len(example.turns) + len(example.preferred)
    return measured.rest + sum(totals[:prompt]) + min(sum(totals[prompt:other]), sum(totals[other:]))


def _alone(example: Example) -> tuple[Example, ...]:
    """Preference data with each of its answers alone."""
    answers = (example.preferred, example.non_preferred)
    return tuple(replace(example, preferred=answer, non_preferred=()) for answer in answers)


def _refused(bound: Bound, error: TokensError) -> Finding:
    what = f"the chat template refuses the example, and says {quote(str(error), _QUOTED)}"
    return bound.at(Place(), what)


def _not_counted(bound: Bound, error: TokensError) -> Finding:
    return bound.at(
        Place(), f"the tokens of this row are not counted, because of {quote(str(error), _QUOTED)}"
    )
