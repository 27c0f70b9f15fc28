"""
What it does:
    Finds the first value of a key that has another type than the values before it, anywhere in a row. null goes
    with any type, and an integer with a fraction. The parameter `block` says how many bytes the loader looks at
    first.

Why it is bad:
    Hugging Face datasets keeps a column of one type. Before version 4.7 it stops at the first value of another
    type. From 4.7 on it takes both within the first 10 MiB of a file, but behind them it writes an array into a
    column of texts as the text of the array, and says nothing.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "bye"}]}, {"role": "assistant", "content": "goodbye"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    {"messages": [{"role": "user", "content": "bye"}, {"role": "assistant", "content": "goodbye"}]}

Fix:
    None.

Sources:
    Measured with datasets 3.6.0, 4.0.0, 4.6.1, 4.7.0 and 5.2.0 (2026-11-22); huggingface/datasets, issues 6460
    and 7322.
"""

from collections.abc import Iterable, Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import ROW, Spread, Verdict
from turnlint.rules.layouts import BLOCK, ONE_NUMBER, Field, declaration, fields, kind_words, place_of

RULE = Rule(
    severity=Severity.WARNING,
    why="a loader that keeps a column of one type stops here",
    default=False,
    parameters={"block": BLOCK},
)
TRAIT = "layout"

_EARLY = "Before version 4.7, datasets stops here; later versions take both. Write it with one type."
_LATE = "Before version 4.7, datasets stops here; later versions stop or make a text of it. Write it with one type."


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    for field in fields(spread, ONE_NUMBER).values():
        kinds = [kind for kind in field.kinds if kind != "null"]
        if len(kinds) > 1:
            kinds = [kind for kind in kinds if _may_be(spread, field, kind)]
        kinds.sort(key=lambda one: field.handles(one)[0])
        for kind in kinds[1:]:
            yield _told(spread, rule, field, kinds[0], kind)


def _may_be(spread: Spread, field: Field, kind: str) -> bool:
    """Whether the format allows a type: else that is told as such, of each row."""
    example = spread.member(field.handles(kind)[0]).example
    declared = declaration(example, field.path) if example is not None else None
    return declared is None or not declared.kinds or kind in _as_one_number(declared.kinds)


def _as_one_number(kinds: Iterable[str]) -> set[str]:
    return {ONE_NUMBER.get(kind, kind) for kind in kinds}


def _told(spread: Spread, rule: Bound, field: Field, usual: str, kind: str) -> Verdict:
    here, there = (field.handles(one)[0] for one in (kind, usual))
    is_late = spread.sizes(here) > rule["block"]
    return Verdict(
        rule.module.name,
        here,
        f"{quote(field.path)} is {kind_words(kind)} here and {kind_words(usual)} in {ROW}",
        _LATE if is_late else _EARLY,
        others=(there,),
        place=place_of(spread, here, field, kind),
        places=(place_of(spread, there, field, usual),),
        notes=("the type of the column",),
    )
