"""
What it does:
    Finds a message whose content is null, unless it is an assistant message that calls tools or refuses, or
    the older function message.

Why it is bad:
    Null is not a text. A service refuses the file; a chat template writes `None` into the prompt or fails.

Example:
    {"messages": [{"role": "user", "content": null}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04: only an assistant with calls may have null content.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import BLANK, Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="templates write `None` or fail", trigger=BLANK)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    if turn.content != "null" or turn.role in (None, "function"):
        return
    if turn.role == "assistant" and (turn.has_calls or turn.refusal):
        return
    yield rule.at(turn.content_place, f"the {turn.role} message's content is null", "Write the text.")
