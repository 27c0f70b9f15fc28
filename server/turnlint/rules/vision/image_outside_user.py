"""
What it does:
    Finds an image in a message that is not the user's.

Why it is bad:
    Only users show images. The services refuse a file in which the assistant, a tool or the instructions
    do.

Example:
    {"messages": [{"role": "user", "content": "Draw a dot."}, {"role": "assistant", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/dot.png"}}]}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/dot.png"}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    None.

Sources:
    OpenAI's vision fine-tuning guide (2026) and MicrosoftDocs/azure-ai-docs, fine-tuning-vision (2026):
    images are taken in user messages alone.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="only users show images")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    article = "an" if fault.owner[:1] in "aeiou" else "a"
    kind = "a video" if fault.name == "video" else "an image"
    what = f"{kind} stands in {article} {fault.owner}"
    yield rule.at(fault.place, what, "Move it to a user message, or take it out.")
