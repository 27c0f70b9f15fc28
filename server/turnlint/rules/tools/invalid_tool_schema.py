"""
What it does:
    Finds `parameters` of a tool that are no JSON Schema of an object: the type at the root is not `object`,
    a type that does not exist, a keyword with a wrong value, a reference to nothing.

Why it is bad:
    The API refuses such a tool when the model is used, and arguments cannot be checked against it.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "dict", "properties": {"harbour": {"type": "string"}}}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}}}}]}

Fix:
    Unsafe: replaces the names of types of programming languages, such as `dict` and `float`.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FunctionParameters. json-schema.org, drafts 4 to
    2020-12: what any of them takes is taken.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity, Tool
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools import _schema

RULE = Rule(
    severity=Severity.ERROR,
    why="no service can use such a tool",
    trigger=TOOLS,
)

_MEANT = {
    "dict": "object",
    "map": "object",
    "struct": "object",
    "list": "array",
    "tuple": "array",
    "set": "array",
    "str": "string",
    "text": "string",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "int": "integer",
    "long": "integer",
    "bool": "boolean",
    "none": "null",
}
"""Types of programming languages, in the words of JSON Schema."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for tool in example.tools:
        if type(tool.parameters) is dict and tool.parameters:
            yield from _judge(tool, rule)


def _judge(tool: Tool, rule: Bound) -> Iterator[Finding]:
    place = tool.parameters_place
    root = tool.parameters.get("type")
    if root == "object" or (type(root) is list and "object" in root):
        found = _schema.problem(tool.parameters)
        if found is not None:
            is_type = found.pointer[-1:] == ("type",)
            todo, fix = (_todo(found.value), _renamed_types(tool, found.value)) if is_type else ("", None)
            yield rule.at(place.at(*found.pointer), found.words, todo, fix=fix)
    elif root is not None:
        todo = 'Write `"type": "object"`; arguments are always an object.'
        what = f"{quote(root)} is the type of the parameters of a tool"
        yield rule.at(place.at("type"), what, todo, fix=_renamed_types(tool, root))
    elif not any(key in tool.parameters for key in ("$ref", "allOf", "anyOf", "oneOf")):
        todo = 'Add `"type": "object"`.'
        yield rule.at(place, "these parameters of a tool do not say that they are an object", todo)


def _todo(value: object) -> str:
    meant = _meant(value)
    return f"Write `{meant}`." if meant else "Use object, array, string, number, integer, boolean or null."


def _meant(value: object) -> str | None:
    if type(value) is not str:
        return None
    plain = value.strip().lower()
    return plain if plain in _MEANT.values() else _MEANT.get(plain)


def _renamed_types(tool: Tool, wrong: object) -> Fix | None:
    """Write every type of the schema as JSON Schema calls it, where it has a name for the wrong one."""
    if not _meant(wrong):
        return None
    edits = []
    for pointer, one in _schema.subschemas(tool.parameters):
        meant = _meant(one.get("type"))
        if meant and meant != one["type"]:
            edits.append(Edit(Place((*tool.parameters_place.pointer, *pointer, "type")), f'"{meant}"'))
    return Fix("Use the types of JSON Schema", tuple(edits))
