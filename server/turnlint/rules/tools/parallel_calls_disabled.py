r"""
What it does:
    Finds a message with several calls in a row that says `parallel_tool_calls: false`.

Why it is bad:
    The model learns to do what the row forbids.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"id": "c2", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Dover\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}], "parallel_tool_calls": false}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"id": "c2", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Dover\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, ParallelToolCalls.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to do what the row forbids",
    trigger=Keys(("parallel_tool_calls",)),
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if example.parallel_calls is False and len(turn.calls) > 1:
        what = f"this message makes {len(turn.calls)} calls, but `parallel_tool_calls` is false"
        yield rule.at(turn.calls[1].place, what, "Spread the calls over several messages, or allow them.")
