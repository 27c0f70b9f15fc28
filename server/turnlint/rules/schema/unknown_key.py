"""
What it does:
    Finds keys that the format does not have.

Why it is bad:
    OpenAI refuses a file with extra keys. A trainer that ignores them ignores what they were meant to say,
    misspelled keys above all.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}], "temperature": 0}
    {"messages": [{"role": "user", "content": "hi", "id": "m1"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: renames a misspelled key, and removes any other unless its content belongs elsewhere in the row.

Sources:
    OpenAI answers 'Example N contains an extra "weight"' (community.openai.com/t/966285, 2024-10).
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import closest

RULE = Rule(severity=Severity.ERROR, why="the format has no such key")

_OF_A_REQUEST = frozenset(
    (
        *("model", "temperature", "top_p", "max_tokens", "max_completion_tokens", "n", "stop", "seed"),
        *("stream", "tool_choice", "frequency_penalty", "presence_penalty", "user"),
    )
)
"""Keys at the top of a row that belong to a request for a completion."""
_PREFERENCE = "Preference data has `input`, `preferred_output` and `non_preferred_output`."
_TOOLS = "Preference data has it in `input`; a format without that knows no tools."
_MOVE = {
    "system": "Write it as the first message, with role `system`.",
    "function_call": "Put it into the assistant message that makes the call.",
    "weight": "Put it into the assistant messages that it is about.",
    "response_format": "To train on structured output, write its JSON text as the assistant's `content`.",
    "tools": _TOOLS,
    "parallel_tool_calls": _TOOLS,
    "chosen": _PREFERENCE,
    "rejected": _PREFERENCE,
}
"""Keys at the top of a row whose content belongs elsewhere, and where; to remove them would lose it."""
_ANTHROPIC = {
    ("tool definition", "input_schema"): "Write it as `parameters` under `function`.",
    ("tool call", "input"): "Write it as JSON text in `arguments` under `function`.",
}
"""The same for keys of Anthropic's API, by what holds them."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    todo, fix = _remedy(fault)
    if (fault.owner, fault.name) == ("assistant message", "audio"):
        rule = rule.at_most(
            Severity.WARNING
        )  # It is a key of requests, which no source says is refused here.
    yield rule.at(fault.place, f"this {fault.owner} has an extra {quote(fault.name)}", todo, fix=fix)


def _remedy(fault: ShapeFault) -> tuple[str, Fix | None]:
    key, todo = fault.name, "Remove it."
    elsewhere = _ANTHROPIC.get((fault.owner, key)) or (_MOVE.get(key) if fault.owner == "row" else None)
    if elsewhere:
        return elsewhere, None
    if fault.owner == "row" and key in _OF_A_REQUEST:
        todo = "It belongs to a request, not to a training row. Remove it."
    elif meant := fault.meant or closest(key, fault.expected):
        edit = Edit(fault.place, json.dumps(meant))
        return f"Rename it to `{meant}`.", Fix(f"Rename to `{meant}`", (edit,))
    return todo, Fix(f"Remove {quote(key)}", (Edit(Place(fault.place.pointer), remove=True),))
