"""
What it does:
    Finds lists that must not be empty.

Why it is bad:
    There is nothing to train on. A service refuses the file.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    {"messages": []}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: removes an empty list of functions.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the FineTune…RequestInput schemas (minItems).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="there is nothing to train on")

_TODO = {
    "functions": "Define a function, or remove the key.",
    "tools": "Define a tool, or remove the key.",
}


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    todo = _TODO.get(fault.name, "Write at least one message, or remove the row.")
    fix = Fix(f"Remove `{fault.name}`", (Edit(fault.place, remove=True),), safe=True)
    yield rule.at(fault.place, f"`{fault.name}` is empty", todo, fix=fix if fault.name in _TODO else None)
