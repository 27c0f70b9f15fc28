"""
What it does:
    Finds answers of a comparison without a message of the assistant.

Why it is bad:
    Only what the assistant says is compared, so such a row is refused.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": "{}"}}]}]}, "preferred_output": [{"role": "tool", "tool_call_id": "c1", "content": "14"}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTunePreferenceRequestInput;
    MicrosoftDocs/azure-ai-docs, fine-tuning-direct-preference-optimization (2026).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="only what the assistant says can be compared",
    trigger=ORDER,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    answers = (example.preferred, example.non_preferred)
    for place, turns in zip(example.outputs or (), answers, strict=False):
        # Other roles are not allowed at all, which another rule says.
        if turns and all(turn.role == "tool" for turn in turns):
            yield rule.at(place, "this answer holds no message of the assistant", "Add its answer.")
