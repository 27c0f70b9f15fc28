"""Why a row is not JSON: the one best place, and words that say what to write instead.

A strict reader runs to the first token that JSON does not allow there. What it expected at that point chooses
the explainers, which look at the neighbouring tokens for the mistake that people and programs really make.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from turnlint.model import Edit, Fix, JsonFault, Place, Span
from turnlint.text.mend import WORDS, is_json, is_mendable
from turnlint.text.scan import BLANK, NUMBER, STRING, carried_out, tokens, unescape

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["diagnose", "read_to"]

_SCALAR = rf"(?:{NUMBER}|true|false|null|NaN|-?Infinity)(?![\w.+$-])"
_MEMBER = rf"{BLANK}{STRING}{BLANK}:{BLANK}(?:{STRING}|{_SCALAR}){BLANK}"
_FLAT = rf"\{{{_MEMBER}(?>(?:,{_MEMBER})*)\}}"
_TOKEN = re.compile(rf"{BLANK}(?:({STRING})|({_SCALAR})|([{{\[])|([}}\]])|(,)|(:))", re.DOTALL).match
_IS_VALUE = re.compile(_SCALAR).fullmatch
_BLANK_RUN = re.compile(BLANK).match


class _Expect(Enum):
    """What the reader waits for."""

    VALUE = auto()
    FIRST_ITEM = auto()
    ITEM = auto()
    FIRST_KEY = auto()
    KEY = auto()
    COLON = auto()
    COMMA = auto()
    END = auto()


_E = _Expect
_TEXT, _PLAIN, _OPEN, _CLOSE, _COMMA, _COLON = range(1, 7)
_ALLOWED = {
    _E.VALUE: frozenset({_TEXT, _PLAIN, _OPEN}),
    _E.FIRST_ITEM: frozenset({_TEXT, _PLAIN, _OPEN, _CLOSE}),
    _E.ITEM: frozenset({_TEXT, _PLAIN, _OPEN}),
    _E.FIRST_KEY: frozenset({_TEXT, _CLOSE}),
    _E.KEY: frozenset({_TEXT}),
    _E.COLON: frozenset({_COLON}),
    _E.COMMA: frozenset({_CLOSE, _COMMA}),
    _E.END: frozenset[int](),
}
# Whole simple items or members up to a comma that something follows: leaps that keep the reader fast.
_ITEMS = re.compile(
    rf"(?>(?:{BLANK}(?:{_FLAT}|{STRING}|{_SCALAR}){BLANK},(?={BLANK}[^ \t\r\n,\]}}]))*)", re.DOTALL
).match
_MEMBERS = re.compile(rf'(?>(?:{_MEMBER},(?={BLANK}"))*)', re.DOTALL).match
_LEAPS = {
    _E.FIRST_ITEM: (_ITEMS, _E.ITEM),
    _E.ITEM: (_ITEMS, _E.ITEM),
    _E.FIRST_KEY: (_MEMBERS, _E.KEY),
    _E.KEY: (_MEMBERS, _E.KEY),
}
_CLOSER = {"{": "}", "[": "]"}


def diagnose(text: str) -> JsonFault:
    """Say what is wrong with a text that is not JSON: one fault of kind `invalid-json`, placed by columns.

    Raw control characters inside strings, NaN, Infinity and lone surrogates are let pass: they have their own
    kinds. Text in which nothing else is wrong gets a fault at its first character.
    """
    trouble = _read(text)
    return _bad_escape(trouble) or _explain(trouble)


def read_to(text: str) -> int:
    """The first column at which a strict reader stops, for whom all escapes are right."""
    return _read(text).at


@dataclass(frozen=True)
class _Trouble:
    """Where reading stopped, and what led there."""

    text: str
    expect: _Expect
    at: int
    """The first character that does not fit; the length of the text at its end."""
    stack: list[int]
    """The columns of the brackets that are open."""
    previous: tuple[int, int, int]
    """Kind, start and end of the token before."""

    @property
    def mark(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def before(self) -> str:
        """The last character that is not white space before the trouble."""
        return self.text[self.last : self.last + 1]

    @cached_property
    def last(self) -> int:
        return _last(self.text, self.at)

    @property
    def opener(self) -> str:
        """The innermost open bracket; empty at the top."""
        return self.text[self.stack[-1]] if self.stack else ""

    @cached_property
    def token(self) -> tuple[str, int]:
        """Kind and end of the token that does not fit."""
        kind, _, end = next(tokens(self.text, self.at))
        return kind, end

    @property
    def word(self) -> str:
        return self.text[self.at : self.token[1]]

    @property
    def after(self) -> str:
        """The first character that is not white space after that token."""
        return self.peek(self.token[1])

    @property
    def gap(self) -> bool:
        """White space stands before the trouble."""
        return self.last + 1 < self.at

    @property
    def body(self) -> str:
        """The inside of the string before."""
        return self.text[self.previous[1] + 1 : self.previous[2] - 1]

    def peek(self, at: int) -> str:
        at = _blank_end(self.text, at)
        return self.text[at : at + 1]

    def follows(self, pattern: str) -> bool:
        return re.compile(pattern).match(self.text, self.at) is not None


def _read(text: str) -> _Trouble:
    """Read as strictly as JSON asks, up to the first token that does not fit."""
    expect = _E.VALUE
    stack: list[int] = []
    previous = (0, 0, 0)
    at = 0
    while True:
        leap = _LEAPS.get(expect)
        if leap is not None:
            landed = leap[0](text, at).end()  # type: ignore[union-attr]
            if landed > at:
                at, expect = landed, leap[1]
        match = _TOKEN(text, at)
        if match is None:
            break
        kind = match.lastindex or 0
        if kind not in _ALLOWED[expect]:
            break
        start, end = match.span(kind)
        if kind == _OPEN:
            stack.append(start)
            expect = _E.FIRST_KEY if text[start] == "{" else _E.FIRST_ITEM
        elif kind == _COMMA:
            expect = _E.KEY if text[stack[-1]] == "{" else _E.ITEM
        elif kind == _COLON:
            expect = _E.VALUE
        elif kind == _TEXT and expect in (_E.FIRST_KEY, _E.KEY):
            expect = _E.COLON
        else:
            if kind == _CLOSE:
                if _CLOSER[text[stack[-1]]] != text[start]:
                    break
                stack.pop()
            expect = _E.COMMA if stack else _E.END
        previous = (kind, start, end)
        at = end
    return _Trouble(text, expect, _blank_end(text, at), stack, previous)


def _explain(trouble: _Trouble) -> JsonFault:
    explainers = _EXPLAINERS[trouble.expect] if trouble.mark else (_cut_off,)
    for explainer in explainers:
        fault = explainer(trouble)
        if fault is not None:
            return fault
    shown = f"U+{ord(trouble.mark):04X}" if not trouble.mark.isprintable() else trouble.mark
    return _fault(trouble.at, trouble.at + 1, f"{shown} stands where {_WANTED[trouble.expect]} is expected.")


def _cut_off(trouble: _Trouble) -> JsonFault | None:
    if not trouble.stack:
        if trouble.expect is _E.END:
            return _fault(0, min(1, len(trouble.text)), "Parsers refuse this row.")
        return _fault(0, len(trouble.text), "The row is empty. Write one JSON object, or remove the line.")
    missing = "".join(_CLOSER[trouble.text[column]] for column in reversed(trouble.stack[-8:]))
    count = len(trouble.stack)
    brackets = f"{missing} is missing" if count == 1 else f"{count} closing brackets are missing"
    hint = f" ({missing})" if 1 < count <= 8 else ""
    value = " A value is missing too." if trouble.expect is _E.VALUE else ""
    # What ends in a bracket and lacks only the last one is whole; anything else was cut off.
    whole = count == 1 and trouble.previous[0] == _CLOSE
    fix = _write(f"Write {missing}", (trouble.last + 1, trouble.last + 1, missing)) if whole else None
    words = f"The row breaks off here: {brackets} at its end{hint}.{value}"
    return _fault(trouble.last, trouble.last + 1, words, fix)


def _open_string(trouble: _Trouble) -> JsonFault | None:
    """A string that the row ends in."""
    if trouble.token[0] != "open":
        return None
    if re.search(r'\\"[\]} \t\r\n]+\Z', trouble.text[-64:]):
        why = 'The row ends inside this string: its closing quote is written \\", write ".'
    else:
        why = "The row ends inside this string: the row is cut off, or the closing quote is missing."
    return _fault(trouble.at, trouble.at + 1, why)


_SOUND = re.compile(r'[^\\]*+(?>(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^\\]*+)*)').match
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{0,3}|.)", re.DOTALL).match


def _bad_escape(trouble: _Trouble) -> JsonFault | None:
    """An escape that JSON does not know, in one of the strings that were read."""
    text = trouble.text
    start = _SOUND(text).end()  # type: ignore[union-attr]
    if start >= trouble.at:
        return None
    escape = _ESCAPE(text, start).group()  # type: ignore[union-attr]
    if escape == r"\'":
        advice = "a single quote is written without a backslash"
    elif escape[1] == "x":
        advice = (
            f"write \\u00{escape[2:]}" if len(escape) == 4 else r"a character by its number is written \u0000"
        )
    elif escape[1] == "u":
        advice = "four hexadecimal digits follow \\u"
    else:
        advice = "a backslash itself is written \\\\"
    shown = escape if escape.isprintable() else "A backslash before a control character"
    fix = _AS_JSON if escape[1] != "u" else None
    return _fault(start, start + len(escape), f"{shown} is no escape of JSON: {advice}.", fix)


_REPR = "This is the text of a Python object, not JSON. Write rows with json.dumps."
_SINGLE = re.compile(r"'[^'\\]*+(?>(?:\\.[^'\\]*+)*)'", re.DOTALL)
_QUOTES = "“”„‟‘’‚‛«»‹›「」＂＇`´"


def _misquoted(trouble: _Trouble) -> JsonFault | None:
    """Quotes that are not JSON's: of Python, of typesetters, of escaped text."""
    text, at, mark = trouble.text, trouble.at, trouble.mark
    if mark == "'":
        single = _SINGLE.match(text, at)
        words = f"Single quotes do not delimit strings in JSON. {_REPR}"
        return _fault(at, single.end() if single else at + 1, words, _as_json(trouble))
    prefixed = re.compile(r"""(?:[bB][rR]?|[rR][bB]?|[uUfF])(?=['"])""").match(text, at)
    if prefixed:
        start = prefixed.end()
        string = next(tokens(text, start))
        single = _SINGLE.match(text, start)
        what = "bytes, decode them first" if "b" in prefixed.group().lower() else "a string"
        end = single.end() if single else string[2]
        words = f"This is how Python shows {what}. Write rows with json.dumps."
        return _fault(at, end, words, _as_json(trouble))
    if mark in _QUOTES:
        words = f'{mark} does not delimit strings in JSON. Use the plain quote ".'
        return _fault(at, at + 1, words, _as_json(trouble))
    if text.startswith('\\"', at):
        return _fault(
            at,
            at + 2,
            'The quotes of this row are escaped (\\"): it is JSON text inside text. Decode it once.',
            _if_whole("Decode it once", trouble, (0, len(text), unescape(text))),
        )
    return None


