"""The JSON values of a text that is no JSONL: the items of one array, or values one behind the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from turnlint.text.rows import ROW_BYTES

__all__ = ["Value", "on_one_row", "values"]

_STRING = rb'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"'
_TOKEN = re.compile(_STRING + rb'|[{}\[\],]|"|[^\s"{}\[\],]++', re.DOTALL)
_LINE_BREAK = re.compile(rb"(" + _STRING + rb")|[ \t]*+[\r\n]\s*+", re.DOTALL)


class Value(Struct, frozen=True):
    """A value as it is written."""

    offset: int
    """Where it begins, in bytes from the beginning of the text."""
    raw: bytes


def values(chunks: Iterable[bytes]) -> Iterator[Value]:
    """Yield the items of the one array that a text in UTF-8 holds, else its values. Memory stays flat.

    What is within them is not judged but for brackets. Raises ValueError, in words for the user, for a text
    of neither kind and for a value of more than 64 MiB.
    """
    text = _Text(chunks)
    count, opened, is_array = 0, -1, False
    stack: list[bytes] = []
    wanted = _VALUE
    for mark, start, end in text.tokens():
        if opened < 0:
            if mark not in wanted:
                raise ValueError(f"{_shown(mark)} behind {_behind(count)} is not expected there")
            if mark == b"[" and not count and not is_array:
                is_array, wanted = True, _VALUE | {b"]"}
                continue
            if mark in (b",", b"]"):
                wanted = _VALUE if mark == b"," else frozenset()
                continue
            opened = text.keep = start
        if mark in _CLOSING:
            stack.append(_CLOSING[mark])
        elif mark in (b"}", b"]") and (not stack or stack.pop() != mark):
            raise ValueError(f"the brackets behind {_behind(count)} do not match")
        if not stack:
            yield Value(opened, text.slice(opened, end))
            count, opened, text.keep = count + 1, -1, -1
            wanted = frozenset((b",", b"]")) if is_array else _VALUE
        elif end - opened > ROW_BYTES:
            raise ValueError(f"what follows {_behind(count)} is larger than {ROW_BYTES >> 20} MiB")
    if opened >= 0 or (is_array and wanted):
        raise ValueError(f"the text ends behind {_behind(count)}, and something is not closed")


def on_one_row(raw: bytes) -> bytes:
    """Write a value without line breaks, and as it is otherwise.

    Raises ValueError where a string holds one, which no row of JSONL can.
    """
    if b"\n" not in raw and b"\r" not in raw:
        return raw
    return _LINE_BREAK.sub(_joined, raw)


_VALUE = frozenset((b"{", b"[", b'"', b"a"))
"""How a value may begin: `a` stands for numbers and words."""
_CLOSING = {b"{": b"}", b"[": b"]"}


def _joined(match: re.Match[bytes]) -> bytes:
    if match[1] is None:
        return b" " if match.string[match.start() - 1 : match.start()] in (b",", b":") else b""
    if b"\n" in match[1] or b"\r" in match[1]:
        raise ValueError("a string holds a line break, which JSON writes as \\n")
    return match[1]


def _behind(count: int) -> str:
    return f"value {count:,}" if count else "the beginning"


def _shown(mark: bytes) -> str:
    return "a number or word" if mark == b"a" else f"`{mark.decode()}`"


class _Text:
    """A text that is read as its tokens are asked for; what is kept can be cut out."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.keep = -1
        """From this byte on, the text is kept; -1 for what was not given as a token yet."""
        self._chunks = iter(chunks)
        self._held = b""
        self._base = 0

    def tokens(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield the kind of each token, its first byte or `a`, with its first byte and that behind it."""
        at, complete = 0, False
        while not complete:
            chunk = next(self._chunks, None)
            complete = chunk is None
            kept = at if self.keep < 0 else self.keep - self._base
            self._held, self._base, at = self._held[kept:] + (chunk or b""), self._base + kept, at - kept
            for match in _TOKEN.finditer(self._held, at):
                mark = match[0][:1]
                if not complete and (match[0] == b'"' or match.end() == len(self._held)):
                    break  # it may go on in the next chunk
                if match[0] == b'"':
                    raise ValueError("a string is not closed")
                at = match.end()
                yield mark if mark in b'{}[],"' else b"a", self._base + match.start(), self._base + at

    def slice(self, start: int, end: int) -> bytes:
        return self._held[start - self._base : end - self._base]
