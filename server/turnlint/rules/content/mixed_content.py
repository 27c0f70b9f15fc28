"""
What it does:
    Finds examples in which some messages have a string as their content and others a list of parts. Told once a
    row, at the first message that differs from those before it.

Why it is bad:
    Where one way of writing is wanted throughout an example, the file is refused.

Example:
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]}, {"role": "assistant", "content": "A gauge."}]}

Use instead:
    {"messages": [{"role": "user", "content": "What is on the dial?"}, {"role": "assistant", "content": "3 m."}]}

Fix:
    Safe: makes every string a list of one text part.

Sources:
    togethercomputer/together-python, src/together/utils/files.py (2025-12).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity, Turn
from turnlint.rules import ORDER, Bound, Rule
from turnlint.text.compact import compact

RULE = Rule(
    severity=Severity.WARNING,
    why="some readers want one way of writing throughout",
    trigger=ORDER,
    default=False,
    kinds=("conversation", "preference"),
)

_KINDS = {"text": "a string", "parts": "a list of parts"}


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    turns = [turn for turn in example.all_turns if turn.content in _KINDS and turn.content_key == "content"]
    odd = next((turn for turn in turns if turn.content != turns[0].content), None)
    if odd is not None:
        fix = Fix(
            "Write all as lists of parts",
            tuple(_edit(turn) for turn in turns if turn.content == "text"),
            True,
        )
        what = f"this content is {_KINDS[odd.content]}, and the one before {_KINDS[turns[0].content]}"
        yield rule.at(odd.content_place, what, "Write all of the row in the same way.", fix=fix)


def _edit(turn: Turn) -> Edit:
    return Edit(turn.content_place, compact([{"type": "text", "text": turn.texts[0].value}]))