def _comment(trouble: _Trouble) -> JsonFault | None:
    text, at = trouble.text, trouble.at
    if not (trouble.mark == "#" or text.startswith(("//", "/*"), at)):
        return None
    if trouble.previous[0] == _TEXT and trouble.expect is _E.COMMA and not trouble.gap:
        return None
    close = text.find("*/", at + 2) if text.startswith("/*", at) else -1
    end = close + 2 if close >= 0 else len(text.rstrip(" \t\r\n"))
    is_last = trouble.expect is _E.END
    fix = _write("Remove the comment", (at, end, "")) if is_last else _as_json(trouble)
    return _fault(at, end, "JSON has no comments. Remove it.", fix)


def _stray(trouble: _Trouble) -> JsonFault | None:
    """Characters that cannot be seen, and bytes that are no characters."""
    at, code = trouble.at, ord(trouble.mark)
    if code == 0xFEFF:
        why = "A byte order mark (U+FEFF) stands here, as where files were joined. Remove it."
    elif 0xDC80 <= code <= 0xDCFF:
        why = f"The byte 0x{code - 0xDC00:02X} stands outside of strings, where JSON is plain ASCII."
    elif code == 0:
        why = "A NUL character (U+0000) stands outside of strings; if the file is UTF-16, save it as UTF-8."
    elif not trouble.mark.isprintable():
        why = f"An invisible character (U+{code:04X}) stands outside of strings. Use a plain space."
    else:
        return None
    return _fault(at, at + 1, why, _as_json(trouble))


