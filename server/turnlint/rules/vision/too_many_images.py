"""
What it does:
    Finds examples with more images than a service takes.

Why it is bad:
    The services refuse the file, or leave the example out.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/0.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/1.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/2.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/3.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/4.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/5.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/6.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/7.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/8.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/9.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/10.png"}}]}, {"role": "assistant", "content": "A dot."}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/0.png"}}, {"type": "image_url", "image_url": {"url": "https://example.com/1.png"}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    None.

Sources:
    OpenAI's vision fine-tuning guide (2026): 10 images per example. MicrosoftDocs/azure-ai-docs,
    fine-tuning-vision (2026): 64.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import IMAGES, Bound, Rule
from turnlint.rules.vision._image import short_place

RULE = Rule(
    severity=Severity.ERROR,
    why="services take no more in one example",
    trigger=IMAGES,
    parameters={"maximum": 10},
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    turns = example.all_turns
    images = [image for turn in turns for image in turn.images]
    maximum = rule["maximum"]
    if len(images) > maximum:
        what = f"this example shows {len(images)} images, and {maximum} are the limit"
        yield rule.at(short_place(images[maximum]), what, "Take some out, or split the example.")
