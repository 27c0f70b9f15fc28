r"""
What it does:
    Finds `functions` and `function_call`, the older form of tools and tool calls.

Why it is bad:
    The form is deprecated. OpenAI's schema still has it, but most other hosts, trainers and chat templates
    know tools alone and ignore or refuse it.

Example:
    {"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "function_call": {"name": "tide", "arguments": "{}"}}], "functions": [{"name": "tide"}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "tide"}}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatRequestInput (`functions` is deprecated).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity
from turnlint.rules import Bound, Keys, Rule
from turnlint.rules.tools._calls import has_newer

RULE = Rule(
    severity=Severity.WARNING,
    why="most hosts and trainers know only the newer one",
    trigger=Keys(("functions", "function_call")),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if has_newer(example):
        return  # Both forms in one row are a fault of their own.
    tool = next((tool for tool in example.tools if tool.legacy), None)
    if tool is not None:
        pointer = tool.place.pointer
        place = Place(pointer[: pointer.index("functions") + 1], part="key")
        yield rule.at(
            place,
            "`functions` is the older form of `tools`",
            'Write each one under `tools` as `{"type": "function", "function": …}`.',
        )
        return
    turns = example.all_turns
    call = next((call for turn in turns for call in turn.calls if call.legacy), None)
    if call is not None:
        yield rule.at(
            call.place.key(),
            "`function_call` is the older form of `tool_calls`",
            "Write a tool call, and answer it by a message of role `tool`.",
        )
