"""
What it does:
    Finds two tool definitions of the same name in one row.

Why it is bad:
    A call names its tool by nothing but the name. The model sees two definitions and cannot say which it
    means; most services use one and drop the other.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}, {"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FunctionObject and ChatCompletionMessageToolCall.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Related, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="a call cannot say which of the two it means",
    trigger=TOOLS,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    first: dict[tuple[str, bool], Place] = {}
    for tool in example.tools:
        if tool.name is None:
            continue
        before = first.setdefault((tool.name, tool.legacy), tool.place)
        if before != tool.place:
            related = [Related("first definition", place=before)]
            yield rule.at(
                tool.place,
                f"{quote(tool.name)} is defined twice",
                "Remove or rename one definition.",
                related=related,
            )
