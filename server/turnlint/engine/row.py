"""The row check: raw bytes of one row -> its findings and its facts. Pure, and the same everywhere.

A clean row is proved clean by a few compiled steps: the typed decoder of its format accepts it, no trigger
word stands in it, its roles come in an order that was judged before, no key stands twice, no text is blank.
Only a row that cannot be proved clean is judged rule by rule.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from operator import eq
from typing import Any

import msgspec
from xxhash import xxh3_64_intdigest

from turnlint.engine.triggers import Scanner
from turnlint.formats import Format, detect
from turnlint.formats.shape import declared_keys, faults
from turnlint.model import Example, Facts, Finding, JsonFault, Place, Row, Settings, ShapeFault
from turnlint.rules import ORDER, Bound, Keys, Words, all_rules
from turnlint.text.decode import decode

__all__ = ["RowChecker", "facts_of"]

_OUTLINES = 10_000
"""How many sequences of roles are remembered as clean."""

_BY_KIND = {"too-few-items": "empty-array"}
"""Shape faults whose rule is not called like them."""

# Two backslashes before a quote: the quotes of such a row are not counted by subtraction.
_ESCAPED_BACKSLASH = b'\\\\"'

_Hook = Callable[..., Iterable[Finding]]


def facts_of(raw: bytes) -> Facts:
    """What the cross-row rules need of a row."""
    return Facts(xxh3_64_intdigest(raw.strip(b" \t\r")))


class RowChecker:
    """Judges rows of one format under one set of settings. Not shared between threads."""

    def __init__(self, format: Format | None, settings: Settings, *, bulk: bool = False) -> None:  # noqa: A002
        """`format` is the format of the file; None, for files that hold something else, leaves JSON alone.

        `bulk` says that many rows will come, so that loading the fast scanner pays.
        """
        self._format = format
        self._name = format.name if format else None
        self._bound = _bind(settings.judging(self._name), self._name)
        plain = format.plain_keys if format else frozenset()
        self._rich_keys = tuple(
            sorted(f'"{key}"'.encode() for key in declared_keys(format.shape) - plain) if format else ()
        )
        words = {word for bound in self._bound.values() for word in _words(bound)}
        keys = {f'"{key}"'.encode() for bound in self._bound.values() for key in _keys(bound)}
        self._scanner = Scanner(
            sorted(words), sorted({*keys, *self._rich_keys, _ESCAPED_BACKSLASH}), bulk=bulk
        )
        self._rich = self._scanner.mask(self._rich_keys)
        self._hooks = {hook: list(self._of(hook)) for hook in ("turn", "example", "text")}
        self._decode = msgspec.json.Decoder(format.shape).decode if format else None
        self._clean_outlines: dict[Hashable, int] = {}

    def check(self, raw: bytes) -> tuple[tuple[Finding, ...], Facts]:
        """Judge one row, given without its line end. Never raises, whatever the bytes."""
        return self.findings(raw), facts_of(raw)

    def findings(self, raw: bytes) -> tuple[Finding, ...]:
        """What `check` finds, without the facts."""
        shaped = self._typed(raw)
        hits = self._scanner.hits(raw)
        if shaped is not None and not hits and self._is_clean(raw, shaped):
            return ()
        return self._judge(raw, hits, shaped)

    def judge(self, raw: bytes) -> tuple[Finding, ...]:
        """Judge one row the slow way, with nothing proved; `check` must agree with it."""
        return self._judge(raw, self._scanner.everything, None)

    def _typed(self, raw: bytes) -> Any:
        """The row as its declared shape, or None where it has another shape or is no JSON."""
        if self._decode is None:
            return None
        try:
            return self._decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def _is_clean(self, raw: bytes, shaped: Any) -> bool:
        if self._format is None or self._format.outline is None:
            return False
        outline, texts = self._format.outline(shaped)
        quotes = self._clean_outlines.get(outline)
        if quotes is None:
            return False
        # A row of this outline has so many strings; one more would be a key that stands twice.
        surplus = raw.count(b'"') - quotes
        if surplus and surplus != raw.count(b'\\"'):
            return False
        try:
            return not ("" in texts or any(map(str.isspace, texts)) or any(map(eq, texts, texts[1:])))
        except TypeError:  # a content that is not text
            return False

    def _judge(self, raw: bytes, hits: int, shaped: Any) -> tuple[Finding, ...]:
        row = decode(raw)
        found = [*self._json_findings(row.faults)]
        if not row.parsed or self._format is None:
            return tuple(found)
        if type(row.value) is not dict:
            fault = JsonFault("not-an-object", Place(), _not_an_object(row.value))
            return (*found, *self._json_findings((fault,)))
        departures = faults(self._format.shape, row.value) if shaped is None else []
        stranger = self._other_format(row, departures)
        if stranger is not None:
            return (*found, *self._json_findings((stranger,)))
        marked = {fault.place.pointer for fault in departures}
        found += self._shape_findings(departures)
        example = self._format.example(row.value)
        found += self._example_findings(example, hits, marked)
        if not departures and not hits & self._rich:
            self._remember(raw, row.value, example)
        return tuple(found)

    def _json_findings(self, found: Iterable[JsonFault]) -> Iterator[Finding]:
        for fault in found:
            bound = self._bound.get(fault.kind)
            if bound is not None:
                yield bound.fault(fault)

    def _shape_findings(self, departures: list[ShapeFault]) -> Iterator[Finding]:
        for fault in departures:
            bound = self._bound.get(fault.rule or _BY_KIND.get(fault.kind, fault.kind))
            if bound is not None:
                yield from bound.module.hooks["shape"](fault, bound)

    def _example_findings(self, example: Example, hits: int, marked: set[Any]) -> Iterator[Finding]:
        turns = (*example.turns, *example.preferred, *example.non_preferred)
        for bound, hook, mask in self._hooks["example"]:
            if mask & hits if mask else example.readable or bound.rule.trigger is not ORDER:
                yield from _unmarked(hook(example, bound), marked)
        for bound, hook, mask in self._hooks["turn"]:
            if not mask or mask & hits:
                for turn in turns:
                    yield from _unmarked(hook(turn, example, bound), marked)
        for bound, hook, mask in self._hooks["text"]:
            if mask & hits:
                for turn in turns:
                    for text in turn.texts:
                        yield from _unmarked(hook(text, turn, bound), marked)

    def _other_format(self, row: Row, departures: list[ShapeFault]) -> JsonFault | None:
        """A row that lacks what its file's format needs may be a row of another format."""
        if not any(fault.kind == "missing-key" and len(fault.place.pointer) < 2 for fault in departures):
            return None
        other = detect(row.value)
        if other is None or other is self._format or self._format is None:
            return None
        words = f"This row is in the {other.title} format, the rest of the file in {self._format.title}."
        return JsonFault("mixed-formats", Place(), f"{words} Convert it, or move it to a file of its own.")

    def _remember(self, raw: bytes, value: Any, example: Example) -> None:
        """Remember the outline of a plain row on which no rule about order fires."""
        if self._format is None or self._format.outline is None or len(self._clean_outlines) >= _OUTLINES:
            return
        for bound, hook, _ in self._hooks["example"]:
            if bound.rule.trigger is ORDER and any(True for _ in hook(example, bound)):
                return
        shaped = self._typed(raw)
        if shaped is not None:
            outline, texts = self._format.outline(shaped)
            if all(type(text) is str for text in texts):
                self._clean_outlines[outline] = 2 * _strings(value)

    def _of(self, hook: str) -> Iterator[tuple[Bound, _Hook, int]]:
        """The rules with this function, each with the bits of its trigger words; 0 where it has none."""
        for bound in self._bound.values():
            if hook in bound.module.hooks:
                names: list[str | bytes] = [*_words(bound), *(f'"{key}"'.encode() for key in _keys(bound))]
                yield bound, bound.module.hooks[hook], self._scanner.mask(names)