def _doubled_brace(trouble: _Trouble) -> JsonFault | None:
    at = trouble.at
    if trouble.mark != "{" or trouble.previous[1:] != (at - 1, at):
        return None
    return _fault(
        at, at + 1, "The brace is doubled, as in an unfilled template. Write a single { and a single }."
    )


def _missing_value(trouble: _Trouble) -> JsonFault | None:
    """A comma, colon or closing bracket where a value or key is due."""
    at, mark, last = trouble.at, trouble.mark, trouble.last
    if mark not in ",:]}":
        return None
    if not trouble.stack:
        return _fault(at, at + 1, f"The row begins with {mark}. Write one JSON object in braces.")
    if mark in "]}" and trouble.before == ",":
        if mark == _CLOSER[trouble.opener]:
            words = f"JSON allows no comma before {mark}. Remove the comma."
            return _fault(last, last + 1, words, _AS_JSON)
        return _mismatch(trouble)
    if mark == ":":
        return _fault(at, at + 1, "A colon stands where " + _WANTED[trouble.expect] + " is expected.")
    if trouble.expect is _E.VALUE:
        return _fault(last, last + 1, "The value after this colon is missing. Write one, null perhaps.")
    if mark == ",":
        # In an array it may well stand for a value.
        fix = _write("Remove the comma", (at, at + 1, "")) if trouble.opener == "{" else None
        words = "Nothing stands before this comma. Remove it, or write what is missing."
        return _fault(at, at + 1, words, fix)
    return _mismatch(trouble)


