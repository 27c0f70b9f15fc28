"""
What it does:
    Finds values outside the short list that the format allows there.

Why it is bad:
    A service refuses the file. `"weight": 0.5` is not half a weight, and `"detail": "hi"` no detail.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello", "weight": "1"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello", "weight": 1}]}

Fix:
    Safe: writes the allowed value where another type or other capitals say the same, such as `"1"` for 1.
    Unsafe: writes the one that was misspelled.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the FineTune…RequestInput schemas.
"""

from collections.abc import Iterator
from typing import Any

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import closest, is_finite, one_of

RULE = Rule(severity=Severity.ERROR, why="a trainer does not know what it means")

_SPELLED: dict[Any, str] = {True: "1", False: "0"}


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if not is_finite(fault.found):
        return
    meant = _guess(fault.found, fault.expected)
    allowed = [f"`{value}`" for value in fault.expected]
    todo = f"Write {one_of([f'`{meant}`'] if meant else allowed)}."
    fix = None
    if meant:
        same = type(fault.found) is bool or fault.found.strip().lower() == meant.strip('"')
        fix = Fix(f"Replace with `{meant}`", (Edit(fault.place, meant),), safe=same)
    shown = f'"{fault.found}"' if type(fault.found) is str else fault.found
    yield rule.at(fault.place, f"`{fault.name}` cannot be {quote(shown)}", todo, fix=fix)


def _guess(found: Any, expected: tuple[str, ...]) -> str | None:
    by_word = {value.strip('"'): value for value in expected}
    word = found if type(found) is str else _SPELLED.get(found) if type(found) is bool else None
    meant = closest(word, by_word) if word else None
    return by_word[meant] if meant else None
