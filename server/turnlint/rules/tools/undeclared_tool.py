r"""
What it does:
    Finds a call of a tool that the row does not declare, although it declares others.

Why it is bad:
    The model learns to call tools that it was not given.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_wind", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Unsafe: calls the declared tool whose name is nearly the same.

Sources:
    OpenAI's fine-tuning guide on function calling (2026); Salesforce/xlam-function-calling-60k, discussion
    11.
"""

from collections.abc import Iterator

from turnlint.formats.calls import all_calls
from turnlint.model import Call, Edit, Example, Finding, Fix, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools._calls import NAME
from turnlint.rules.wording import closest, written

RULE = Rule(
    severity=Severity.WARNING,
    why="the model learns to call tools that it was not given",
    trigger=TOOLS,
)

_COMPARED = 128
"""A wrong name is compared with so many declared ones."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    declared = [tool.name for tool in example.tools if tool.name is not None]
    if not declared or len(declared) < len(example.tools):
        return
    known = frozenset(declared)
    for call in all_calls(example):
        # A name that no tool can have is told as such.
        if call.name is not None and call.name not in known and NAME.fullmatch(call.name):
            what = f"{quote(call.name)} is called, but not declared"
            close = closest(call.name, declared[:_COMPARED])
            todo = f"Did you mean {quote(close)}?" if close else "Declare it, or call one that is declared."
            yield rule.at(call.name_place, what, todo, fix=_renamed(call, close))


def _renamed(call: Call, name: str | None) -> Fix | None:
    if name is None or not NAME.fullmatch(name):
        return None
    return Fix(f"Call {quote(name)}", (Edit(call.name_place, written(name)),))
