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
    Unsafe: renames a misspelled key, and removes any other.

Sources:
    OpenAI answers 'Example N contains an extra "weight"' (community.openai.com/t/966285, 2024-10).
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import closest

RULE = Rule(severity=Severity.ERROR, why="the format has no such key")

_OF_A_REQUEST = "It belongs to a request, not to a training row. Remove it."
_HINTS = {
    **dict.fromkeys(
        (
            *("model", "temperature", "top_p", "max_tokens", "max_completion_tokens", "n", "stop", "seed"),
            *("stream", "tool_choice", "function_call", "frequency_penalty", "presence_penalty", "user"),
        ),
        _OF_A_REQUEST,
    ),
    "weight": "Put it into the assistant messages that it is about.",
    "response_format": "To train on structured output, write its JSON text as the assistant's `content`.",
    "chosen": "Preference data has `input`, `preferred_output` and `non_preferred_output`.",
    "rejected": "Preference data has `input`, `preferred_output` and `non_preferred_output`.",
}
"""What to do about keys at the top of a row that are at home elsewhere."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    hint = _HINTS.get(fault.name) if fault.owner == "row" else None
    meant = None if hint else closest(fault.name, fault.expected)
    if meant:
        todo = f"Rename it to `{meant}`."
        fix = Fix(f"Rename to `{meant}`", (Edit(fault.place, json.dumps(meant)),))
    else:
        todo = hint or "Remove it."
        fix = Fix(f"Remove {quote(fault.name)}", (Edit(Place(fault.place.pointer), remove=True),))
    yield rule.at(fault.place, f"this {fault.owner} has an extra {quote(fault.name)}", todo, fix=fix)
