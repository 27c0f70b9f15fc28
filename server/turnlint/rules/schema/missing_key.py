"""
What it does:
    Finds objects that lack a key they need.

Why it is bad:
    A service refuses the file, mostly with the number of the example and the name of the key. A trainer stops
    or drops the row.

Example:
    {"prompt": "Capital of France?", "completion": "Paris"}
    {"prompt": "Capital of Italy?"}

Use instead:
    {"prompt": "Capital of France?", "completion": "Paris"}
    {"prompt": "Capital of Italy?", "completion": "Rome"}

Fix:
    Unsafe: renames a key that stands for the missing one, such as `chosen` for `preferred_output`.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the FineTune…RequestInput schemas. OpenAI answers
    "Example N is missing key 'messages'".
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.rules.wording import rename, sentence

RULE = Rule(severity=Severity.ERROR, why="a trainer cannot read the row without it")

_WRITE = {
    (
        "tool call",
        "id",
    ): 'add `"id": "call_1"`, which the tool message that answers repeats as `tool_call_id`',
    ("tool call", "type"): 'add `"type": "function"`',
    ("tool definition", "type"): 'add `"type": "function"`',
    ("tool message", "tool_call_id"): "add the `id` of the call that it answers",
    ("function of a tool call", "arguments"): 'add the arguments as JSON text, `"{}"` if there are none',
    ("row", "preferred_output"): "add the better answer as a list of one assistant message",
    ("row", "non_preferred_output"): "add the worse answer as a list of one assistant message",
}
"""What to write, by owner and key, where the key alone does not say it."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    known = _WRITE.get((fault.owner, fault.name), f"add `{fault.name}`")
    todo = sentence(fault.expected[0] if fault.expected else known)
    yield rule.at(fault.place, f"this {fault.owner} has no `{fault.name}`", todo, fix=rename(fault))
