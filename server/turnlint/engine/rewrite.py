"""Writing a file anew as a whole, in the ways that `model.Rewrite` names. Pure: bytes in, bytes out."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from itertools import chain

from turnlint.model import Rewrite
from turnlint.text.decode import decode
from turnlint.text.rows import BOM, HEAD_BYTES, RowReader, wide_encoding
from turnlint.text.values import Value, on_one_row, values

__all__ = ["rewritten"]


def rewritten(chunks: Iterable[bytes], way: Rewrite) -> Iterator[bytes]:
    """Give the file that `chunks` make, written anew in one of the ways; memory stays flat.

    Raises ValueError, in words for the user, where that would change what it says, maybe only at its end.
    """
    return _WAYS[way](iter(chunks))


def _without_bom(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = _head(chunks, len(BOM))
    return chain((head.removeprefix(BOM),), chunks)


def _with_bom(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = _head(chunks, len(BOM))
    return chain((head if head.startswith(BOM) else BOM + head,), chunks)


def _with_line_feeds(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = _head(chunks, HEAD_BYTES)
    bare_cr = RowReader(BytesIO(head)).marks.bare_cr
    held = b""
    for chunk in chain((head,), chunks, (b"",)):
        text = held + chunk
        held = b"\r" if chunk and text.endswith(b"\r") else b""  # the first half of a line end, maybe
        whole = text.removesuffix(held)
        if not bare_cr:
            yield whole.replace(b"\r\n", b"\n")
        elif b"\n" in (rest := whole.replace(b"\r\n", b"\r")):
            raise ValueError("its rows end with CR, and LF stands within one of them")
        else:
            yield rest.replace(b"\r", b"\n")


def _in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Only of what is JSON then: bytes of another encoding may well be letters in this one."""
    head = _head(chunks, HEAD_BYTES)
    found = wide_encoding(head)
    if found is None:
        raise ValueError("the file is in no encoding that is known for certain")
    try:
        yield from _json_alone(_decoded(chain((head,), chunks), found[0]))
    except ValueError:
        raise ValueError(f"the file is not {found[0]} throughout, or not JSON") from None


def _json_alone(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks, each once all values that end before it are known to be JSON. Raises ValueError."""
    read: list[bytes] = []
    for value in values(_noted(chunks, read)):
        _parsed(value, "a value")
        yield from read
        read.clear()
    yield from read


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text in UTF-8, without a byte order mark. Raises UnicodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    begun = False
    for chunk in chain(chunks, (b"",)):
        text = decoder.decode(chunk, final=not chunk)
        yield (text if begun else text.removeprefix("\ufeff")).encode()
        begun = begun or bool(text)


def _noted(chunks: Iterable[bytes], read: list[bytes]) -> Iterator[bytes]:
    """The same chunks, each of which is added to those that were read."""
    for chunk in chunks:
        read.append(chunk)
        yield chunk


def _in_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for number, value in enumerate(values(_without_bom(chunks)), 1):
        try:
            row = on_one_row(value.raw)
        except ValueError as error:
            raise ValueError(f"value {number:,}: {error}") from None
        _parsed(value, f"value {number:,}")  # on one row, `1` and `2` on two lines would be 12
        yield row + b"\n"


def _parsed(value: Value, name: str) -> None:
    """Raise ValueError for what is no JSON."""
    if not decode(value.raw).parsed:
        raise ValueError(f"{name} is not valid JSON")


def _head(chunks: Iterator[bytes], size: int) -> bytes:
    """The first chunks, as many as have so many bytes."""
    head = b""
    while len(head) < size and (chunk := next(chunks, b"")):
        head += chunk
    return head


_WAYS: Mapping[Rewrite, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "remove-bom": _without_bom,
    "add-bom": _with_bom,
    "line-feeds": _with_line_feeds,
    "utf-8": _in_utf8,
    "rows": _in_rows,
}
