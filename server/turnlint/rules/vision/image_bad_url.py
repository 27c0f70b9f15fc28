"""
What it does:
    Finds image URLs that are neither public `http(s)` URLs nor base64 data URLs: paths, `file:` URLs, file
    ids, bare base64.

Why it is bad:
    The service cannot fetch the image.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "images/dot.png"}}]}, {"role": "assistant", "content": "A dot."}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/dot.png"}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    Safe: makes a data URL of bare base64 of a PNG, JPEG or WEBP image.

Sources:
    OpenAI's vision fine-tuning guide (2026) and MicrosoftDocs/azure-ai-docs, fine-tuning-vision (2026).
"""

import re
from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Image, Severity, Turn
from turnlint.rules import Bound, Keys, Rule, quote
from turnlint.rules.vision._image import short_place
from turnlint.text.images import data_url

RULE = Rule(
    severity=Severity.ERROR,
    why="the service cannot fetch the image",
    trigger=Keys(("image_url",)),
)

_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,30}+:")
_BARE = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "UklGR": "image/webp"}
"""How base64 of images begins."""


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for image in turn.images:
        if image.url is not None and not _WEB.match(image.url) and data_url(image.url) is None:
            what, todo = _words(image.url)
            yield rule.at(short_place(image), what, todo, fix=_fix(image, image.url))


_TODO = "Use a public `https` URL or `data:image/…;base64,…`."


def _words(url: str) -> tuple[str, str]:
    if _bare_type(url):
        return "this is the base64 text of an image, not a URL", "Put `data:image/…;base64,` before it."
    if url[:5].lower() == "data:":
        return "this data URL does not hold base64", "Write `data:image/…;base64,` and the image in base64."
    if not url.strip():
        return "the URL of the image is empty", _TODO
    scheme = _SCHEME.match(url)
    if scheme and len(scheme[0]) > 2:
        return f"an image cannot be taken from a {quote(scheme[0])} URL", _TODO
    if url[:5] == "file-":
        return "a file id is no URL of an image", _TODO
    return f"{quote(url)} is no URL", _TODO


def _bare_type(url: str) -> str | None:
    return next((kind for start, kind in _BARE.items() if url.startswith(start)), None) if url[40:] else None


def _fix(image: Image, url: str) -> Fix | None:
    kind = _bare_type(url)
    if kind is None:
        return None
    return Fix("Make it a data URL", (Edit(image.place.slice(0, 0), f"data:{kind};base64,"),), safe=True)
