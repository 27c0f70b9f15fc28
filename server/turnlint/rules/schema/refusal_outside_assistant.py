"""
What it does:
    Finds refusal parts in messages that are not the assistant's.

Why it is bad:
    Only the model refuses. A service has no such part for other roles and refuses the file.

Example:
    {"messages": [{"role": "user", "content": [{"type": "refusal", "refusal": "No."}]}, {"role": "assistant", "content": "Why?"}]}

Use instead:
    {"messages": [{"role": "user", "content": "No."}, {"role": "assistant", "content": "Why?"}]}

Fix:
    None. Make it a `text` part, or move it to the assistant's answer.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the ChatCompletionRequest…MessageContentPart schemas.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="it cannot be trained on")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if fault.owner.startswith("assistant"):  # its target knows no refusals
        yield rule.at(fault.place, f"an {fault.owner} cannot hold a refusal", "Write a `text` part.")
    else:
        todo = "Write a `text` part, or move it to the assistant's answer."
        yield rule.at(fault.place, f"a {fault.owner} cannot hold a refusal", todo)
