r"""
What it does:
    Finds `content: null` beside `tool_calls`.

Why it is bad:
    The published schema allows it. On Azure a job was seen to fail on it, and all of Microsoft's samples
    leave the key out.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: removes the key. Some chat templates, such as DeepSeek's, render the calls only beside a null.

Sources:
    microsoft-foundry/fine-tuning#23 (2026-03); Microsoft's sample files (2026-01).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity, Turn
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="the schema allows it, but Azure was seen to refuse it",
    trigger=TOOLS,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    # The older form asked for null beside `function_call`.
    if turn.content == "null" and turn.role == "assistant" and any(not call.legacy for call in turn.calls):
        place = turn.content_place
        # A prompt that both answers repeat must stay the same in both.
        is_repeated = example.outputs is not None and turn.pointer[:1] == example.outputs[0].pointer[:1]
        fix = None if is_repeated else Fix("Remove `content`", (Edit(place, remove=True),))
        yield rule.at(place, "the content beside the calls is null", "Leave the key out.", fix=fix)
