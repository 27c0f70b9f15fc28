"""
What it does:
    Finds a message `name` with white space in it, or of more than 64 characters.

Why it is bad:
    `name` tells participants apart. The chat API allows no white space in it, so the model would be asked for
    in another shape than it was trained in.

Example:
    {"messages": [{"role": "user", "name": "Ada L.", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "name": "ada_l", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: writes `_` for white space and cuts what is too long; leaves an empty name out.

Sources:
    OpenAI, chat completions reference; not confirmed for training files.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity, Turn
from turnlint.rules import Bound, Keys, Rule, quote
from turnlint.rules.wording import written

RULE = Rule(
    severity=Severity.INFO,
    why="the chat API takes names without white space only",
    trigger=Keys(("name",)),
    parameters={"maximum": 64},
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    name = turn.name
    if (
        name is not None
        and turn.role != "function"
        and (len(name) > rule["maximum"] or len(name.split()) != 1)
    ):
        place = Place((*turn.pointer, "name"))
        what = f"the name {quote(name)} is unusual" if name else "the name is empty"
        todo = "Use letters, digits, `_` or `-`, or leave it out."
        yield rule.at(place, what, todo, fix=_fix(place, "_".join(name.split())[: rule["maximum"]]))


def _fix(place: Place, plain: str) -> Fix:
    if not plain:
        return Fix("Remove the name", (Edit(place, remove=True),))
    return Fix(f"Rename to {quote(plain)}", (Edit(place, written(plain)),))
