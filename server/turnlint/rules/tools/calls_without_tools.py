r"""
What it does:
    Finds rows that call tools and declare none.

Why it is bad:
    It is allowed, and done on purpose to save tokens. But a model trained so calls these tools whether it
    is given them or not.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    OpenAI's fine-tuning guide (2026) describes leaving definitions out to save tokens.
"""

from collections.abc import Iterator

from turnlint.formats.calls import all_calls
from turnlint.model import Example, Finding, Severity
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="the model learns to call them whether it is given them or not",
    trigger=TOOLS,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    call = next(all_calls(example), None)
    if call is not None and not example.has_tools:
        key = "functions" if call.legacy else "tools"
        todo = f"Declare them in `{key}`, unless you left them out on purpose."
        yield rule.at(call.place, "this row calls tools and declares none", todo)
