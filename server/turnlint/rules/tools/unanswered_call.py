r"""
What it does:
    Finds a tool call that no tool message answers, though the conversation goes on. A call in the last
    message needs no answer.

Why it is bad:
    The API refuses a conversation that goes on without the result, and the model learns to invent one.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"id": "c2", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Dover\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"id": "c2", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Dover\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "tool", "tool_call_id": "c2", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    OpenAI's API reference; Microsoft's sample files (2026-01): 194 calls without answer, all of them in the
    last message.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools._calls import unpaired

RULE = Rule(
    severity=Severity.ERROR,
    why="the model learns to go on without it, or to invent it",
    trigger=TOOLS,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for one in unpaired(example, "unanswered"):
        todo = "Add its result right after it, or remove the call."
        yield rule.at(one.place, f"no result answers the call {quote(one.key)}", todo)
