"""
What it does:
    Finds answers of a comparison that are more than one message.

Why it is bad:
    OpenAI's schema allows exactly one message for each answer. Azure's documentation allows several.

Example:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}, {"role": "assistant", "content": "In June."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTunePreferenceRequestInput: maxItems 1.
    MicrosoftDocs/azure-ai-docs, fine-tuning-direct-preference-optimization (2026): at least one.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import ORDER, Bound, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="one message for each answer is what the published schema allows",
    trigger=ORDER,
    parameters={"maximum": 1},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    maximum = rule["maximum"]
    for turns in (example.preferred, example.non_preferred):
        # Other roles are not allowed at all, which another rule says.
        if len(turns) > maximum and all(turn.role in ("assistant", "tool") for turn in turns):
            what = f"this answer has {len(turns)} messages"
            todo = "Keep one. What comes before it belongs in `input`."
            yield rule.at(turns[maximum].place, what, todo)
