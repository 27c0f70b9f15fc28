"""The row check: raw bytes of one row -> its findings and its facts. Pure, and the same everywhere.

A clean row is proved clean by a few compiled steps: the typed decoder of its format accepts it, no trigger
word stands in it, its roles come in an order that was judged before, no key stands twice, no text is blank.
Only a row that cannot be proved clean is judged rule by rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from functools import partial
from itertools import chain, islice
from operator import eq
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from turnlint.engine.facts import Plan, example_in, facts_from, near_text
from turnlint.engine.triggers import Scanner, literals
from turnlint.formats import Format, detect, is_meant
from turnlint.formats.shape import FAULT_CAP, declared_keys, faults, has_alternatives, is_open
from turnlint.model import (
    Example,
    Facts,
    Finding,
    JsonFault,
    Place,
    Pointer,
    Row,
    Settings,
    ShapeFault,
    plain_format,
)
from turnlint.rules import (
    BLANK,
    IMAGES,
    LAYOUT,
    ORDER,
    REPEAT,
    TOOLS,
    Bound,
    Keys,
    Trigger,
    Words,
    WordsIn,
    all_rules,
)
from turnlint.text.compact import compact
from turnlint.text.decode import decode
from turnlint.text.ready import ready

if TYPE_CHECKING:
    from turnlint.formats.renamed import Renaming

__all__ = ["CLEAN", "FINDING_CAP", "RowChecker", "bind"]

FINDING_CAP = 100
"""So many findings of one rule are told of a row. All are made alike: more would only be slow."""


class _Findings(tuple[Finding, ...]):
    """Findings that can be told from others: all plain tuples without items are one object."""

    __slots__ = ()


CLEAN: tuple[Finding, ...] = _Findings()
"""What comes of a row that is proved clean: it has the shape of its format and no key but plain ones."""

_OUTLINES = 10_000
"""How many sequences of roles are remembered."""

_IGNORED = "ignored-key"
"""The rule about keys that an open object does not declare: the rest of the row is right nevertheless."""
_BY_KIND = {"too-few-items": "empty-array"}
"""Shape faults whose rule is not called like them."""

# Two backslashes before a quote: the quotes of such a row are not counted by subtraction.
_ESCAPED = b'\\\\"'
_NONE = Trigger()

_Hook = Callable[..., Iterable[Finding]]
_ROW_HOOKS = ("turn", "example", "text")
_TRAITS = (ORDER, LAYOUT, BLANK, REPEAT, IMAGES, TOOLS)
"""Triggers that the turns of an example tell, once it was taken apart."""
_RESULTS = ("tool", "function")


class _Outline:
    """What is known of plain rows with the same sequence of roles."""

    __slots__ = ("compares", "is_ordered", "order", "plan", "quotes", "room")

    def __init__(
        self,
        example: Example,
        texts: list[str],
        format: Format,  # noqa: A002
        order: tuple[Finding, ...],
    ) -> None:
        """Take what one of them holds, its texts, and what is wrong with its sequence of roles."""
        self.order = order
        self.is_ordered = not order
        self.compares = len(example.all_turns) if example.outputs is not None else 0
        """The last two of so many texts are the answers of a comparison; 0 where nothing is compared."""
        self.plan = Plan(example)
        self.quotes = 2 * _strings(example.value)
        """So many quotes are in such a row, but for those in its texts."""
        least = len(compact(example.value)) - sum(len(compact(text)) - 2 for text in texts)
        more = len(',"":0') if is_open(format.shape) else len(',"":""') + min(map(len, format.plain_keys))
        self.room = least + more - 1
        """Where there are no more bytes besides the characters of its texts, no key stands twice."""


class RowChecker:
    """Judges rows of one format under one set of settings. Not shared between threads."""

    def __init__(
        self,
        format: Format | None,  # noqa: A002
        settings: Settings,
        *,
        bulk: bool = False,
        bound: Mapping[str, Bound] | None = None,
    ) -> None:
        """`format` is the format of the file; None, for files that hold something else, leaves JSON alone.

        `bulk` says that many rows will come, so that loading the fast scanner pays. `bound` are the rules to
        ask in place of those of the settings: some may be one rule with other parameters, by another name.
        """
        self.format = self._format = format
        self._name = format.name if format else None
        self._bound = bind(settings.judging(self._name), self._name) if bound is None else bound
        rich = Keys(tuple(sorted(declared_keys(format.shape) - format.plain_keys))) if format else Keys(())
        named: dict[Hashable, frozenset[bytes]] = {rich: literals(rich), _ESCAPED: frozenset((_ESCAPED,))}
        keys = format.plain_keys if format else frozenset()
        named |= {
            one: found for one in map(self._trigger, self._bound.values()) if (found := literals(one, keys))
        }
        self._scanner = Scanner(named, bulk=bulk)
        self._rich = self._scanner.bits[rich]
        self._always = self._scanner.everything + 1
        self._traits: dict[Trigger, int] = {
            trigger: self._always << shift for shift, trigger in enumerate(_TRAITS, 1)
        }
        self._yields = {name: set(bound.rule.yields_to) for name, bound in self._bound.items()}
        self._hooks = {hook: list(self._of(hook)) for hook in _ROW_HOOKS}
        self._decode = msgspec.json.Decoder(ready(format.shape)).decode if format else None
        self._accepted = settings.formats
        self._is_open = format is not None and is_open(format.shape)
        self._reads_strangers = self._is_open and _IGNORED in self._bound
        self._is_proved_by_type = format is not None and not (
            format.verify or self._reads_strangers or has_alternatives(format.shape)
        )
        unprovable = [
            one for hook in _ROW_HOOKS for one, _, _ in self._hooks[hook] if one.rule.trigger is None
        ]
        self._remembers = format is not None and format.outline is not None and not unprovable
        self._outlines: dict[Hashable, _Outline] = {}

    def check(self, raw: bytes) -> tuple[tuple[Finding, ...], Facts]:
        """Judge one row, given without its line end. Never raises, whatever the bytes."""
        shaped, hits = self._typed(raw), self._scanner.hits(raw)
        plain = self._plain(raw, shaped, hits)
        if plain is not None and not hits and _is_clean(raw, *plain):
            known, texts = plain
            return CLEAN, known.plan.facts(raw, texts)
        row = decode(raw)
        example = example_in(row.value, self._format)
        facts = plain[0].plan.facts(raw, plain[1]) if plain and row.parsed else facts_from(raw, example)
        return self._judge(row, example, hits, shaped), facts

    def findings(self, raw: bytes) -> tuple[Finding, ...]:
        """What `check` finds, without the facts."""
        shaped, hits = self._typed(raw), self._scanner.hits(raw)
        plain = None if hits else self._plain(raw, shaped, hits)
        if plain is not None and _is_clean(raw, *plain):
            return CLEAN
        return self._judge_raw(raw, hits, shaped)

    def findings_alike(self, raw: bytes) -> tuple[tuple[Finding, ...], bool]:
        """What `findings` finds, and whether nothing but the sequence of roles can be wrong with the row.

        If so, the findings may be those of an earlier row with the same sequence.
        """
        shaped, hits = self._typed(raw), self._scanner.hits(raw)
        plain = None if hits else self._plain(raw, shaped, hits)
        if plain is not None and _is_proved(raw, *plain):
            return plain[0].order, True
        return self._judge_raw(raw, hits, shaped), False

    def near_text(self, raw: bytes) -> str:
        """The text of a row by which those that are nearly the same are found; empty where it has none."""
        shaped, hits = self._typed(raw), self._scanner.hits(raw)
        plain = self._plain(raw, shaped, hits)
        if plain is not None:
            known, texts = plain
            return known.plan.near_text(texts)
        row = decode(raw)
        example = example_in(row.value, self._format)
        if example is None:
            return ""
        if not (row.faults or hits & self._rich or self._departures(example.value)):
            self._remember(shaped, example)
        return near_text(example)

    def judge(self, raw: bytes) -> tuple[Finding, ...]:
        """Judge one row the slow way, with nothing proved; `check` must agree with it."""
        unproved = self._traits[BLANK] | self._traits[REPEAT]
        return self._judge_raw(raw, self._scanner.everything | unproved, None)

    def _typed(self, raw: bytes) -> Any:
        """The row as its declared shape, or None where it has another shape or is no JSON."""
        if self._decode is None:
            return None
        try:
            return self._decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def _plain(self, raw: bytes, shaped: Any, hits: int) -> tuple[_Outline, list[str]] | None:
        """The texts of a plain row and what is known of its outline; None where that is nothing.

        Each turn has one text, which is not blank, and nothing else.
        """
        if shaped is None or hits & self._rich or self._format is None or self._format.outline is None:
            return None
        try:
            outline, texts = self._format.outline(shaped)
            known = self._outlines.get(outline)
            if known is None or "" in texts or any(map(str.isspace, texts)):
                return None
        except TypeError:  # a content that is not text
            return None
        if self._is_open and not _has_no_more(raw, known, texts):
            return None
        return known, texts

    def _judge_raw(self, raw: bytes, hits: int, shaped: Any) -> tuple[Finding, ...]:
        row = decode(raw)
        return self._judge(row, example_in(row.value, self._format), hits, shaped)

    def _judge(self, row: Row, example: Example | None, hits: int, shaped: Any) -> tuple[Finding, ...]:
        found = [*self._json_findings(row.faults)]
        if not row.parsed or self._format is None:
            return tuple(found)
        if example is None:
            if row.faults:  # a lone NaN
                return tuple(found)
            fault = JsonFault("not-an-object", Place(), _not_an_object(row.value))
            return (*found, *self._json_findings((fault,)))
        # A lone tagged Struct does not ask for its tag, so the typed decoder proves plain rows alone.
        proved = self._is_proved_by_type and shaped is not None and not hits & self._rich
        departures = [] if proved else self._departures(row.value)
        stranger = self._other_format(row, departures)
        if stranger is not None:
            return (*found, *self._json_findings((stranger,)))
        found += self._shape_findings(departures)
        if len(departures) < FAULT_CAP:  # else nobody knows what else is wrong, and not much is right
            found += self._content_findings(row, example, hits, shaped, departures)
        return tuple(_capped(found))

    def _content_findings(
        self, row: Row, example: Example, hits: int, shaped: Any, departures: list[ShapeFault]
    ) -> list[Finding]:
        """What is wrong with the turns of a row, of which its departures from the shape are told already."""
        marked = {fault.place.pointer for fault in departures}
        marked |= {fault.place.pointer[:-1] for fault in departures if fault.meant}
        judged = list(self._example_findings(example, hits | self._traits_of(example), marked))
        if not (row.faults or departures or hits & self._rich):
            self._remember(shaped, example)
        if row.faults:
            told = {fault.kind for fault in row.faults}
            judged = [one for one in judged if not told & self._yields[one.rule]]
        return judged

    def _departures(self, value: Any) -> list[ShapeFault]:
        """What is wrong with the shape of a decoded row, and what types cannot say of it."""
        if self._format is None:
            return []
        found = faults(self._format.shape, value, strangers=self._reads_strangers)
        verify, is_shaped = self._format.verify, all(fault.rule == _IGNORED for fault in found)
        more = verify(value) if verify and is_shaped else ()
        return [*found, *(fault for fault in more if fault.rule in self._bound)]

    def _json_findings(self, found: Iterable[JsonFault]) -> Iterator[Finding]:
        for fault in found:
            for bound in self._about(fault.kind):
                yield bound.fault(fault)

    def _shape_findings(self, departures: Iterable[ShapeFault]) -> Iterator[Finding]:
        told = Counter[str]()
        for fault in departures:
            for bound in self._about(fault.rule or _BY_KIND.get(fault.kind, fault.kind)):
                if told[bound.module.name] <= FINDING_CAP:
                    for finding in bound.module.hooks["shape"](fault, bound):
                        told[finding.rule] += 1
                        yield finding

    def _about(self, fault: str) -> Iterable[Bound]:
        """The rule about a fault, where it is on."""
        bound = self._bound.get(fault)
        return () if bound is None else (bound,)

    def _traits_of(self, example: Example) -> int:
        """Which triggers other than words and keys this example may pull, as bits."""
        traits = self._always | self._traits[LAYOUT] | (self._traits[ORDER] if example.readable else 0)
        previous = None
        for turn in example.all_turns:
            text = turn.texts[0].value if len(turn.texts) == 1 else ""
            if turn.content != "text" or not text or text.isspace():
                traits |= self._traits[BLANK]
            if text == previous or example.outputs is not None:
                traits |= self._traits[REPEAT]
            if turn.images:
                traits |= self._traits[IMAGES]
            if turn.has_calls or turn.calls or turn.role in _RESULTS:
                traits |= self._traits[TOOLS]
            previous = text
        return traits | (self._traits[TOOLS] if example.tools or example.has_tools else 0)

    def _example_findings(
        self, example: Example, hits: int, marked: Set[Pointer] = frozenset()
    ) -> Iterator[Finding]:
        """What each rule finds elsewhere than at marked places: one more than is told, if there are more."""
        turns = example.all_turns
        for bound, hook, mask in self._hooks["example"]:
            if mask & hits:
                yield from _some(hook(example, bound), marked)
        for bound, hook, mask in self._hooks["turn"]:
            if mask & hits:
                yield from _some(chain.from_iterable(hook(turn, example, bound) for turn in turns), marked)
        for bound, hook, mask in self._hooks["text"]:
            if mask & hits:
                texts = ((text, turn) for turn in turns for text in turn.texts)
                yield from _some(chain.from_iterable(hook(*one, bound) for one in texts), marked)

    def _other_format(self, row: Row, departures: list[ShapeFault]) -> JsonFault | None:
        """A row that lacks what its file's format needs may be a row of another format."""
        if not any(fault.kind == "missing-key" and len(fault.place.pointer) < 2 for fault in departures):
            return None
        other = detect(row.value, accepted=self._accepted)
        if other is None or self._format is None or other.name == plain_format(self._format.name):
            return None
        if is_meant(self._format, row.value) or self._is_misnamed(row.value, departures):
            return None
        words = f"This row is in the {other.title} format, and the file is judged as {self._format.title}."
        return JsonFault("mixed-formats", Place(), f"{words} Convert it, or move it to a file of its own.")

    def _is_misnamed(self, value: dict[str, Any], departures: Iterable[ShapeFault]) -> bool:
        """Whether a row would be of its file's format if the keys that it needs had their names."""
        names = {
            fault.found: fault.name
            for fault in departures
            if fault.kind == "missing-key" and fault.expected and fault.expected[0].startswith("rename ")
        }
        return bool(names) and not self._departures({names.get(key, key): value[key] for key in value})

    def _remember(self, shaped: Any, example: Example) -> None:
        """Remember what is to be known of plain rows of an outline."""
        if shaped is None or not self._remembers or self._format is None or self._format.outline is None:
            return
        try:
            outline, texts = self._format.outline(shaped)
        except TypeError:
            return
        if outline in self._outlines or len(self._outlines) >= _OUTLINES:
            return
        if example.outputs is not None and not len(example.preferred) == len(example.non_preferred) == 1:
            return
        if self._is_open and faults(self._format.shape, example.value, strangers=True):
            return  # a key that others do not have
        if self._traits_of(example) & self._traits[TOOLS]:
            return  # results, which the format does not mark by a key
        if self._format.kind == "prompt" and all(turn.role == "assistant" for turn in example.turns):
            return  # nothing is asked, so the row is known by its bytes alone
        if all(type(text) is str for text in texts):
            known = self._traits[ORDER] | self._traits[LAYOUT]
            order = tuple(self._example_findings(example, known))
            self._outlines[outline] = _Outline(example, texts, self._format, order)

    def _of(self, hook: str) -> Iterator[tuple[Bound, _Hook, int]]:
        """The rules with this function, each with the bits of its trigger.

        A rule without a trigger is about a format whose rows are never proved clean; it is always called.
        """
        renaming = self._format.renaming if self._format else None
        for bound in self._bound.values():
            if hook in bound.module.hooks:
                trigger = self._trigger(bound)
                mask = self._scanner.bits.get(trigger) or self._traits.get(trigger) or self._always
                ask = bound.module.hooks[hook]
                yield bound, partial(_located, ask, renaming) if renaming else ask, mask

    def _trigger(self, bound: Bound) -> Trigger:
        """What must be in a row for a rule to fire, with its keys as the file calls them."""
        trigger = _trigger(bound)
        spelling = self._format.renaming.spelling if self._format and self._format.renaming else {}
        if not (spelling and isinstance(trigger, Keys)):
            return trigger
        return Keys(tuple(name for key in trigger.keys for name in (key, *spelling.get(key, ()))))


