"""
What it does:
    Finds a role that no message may have.

Why it is bad:
    The role decides how a message is written into the prompt and whether it is trained on. A service
    refuses a role that it does not know; a trainer drops the row or the turn.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "gpt", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: writes a role in lower case, without white space around it.
    Unsafe: renames any other role where what was meant is clear.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatRequestInput.
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import closest, one_of

RULE = Rule(severity=Severity.ERROR, why="most trainers drop or refuse such a message")

_MEANT = {
    "human": ("user",),
    "prompter": ("human", "user"),
    "user": ("human",),
    "gpt": ("assistant",),
    "assistant": ("gpt",),
    "bot": ("gpt", "assistant"),
    "ai": ("gpt", "assistant"),
    "model": ("gpt", "assistant"),
    "chatgpt": ("gpt", "assistant"),
    "chatbot": ("gpt", "assistant"),
    "agent": ("gpt", "assistant"),
    "function_call": ("assistant",),
    "tool_call": ("assistant", "function_call"),
    "tool": ("observation",),
    "ipython": ("tool", "observation"),
    "observation": ("tool",),
    "tool_response": ("tool", "observation"),
    "tool_result": ("tool", "observation"),
    "instruction": ("system",),
    "developer": ("system",),
}
"""What other formats call a role, and what to call it instead; the first that the format allows is meant."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    allowed = tuple(role.strip('"') for role in fault.expected)
    meant = _guess(fault.found, allowed)
    todo = f"Use {one_of([f'`{role}`' for role in ((meant,) if meant else allowed)])}."
    fix = None
    if meant:
        safe = fault.found.strip().lower() == meant
        fix = Fix(f"Replace with `{meant}`", (Edit(fault.place, json.dumps(meant)),), safe)
    yield rule.at(fault.place, f"{quote(fault.found)} is not a role", todo, fix=fix)


def _guess(found: object, allowed: tuple[str, ...]) -> str | None:
    if type(found) is not str:
        return None
    plain = found.strip().lower()
    if plain in allowed:
        return plain
    known = _MEANT.get(plain, ())
    return next((role for role in known if role in allowed), None) or closest(plain, allowed)
