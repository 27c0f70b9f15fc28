"""What the ranges that a server gives stand for in the text that the client has."""

from __future__ import annotations

from tests.lsp_client import Message

__all__ = ["ENCODINGS", "covered", "holds", "width"]

_CODECS: dict[str, tuple[str, int]] = {
    "utf-8": ("utf-8", 1),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}
ENCODINGS = tuple(_CODECS)


def width(text: str, encoding: str) -> int:
    """How many units of an encoding a text takes."""
    codec, size = _CODECS[encoding]
    return len(text.encode(codec, "surrogatepass")) // size


def covered(text: str, range_: Message, encoding: str) -> str:
    """The text under a range of one line. Fails for a range that leaves its line or cuts a character."""
    start, end = range_["start"], range_["end"]
    assert start["line"] == end["line"]
    codec, size = _CODECS[encoding]
    line: bytes = text.split("\n")[start["line"]].removesuffix("\r").encode(codec, "surrogatepass")
    assert 0 <= start["character"] <= end["character"] <= len(line) // size
    return line[start["character"] * size : end["character"] * size].decode(codec, "surrogatepass")


def holds(outer: Message, inner: Message) -> bool:
    """Whether a range lies within another."""
    return _key(outer["start"]) <= _key(inner["start"]) and _key(inner["end"]) <= _key(outer["end"])


def _key(position: Message) -> tuple[int, int]:
    return position["line"], position["character"]
