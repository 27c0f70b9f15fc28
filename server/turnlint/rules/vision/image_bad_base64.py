"""
What it does:
    Finds data URLs whose data is not base64: a character outside of its alphabet, line breaks, wrong
    padding, nothing at all.

Why it is bad:
    The image cannot be decoded, and strict decoders refuse the whole row for it.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg"}}]}, {"role": "assistant", "content": "A dot."}]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}]}, {"role": "assistant", "content": "A dot."}]}

Fix:
    Safe: corrects the padding, removes white space, and writes `+` and `/` where the base64 of URLs has `-` and
    `_`. All of it stands for the same bytes.

Sources:
    RFC 4648, section 4.
"""

import re
from collections.abc import Iterator

from turnlint.model import Edit, Example, Finding, Fix, Place, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule
from turnlint.rules.vision._image import data_images

RULE = Rule(
    severity=Severity.ERROR,
    why="the image cannot be decoded",
    trigger=IMAGES,
)

_PLAIN = str.maketrans("-_", "+/")
_DIGITS = re.compile(r"[A-Za-z0-9+/]*+")


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    for image, data in data_images(turn):
        yield from _judge(data.url, data.start, image.place, rule)


def _judge(url: str, start: int, place: Place, rule: Bound) -> Iterator[Finding]:
    end = _DIGITS.match(url, start).end()  # type: ignore[union-attr]
    rest = url[end : end + 3]
    if end == len(url) == start:
        yield rule.at(place.slice(0, start), "this data URL holds no data", "Add the image.")
    elif rest.strip("=") or len(url) > end + len(rest):
        at = end + len(rest) - len(rest.lstrip("="))
        yield rule.at(place.slice(at, at + 1), *_strange(url[at]), fix=_plain(url, end, start, place))
    elif (end - start) % 4 == 1:
        what = "this base64 text has a character too few or too many at its end"
        yield rule.at(place.slice(end - 1, end), what, "Encode the image again.")
    elif (end - start + len(rest)) % 4 or len(rest) == 3:
        padding = "=" * (-(end - start) % 4)
        fix = Fix("Correct the padding", (Edit(place.slice(end, len(url)), padding),), safe=True)
        what = "the padding of this base64 text is wrong"
        yield rule.at(place.slice(end - 1, len(url)), what, f"It must end with `{padding}`.", fix=fix)


def _plain(url: str, at: int, start: int, place: Place) -> Fix | None:
    """Write the same bytes in plain base64, where nothing else is wrong from a column on."""
    rest = "".join(url[at:].split()).translate(_PLAIN).rstrip("=")
    length = at - start + len(rest)
    if _DIGITS.fullmatch(rest) is None or length % 4 == 1:
        return None
    edit = Edit(place.slice(at, len(url)), rest + "=" * (-length % 4))
    return Fix("Write it in plain base64", (edit,), safe=True)


def _strange(character: str) -> tuple[str, str]:
    if character.isspace():
        return "white space stands in this base64 text", "Encode without line breaks."
    if character in "-_":
        return f"`{character}` belongs to the base64 of URLs", "Write `+` for `-` and `/` for `_`."
    if character == "=":
        return "padding stands inside of this base64 text", "Encode the image as a whole."
    shown = character if character.isprintable() and character != "`" else "\ufffd"
    return f"`{shown}` does not belong to base64", "Encode the image again."
