r"""
What it does:
    Finds tool calls where the trainer reads nothing of a message but its role and its content. Told once a file.
    Where results follow, it is their role that the trainer does not take, and `role-unsupported` says so.

Why it is bad:
    The model never sees the calls. What is left of the message, mostly an empty text, is what it learns.

Example:
    With `target = "torchtune"` in the settings:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "Let me see.", "tool_calls": [{"type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "{\"name\": \"get_tide\", \"arguments\": {\"harbour\": \"Brest\"}}"}]}

Fix:
    None.

Sources:
    meta-pytorch/torchtune, torchtune/data/_messages.py, OpenAIToMessages (2026-04); axolotl-ai-cloud/axolotl,
    src/axolotl/prompt_strategies/dpo/chat_template.py (2026-07).
"""

from collections.abc import Iterator

from turnlint.formats.calls import RESULTS
from turnlint.model import Example, Finding, Severity
from turnlint.rules import TOOLS, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the model never sees them",
    trigger=TOOLS,
    default=False,
    once=True,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    turns = example.all_turns
    if any(turn.role in RESULTS for turn in turns):
        return
    call = next((turn.calls[0] for turn in turns if turn.calls and turn.content != "missing"), None)
    if call is not None:
        yield rule.at(
            call.place, "the calls of a message are not read here", "Write the call into the content."
        )
