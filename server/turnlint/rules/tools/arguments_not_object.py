r"""
What it does:
    Finds the arguments of a call where they are JSON, but not an object: an array, null, or JSON text
    encoded twice.

Why it is bad:
    A function takes arguments by name, so everything that runs the call expects an object.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "[\"Brest\"]"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: decodes arguments that were encoded twice; writes `{}` for null.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FunctionParameters.
"""

from collections.abc import Iterator

from turnlint.model import Call, Edit, Example, Finding, Fix, Place, Severity, Turn
from turnlint.rules import TOOLS, Bound, Rule
from turnlint.rules.tools._calls import decoded_arguments, within
from turnlint.rules.wording import written
from turnlint.text.decode import decode

RULE = Rule(
    severity=Severity.WARNING,
    why="whatever runs the call expects arguments by name",
    trigger=TOOLS,
)

_KINDS = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for call in turn.calls:
        value = decoded_arguments(call)
        if value is not ... and type(value) is not dict:
            fix = _fix(call, value)
            todo = "Encode them only once." if fix and value else "Write an object, `{}` for no arguments."
            what = f"the arguments are {_KINDS.get(type(value), 'a number')}, not an object"
            yield rule.at(within(call, Place()), what, todo, fix=fix)


def _fix(call: Call, value: object) -> Fix | None:
    if value is None:
        return Fix("Replace with `{}`", (Edit(call.arguments_place, '"{}"'),))
    if type(value) is str and type(decode(value.encode("utf-8", "replace")).value) is dict:
        return Fix("Decode once", (Edit(call.arguments_place, written(value)),))
    return None
