"""
What it does:
    Finds image URLs that are neither public `http(s)` URLs nor base64 data URLs: paths, `file:` URLs, file
    ids, bare base64. A target may take some of these alone, or others (`schemes`).

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
from collections.abc import Collection, Iterator

from turnlint.model import Edit, Example, Finding, Fix, Image, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule, quote
from turnlint.rules.vision._image import short_place
from turnlint.rules.wording import one_of
from turnlint.text.images import data_url

RULE = Rule(
    severity=Severity.ERROR,
    why="the service cannot fetch the image",
    trigger=IMAGES,
    parameters={"schemes": ("https", "http", "data")},
)
"""`schemes`: the kinds of URLs that the target takes."""

_URL = re.compile(r"([a-z][a-z0-9]{1,10}+)://[^\s/?#]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,30}+:")
_BARE = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "UklGR": "image/webp"}
"""How base64 of images begins."""


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    schemes = rule["schemes"]
    for image in turn.images:
        if image.url is not None and not _is_taken(image.url, schemes):
            what, todo = _words(image.url, schemes)
            yield rule.at(short_place(image), what, todo, fix=_fix(image, image.url, schemes))


def _is_taken(url: str, schemes: Collection[str]) -> bool:
    if data_url(url) is not None:
        return "data" in schemes
    named = _URL.match(url)
    return named is not None and named[1].lower() in schemes


_WRITTEN = {
    "https": "a public `https` URL",
    "data": "`data:image/…;base64,…`",
    "s3": "an `s3` URL",
    "gs": "a `gs` URL",
}
"""How to write an image, by the kind of URL."""


def _words(url: str, schemes: Collection[str]) -> tuple[str, str]:
    allowed = f"Use {one_of([words for scheme, words in _WRITTEN.items() if scheme in schemes])}."
    if _bare_type(url):
        todo = "Put `data:image/…;base64,` before it." if "data" in schemes else allowed
        return "this is the base64 text of an image, not a URL", todo
    if url[:5].lower() == "data:" and "data" in schemes:
        return "this data URL does not hold base64", "Write `data:image/…;base64,` and the image in base64."
    if not url.strip():
        return "the URL of the image is empty", allowed
    scheme = _SCHEME.match(url)
    if scheme and len(scheme[0]) > 2:
        return f"an image cannot be taken from a {quote(scheme[0])} URL", allowed
    if url[:5] == "file-":
        return "a file id is no URL of an image", allowed
    return f"{quote(url)} is no URL", allowed


def _bare_type(url: str) -> str | None:
    return next((kind for start, kind in _BARE.items() if url.startswith(start)), None) if url[40:] else None


def _fix(image: Image, url: str, schemes: Collection[str]) -> Fix | None:
    kind = _bare_type(url)
    if kind is None or "data" not in schemes:
        return None
    return Fix("Make it a data URL", (Edit(image.place.slice(0, 0), f"data:{kind};base64,"),), safe=True)