def _is_clean(raw: bytes, known: _Outline, texts: list[str]) -> bool:
    """Whether nothing can be wrong with a plain row that pulls no trigger."""
    return known.is_ordered and _is_proved(raw, known, texts)


def _is_proved(raw: bytes, known: _Outline, texts: list[str]) -> bool:
    """Whether nothing but its sequence of roles can be wrong with it."""
    if any(map(eq, texts, texts[1:])):
        return False
    end = known.compares
    if end and _has_same_words(texts[end - 1], texts[end - 2]):
        return False
    return _has_no_more(raw, known, texts)


_FEW = 4


def _has_same_words(one: str, other: str) -> bool:
    """Whether two texts differ in white space alone, which a few words mostly tell."""
    few, others = (text.split(None, _FEW)[:_FEW] for text in (one, other))
    return few == others and one.split() == other.split()


def _has_no_more(raw: bytes, known: _Outline, texts: list[str]) -> bool:
    """Whether a row has no key, and no key twice, beyond those of its outline."""
    if len(raw) - sum(map(len, texts)) <= known.room:
        return True
    # A row of this outline has so many strings; one more would be a key that stands twice.
    surplus = raw.count(b'"') - known.quotes
    return not surplus or surplus == raw.count(b'\\"')


def bind(settings: Settings, format_name: str | None) -> dict[str, Bound]:
    """The rules that are on and about a format, ready to make findings."""
    rules = all_rules()
    return {
        name: Bound(rules[name], one)
        for name, one in settings.rules.items()
        if rules[name].rule.is_about(format_name)
    }


def _trigger(bound: Bound) -> Trigger:
    trigger = bound.rule.trigger or _NONE
    if isinstance(trigger, WordsIn):
        return Words(tuple(word.lower() for name in trigger.parameters for word in bound[name]))
    return trigger


def _located(ask: _Hook, renaming: Renaming, *about: Any) -> Iterator[Finding]:
    """What a rule finds, at the places of a row that calls them otherwise than the rule may."""
    return map(renaming.located, ask(*about))


def _some(found: Iterable[Finding], marked: Set[Pointer]) -> Iterator[Finding]:
    """The first findings of a rule that are not at marked places, one more than is told."""
    if marked:
        found = (one for one in found if one.place is None or one.place.pointer not in marked)
    return islice(found, FINDING_CAP + 1)


def _capped(found: list[Finding]) -> Iterator[Finding]:
    """The first findings of each rule; the last one says that there are more."""
    left = Counter(one.rule for one in found) if len(found) > FINDING_CAP else Counter[str]()
    told = Counter[str]()
    for one in found:
        told[one.rule] += 1
        if told[one.rule] == FINDING_CAP < left[one.rule]:
            yield replace(one, message=f"{one.message} The row has more of these.")
        elif told[one.rule] <= FINDING_CAP:
            yield one


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
