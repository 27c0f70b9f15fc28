r"""
What it does:
    Finds tool definitions without a description or without parameters, where the target needs them.

Why it is bad:
    The trainer stops at such a tool, though OpenAI's schema lets both be left out.

Example:
    With `format = "mistral-chat"` in the settings:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "No idea."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "No idea."}], "tools": [{"type": "function", "function": {"name": "get_tide", "description": "Height of the tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    None.

Sources:
    mistralai/mistral-finetune, finetune/data/tokenize.py (2026-06).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity, Tool
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(severity=Severity.WARNING, why="some trainers stop at it", trigger=TOOLS, default=False)

_TODO = {
    "description": "Say what the tool does.",
    "parameters": 'Add a JSON Schema, `{"type": "object", "properties": {}}` for a tool without parameters.',
}


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for tool in example.tools:
        missing = next(_missing(tool), None)
        if missing is not None:
            place = Place(tool.parameters_place.pointer[:-1])
            yield rule.at(place, f"this tool has no `{missing}`", _TODO[missing])


def _missing(tool: Tool) -> Iterator[str]:
    if tool.description is None:
        yield "description"
    if tool.parameters is None:
        yield "parameters"
