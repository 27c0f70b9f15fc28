r"""JSON in which something is left to fill in, written as plain text or as a snippet.

Snippets are those of LSP: `$1` is to be filled in, `${1|a,b|}` is a choice, `$0` is where the cursor stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

__all__ = ["Gap", "Nested", "Sketch", "escaped", "plain", "sketch", "sketch_members", "snippet", "unclosed"]

Sketch: TypeAlias = "tuple[str | tuple[str, ...], ...]"
"""Stretches of text, and between them, as tuples, what may be filled in; the first is as good as any."""


class Gap(Struct, frozen=True):
    """A value to fill in: one of some strings, numbers, booleans or null."""

    options: tuple[Any, ...] = ("",)


class Nested(Struct, frozen=True):
    """A string that holds a value as JSON text."""

    value: Any


def sketch(value: Any) -> Sketch:
    """Write a JSON value that may have gaps in it; an empty object or array is to be filled in too."""
    return tuple(_write(value))


def sketch_members(value: Mapping[str, Any]) -> Sketch:
    """Write the members of an object without its braces."""
    return tuple(_members(value))


def unclosed(text: str) -> Sketch:
    """Write a string without its closing quote."""
    return (_dump(text)[:-1],)


def escaped(written: Sketch) -> Sketch:
    """Write a sketch so that it can stand inside of a JSON string."""
    return _each(lambda text: _dump(text)[1:-1], written)


def plain(written: Sketch) -> str:
    """The text with each gap filled in."""
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in written)


def snippet(written: Sketch) -> str:
    """The text as a snippet."""
    count = 0
    parts = []
    for piece in written:
        if isinstance(piece, str):
            parts.append(_literal(piece))
        else:
            count += 1
            parts.append(_stop(count, piece))
    return "".join(parts) + "$0" * bool(count)


def _write(value: Any) -> Iterator[str | tuple[str, ...]]:
    if isinstance(value, Gap):
        yield from _gap(value.options)
    elif isinstance(value, Nested):
        yield from ('"', *escaped(sketch(value.value)), '"')
    elif isinstance(value, dict):
        yield from ("{", *(_members(value) if value else [("",)]), "}")
    elif isinstance(value, list):
        yield from ("[", *(_items(value) if value else [("",)]), "]")
    else:
        yield _dump(value)


def _members(value: Mapping[str, Any]) -> Iterator[str | tuple[str, ...]]:
    for at, (key, inner) in enumerate(value.items()):
        yield f"{', ' * bool(at)}{_dump(key)}: "
        yield from _write(inner)


def _items(value: list[Any]) -> Iterator[str | tuple[str, ...]]:
    for at, inner in enumerate(value):
        yield ", " * bool(at)
        yield from _write(inner)


def _gap(options: tuple[Any, ...]) -> Iterator[str | tuple[str, ...]]:
    """Strings leave their quotes outside, so that anything can be typed over them."""
    written = tuple(map(_dump, options))
    if all(isinstance(one, str) for one in options):
        yield from ('"', tuple(one[1:-1] for one in written), '"')
    else:
        yield written


def _dump(value: Any) -> str:
    """Write a scalar; what would not show is escaped."""
    ascii_only = isinstance(value, str) and not value.isprintable()
    return json.dumps(value, ensure_ascii=ascii_only)


def _each(change: Callable[[str], str], written: Sketch) -> Sketch:
    return tuple(change(one) if isinstance(one, str) else tuple(map(change, one)) for one in written)


_SPECIAL = re.compile(r"[\\$}]")
_CHOICE = re.compile(r"[\w .:/@+-]+")
"""What editors read alike in a choice: they do not agree on what else a backslash escapes there."""


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _stop(number: int, options: tuple[str, ...]) -> str:
    if len(options) > 1 and all(map(_CHOICE.fullmatch, options)):
        return f"${{{number}|{','.join(options)}|}}"
    return f"${{{number}:{_literal(options[0])}}}" if options[0] else f"${number}"
