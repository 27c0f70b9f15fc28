r"""
What it does:
    Finds a tool message that answers no call before it.

Why it is bad:
    The services refuse it, and the model learns from a result that nobody asked for.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c9", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: where just one call before it lacks a result, names that one.

Sources:
    OpenAI's API reference: a tool message must follow a message with the call that it answers.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Related, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools._calls import Unpaired, unpaired
from turnlint.rules.wording import written

RULE = Rule(
    severity=Severity.ERROR,
    why="it is the result of nothing",
    trigger=TOOLS,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for one in unpaired(example, "orphan"):
        related = [Related("the call without result", place=one.other)] if one.other else ()
        todo = "Name the call that it answers, or remove the message."
        named = "is to" if one.place.pointer[-1] == "name" else "has the id"
        what = f"no call before this message {named} {quote(one.key)}"
        yield rule.at(one.place, what, todo, related=related, fix=_fix(one))


def _fix(one: Unpaired) -> Fix | None:
    if one.meant is None or not one.meant.isprintable():
        return None
    return Fix(f"Answer {quote(one.meant)}", (Edit(one.place, written(one.meant)),))
