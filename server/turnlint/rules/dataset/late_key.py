"""
What it does:
    Finds a key that no row has in the first 10 MiB of a file and a later one does, at the top of the row or in an
    object within. The parameter `block` says how many bytes the loader looks at first.

Why it is bad:
    Hugging Face datasets reads a file in blocks of 10 MiB and takes the columns from the first one. A key that
    it does not know yet stops it with DatasetGenerationCastError or CastError, in all versions.

Example:
    With `rules.late-key.block = 100` in the settings:
    {"instruction": "Name a prime.", "output": "7"}
    {"instruction": "Name a square.", "output": "9"}
    {"instruction": "Name a cube.", "output": "8"}
    {"instruction": "Name an even number.", "output": "8", "source": "quiz"}

Use instead:
    With `rules.late-key.block = 100` in the settings:
    {"instruction": "Name a prime.", "output": "7", "source": null}
    {"instruction": "Name a square.", "output": "9"}
    {"instruction": "Name a cube.", "output": "8"}
    {"instruction": "Name an even number.", "output": "8", "source": "quiz"}

Fix:
    None. Give the key to a row at the beginning, or to all.

Sources:
    Measured with datasets 3.6.0, 4.0.0, 4.6.1, 4.7.0 and 5.2.0 (2026-11-22).
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Spread, Verdict
from turnlint.rules.layouts import BLOCK, fields, parent, place_of

RULE = Rule(
    severity=Severity.WARNING,
    why="a loader that takes the columns from the first 10 MiB stops at a new one",
    default=False,
    parameters={"block": BLOCK},
)
TRAIT = "layout"


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    late: list[str] = []
    for path, field in sorted(fields(spread).items()):
        first = field.first
        is_inside = any(path.startswith((f"{one}.", f"{one}[")) for one in late)
        if is_inside or path.endswith("[]") or spread.sizes(first) <= rule["block"]:
            continue
        late.append(path)
        yield Verdict(
            rule.module.name,
            first,
            f"the key {quote(parent(path)[1])} comes here for the first time, behind {spread.sizes(first):,} bytes",
            "Give the first row this key too, with a value of the same type.",
            place=place_of(spread, first, field).key(),
        )
