"""
What it does:
    Finds PNG and JPEG images in data URLs with a palette, in greyscale or in CMYK.

Why it is bad:
    The guides ask for RGB or RGBA. What becomes of other images is not documented.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    None.

Sources:
    OpenAI's vision fine-tuning guide (2026) and MicrosoftDocs/azure-ai-docs, fine-tuning-vision (2026):
    images must be in RGB or RGBA mode.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule
from turnlint.rules.vision._image import data_images, short_place
from turnlint.text.images import colour_mode, head_of

RULE = Rule(
    severity=Severity.WARNING,
    why="images must be RGB or RGBA",
    trigger=IMAGES,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for image, data in data_images(turn):
        mode = colour_mode(head_of(data))
        if mode is not None:
            yield rule.at(short_place(image), f"this image uses {mode}", "Convert it to RGB.")
