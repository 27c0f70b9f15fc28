r"""
What it does:
    Finds results of tools at the end of a conversation.

Why it is bad:
    Results are joined and written before the message that follows them. Where none follows they are lost, without
    a word.

Example:
    With `target = "llama-factory"` in the settings:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}]}

Fix:
    Unsafe: removes the results.

Sources:
    hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py, OpenAIDatasetConverter (2026-08).
"""

from collections.abc import Iterator
from itertools import takewhile

from turnlint.formats.calls import RESULTS
from turnlint.model import Edit, Example, Finding, Fix, Severity
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="they are lost, since no message follows them",
    trigger=TOOLS,
    default=False,
    kinds=("conversation",),
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    results = [*takewhile(lambda turn: turn.role in RESULTS, reversed(example.turns))]
    if results and len(results) < len(example.turns):
        fix = Fix("Remove the results at the end", tuple(Edit(turn.place, remove=True) for turn in results))
        what = "the conversation ends with the result of a call"
        yield rule.at(results[-1].role_place, what, "Add the assistant's answer.", fix=fix)
