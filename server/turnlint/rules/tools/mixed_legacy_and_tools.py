r"""
What it does:
    Finds rows that use the older `functions`, `function_call` or role `function` beside `tools`,
    `tool_calls` or role `tool`.

Why it is bad:
    The two forms are two protocols: a result of one cannot answer a call of the other, and chat templates
    write them differently.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "function_call": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}, {"role": "function", "name": "get_tide", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    OpenAI's API reference: `functions` and `function_call` are deprecated in favour of `tools`.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import Bound, Keys, Rule
from turnlint.rules.tools._calls import has_newer, legacy_places

RULE = Rule(
    severity=Severity.WARNING,
    why="a result of one form cannot answer a call of the other",
    trigger=Keys(("functions", "function_call", "function")),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    old = next(legacy_places(example), None)
    if old is not None and has_newer(example):
        todo = "Use `tools`, `tool_calls` and the role `tool` throughout."
        yield rule.at(old, "this row mixes the older form of calls with the newer one", todo)
