"""
What it does:
    Finds data URLs of images that are not JPEG, PNG or WEBP, judged by the first bytes of the image, or by
    the type that the URL names where the bytes say nothing.

Why it is bad:
    The services train on these three formats alone; GIF, which they take elsewhere, is not among them.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="}}]}, {"role": "assistant", "content": "A dot."}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    None.

Sources:
    OpenAI's vision fine-tuning guide (2026) and MicrosoftDocs/azure-ai-docs, fine-tuning-vision (2026):
    JPEG, PNG or WEBP.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule, quote
from turnlint.rules.vision._image import data_images
from turnlint.text.images import head_of, kind_of

RULE = Rule(
    severity=Severity.ERROR,
    why="images must be JPEG, PNG or WEBP",
    trigger=IMAGES,
)

_TAKEN = ("JPEG", "PNG", "WEBP")
_TAKEN_TYPES = frozenset(("image/jpeg", "image/jpg", "image/png", "image/webp"))

_TELLING = 12
"""So many bytes tell whether they begin an image."""


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for image, data in data_images(turn):
        head = head_of(data)
        kind = kind_of(head)
        if kind is not None and kind not in _TAKEN:
            what = f"this image is {kind}"
        elif kind is None and data.mime not in _TAKEN_TYPES:
            what = f"{quote(data.mime)} is not a type of image to train on" if data.mime else _UNTYPED
        elif kind is None and len(head) >= _TELLING:
            what = "this data does not begin like an image"
        else:
            continue
        chars = data.mime_chars if data.mime else (0, data.start)
        yield rule.at(image.place.slice(*chars), what, "Convert the image to JPEG, PNG or WEBP.")


_UNTYPED = "this data URL does not name the type of its image"
