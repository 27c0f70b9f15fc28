"""Images inside of text: data URLs, and what the first bytes of an image say, without decoding more of it."""

from __future__ import annotations

import binascii
import re

from msgspec import Struct

__all__ = ["DataUrl", "colour_mode", "data_url", "head_of", "kind_of"]

_DATA_URL = re.compile(r"data:([^;,\s]{0,100}+)((?:;[^;,\s]{1,100}+)*?);base64,", re.IGNORECASE)
_PREFIX = 400
"""A data URL begins within so many characters, or is none."""
_HEAD = 1 << 17
"""Base64 characters of an image that are looked at, which holds the colour mode of nearly every JPEG."""


class DataUrl(Struct, frozen=True):
    """A data URL taken apart, without a copy of its data."""

    url: str
    mime: str
    """Lower case."""
    mime_chars: tuple[int, int]
    """Where it stands in the URL, in code points."""
    start: int
    """Where the base64 text begins."""


def data_url(url: str) -> DataUrl | None:
    """Take a base64 data URL apart; None for any other text."""
    match = _DATA_URL.match(url, 0, _PREFIX)
    return DataUrl(url, match[1].lower(), match.span(1), match.end()) if match else None


def head_of(data: DataUrl) -> bytes:
    """The first bytes of the image; empty where they are not base64."""
    text = data.url[data.start : data.start + _HEAD]
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4], strict_mode=True)
    except ValueError:
        return b""


_MAGIC = (
    ("JPEG", b"\xff\xd8\xff"),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("GIF", b"GIF8"),
    ("BMP", b"BM"),
    ("TIFF", b"II*\x00"),
    ("TIFF", b"MM\x00*"),
    ("SVG", b"<svg"),
    ("SVG", b"<?xml"),
    ("PDF", b"%PDF-"),
    ("JPEG XL", b"\xff\x0a"),
    ("JPEG XL", b"\x00\x00\x00\x0cJXL "),
)
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF"}


def kind_of(head: bytes) -> str | None:
    """Name the format of an image by its first bytes; None where they say nothing."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    return next((kind for kind, magic in _MAGIC if head.startswith(magic)), None)


_PNG_MODES = {0: "greyscale", 3: "a palette", 4: "greyscale"}
_JPEG_MODES = {1: "greyscale", 4: "CMYK"}
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers that no length follows."""


def colour_mode(head: bytes) -> str | None:
    """Name the colours of a PNG or JPEG that are not RGB or RGBA; None where they are, or cannot be told."""
    kind = kind_of(head)
    if kind == "PNG" and head[12:16] == b"IHDR" and len(head) > 25:
        return _PNG_MODES.get(head[25])
    return _JPEG_MODES.get(_jpeg_components(head)) if kind == "JPEG" else None


def _jpeg_components(head: bytes) -> int:
    """How many colour components the frame header of a JPEG tells; 0 where it is not in the head."""
    at = 2
    while at + 10 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _JPEG_FRAMES:
            return head[at + 9]
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return 0