def _mismatch(trouble: _Trouble) -> JsonFault | None:
    """A closing bracket of the wrong kind."""
    at, mark = trouble.at, trouble.mark
    if mark not in "]}":
        return None
    container = "object" if trouble.opener == "{" else "array"
    needed = _CLOSER[trouble.opener]
    begun = trouble.stack[-1] + 1
    return _fault(
        at,
        at + 1,
        f"{mark} stands here while the {container} begun at column {begun} is open: {needed} is missing.",
        _if_whole(f"Write {needed}", trouble, (at, at, needed)),
    )


_OWNERS = {
    **dict.fromkeys(("True", "False", "None"), "Python, not JSON"),
    "undefined": "JavaScript, not JSON",
}
_NUMBERS = [
    (re.compile(r"[-+]?0[xXoObB][0-9a-fA-F]+\Z"), "JSON has decimal numbers only."),
    (re.compile(r"-?0[0-9]"), "A number has no leading zero. Remove it, or write a string."),
    (re.compile(r"\+[0-9.]"), "A number has no plus sign. Remove it."),
    (re.compile(r"-?\.[0-9]"), "A number needs a digit before its point: write 0.5 for .5."),
    (
        re.compile(r"-?[0-9]+\.(?![0-9])(?:[eE].*)?\Z"),
        "A number needs a digit after its point: write 1.0 for 1.",
    ),
    (re.compile(r"-?[0-9]+(?:_[0-9]+)+\Z"), "A number has no underscores. Remove them."),
    (re.compile(r"-?[0-9.]+[eE][-+]?\Z"), "The exponent of this number is missing."),
    (re.compile(r"-\Z"), "A minus sign without a number."),
]
_LITERALS = ("true", "false", "null", "NaN", "-Infinity", "Infinity")


