r"""
What it does:
    Finds answers that call tools and say nothing beside.

Why it is bad:
    Calls need no text beside them in the API, yet some validators ask every message for one.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "Let me see.", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    fw-ai/cookbook, skills/fireworks-training/references/choose-method.md (2026-08-19).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="some validators ask every message for a text",
    trigger=TOOLS,
    default=False,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.role == "assistant" and turn.calls and not turn.text:
        place = turn.place if turn.content == "missing" else turn.content_place
        yield rule.at(
            place, "this message says nothing beside its calls", "Add a few words if it is refused."
        )
