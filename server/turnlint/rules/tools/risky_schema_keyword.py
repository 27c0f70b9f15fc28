"""
What it does:
    Finds keywords in the parameters of a tool that Azure's preprocessing is known or suspected to refuse:
    `title`, `anyOf`, `oneOf`, `allOf`, `$ref`, `$defs` and `default: null`, and then whatever is not among
    `type`, `properties`, `description`, `required`, `enum` and `items`, which is advice only. The
    `additionalProperties` that a strict tool needs stay silent.

Why it is bad:
    A job failed with "contains invalid schema" for every row of its file until these were taken out.

Example:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "title": "Tide", "properties": {"harbour": {"type": "string"}}}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}}}}]}

Fix:
    None.

Sources:
    microsoft-foundry/fine-tuning#23 (2026-03) and a public log of a failed job (2026); Microsoft's own
    samples use no other keywords.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Pointer, Severity, Tool
from turnlint.rules import TOOLS, Bound, Rule, quote
from turnlint.rules.tools import _schema

RULE = Rule(
    severity=Severity.WARNING,
    why="a preprocessing step was seen to refuse files for it",
    trigger=TOOLS,
    default=False,
)

_PLAIN = frozenset(("type", "properties", "description", "required", "enum", "items"))
_STRONG = frozenset(("title", "anyOf", "oneOf", "allOf", "$ref", "$defs"))


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    for tool in example.tools:
        if type(tool.parameters) is dict:
            yield from _judge(tool, rule)


def _judge(tool: Tool, rule: Bound) -> Iterator[Finding]:
    found = [
        one for one in _keywords(tool.parameters) if not (tool.strict and one[1] == "additionalProperties")
    ]
    if not found:
        return
    first, keyword, seen = next((one for one in found if one[2]), found[0])
    others = list(dict.fromkeys(name for _, name, _ in found if name != keyword))
    more = f" and also {_listed(others)}" if others else ""
    verb = "stand" if others else "stands"
    todo = "Leave it out, or say it in the description."
    place = tool.parameters_place.at(*first).key()
    if not seen:
        rule = rule.at_most(Severity.INFO)
    why = "" if seen else "Microsoft's own samples do without"
    yield rule.at(place, f"{quote(keyword)}{more} {verb} in the schema of this tool", todo, why=why)


def _keywords(schema: dict[str, object]) -> Iterator[tuple[Pointer, str, bool]]:
    """The keywords out of the ordinary, each with whether it was seen to do harm."""
    for pointer, one in _schema.subschemas(schema):
        for key, value in one.items():
            if key not in _PLAIN:
                yield (*pointer, key), key, key in _STRONG or (key == "default" and value is None)


def _listed(names: list[str]) -> str:
    shown = ", ".join(quote(name, 24) for name in names[:5])
    return shown + (", …" if len(names) > 5 else "")
