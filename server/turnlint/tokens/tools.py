"""What tool definitions cost in tokens, by the formula of OpenAI's cookbook (num_tokens_for_tools).

The formula knows flat lists of described parameters. What else a schema holds is counted as its JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from turnlint.model import Tool, ToolCosts
from turnlint.text.compact import compact

__all__ = ["tool_tokens"]

_Count = Callable[[str], int]
_Part = tuple[int, bool]
"""Some tokens, and whether they are a guess."""

_PLAIN = frozenset(("type", "properties", "required", "additionalProperties"))
"""Keys of a schema of parameters that the formula leaves out, or counts."""
_NESTING = frozenset(("properties", "anyOf", "oneOf", "allOf", "$ref"))
_NESTED = ("object", "array")
_ITEMS = _NESTING | {"enum"}
"""Keys of list items that have tokens which the formula does not know."""


def tool_tokens(tools: tuple[Tool, ...], costs: ToolCosts, count: _Count) -> _Part:
    """How many tokens the definitions of an example cost, and whether that is a guess."""
    parts = [part for tool in tools for part in _tool(tool, costs, count)]
    return sum(tokens for tokens, _ in parts) + costs.end, any(guessed for _, guessed in parts)


def _tool(tool: Tool, costs: ToolCosts, count: _Count) -> Iterator[_Part]:
    described = "" if tool.description is None else tool.description.value
    line = f"{tool.name or ''}:{described.removesuffix('.')}"
    yield costs.function + count(line), tool.name is None or tool.description is None
    schema = tool.parameters
    if schema is None:
        return
    properties = schema.get("properties", {}) if type(schema) is dict and schema.keys() <= _PLAIN else None
    if type(properties) is not dict:
        yield count(compact(schema)), True
    elif properties:
        yield costs.properties, False
        for key, one in properties.items():
            yield _property(key, one, costs, count)


def _property(key: str, schema: Any, costs: ToolCosts, count: _Count) -> _Part:
    if not _is_flat(schema):
        return costs.each_property + count(f"{key}:{compact(schema)}"), True
    line = f"{key}:{schema['type']}:{schema['description'].removesuffix('.')}"
    tokens = costs.each_property + count(line)
    if "enum" in schema:
        tokens += costs.enum + sum(costs.enum_item + count(item) for item in schema["enum"])
    return tokens, False


def _is_flat(schema: Any) -> bool:
    """Whether the formula covers the schema of a property."""
    if type(schema) is not dict or schema.keys() & _NESTING:
        return False
    described = type(schema.get("type")) is str and type(schema.get("description")) is str
    return described and _is_plain_list(schema.get("items")) and _is_words(schema.get("enum", []))


def _is_plain_list(items: Any) -> bool:
    if type(items) is not dict:
        return items is None
    return items.get("type") not in (None, *_NESTED) and not items.keys() & _ITEMS


def _is_words(values: Any) -> bool:
    return type(values) is list and all(type(value) is str for value in values)
