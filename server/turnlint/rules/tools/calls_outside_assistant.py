r"""
What it does:
    Finds `tool_calls` or `function_call` on a message that is not the assistant's.

Why it is bad:
    Only the assistant calls tools. The services refuse the key on any other message.

Example:
    {"messages": [{"role": "user", "content": "Tide?", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: removes the key where it holds null, as libraries write it that give all messages the same keys.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, ChatCompletionRequestMessage schemas.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote

RULE = Rule(severity=Severity.ERROR, why="only the assistant calls tools")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"{quote(fault.name)} stands on a {fault.owner}"
    if fault.found is None:
        fix = Fix(f"Remove {quote(fault.name)}", (Edit(Place(fault.place.pointer), remove=True),))
        yield rule.at(fault.place, what, "It holds nothing. Remove it.", fix=fix)
    else:
        yield rule.at(fault.place, what, "Move the call to an assistant message.")
