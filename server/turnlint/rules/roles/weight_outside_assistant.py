"""
What it does:
    Finds a loss weight on a message that is not the assistant's.

Why it is bad:
    Only the assistant's messages are trained on, so a weight elsewhere means nothing, and the schema has no
    such key there.

Example:
    {"messages": [{"role": "user", "content": "hi", "weight": 0}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: removes a weight of 0.
    Unsafe: removes any other, which may say that the message was to be trained on.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatCompletionRequestAssistantMessage.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="only the assistant's messages are trained on")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    safe = fault.found is None or fault.found == 0
    fix = Fix(f"Remove `{fault.name}`", (Edit(Place(fault.place.pointer), remove=True),), safe)
    todo = "Only assistant messages have one. Remove it."
    yield rule.at(fault.place, f"a `{fault.name}` stands on a {fault.owner}", todo, fix=fix)
