"""
What it does:
    Finds a value whose type is not the one that its key has nearly everywhere else in the file: a string among
    numbers, an object among arrays. It looks at keys that the format leaves free, such as the fields of a
    grader; the others have a declared type. null goes with any type, and an integer with a fraction. Parameters:
    the key stands in at least so many `rows`, and in `share` of them the type may differ; where it differs in
    more, that is told once.

Why it is bad:
    Whoever reads the key must be ready for both, and mostly is not: a grader fails on it, a loader refuses the
    file.

Example:
    With `rules.field-type-drift = { rows = 3, share = 0.3 }` in the settings:
    {"messages": [{"role": "user", "content": "How many piers has Hull?"}], "piers": 7}
    {"messages": [{"role": "user", "content": "How many piers has Oban?"}], "piers": 2}
    {"messages": [{"role": "user", "content": "How many piers has Cork?"}], "piers": null}
    {"messages": [{"role": "user", "content": "How many piers has Deal?"}], "piers": 1}
    {"messages": [{"role": "user", "content": "How many piers has Brest?"}], "piers": "4"}

Use instead:
    With `rules.field-type-drift = { rows = 3, share = 0.3 }` in the settings:
    {"messages": [{"role": "user", "content": "How many piers has Hull?"}], "piers": 7}
    {"messages": [{"role": "user", "content": "How many piers has Oban?"}], "piers": 2}
    {"messages": [{"role": "user", "content": "How many piers has Cork?"}], "piers": null}
    {"messages": [{"role": "user", "content": "How many piers has Deal?"}], "piers": 1}
    {"messages": [{"role": "user", "content": "How many piers has Brest?"}], "piers": 4}

Fix:
    None.

Sources:
    kaeawc/datalint, field type mixed across rows (2026); huggingface/datasets, issues 6460 and 7322.
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.layouts import ONE_NUMBER, Field, fields, is_free, kind_words, leaves_free, place_of

RULE = Rule(
    severity=Severity.WARNING,
    why="a grader or a loader that expects one type fails on the other",
    parameters={"rows": 20, "share": 0.05},
)
TRAIT = "layout"


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    found = fields(spread, ONE_NUMBER) if leaves_free(spread) else {}
    for field in found.values():
        kinds = [kind for kind in field.kinds if kind != "null"]
        if len(kinds) < 2 or field.rows < rule["rows"]:
            continue
        example = spread.member(field.first).example
        if example is None or not is_free(example, field.path):
            continue
        kinds.sort(key=lambda kind: (-field.rows_with(kind), field.handles(kind)[:1], kind))
        for kind in kinds[1:]:
            is_rare = field.rows_with(kind) <= rule["share"] * field.rows
            for handle in field.handles(kind)[: None if is_rare else 1]:
                yield _told(spread, rule, field, handle, (kind, kinds[0]), is_rare)


def _told(
    spread: Spread, rule: Bound, field: Field, handle: int, kinds: tuple[str, str], is_rare: bool
) -> Verdict:
    kind, usual = kinds
    others = f"{kind_words(usual)} in {field.rows_with(usual):,} rows"
    here = f"{kind_words(kind)} here" if is_rare else f"{kind_words(kind)} in {field.rows_with(kind):,} rows"
    first = field.handles(usual)[0]
    return Verdict(
        rule.module.name,
        handle,
        f"{quote(field.path)} is {here} and {others}",
        "Write all values with one type.",
        others=(first,),
        place=place_of(spread, handle, field, kind),
        places=(place_of(spread, first, field, usual),),
        notes=("one of the usual type",),
        most=None if is_rare else Severity.INFO,
    )
