r"""
What it does:
    Finds two calls with the same `id` in one example.

Why it is bad:
    A result names its call by the id alone, so nothing says which call it answers.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Dover\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"id": "c2", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Dover\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, ChatCompletionMessageToolCall.
"""

from collections.abc import Iterator

from turnlint.formats.calls import conversations
from turnlint.model import Example, Finding, Place, Related, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote

RULE = Rule(
    severity=Severity.ERROR,
    why="a result cannot say which of the calls it answers",
    trigger=TOOLS,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    found: dict[Place, Finding] = {}
    for turns in conversations(example):
        first: dict[str, Place] = {}
        for call in (call for turn in turns for call in turn.calls if call.id is not None):
            place = Place((*call.place.pointer, "id"))
            before = first.setdefault(call.id or "", place)
            if before != place:
                what = f"the id {quote(call.id)} names two calls"
                related = [Related("first call of this id", place=before)]
                found[place] = rule.at(place, what, "Give each call an id of its own.", related=related)
    yield from found.values()
