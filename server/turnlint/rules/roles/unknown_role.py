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
    Unsafe: renames the role where what was meant is clear.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatRequestInput.
"""

from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote

RULE = Rule(severity=Severity.ERROR, why="no trainer knows what to do with the message")

_MEANT = {
    "human": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "chatgpt": "assistant",
    "agent": "assistant",
    "ipython": "tool",
    "tool_response": "tool",
    "observation": "tool",
    "function_call": "assistant",
    "instruction": "system",
}


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    allowed = tuple(role.strip('"') for role in fault.expected)
    meant = _guess(fault.found, allowed)
    fix = Fix(f"Replace with `{meant}`", (Edit(fault.place, f'"{meant}"'),)) if meant else None
    todo = f"Use `{meant}`." if meant else f"Use one of {', '.join(allowed)}."
    yield rule.at(fault.place, f"{quote(fault.found)} is not a role", todo, fix=fix)


def _guess(found: object, allowed: tuple[str, ...]) -> str | None:
    if not isinstance(found, str):
        return None
    plain = found.strip().lower()
    if plain in allowed:
        return plain
    meant = _MEANT.get(plain)
    if meant in allowed:
        return meant
    from difflib import get_close_matches

    close = get_close_matches(plain, allowed, 1, 0.75)
    return close[0] if close else None
