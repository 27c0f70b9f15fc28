r"""
What it does:
    Holds the arguments of a call against the schema that the row declares for the tool: a missing or
    unknown argument, a value of the wrong type, a value outside an enumeration. An argument that the schema
    neither names nor forbids is told only where the tool is strict, or where it looks like a misspelt one.

Why it is bad:
    The model learns to write calls that your tools refuse.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbor\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    Salesforce/xlam-function-calling-60k, discussion 11: 5,395 of 60,000 rows break their schema.
    json-schema.org, drafts 4 to 2020-12.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from typing import Any

from turnlint.formats.calls import all_calls
from turnlint.formats.declared import reach
from turnlint.model import Call, Example, Finding, Place, Severity, Tool
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools import _schema
from turnlint.rules.tools._calls import decoded_arguments, within
from turnlint.rules.wording import closest
from turnlint.text.compact import compact

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to write calls that the tool refuses",
    trigger=TOOLS,
)

_SHOWN = 3
"""So many problems of one call are told, in one finding."""
_COMPARED = 64
"""An argument that is not declared is compared with so many that are."""
_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas")
"""With these the schema may name arguments elsewhere."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    tools = _by_name(example)
    for call in all_calls(example) if tools else ():
        tool = tools.get(call.name or "")
        value = decoded_arguments(call) if tool and _is_small(call.arguments) else None
        if tool and type(value) is dict:
            yield from _judge(call, tool, value, rule)


def _is_small(arguments: Any) -> bool:
    text = arguments if type(arguments) is str else compact(arguments)
    return len(text) <= _schema.MAX_BYTES


def _by_name(example: Example) -> dict[str, Tool]:
    """The tools with a schema, without those that share a name."""
    names = Counter(tool.name for tool in example.tools)
    return {
        tool.name: tool
        for tool in example.tools
        if tool.name and type(tool.parameters) is dict and names[tool.name] == 1
    }


def _judge(call: Call, tool: Tool, value: dict[str, Any], rule: Bound) -> Iterator[Finding]:
    meant = dict(_misspelt(tool, value))
    said = {f"{quote(name)} is missing" for name in meant.values()}
    said |= {f"{quote(name)} is not declared" for name in meant}
    misspelt = (_schema.Violation(_key(key), f"{quote(key)} should be {quote(meant[key])}") for key in meant)
    others = (one for one in _violations(tool, value) if one.words not in said)
    said_of = partial(_is_said, call)
    found = list(islice(filter(said_of, chain(misspelt, others)), _SHOWN))
    if found:
        words = "; ".join(one.words for one in found)
        what = f"{words}, says the schema of {quote(tool.name)}"
        yield rule.at(within(call, found[0].place), what)


def _is_said(call: Call, violation: _schema.Violation) -> bool:
    """Null in an object is no argument: loaders fill in what other calls of the file have."""
    return type(call.arguments) is str or reach(call.arguments, violation.place.pointer) is not None


def _violations(tool: Tool, value: dict[str, Any]) -> Iterator[_schema.Violation]:
    yield from _schema.violations(tool.parameters, value)
    if tool.strict and tool.parameters.get("additionalProperties") is not False:
        for key in _unnamed(tool, value):
            yield _schema.Violation(_key(key), f"{quote(key)} is not declared")


def _key(key: str) -> Place:
    return Place((key,), part="key")


def _unnamed(tool: Tool, value: dict[str, Any]) -> list[str]:
    """The arguments that the schema does not name, where it names them all in one place."""
    declared = tool.parameters.get("properties")
    if type(declared) is not dict or any(key in tool.parameters for key in _COMPOSED):
        return []
    return [key for key in value if key not in declared]


def _misspelt(tool: Tool, value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Arguments that are not declared, each with the declared one that is absent and spelt alike."""
    unnamed = _unnamed(tool, value)
    absent = [key for key in tool.parameters["properties"] if key not in value] if unnamed else []
    for key in unnamed[:_SHOWN]:
        close = closest(key, absent[:_COMPARED])
        if close is not None:
            absent.remove(close)
            yield key, close
