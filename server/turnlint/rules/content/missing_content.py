"""
What it does:
    Finds a message that says nothing because its content is missing. An assistant message that calls
    tools or refuses needs no content.

Why it is bad:
    A service refuses the file; a trainer stops at the message or writes an empty turn into the prompt.

Example:
    {"messages": [{"role": "user"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: renames a key that stands for the content, such as `text`.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04: `content` is required but for an assistant with calls.
    hiyouga/LLaMA-Factory, converter.py (2026): a message without its content key stops the run.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, ShapeFault, Turn
from turnlint.rules import BLANK, Bound, Rule
from turnlint.rules.wording import rename, sentence

RULE = Rule(
    severity=Severity.ERROR, why="trainers stop at it", trigger=BLANK, parameters={"calls_suffice": True}
)
"""`calls_suffice`: a message that calls tools needs no content."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    hint = fault.expected[0] if fault.expected else f"add `{fault.name}`"
    yield rule.at(fault.place, f"the {fault.owner} has no `{fault.name}`", sentence(hint), fix=rename(fault))


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    # A format whose content has a key of its own requires it in its shape, which is judged above.
    if turn.content != "missing" or turn.content_name != "content" or turn.role is None:
        return
    if turn.role == "assistant":
        if turn.has_calls and not rule["calls_suffice"]:
            key = turn.content_key
            yield rule.at(turn.place, f"this message has calls and no `{key}`", f'Add `"{key}": ""`.')
        elif not (turn.has_calls or turn.refusal):
            what = f"the assistant message has neither `{turn.content_key}` nor `tool_calls`"
            yield rule.at(turn.place, what, "Add the answer.")
    else:
        key = turn.content_key
        yield rule.at(turn.place, f"the {turn.role} message has no `{key}`", f"Add `{key}`.")
