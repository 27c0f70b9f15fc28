"""
What it does:
    Finds tools with `strict: true` whose schema does not require every property, or does not forbid others.

Why it is bad:
    Strict tools take a subset of JSON Schema: each object lists all its properties under `required` and has
    `additionalProperties: false`. The API refuses others.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "strict": true, "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}, "unit": {"type": "string"}}, "required": ["harbour"], "additionalProperties": false}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "strict": true, "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}, "unit": {"type": ["string", "null"]}}, "required": ["harbour", "unit"], "additionalProperties": false}}}]}

Fix:
    None.

Sources:
    OpenAI's structured outputs guide (2026): all fields must be required; additionalProperties must be
    false.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Pointer, Severity, Tool
from turnlint.rules import Bound, Keys, Rule, quote
from turnlint.rules.tools import _schema

RULE = Rule(
    severity=Severity.WARNING,
    why="the API refuses a strict tool with such a schema",
    trigger=Keys(("strict",)),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for tool in example.tools:
        if tool.strict and type(tool.parameters) is dict:
            yield from _first_gap(tool, rule)


def _first_gap(tool: Tool, rule: Bound) -> Iterator[Finding]:
    for pointer, one in _schema.subschemas(tool.parameters):
        gap = _gap(one)
        if gap is not None:
            steps, what, todo = gap
            yield rule.at(tool.parameters_place.at(*pointer, *steps), what, todo)
            return


def _gap(schema: dict[str, object]) -> tuple[Pointer, str, str] | None:
    """What one schema of an object lacks: where, what, and what to do."""
    properties = schema.get("properties")
    if schema.get("type") != "object" and properties is None:
        return None
    if "additionalProperties" not in schema:
        return (), "a strict schema leaves other properties free", 'Add `"additionalProperties": false`.'
    if schema["additionalProperties"] is not False:
        what = "a strict schema allows other properties"
        return ("additionalProperties",), what, "Write `false`."
    required = schema.get("required")
    listed = [one for one in required if type(one) is str] if type(required) is list else []
    absent = [key for key in properties if key not in set(listed)] if type(properties) is dict else []
    if not absent:
        return None
    names = ", ".join(map(quote, absent[:3])) + (", …" if len(absent) > 3 else "")
    todo = "List every property; one that may be left out takes the type `null` too."
    steps = ("required",) if "required" in schema else ()
    return steps, f"a strict schema does not require {names}", todo
