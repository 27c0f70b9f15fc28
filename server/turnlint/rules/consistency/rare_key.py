"""
What it does:
    Finds a key in few rows that is one letter away from a key that most other rows have, and stands in its
    place. It looks at keys that the format leaves free or optional; `missing-key` and `unknown-key` know the
    others. Parameters: there are at least so many `rows`, at most `share` of them have the key, and with
    `typos = false` every rare key is told of, as advice.

Why it is bad:
    A typo makes a key of its own: whoever reads the other one finds nothing there.

Example:
    With `rules.rare-key = { rows = 3, share = 0.4 }` in the settings:
    {"messages": [{"role": "user", "content": "How many piers has Hull?"}], "answer": 7}
    {"messages": [{"role": "user", "content": "How many piers has Oban?"}], "answer": 2}
    {"messages": [{"role": "user", "content": "How many piers has Deal?"}], "answer": 1}
    {"messages": [{"role": "user", "content": "How many piers has Brest?"}], "anwser": 4}

Use instead:
    With `rules.rare-key = { rows = 3, share = 0.4 }` in the settings:
    {"messages": [{"role": "user", "content": "How many piers has Hull?"}], "answer": 7}
    {"messages": [{"role": "user", "content": "How many piers has Oban?"}], "answer": 2}
    {"messages": [{"role": "user", "content": "How many piers has Deal?"}], "answer": 1}
    {"messages": [{"role": "user", "content": "How many piers has Brest?"}], "answer": 4}

Fix:
    Unsafe: renames the key.

Sources:
    kaeawc/datalint, field drift (2026).
"""

from collections.abc import Iterator, Mapping

from turnlint.model import Edit, Example, Fix, Place, Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.layouts import Field, declaration, fields, is_free, leaves_free, parent, place_of
from turnlint.rules.wording import written
from turnlint.text.layout import LAYOUT

RULE = Rule(
    severity=Severity.WARNING,
    why="whoever reads the other key finds nothing there",
    parameters={"rows": 100, "share": 0.01, "typos": True},
)
TRAIT = "layout"

_USUAL = 0.5
_SHORTEST = 4


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    found = fields(spread) if leaves_free(spread) else {}
    holders: dict[str, list[Field]] = {}
    for field in found.values():
        holders.setdefault(parent(field.path)[0], []).append(field)
    for above, siblings in holders.items():
        rows = found[above].rows if above in found else spread.rows
        usual = {parent(one.path)[1]: one for one in siblings if one.rows >= _USUAL * rows}
        for field in siblings:
            is_key = not field.path.endswith("[]")
            if is_key and rows >= rule["rows"] and field.rows <= rule["share"] * rows:
                yield from _told(spread, rule, field, usual)


def _told(spread: Spread, rule: Bound, field: Field, usual: Mapping[str, Field]) -> Iterator[Verdict]:
    example = spread.member(field.first).example
    if example is None or not is_free(example, field.path):
        return
    meant = _meant(example, field, usual)
    if meant is None and rule["typos"]:
        return
    others = () if meant is None else (meant.first,)
    for kind in field.kinds:
        for handle in field.handles(kind)[: None if meant else 1]:
            place = place_of(spread, handle, field).key()
            yield Verdict(
                rule.module.name,
                handle,
                _what(field, meant),
                "Rename it." if meant else "Remove it if it is left over.",
                others=others,
                place=place,
                places=tuple(place_of(spread, one, meant).key() for one in others if meant),
                notes=("the usual key",),
                why="" if meant else "most rows do without it",
                most=None if meant else Severity.INFO,
                fix=_fix(place, meant) if meant else None,
            )


def _what(field: Field, meant: Field | None) -> str:
    key = quote(parent(field.path)[1])
    if meant is None:
        return f"the key {key} stands in {field.rows:,} rows only"
    few = "in this row" if field.rows == 1 else f"in {field.rows:,} rows"
    return f"the key {key} stands {few} where {meant.rows:,} rows have {quote(parent(meant.path)[1])}"


def _fix(place: Place, meant: Field) -> Fix:
    key = parent(meant.path)[1]
    return Fix(f"Rename to {quote(key)}", (Edit(place, written(key)),))


def _meant(example: Example, field: Field, usual: Mapping[str, Field]) -> Field | None:
    """The usual key that a rare one is a typo of: it is missing wherever the rare one is."""
    key = parent(field.path)[1]
    for name, one in usual.items():
        is_there = any(len(layout) >= LAYOUT or layout in one.layouts for layout in field.layouts)
        if _is_typo(key, name) and not is_there:
            known = declaration(example, one.path)
            return None if known is not None and known.expected else one
    return None


def _is_typo(key: str, name: str) -> bool:
    """Whether a key is a name but for one letter that is wrong, missing, too much, or for two that are swapped.

    Figures count things, and short keys are alike by chance.
    """
    if len(name) < _SHORTEST or abs(len(key) - len(name)) > 1:
        return False
    if _plain(key) == _plain(name):
        return True
    start = next((at for at, pair in enumerate(zip(key, name, strict=False)) if pair[0] != pair[1]), -1)
    start = min(len(key), len(name)) if start < 0 else start
    wrong, right = key[start:], name[start:]
    ways = (wrong[1:] == right[1:], wrong[1:] == right, wrong == right[1:])
    is_swapped = wrong[:2] == right[:2][::-1] and wrong[2:] == right[2:]
    return (any(ways) or is_swapped) and not (wrong[:1] + right[:1]).isdigit()


def _plain(key: str) -> str:
    return key.casefold().replace("-", "_")
