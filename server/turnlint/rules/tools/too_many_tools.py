"""
What it does:
    Finds rows that define more tools than a request may hold.

Why it is bad:
    The limit is known for requests, and such a row cannot have come from one; whether training refuses it
    is not known.

Example:
    A row with 129 tools.

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    Azure OpenAI quotas and limits (2026-02): 128 tools; openai/openai-openapi, openapi.yaml of 2025-07-04:
    128 functions.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="a request holds no more, so the model will never see so many",
    trigger=TOOLS,
    parameters={"maximum": 128},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    maximum = rule["maximum"]
    if len(example.tools) > maximum:
        what = f"this row defines {len(example.tools)} tools, and {maximum} are the limit"
        yield rule.at(example.tools[maximum].place, what, "Keep those that the row needs.")
