"""
What it does:
    Finds lists with more items than the format allows.

Why it is bad:
    A service refuses the row, or reads the first items alone.

Example:
    With `format = "bedrock-distillation"` in the settings:
    {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Is the sea"}, {"text": "cold?"}]}]}

Use instead:
    {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Is the sea cold?"}]}]}

Fix:
    None.

Sources:
    aws-samples/amazon-bedrock-samples, custom-models/model_distillation/dataset-validation (2026-08): one text in
    each message.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="the format has no place for more")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    limit = fault.expected[0]
    what = f"`{fault.name}` has {len(fault.found)} items, and {limit} {'is' if limit == '1' else 'are'} the limit"
    yield rule.at(fault.place, what, "Join them, or leave out what is too much.")
