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
    Safe: adds `"type": "function"` to a tool and a call; puts keys of a flat tool, call or image where they belong.
    Unsafe: renames a key that stands for the missing one, such as `chosen` for `preferred_output`.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the FineTune…RequestInput schemas. OpenAI answers
    "Example N is missing key 'messages'".
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.rules.wording import add, nest, rename, sentence

RULE = Rule(severity=Severity.ERROR, why="a trainer cannot read the row without it")

_WRITE = {
    (
        "tool call",
        "id",
    ): 'add `"id": "call_1"`, which the tool message that answers repeats as `tool_call_id`',
    ("tool message", "tool_call_id"): "add the `id` of the call that it answers",
    ("function of a tool call", "arguments"): 'add the arguments as JSON text, `"{}"` if there are none',
    ("row", "preferred_output"): "add the better answer as a list of one assistant message",
    ("row", "non_preferred_output"): "add the worse answer as a list of one assistant message",
}
"""What to write, by owner and key, where the key alone does not say it."""
_SOLE = dict.fromkeys((("tool call", "type"), ("tool definition", "type")), '"type": "function"')
"""The member to write, by owner and key, where there is only one way to write it."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    missing = (fault.owner, fault.name)
    known = _WRITE.get(missing, f"add `{_SOLE.get(missing, fault.name)}`")
    todo = sentence(fault.expected[0] if fault.expected else known)
    fix = rename(fault) or nest(fault) or (add(fault, _SOLE[missing]) if missing in _SOLE else None)
    yield rule.at(fault.place, f"this {fault.owner} has no `{fault.name}`", todo, fix=fix)
