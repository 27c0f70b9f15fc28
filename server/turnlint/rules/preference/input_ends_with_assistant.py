"""
What it does:
    Finds comparisons whose input ends with a message of the assistant.

Why it is bad:
    The answers continue the input. Behind an answer that is already there they would be a second message of
    the assistant in a row.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}, {"role": "assistant", "content": "Cold."}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Wet."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    OpenAI's guide on direct preference optimisation (2026): the answers are the last assistant message.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the two answers would follow an answer that is already there",
    trigger=ORDER,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    last = example.turns[-1] if example.outputs is not None and example.turns else None
    # A call is answered, or left without result, by what follows it.
    if last is not None and last.role == "assistant" and not last.has_calls:
        yield rule.at(last.role_place, "the input ends with the assistant", "End it with the user or a tool.")
