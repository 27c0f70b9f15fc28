"""Images inside of text: data URLs, and what the first bytes of an image say, without decoding more of it."""

from __future__ import annotations

import binascii
import re
from struct import error as struct_error
from struct import unpack_from

from msgspec import Struct

__all__ = ["DataUrl", "colour_mode", "data_url", "head_of", "kind_of", "size_of"]

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


def head_of(data: DataUrl, characters: int = _HEAD) -> bytes:
    """The first bytes of the image, of so many base64 characters; empty where they are not base64."""
    text = data.url[data.start : data.start + characters]
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
    frame = _jpeg_frame(head) if kind == "JPEG" else b""
    return _JPEG_MODES.get(frame[9]) if frame else None


_STEPS = (1 << 7, 1 << 12, _HEAD, 1 << 22)
"""So many base64 characters are decoded in search of a size, which nearly always stands in the first ones."""


def size_of(data: DataUrl) -> tuple[int, int] | None:
    """The width and height of a PNG, JPEG, WEBP or GIF in pixels; None where its first bytes do not tell."""
    for characters in _STEPS:
        head = head_of(data, characters)
        read = _SIZES.get(kind_of(head) or "")
        if read is None:
            return None
        try:
            width, height = read(head)
        except struct_error:  # it stands further on
            continue
        return (width, height) if width and height else None
    return None


def _png_size(head: bytes) -> tuple[int, ...]:
    return unpack_from(">II", head, 16)


def _jpeg_size(head: bytes) -> tuple[int, ...]:
    return unpack_from(">HH", _jpeg_frame(head), 5)[::-1]


def _gif_size(head: bytes) -> tuple[int, ...]:
    return unpack_from("<HH", head, 6)


def _webp_size(head: bytes) -> tuple[int, ...]:
    """As the first chunk has it, which is lossy, lossless, or that of the extended format."""
    match head[12:16]:
        case b"VP8 ":
            return tuple(side & 0x3FFF for side in unpack_from("<HH", head, 26))
        case b"VP8L":
            (bits,) = unpack_from("<I", head, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return tuple((unpack_from("<I", head, at)[0] >> 8) + 1 for at in (23, 26))
    return 0, 0


_SIZES = {"PNG": _png_size, "JPEG": _jpeg_size, "GIF": _gif_size, "WEBP": _webp_size}


def _jpeg_frame(head: bytes) -> bytes:
    """The frame header of a JPEG with its marker; empty where it is not in the head."""
    at = 2
    while at + 10 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _JPEG_FRAMES:
            return head[at : at + 10]
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return b""