def _word(trouble: _Trouble) -> JsonFault | None:
    """A bare word or number where a value is due."""
    text, at = trouble.text, trouble.at
    kind, end = trouble.token
    if kind != "atom":
        return None
    word = trouble.word
    if not trouble.after and trouble.stack and _is_begun(word):
        return _fault(end - 1, end, "The row breaks off here, in the middle of a value.")
    if word in WORDS:
        words = f"{word} is {_OWNERS.get(word, 'not JSON')}; write {WORDS[word]}."
        return _fault(at, end, words, _as_json(trouble))
    if set(word) == {"."}:
        return _fault(at, end, f"{word} stands for something left out. Write it, or remove the row.")
    number = next((detail for pattern, detail in _NUMBERS if pattern.match(word)), None)
    if number is not None:
        return _fault(at, end, number, _as_json(trouble))
    if not trouble.stack:
        return _not_json(trouble)
    if (
        trouble.expect is _E.ITEM
        and trouble.follows(r'[^,:\[\]{}"]*"')
        and (quote := _quote_before_comma(trouble))
    ):
        return quote
    if text.startswith('"', end):
        return _fault(at, end, f"The opening quote before {_cut(word)} is missing.")
    return _fault(at, end, f"{_cut(word)} is not a JSON value. Text needs double quotes around it.")


def _is_begun(word: str) -> bool:
    """The row may have been cut inside this value."""
    return any(literal.startswith(word) for literal in _LITERALS) or bool(
        re.fullmatch(rf"-|{NUMBER}(?:\.|[eE][-+]?)", word)
    )


def _not_json(trouble: _Trouble) -> JsonFault:
    at, end = trouble.at, trouble.token[1]
    if trouble.word in ("data", "event") and trouble.after == ":":
        row = _blank_end(trouble.text, _blank_end(trouble.text, end) + 1)
        words = f"The row begins with {trouble.word}:, as a stream of server events does. Keep the JSON."
        return _fault(at, end + 1, words, _if_whole("Keep the JSON", trouble, (0, row, "")))
    return _fault(at, end, "The row does not begin like JSON. A row is one object in braces { }.")


def _bad_key(trouble: _Trouble) -> JsonFault | None:
    """Something else than a string where a key is due."""
    text, at, mark = trouble.text, trouble.at, trouble.mark
    kind, end = trouble.token
    if kind == "atom" and trouble.after == ":":
        words = f'Keys are strings in JSON: write "{_cut(trouble.word)}" with double quotes.'
        return _fault(at, end, words, _as_json(trouble))
    if kind == "atom" and text.startswith('"', end) and trouble.peek(end + 1) == ":":
        return _fault(at, end, f"The opening quote of the key {_cut(trouble.word)} is missing.")
    if kind == "atom" and set(trouble.word) == {"."}:
        return _word(trouble)
    if mark in "{[":
        return _fault(
            at, at + 1, f'{mark} stands where a key is expected. Write "key": before it, or close the object.'
        )
    return _quote_before_comma(trouble)


def _quote_before_comma(trouble: _Trouble) -> JsonFault | None:
    """`"He said "go", and went"`: the text goes on after what looked like the end of a string and a comma."""
    if trouble.before != ",":
        return None
    quote = _last(trouble.text, trouble.last)
    return _inner(quote) if quote >= 0 and trouble.text[quote] == '"' else None


