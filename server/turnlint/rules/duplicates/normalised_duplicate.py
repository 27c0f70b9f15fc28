r"""
What it does:
    Finds a row that says the same as an earlier row of its split, written otherwise: in case, white space,
    full-width letters, the order of keys, escapes, or with other metadata beside the conversation. The message
    says what differs. Where that may matter, as case and indents do in code, it is only an information.

Why it is bad:
    The model sees the example twice as often as the others, and learns nothing new from it.

Example:
    {"id": 1, "instruction": "Name a prime.", "output": "7 is one."}
    {"id": 2, "output": "7 is one.", "instruction": "name a prime. "}

Use instead:
    {"id": 1, "instruction": "Name a prime.", "output": "7 is one."}
    {"id": 2, "instruction": "Name an even prime.", "output": "2 is one."}

Fix:
    Unsafe: deletes the later row, unless what differs may matter.

Sources:
    Lee and others, Deduplicating Training Data Makes Language Models Better (2022).
"""

import re
from collections.abc import Hashable, Iterator
from itertools import chain
from typing import Any

from turnlint.model import Example, Fix, Pointer, Severity, format_pointer
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.answers import Answer, contrasts, numbered, rivals, same_around
from turnlint.rules.compare import ROW, Group, Verdict
from turnlint.rules.wording import where_held_out
from turnlint.text.compact import compact

RULE = Rule(severity=Severity.WARNING, why="the model sees the example more often than the others")

_DELETED = Fix("Delete this row", removes_row=True)
_ABSENT = object()
_WHITE = re.compile(rb"[ \t\r\n]+")


def group(group: Group, rule: Bound) -> Iterator[Verdict]:
    for answers in rivals(group, inner=True):
        same: dict[Hashable, list[Answer]] = {}
        for one in answers:
            if one.exchange is one.member.exchanges[-1]:
                same.setdefault(one.says, []).append(one)
        found = [_repeated(rule, copies) for copies in same.values() if len(copies) > 1]
        yield from numbered(chain.from_iterable(found), group.key)


def _repeated(rule: Bound, copies: list[Answer]) -> Iterator[Verdict]:
    firsts: list[Answer] = []
    known: set[bytes] = set()
    for one in copies:
        if one.member.raw in known:
            continue
        known.add(one.member.raw)
        told = ((first, _difference(first, one)) for first in firsts)
        first, difference = next(((first, found) for first, found in told if found), (one, None))
        if difference is None:
            firsts.append(one)
        else:
            words, matters = difference
            yield Verdict(
                rule.module.name,
                one.handle,
                f"this row repeats {ROW} but for {words}",
                "Delete one of the two.",
                others=(first.handle,),
                most=Severity.INFO if matters else None,
                fix=None if matters else _DELETED,
                why=where_held_out(one.split, "the evaluation counts the example more often than the others"),
            )


def _difference(one: Answer, other: Answer) -> tuple[str, bool] | None:
    """In what the second row differs, in words, and whether that may matter; None if it says something else."""
    first, second = one.example, other.example
    found = contrasts(first.all_turns, second.all_turns)
    if found is None or _weights(first) != _weights(second) or not same_around(first, second):
        return None
    kinds = list(dict.fromkeys(chain.from_iterable(each.kinds for each in found)))
    if not kinds:
        return _beside(one, other), False
    there, here = next(each.pieces for each in found if each.kinds)
    matters = any(each.matters for each in found)
    return f"{' and '.join(kinds)} ({quote(there)} there, {quote(here)} here)", matters


def _weights(example: Example) -> list[bool]:
    """Which turns are left out of training."""
    return [turn.weight == 0 for turn in example.all_turns]


def _beside(one: Answer, other: Answer) -> str:
    """What differs between two rows with the same texts."""
    first, second = one.example.value, other.example.value
    step = _first_departure(first, second)
    if step is not None:
        pointer, there, here = step
        name = quote(format_pointer(pointer))
        if there is _ABSENT or here is _ABSENT:
            return f"{name}, which only {'this' if there is _ABSENT else 'that'} row has"
        return f"{name} ({quote(there)} there, {quote(here)} here)"
    if compact(first) != compact(second):
        return "the order of its keys"
    raws = one.member.raw, other.member.raw
    if raws[0].count(b"\\") != raws[1].count(b"\\"):
        return "characters that are escaped"
    is_spaced = _WHITE.sub(b"", raws[0]) == _WHITE.sub(b"", raws[1])
    return "white space between its values" if is_spaced else "how its numbers are written"


def _first_departure(one: Any, other: Any) -> tuple[Pointer, Any, Any] | None:
    """Where two decoded values differ first, and what stands there; None where they are equal."""
    waiting: list[tuple[Pointer, Any, Any]] = [((), one, other)]
    while waiting:
        pointer, left, right = waiting.pop()
        if type(left) is not type(right):
            return pointer, left, right
        if type(left) is dict:
            keys = reversed(dict.fromkeys((*left, *right)))
            waiting += [((*pointer, key), left.get(key, _ABSENT), right.get(key, _ABSENT)) for key in keys]
        elif type(left) is list:
            if len(left) != len(right):
                return pointer, left, right
            items = list(zip(left, right, strict=True))
            waiting += [((*pointer, at), *items[at]) for at in reversed(range(len(items)))]
        elif left != right:
            return pointer, left, right
    return None
