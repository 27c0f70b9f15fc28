"""
What it does:
    Finds data URLs of images with more bytes than a service takes.

Why it is bad:
    The services leave out, or refuse, images over 10 MB.

Example:
    A data URL of 14 million characters.

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    None.

Sources:
    OpenAI's vision fine-tuning guide (2026) and MicrosoftDocs/azure-ai-docs, fine-tuning-vision (2026): 10
    MB per image. Counted here as 10 MiB of decoded bytes, as the guides do not say which is meant.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule
from turnlint.rules.vision._image import data_images, short_place

RULE = Rule(
    severity=Severity.ERROR,
    why="services take images of at most 10 MB",
    trigger=IMAGES,
    parameters={"max_bytes": 10 << 20},
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for image, data in data_images(turn):
        padding = data.url.endswith("=") + data.url.endswith("==")
        size = (len(data.url) - data.start) * 3 // 4 - padding
        if size > rule["max_bytes"]:
            what = f"this image has {size:,} bytes, more than {rule['max_bytes']:,}"
            yield rule.at(short_place(image), what, "Scale it down, or compress it more.")