def _colon(trouble: _Trouble) -> JsonFault | None:
    """What follows a key instead of its colon."""
    at, mark = trouble.at, trouble.mark
    _, start, end = trouble.previous
    kind = trouble.token[0]
    if trouble.body.rstrip().endswith(":") and kind == "atom":
        return _fault(start, start + 1, "The closing quote of the key that begins here is missing.")
    if mark in ",}":
        return _fault(start, end, "This key has no value. Write a colon and a value after it.")
    if mark == "=":
        sign = 2 if trouble.text.startswith("=>", at) else 1
        words = "A colon separates key and value in JSON. Write : here."
        return _fault(at, at + sign, words, _write("Write a colon", (at, at + sign, ":")))
    if mark == "]":
        return _mismatch(trouble)
    if kind in ("string", "open", "{", "[") or (kind == "atom" and _is_word(trouble.word)):
        fix = _write("Write a colon", (end, end, ":")) if kind != "open" else None
        return _fault(start, end, "The colon after this key is missing.", fix)
    return _inner(end - 1)


def _after_string(trouble: _Trouble) -> JsonFault | None:
    """What follows a string value: a missing comma, or the text that an unescaped quote cut off."""
    if trouble.previous[0] != _TEXT or _starts_value(trouble):
        return None
    at, body = trouble.at, trouble.body
    if trouble.mark in "]}" and trouble.peek(at + 1) in ("", ",", "]", "}"):
        return None
    if trouble.mark == ":":
        return None
    if body.rstrip().endswith(",") and trouble.follows(r'[\w$-]++"[ \t]*+:'):
        start = trouble.previous[1]
        return _fault(start, start + 1, "The closing quote of the string that begins here is missing.")
    if trouble.token[0] == "string" and not trouble.gap:
        why = 'These quotes stand inside a string. Write each as \\"; CSV doubles them, JSON does not.'
        return _fault(at - 1, at + 1, why)
    if body.strip() in ("{", "[", "[{"):
        return _fault(at - 1, at, 'JSON text inside a string: write each of its quotes as \\".')
    return _inner(trouble.last)


def _starts_value(trouble: _Trouble) -> bool:
    """What does not fit begins the next item or member, so that only a comma is missing."""
    kind, end = trouble.token
    ended = trouble.after in (",", _CLOSER[trouble.opener])
    if trouble.opener == "{":
        return trouble.after == ":" and (kind == "string" or (kind == "atom" and trouble.gap))
    if kind in "{[":
        return trouble.peek(end) in (('"', "}") if kind == "{" else ('"', "{", "[", "]"))
    return ended and (kind == "string" or (kind == "atom" and _is_word(trouble.word)))


def _missing_comma(trouble: _Trouble) -> JsonFault | None:
    at, mark = trouble.at, trouble.mark
    _, end = trouble.token
    if mark == ":":
        if trouble.opener == "[":
            return _fault(at, at + 1, "A key with a value stands in an array. Put braces { } around it.")
        return _fault(at, at + 1, "A second colon follows this value. Write a comma, or quote the text.")
    if mark == ";":
        words = "Commas separate values in JSON. Write , here."
        return _fault(at, at + 1, words, _write("Write a comma", (at, at + 1, ",")))
    starts = _starts_value(trouble)
    if starts or mark in '{["':
        behind = trouble.last + 1
        fix = _write("Write a comma", (behind, behind, ",")) if starts else None
        return _fault(at, at + 1 if mark in '{["' else end, "A comma is missing before this.", fix)
    kind, start, close = trouble.previous
    if kind == _PLAIN and close == at:
        text = _cut(trouble.text[start:end])
        return _fault(start, end, f"{text} is not a JSON value. Text needs double quotes around it.")
    return _fault(at, end, f"{_cut(trouble.word)} stands where a comma or closing bracket is expected.")


