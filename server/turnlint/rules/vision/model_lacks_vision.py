"""
What it does:
    Finds images in data for a model that cannot be trained on images.

Why it is bad:
    Only a few models take images in fine-tuning. For any other the job fails, or the images are lost.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}, {"role": "assistant", "content": "A gauge."}]}

Use instead:
    {"messages": [{"role": "user", "content": "The gauge shows 3 m."}, {"role": "assistant", "content": "Noted."}]}

Fix:
    None: choose a model with vision, or leave the image out.

Sources:
    OpenAI, vision fine-tuning guide (2026): gpt-4o. Microsoft Foundry, vision fine-tuning page (2026-07): gpt-4o
    and gpt-4.1.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import IMAGES, Bound, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the job may fail or the image be lost",
    trigger=IMAGES,
    default=False,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    images = [image for turn in example.turns for image in turn.images]
    if images:
        yield rule.at(images[0].place, "the model is not trained on images", "Choose a model with vision.")
