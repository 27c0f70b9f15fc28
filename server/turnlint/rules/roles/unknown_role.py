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
    Safe: writes a role in the case that the format has, mostly lower, without white space around it.
    Unsafe: renames any other role where what was meant is clear.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatRequestInput.
"""

import json
from collections.abc import Iterator, Mapping

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import closest, one_of

RULE = Rule(severity=Severity.ERROR, why="most trainers drop or refuse such a message")

_USER = ("human", "user")
_MODEL = ("gpt", "assistant", "model", "chatbot")
_MEANT = {
    **dict.fromkeys((*_USER, "prompter"), _USER),
    **dict.fromkeys((*_MODEL, "bot", "ai", "chatgpt", "agent"), _MODEL),
    "function_call": ("assistant", "model"),
    "tool_call": ("assistant", "function_call"),
    "tool": ("observation", "function"),
    "ipython": ("tool", "observation"),
    "observation": ("tool",),
    "tool_response": ("tool", "observation"),
    "tool_result": ("tool", "observation"),
    "instruction": ("system",),
    "system": ("developer",),
    "developer": ("system",),
}
"""What other formats call a role, and what to call it instead; the first that the format allows is meant."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    allowed = tuple(role.strip('"') for role in fault.expected)
    plain = fault.found.strip().lower() if type(fault.found) is str else ""
    meant = _guess(plain, {role.lower(): role for role in allowed})
    todo = f"Use {one_of([f'`{role}`' for role in ((meant,) if meant else allowed)])}."
    if plain == "system" and not meant:
        todo = "Move its text to the row's system prompt, outside the conversation."
    fix = None
    if meant:
        fix = Fix(f"Replace with `{meant}`", (Edit(fault.place, json.dumps(meant)),), plain == meant.lower())
    yield rule.at(fault.place, f"{quote(fault.found)} is not a role", todo, fix=fix)


def _guess(plain: str, allowed: Mapping[str, str]) -> str | None:
    """The role that a word stands for, which is in lower case, as the format writes it."""
    known = next((role for role in (plain, *_MEANT.get(plain, ())) if role in allowed), None)
    return allowed.get(known or closest(plain, allowed) or "")
