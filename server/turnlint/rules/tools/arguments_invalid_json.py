r"""
What it does:
    Finds the arguments of a call where their text is not JSON.

Why it is bad:
    The arguments are what the model learns to write. Trained on broken JSON it writes broken JSON, and the
    call fails.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{harbour: 'Brest'}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Safe: writes `{}` for an empty text where the row declares the tool and it needs no arguments.
    Unsafe: writes `{}` for any other empty text, and JSON for what Python and JavaScript write otherwise: single
    quotes, None and True, bare keys, commas before closing brackets, line breaks within strings.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, ChatCompletionMessageToolCall; glaive
    function-calling data has rows with single quotes.
"""

import re
from collections.abc import Iterator

from turnlint.model import Call, Edit, Example, Finding, Fix, Severity, Turn
from turnlint.rules import TOOLS, Bound, Rule
from turnlint.rules.tools import _schema
from turnlint.rules.tools._calls import arguments, fatal_fault, within
from turnlint.rules.wording import as_json

RULE = Rule(
    severity=Severity.ERROR,
    why="the model learns to write broken calls",
    trigger=TOOLS,
)

_SENTENCE_END = re.compile(r"\.(?= )")


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for call in turn.calls:
        row = arguments(call)
        if row is None:
            continue
        fault = fatal_fault(row)
        if not call.arguments.strip():
            yield _blank(call, example, rule)
        elif fault is not None:
            fix = as_json(call.arguments_place, call.arguments)
            yield rule.at(
                within(call, fault.place), "the arguments are not JSON", _cause(fault.detail), fix=fix
            )


def _blank(call: Call, example: Example, rule: Bound) -> Finding:
    fix = Fix("Replace with `{}`", (Edit(call.arguments_place, '"{}"'),), _needs_none(call, example))
    return rule.at(call.arguments_place, "the arguments are empty text", "Write `{}` for none.", fix=fix)


def _needs_none(call: Call, example: Example) -> bool:
    declared = [tool for tool in example.tools if tool.name == call.name is not None]
    schemas = [tool.parameters for tool in declared if type(tool.parameters) is dict]
    return bool(declared) and not any(any(_schema.violations(one, {})) for one in schemas)


def _cause(detail: str) -> str:
    """The first sentence of what the text layer says, about a text instead of a row."""
    said = detail.replace("The row", "The text").replace("the row", "the text")
    end = _SENTENCE_END.search(said)
    return said[: end.end()] if end else said
