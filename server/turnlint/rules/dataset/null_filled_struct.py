"""
What it does:
    Finds an object within a row that does not have the same keys as in the first row that has it: tool
    arguments, parameter schemas, metadata. Keys that the format declares are left out, such as those of a tool
    message: null says as much there as no key. Told once for each place in the rows.

Why it is bad:
    Hugging Face datasets before version 4.7 gives all these objects the keys of all of them, and null where a
    key was missing: the model is trained on arguments that nobody wrote.

Example:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}], "meta": {"source": "forum"}}
    {"conversations": [{"from": "human", "value": "bye"}, {"from": "gpt", "value": "goodbye"}], "meta": {"author": "Kim"}}

Use instead:
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}], "meta": {"source": "forum", "author": null}}
    {"conversations": [{"from": "human", "value": "bye"}, {"from": "gpt", "value": "goodbye"}], "meta": {"source": null, "author": "Kim"}}

Fix:
    None. Write the object as JSON text, or load the file with datasets 4.7 or later.

Sources:
    Measured with datasets 3.6.0 and 5.2.0 (2026-11-22); huggingface/trl, dataset_formats.md (2026-07): store
    tools as JSON text, since Arrow fills the fields of structs with null.
"""

from collections.abc import Iterable, Iterator, Mapping

from turnlint.model import Place, Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import ROW, Spread, Verdict
from turnlint.rules.layouts import declaration, parent, whole
from turnlint.text.layout import find

RULE = Rule(
    severity=Severity.WARNING,
    why="before version 4.7, datasets fills what is absent with null",
    default=False,
)
TRAIT = "layout"


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    first: dict[str, tuple[frozenset[str], int]] = {}
    told: set[str] = set()
    layouts = ((count, layout) for layout, count in spread.counts.items() if count.handles and layout)
    for count, layout in sorted(layouts, key=lambda one: one[0].handles[0]):
        row = count.handles[0]
        for holder, keys in _objects(layout).items():
            before = first.setdefault(holder, (keys, row))
            if (
                keys != before[0]
                and holder not in told
                and _is_undeclared(spread, row, holder, keys ^ before[0])
            ):
                told.add(holder)
                yield _told(spread, rule, holder, before, (keys, row))


def _is_undeclared(spread: Spread, row: int, holder: str, keys: Iterable[str]) -> bool:
    """Whether the format declares nothing of one of these keys."""
    example = spread.member(row).example
    return example is not None and any(declaration(example, f"{holder}.{key}") is None for key in keys)


def _objects(layout: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    """The keys of each object within a row, as far as all of them are counted."""
    found: dict[str, set[str]] = {}
    for path in whole(layout):
        holder, key = parent(path)
        if holder and not key.endswith("[]"):
            found.setdefault(holder, set()).add(key)
    return {holder: frozenset(keys) for holder, keys in found.items()}


def _told(
    spread: Spread,
    rule: Bound,
    holder: str,
    one: tuple[frozenset[str], int],
    other: tuple[frozenset[str], int],
) -> Verdict:
    (before, there), (keys, here) = one, other
    added, lacking = sorted(keys - before), sorted(before - keys)
    differs = f"has {quote(added[0])} here and not" if added else f"lacks {quote(lacking[0])} here and not"
    return Verdict(
        rule.module.name,
        here,
        f"the object {quote(holder)} {differs} in {ROW}",
        "Write it as JSON text, or give it the same keys in all rows.",
        others=(there,),
        place=_place(spread, here, holder),
        places=(_place(spread, there, holder),),
        notes=("the same object with other keys",),
    )


def _place(spread: Spread, handle: int, holder: str) -> Place:
    example = spread.member(handle).example
    found = find(example.value, holder, "object") if example is not None else None
    return Place(found or ())
