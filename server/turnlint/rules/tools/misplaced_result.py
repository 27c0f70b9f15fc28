r"""
What it does:
    Finds a tool message that answers a call, but does not follow the message with the call directly.

Why it is bad:
    The API wants results right after the calls, before anybody else speaks. A chat template writes them
    into the prompt in that order.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "user", "content": "Well?"}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "user", "content": "Well?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    OpenAI's API reference; Microsoft's sample files (2026-01).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Related, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools._calls import unpaired

RULE = Rule(
    severity=Severity.WARNING,
    why="the API wants results right after the calls",
    trigger=TOOLS,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for one in unpaired(example, "misplaced"):
        related = [Related("the call", place=one.other)] if one.other else ()
        what = f"other messages stand between the call {quote(one.key)} and this result"
        yield rule.at(one.place, what, "Move it up to the message with the call.", related=related)
