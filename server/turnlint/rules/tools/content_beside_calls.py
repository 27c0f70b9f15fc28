r"""
What it does:
    Finds answers that say something and call tools at once.

Why it is bad:
    Mistral's older tokenizers write either a text or calls, and refuse a message with both.

Example:
    With `format = "mistral-chat"` in the settings:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "Let me see.", "tool_calls": [{"id": "a1B2c3D4e", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "description": "Height of the tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "a1B2c3D4e", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "description": "Height of the tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: removes the text.

Sources:
    mistralai/mistral-common, protocol/instruct/validator.py: refused before tokenizer v7 (1.3.4; 2026-07).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity, Turn
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="some tokenizers write either a text or calls",
    trigger=TOOLS,
    default=False,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    place = turn.content_place
    # Where the text is the calls, as in ShareGPT, there is none beside them.
    if turn.role != "assistant" or any(_is_in(call.place, place) for call in turn.calls):
        return
    if turn.calls and any(text.value and _is_in(text.place, place) for text in turn.texts):
        fix = Fix(f"Remove `{turn.content_key}`", (Edit(place, remove=True),))
        yield rule.at(place, "this message has a text beside its calls", "Leave the text out.", fix=fix)


def _is_in(one: Place, other: Place) -> bool:
    return one.pointer[: len(other.pointer)] == other.pointer
