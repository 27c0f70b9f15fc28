"""
What it does:
    Finds data URLs that name another type than the first bytes of their image show.

Why it is bad:
    Services that go by the name cannot open the image and leave it out.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    Safe: names the type that the image has.

Sources:
    OpenAI's vision fine-tuning guide (2026) and MicrosoftDocs/azure-ai-docs, fine-tuning-vision (2026).
"""

from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule, quote
from turnlint.rules.vision._image import data_images
from turnlint.text.images import head_of, kind_of

RULE = Rule(
    severity=Severity.WARNING,
    why="a service that goes by the name cannot open the image",
    trigger=IMAGES,
)

_TYPES = {"JPEG": ("image/jpeg", "image/jpg"), "PNG": ("image/png",), "WEBP": ("image/webp",)}


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for image, data in data_images(turn):
        kind = kind_of(head_of(data))
        if kind in _TYPES and data.mime not in _TYPES[kind]:
            right = _TYPES[kind][0]
            place = image.place.slice(*data.mime_chars)
            fix = Fix(f"Replace with `{right}`", (Edit(place, right),), safe=True)
            what = f"the URL names {quote(data.mime) if data.mime else 'no type'}, but the image is {kind}"
            shown = place if data.mime else image.place.slice(0, data.start)
            yield rule.at(shown, what, f"Write `{right}`.", fix=fix)
