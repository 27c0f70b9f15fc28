"""
What it does:
    Finds an assistant message with an empty list of calls.

Why it is bad:
    The API never writes an empty list, and some services refuse it.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m.", "tool_calls": []}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}]}

Fix:
    Unsafe: removes the key, for which chat templates may ask.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, ChatCompletionMessageToolCalls.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.WARNING, why="the API never writes an empty list, and some services refuse it")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    fix = Fix("Remove `tool_calls`", (Edit(fault.place, remove=True),))
    yield rule.at(fault.place, "`tool_calls` holds no call", "Remove the key.", fix=fix)
