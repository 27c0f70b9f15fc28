"""The images of a row, as the rules of this family see them."""

from __future__ import annotations

from collections.abc import Iterator

from turnlint.model import Image, Place, Turn
from turnlint.text.images import DataUrl, data_url

__all__ = ["data_images", "short_place"]

_SHORT = 200
"""Of a longer URL, so many code points are shown."""


def data_images(turn: Turn) -> Iterator[tuple[Image, DataUrl]]:
    """The images of a turn that stand in the row itself."""
    for image in turn.images:
        data = data_url(image.url) if image.url is not None else None
        if data is not None:
            yield image, data


def short_place(image: Image) -> Place:
    """Where to show a finding about an image: its URL, of which data and long tails are left out."""
    if image.url is None or len(image.url) <= _SHORT:
        return image.place
    data = data_url(image.url)
    return image.place.slice(0, data.start if data else _SHORT)
