"""
What it does:
    Finds keys that the format has, but not in this kind of message or content part.

Why it is bad:
    A strict reader refuses the file. A lenient one ignores the key, and with it what it was meant to say.

Example:
    {"messages": [{"role": "user", "content": "hi", "refusal": "No."}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: removes the key.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the ChatCompletionRequest…Message schemas.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.WARNING, why="readers refuse or ignore it there")

_HOMES = {
    "refusal": "assistant messages",
    "tool_call_id": "tool messages",
    "text": "parts of type `text`",
    "image_url": "parts of type `image_url`",
}
"""What has each key, where that is one kind of thing."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"`{fault.name}` does not belong in this {fault.owner}"
    home = _HOMES.get(fault.name)
    todo = f"Only {home} have it. Remove it." if home else "Remove it."
    fix = Fix(f"Remove `{fault.name}`", (Edit(Place(fault.place.pointer), remove=True),))
    yield rule.at(fault.place, what, todo, fix=fix)
