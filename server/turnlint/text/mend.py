"""Writing what is nearly JSON as JSON: objects as Python and JavaScript write them, raw control characters.

Edits of a text come from left to right and apart from each other, and leave all else as it is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from turnlint.model import Mend, Span
from turnlint.text.decode import BAD_BYTE, decode, parse
from turnlint.text.scan import BLANK, NUMBER, STRING, carried_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["WORDS", "is_json", "is_mendable", "literal", "mended", "to_json"]

WORDS = {
    **dict.fromkeys(("True", "TRUE"), "true"),
    **dict.fromkeys(("False", "FALSE"), "false"),
    **dict.fromkeys(("None", "Null", "NULL", "nil", "NIL", "undefined", "NA", "N/A"), "null"),
    **dict.fromkeys(
        ("nan", "Nan", "NAN", "inf", "Inf", "-inf", "-Inf", "infinity", "-infinity", "+Infinity"), "null"
    ),
}
"""Bare words of other languages, and what to write for them."""

_ENDS = rf"(?={BLANK}(?:[,:\]}}]|\Z))"
_PIECE = re.compile(
    rf"(?P<string>{STRING})"
    rf"|[uU]?'(?P<single>[^'\\]*+(?>(?:\\.[^'\\]*+)*))'{_ENDS}"
    rf'|“(?P<curly>[^“”"]*+)”{_ENDS}'
    rf"|(?P<comma>,)(?={BLANK}[\]}}])"
    rf"|(?P<key>[A-Za-z_$][\w$]*+)(?={BLANK}:)"
    r"|(?P<word>[\w.+$-]++)"
    r"|(?P<comment>/\*[^*]*+(?>(?:\*(?!/)[^*]*+)*)\*/)"
    r"|(?P<unseen>[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]++)"
    r"""|(?P<open>(?:["'“]|/\*).*+)""",
    re.DOTALL,
)
"""What may have to be written otherwise; a string or comment that is not closed goes on to the end."""
_APART = frozenset(("", *"{}[],:\"' \t\r\n"))
"""What keeps two values apart; nothing is the beginning or the end of the row."""
_STRING = re.compile(STRING, re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_ESCAPE = re.compile(
    r"\\(?:(?P<sound>[\"\\/bfnrtu])|(?:x|U(?=00(?:0[0-9a-fA-F]|10)))(?P<code>(?<=x)[0-9a-fA-F]{2}|[0-9a-fA-F]{8})"
    r'|(?P<other>.))|(?P<quote>")',
    re.DOTALL,
)
_NUMBER = re.compile(
    r"(?=[-+]*+\.?[0-9])\+?(-?)([0-9]*+(?>(?:_[0-9]++)*))(\.?)([0-9]*+)((?:[eE][-+]?[0-9]++)?)"
)
_IS_NUMBER = re.compile(NUMBER).fullmatch


def mended(text: str, way: Mend) -> list[tuple[Span, str]]:
    """What to write otherwise in a row so that more of it is JSON; empty where that is nothing.

    `controls` escapes control characters in strings. `json` writes as JSON what is told of by `is_mendable`,
    up to the first fault of another kind. `windows-1252` takes bytes that are not UTF-8 for that.
    """
    return _WAYS[way](text)


def to_json(text: str) -> str | None:
    """The text as JSON that every parser reads, where these two ways are enough for that; else None."""
    found = carried_out(text, _literals(text))
    found = carried_out(found, _controls(found))
    try:
        return found if found != text and not decode(found.encode()).faults else None
    except UnicodeEncodeError:  # half a character
        return None


def is_mendable(text: str, at: int) -> bool:
    """Whether what begins at a column, where no string goes on, is written in another way than JSON's.

    Strings in single or typographic quotes, bare keys, words such as True, numbers such as .5, a comma before
    a closing bracket, comments, white space that is not ASCII.
    """
    piece = _PIECE.match(text, at)
    return piece is not None and _written(piece) != piece[0]


def literal(word: str) -> str | None:
    """What JSON writes for a bare word or number of another language; None where that is nothing."""
    number = _NUMBER.fullmatch(word)
    if number is None:
        return WORDS.get(word)
    sign, whole, point, part, exponent = number.groups()
    decimals = f".{part or 0}" if point else ""
    found = f"{sign}{whole.replace('_', '') or 0}{decimals}{exponent}"
    return found if _IS_NUMBER(found) else None


def _up_to_a_fault(text: str) -> list[tuple[Span, str]]:
    """The edits of kind `json` before the first fault that remains: behind it nothing is certain."""
    from turnlint.text.diagnose import read_to  # which asks here what can be mended

    edits = list(_literals(text))
    whole = carried_out(text, edits)
    if is_json(whole):
        return edits
    end, shift, kept = read_to(whole), 0, []
    for span, content in edits:
        shift += len(content) - (span.end - span.start)
        if span.end + shift > end:
            break
        kept.append((span, content))
    return kept


def _literals(text: str) -> Iterator[tuple[Span, str]]:
    for piece in _PIECE.finditer(text):
        written = _written(piece)
        if written != piece[0]:
            yield Span(*piece.span()), written


def _written(piece: re.Match[str]) -> str:
    """A piece as JSON."""
    kind, found = piece.lastgroup or "", piece[0]
    if kind in ("string", "single", "curly", "key"):
        body = found[1:-1] if kind == "string" else piece[kind]
        return f'"{_ESCAPE.sub(_escape, body)}"'
    if kind == "word":
        return literal(found) or found
    return found if kind == "open" else _gap(piece) if kind in ("comment", "unseen") else ""


def _gap(piece: re.Match[str]) -> str:
    """What is left of a piece that goes: a blank where `1` and `2` around it would become 12."""
    start, end = piece.span()
    around = piece.string[max(start - 1, 0) : start], piece.string[end : end + 1]
    return "" if any(one in _APART for one in around) else " "


def _escape(found: re.Match[str]) -> str:
    """An escape, or a quote that needs one, as JSON has it."""
    if found["quote"]:
        return '\\"'
    if found["code"]:
        return json.dumps(chr(int(found["code"], 16)))[1:-1]
    other = found["other"]
    return found[0] if other is None else other if other == "'" else f"\\\\{other}"


def _controls(text: str) -> list[tuple[Span, str]]:
    return [
        (Span(*control.span()), json.dumps(control[0])[1:-1])
        for string in _STRING.finditer(text)
        for control in _CONTROL.finditer(text, *string.span())
    ]


def is_json(text: str) -> bool:
    """Whether lenient parsers read a text."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _from_windows(text: str) -> list[tuple[Span, str]]:
    return [
        (Span(*byte.span()), byte[0].encode("utf-8", "surrogateescape").decode("cp1252"))
        for byte in BAD_BYTE.finditer(text)
    ]


_WAYS: Mapping[Mend, Callable[[str], list[tuple[Span, str]]]] = {
    "controls": _controls,
    "json": _up_to_a_fault,
    "windows-1252": _from_windows,
}
