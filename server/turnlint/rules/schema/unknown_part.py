"""
What it does:
    Finds content parts of a kind that cannot be trained on, and parts that do not say their kind.

Why it is bad:
    OpenAI's fine-tuning takes text and images. Parts of the Responses API, of Anthropic's API, and those for
    inference alone (audio, files) look alike and are refused.

Example:
    {"messages": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: adds `"type": "text"` to a part that has a `text` and no `type`; writes a kind in lower case.
    Unsafe: renames `input_text`, `output_text` and misspelled kinds.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, the ChatCompletionRequestMessageContentPart schemas.
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import add, closest, one_of, sentence

RULE = Rule(severity=Severity.ERROR, why="it cannot be trained on")

_RESPONSES = "is a part of the Responses API"
_ANTHROPIC = "is a part of Anthropic's API"
_INFERENCE = "is for inference only"
_IMAGE = 'Write `{"type": "image_url", "image_url": {"url": "…"}}`.'
_KNOWN = {
    "input_text": (_RESPONSES, "Write `text`."),
    "output_text": (_RESPONSES, "Write `text`."),
    "input_image": (_RESPONSES, _IMAGE),
    "input_file": (_RESPONSES, "Write the text of the file as a `text` part."),
    "input_audio": (_INFERENCE, "Write what is said as a `text` part."),
    "audio": (_INFERENCE, "Write what is said as a `text` part."),
    "file": (_INFERENCE, "Write the text of the file as a `text` part."),
    "image": (_ANTHROPIC, _IMAGE),
    "tool_use": (_ANTHROPIC, "Write the call under `tool_calls` of an assistant message."),
    "tool_result": (_ANTHROPIC, "Write a message of role `tool`."),
    "thinking": (_ANTHROPIC, "Remove it."),
}
"""Where a kind comes from, and what to write instead."""
_SAME = {"input_text": "text", "output_text": "text"}
"""Kinds that differ from an allowed one by their name alone."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if fault.kind == "missing-key":  # of a part whose key says what it is
        todo = fault.expected[0] if fault.expected else f'write `{{"{fault.name}": "…"}}`'
        yield rule.at(fault.place, f"this {fault.owner} has no key that says what it is", sentence(todo))
        return
    allowed = f"Use {one_of([f'`{kind}`' for kind in fault.expected])}."
    if fault.kind == "missing-tag":
        yield rule.at(fault.place, "this content part has no `type`", allowed, fix=_typed(fault))
        return
    kind = fault.found if type(fault.found) is str else ""
    origin, todo = _KNOWN.get(kind, ("is not a kind of content part", allowed))
    meant = _SAME.get(kind)
    if kind not in _KNOWN:
        meant = closest(kind, fault.expected)
    fix = None
    if meant:
        safe = kind.strip().lower() == meant
        fix = Fix(f"Replace with `{meant}`", (Edit(fault.place, json.dumps(meant)),), safe)
    yield rule.at(fault.place, f"{quote(fault.found)} {origin}", todo, fix=fix)


def _typed(fault: ShapeFault) -> Fix | None:
    has_text = type(fault.found) is dict and type(fault.found.get("text")) is str
    return add(fault, '"type": "text"') if has_text else None
