r"""
What it does:
    Finds tool messages that do not say which call they answer, where the target wants to know.

Why it is bad:
    The run stops at the first such message. Most chat templates do without the id.

Example:
    With `target = "nemo-automodel"` in the settings:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}]}

Fix:
    None.

Sources:
    NVIDIA-NeMo/Automodel, nemo_automodel/components/datasets/llm/chat_dataset.py (2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the target wants to know which call it answers",
    trigger=TOOLS,
    default=False,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.role == "tool" and turn.result_of is None:
        yield rule.at(turn.place, "this tool message has no `tool_call_id`", "Add the `id` of the call.")