def _bind(settings: Settings, format_name: str | None) -> dict[str, Bound]:
    rules = all_rules()
    return {
        name: Bound(rules[name], one)
        for name, one in settings.rules.items()
        if not rules[name].rule.formats or format_name in rules[name].rule.formats
    }


def _words(bound: Bound) -> tuple[str, ...]:
    trigger = bound.rule.trigger
    return trigger.words if isinstance(trigger, Words) else ()


def _keys(bound: Bound) -> tuple[str, ...]:
    trigger = bound.rule.trigger
    return trigger.keys if isinstance(trigger, Keys) else ()


def _unmarked(found: Iterable[Finding], marked: set[Any]) -> Iterator[Finding]:
    """Leave out what stands at a place that a departure from the shape has marked already."""
    if not marked:
        yield from found
        return
    for finding in found:
        if finding.place is None or finding.place.pointer not in marked:
            yield finding


def _not_an_object(value: Any) -> str:
    kinds = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return f"The row is {kinds.get(type(value), 'a number')}. Every row must be one JSON object."


def _strings(value: Any) -> int:
    """How many strings a decoded value holds, keys included."""
    total, todo = 0, [value]
    while todo:
        one = todo.pop()
        if type(one) is str:
            total += 1
        elif type(one) is dict:
            total += len(one)
            todo += one.values()
        elif type(one) is list:
            todo += one
    return total