def _after_row(trouble: _Trouble) -> JsonFault | None:
    """What follows the end of the row's value."""
    text, at, mark = trouble.text, trouble.at, trouble.mark
    end = len(text.rstrip(" \t\r\n"))
    second = _blank_end(text, at + 1) if mark == "," else at
    if second == len(text):
        words = "No comma stands between rows. Remove it."
        return _fault(at, at + 1, words, _write("Remove the comma", (at, at + 1, "")))
    if text[second] in "{[" and trouble.previous[0] == _CLOSE:
        return _fault(second, second + 1, "A second value begins on this line. Write one row per line.")
    if mark in "]}":
        words = f"{mark} closes nothing: the row has a bracket too many. Remove it."
        return _fault(at, at + 1, words, _if_whole("Remove the bracket", trouble, (at, at + 1, "")))
    if mark == ":" and trouble.previous[0] == _TEXT:
        words = "The row is not wrapped in braces. Write { before it and } after it."
        fix = _if_whole("Write the braces", trouble, (0, 0, "{"), (len(text), len(text), "}"))
        return _fault(0, trouble.previous[2], words, fix)
    return _fault(at, end, "The row goes on after the end of its JSON value. Write one value per line.")


def _is_word(word: str) -> bool:
    return bool(_IS_VALUE(word)) or word in WORDS


def _inner(quote: int) -> JsonFault:
    return _fault(quote, quote + 1, 'This quote ends the string early. Write a quote inside a string as \\".')


def _fault(start: int, end: int, detail: str, fix: Fix | None = None) -> JsonFault:
    return JsonFault("invalid-json", Place(columns=(start, end)), detail, fix)


_AS_JSON = Fix("Write it as JSON", (Edit(Place(), mend="json"),))
_Change: TypeAlias = tuple[int, int, str]
"""From and to which column something else is to be written, and what."""


def _as_json(trouble: _Trouble) -> Fix | None:
    """What writes this and all like it as JSON, where it is known how."""
    return _AS_JSON if is_mendable(trouble.text, trouble.at) else None


def _write(message: str, *changes: _Change) -> Fix:
    edits = (Edit(Place(columns=(start, end)), content) for start, end, content in changes)
    return Fix(message, tuple(edits))


def _if_whole(message: str, trouble: _Trouble, *changes: _Change) -> Fix | None:
    """The same, where the row is JSON then: only that shows what was meant."""
    spans = ((Span(start, end), content) for start, end, content in changes)
    return _write(message, *changes) if is_json(carried_out(trouble.text, spans)) else None


def _blank_end(text: str, at: int) -> int:
    return _BLANK_RUN(text, at).end()  # type: ignore[union-attr]


def _last(text: str, at: int) -> int:
    """The column of the last character before `at` that is not white space; -1 where there is none."""
    at -= 1
    while at >= 0 and text[at] in " \t\r\n":
        at -= 1
    return at


def _cut(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"


_WANTED = {
    _E.VALUE: "a value",
    _E.FIRST_ITEM: "a value or ]",
    _E.ITEM: "a value",
    _E.FIRST_KEY: "a key in double quotes or }",
    _E.KEY: "a key in double quotes",
    _E.COLON: "a colon",
    _E.COMMA: "a comma or a closing bracket",
    _E.END: "the end of the row",
}
_Explainers: TypeAlias = "tuple[Callable[[_Trouble], JsonFault | None], ...]"
_IN_VALUE: _Explainers = (_open_string, _misquoted, _comment, _stray, _missing_value, _word)
_IN_KEY: _Explainers = (
    _open_string,
    _misquoted,
    _comment,
    _stray,
    _missing_value,
    _doubled_brace,
    _bad_key,
)
_EXPLAINERS: dict[_Expect, _Explainers] = {
    _E.VALUE: _IN_VALUE,
    _E.FIRST_ITEM: _IN_VALUE,
    _E.ITEM: _IN_VALUE,
    _E.FIRST_KEY: _IN_KEY,
    _E.KEY: _IN_KEY,
    _E.COLON: (_comment, _stray, _colon),
    _E.COMMA: (_comment, _after_string, _stray, _mismatch, _missing_comma),
    _E.END: (_comment, _stray, _after_row),
}
