"""
What it does:
    Finds a `$ref` in the parameters of a tool that points to another document.

Why it is bad:
    A trainer fetches nothing, so the tool is refused or the reference stands for nothing. turnlint does not
    follow it either.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"$ref": "https://example.com/harbour.json"}}}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"$ref": "#/$defs/harbour"}}, "$defs": {"harbour": {"type": "string"}}}}}]}

Fix:
    None.

Sources:
    json-schema.org, core specification 2020-12, section 8.2.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import Bound, Keys, Rule, quote
from turnlint.rules.tools import _schema

RULE = Rule(
    severity=Severity.WARNING,
    why="nobody follows it, and the model sees a parameter without a type",
    trigger=Keys(("$ref", "$dynamicRef", "$recursiveRef")),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for tool in example.tools:
        if type(tool.parameters) is dict:
            for pointer, ref in _schema.external_refs(tool.parameters):
                what = f"{quote(ref)} points outside of the schema"
                todo = "Write the schema here, or put it under `$defs` and refer to that."
                yield rule.at(tool.parameters_place.at(*pointer), what, todo)
