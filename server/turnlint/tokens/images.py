"""What images cost in tokens, by the formulas of OpenAI's guide to vision."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, isqrt

from turnlint.model import Image, ImageCosts
from turnlint.text.images import data_url, size_of

__all__ = ["image_tokens", "patches", "tiles"]

_ASSUMED = (1024, 1024)
"""The size in pixels that an image is taken to have where nobody knows."""
_FIT, _SHORTEST, _TILE = 2048, 768, 512
_PATCH, _MOST_PATCHES = 32, 1536


def image_tokens(image: Image, costs: ImageCosts) -> tuple[int, bool]:
    """How many tokens an image costs, and whether that is a guess.

    It is one where the size is not known, and where the model decides how closely it looks: it is then taken
    to look closely.
    """
    if image.detail == "low" and not costs.patch:
        return costs.base, False
    data = data_url(image.url) if image.url is not None else None
    size = size_of(data) if data is not None else None
    width, height = size or _ASSUMED
    if costs.patch:
        return ceil(patches(width, height) * Fraction(str(costs.patch))), size is None
    return costs.base + costs.tile * tiles(width, height), size is None or image.detail != "high"


def tiles(width: int, height: int) -> int:
    """How many squares of 512 pixels cover an image, shrunk to 2048 a side and 768 on the shorter one."""
    scale = min(Fraction(1), Fraction(_FIT, max(width, height)), Fraction(_SHORTEST, min(width, height)))
    return ceil(width * scale / _TILE) * ceil(height * scale / _TILE)


def patches(width: int, height: int) -> int:
    """How many squares of 32 pixels cover an image, shrunk until there are at most 1,536."""
    across, down = -(-width // _PATCH), -(-height // _PATCH)
    if across * down <= _MOST_PATCHES:
        return across * down
    # The sides in patches at which the area is that of the most patches, the tighter one without a remainder.
    across, down = isqrt(_MOST_PATCHES * width // height) or 1, isqrt(_MOST_PATCHES * height // width) or 1
    if across * height <= down * width:
        down = -(-across * height // width)
    else:
        across = -(-down * width // height)
    return min(across * down, _MOST_PATCHES)
