"""Bytes of a row to its value: the fast way for clean rows, and whatever can still be read of the others."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson
from msgspec.structs import replace

from turnlint.model import Edit, Fix, JsonFault, Place, Row
from turnlint.text.scan import NUMBER, STRING, duplicate_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BAD_BYTE", "FAULT_CAP", "MAX_DEPTH", "decode", "parse", "row_text", "value_of"]

FAULT_CAP = 20
"""At most so many faults of one kind are listed for a row."""
MAX_DEPTH = 512
"""Nesting beyond this is refused by common parsers."""

_EXACT = 2**53
_LONGEST_INTEGER = 400  # digits; a double ends at 309, and the standard library refuses more than 4,300
_KEY_END = re.compile(rb'(?<!\\)"[ \t\r\n]*+:')
_KEY_END_AFTER_BACKSLASHES = re.compile(rb'(?<!\\)(?>(?:\\\\)*)"[ \t\r\n]*+:')
_BRACKET = re.compile(rf'{STRING}|".*+|([\[{{])|[\]}}]', re.DOTALL)
_LITERAL = re.compile(rf'(?P<string>{STRING})|".*+|(?P<word>-?Infinity|NaN)|(?P<number>{NUMBER})', re.DOTALL)
_UNUSUAL = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<surrogate>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.|(?P<control>[\x00-\x1f])",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f]")
BAD_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as `row_text` has it."""


def row_text(raw: bytes) -> str:
    """Decode a row for columns: UTF-8, where each byte that is not UTF-8 becomes one lone surrogate."""
    return raw.decode("utf-8", "surrogateescape")


def parse(text: str) -> Any:
    """Read a row as the most lenient parser does, and say nothing of its faults. Raises ValueError."""
    try:
        return orjson.loads(text if text.isascii() else text.encode())  # a string would keep its bytes
    except ValueError:
        pass
    try:
        return _LENIENT.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def decode(raw: bytes) -> Row:
    """Read one row, given without its line end. Takes any bytes and never raises.

    What parsers differ on (NaN, lone surrogates, control characters, bytes that are not UTF-8) is read and
    named. A row that is not JSON has one fault that says so, and one more where its bytes are not UTF-8.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _decode_refused(raw)
    keys, levels, large = _survey(value)
    if levels <= MAX_DEPTH and not large and _no_key_twice(raw, keys):
        return Row(value, True)
    text = row_text(raw)
    faults = [*(_deep(text) if levels > MAX_DEPTH else ()), *_repeated(text)]
    if large:
        faults += _literal_faults(text)
    return Row(value, True, tuple(_capped(faults)))


def value_of(raw: bytes) -> Any:
    """The value of a row as `decode` reads it, where faults do not matter; None where nothing is read."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return decode(raw).value


def _decode_refused(raw: bytes) -> Row:
    """Read a row that the fast parser refuses."""
    text = row_text(raw)
    bad_bytes = _bad_bytes(raw, text)
    if deep := _deep(text):
        return Row(None, False, (*deep, *bad_bytes))
    try:
        value = _LENIENT.decode(text)
    except ValueError:
        from turnlint.text.diagnose import diagnose  # many patterns, which most files never need

        return Row(None, False, (diagnose(text), *bad_bytes))
    except RecursionError:  # the caller has used up the stack
        return Row(None, False, (_DEEP, *bad_bytes))
    return Row(value, True, tuple(_capped([*bad_bytes, *_repeated(text), *_literal_faults(text)])))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_INTEGER else float(digits)


_LENIENT = json.JSONDecoder(strict=False, parse_int=_integer)


def _survey(value: Any) -> tuple[int, int, bool]:
    """Count the keys and the levels of a value, and say whether a number lies beyond ±2^53."""
    keys = levels = 0
    large = False
    level = [value]
    while level:
        levels += 1
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str:
                continue
            if kind is dict:
                keys += len(item)
                below += item.values()
            elif kind is list:
                below += item
            elif item is not None and not -_EXACT <= item <= _EXACT:
                large = True
        level = below
    return keys, levels, large


def _no_key_twice(raw: bytes, keys: int) -> bool:
    """Whether the row shows no more keys than its value has. True is certain, false a suspicion."""
    if b" :" not in raw and b"\t" not in raw and b"\r" not in raw and b"\n" not in raw:
        shown = raw.count(b'":')
        if shown == keys:
            return True
        if b'\\"' not in raw:  # nothing but keys can show
            return False
    pattern = _KEY_END_AFTER_BACKSLASHES if b'\\\\"' in raw else _KEY_END
    return len(pattern.findall(raw)) == keys


def _repeated(text: str) -> list[JsonFault]:
    return [
        JsonFault(
            "duplicate-key",
            place,
            f"The key {_quoted(key)} stands twice in this object; parsers keep only the last value.",
            Fix("Remove the repetition", (Edit(place, remove=True),), safe=True) if same else None,
        )
        for key, place, same in duplicate_keys(text, FAULT_CAP)
    ]


_DEEP = JsonFault(
    "deep-nesting",
    Place(),
    f"Arrays and objects are nested more than {MAX_DEPTH} deep, which parsers refuse. Flatten the row.",
)


def _deep(text: str) -> list[JsonFault]:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return []
    depth = 0
    for match in _BRACKET.finditer(text):
        mark = text[match.start()]
        if mark == '"':
            continue
        depth += 1 if match.group(1) else -1
        if depth > MAX_DEPTH:
            start = match.start()
            return [JsonFault(_DEEP.kind, Place(columns=(start, start + 1)), _DEEP.detail)]
    return []


def _literal_faults(text: str) -> list[JsonFault]:
    """What the strings and numbers of a row hold that parsers refuse or read differently."""
    faults: list[JsonFault] = []
    controls: list[int] = []
    odd_strings = "\\ud" in text or "\\uD" in text or _CONTROL.search(text) is not None
    for match in _LITERAL.finditer(text):
        start, end = match.span()
        if match.lastgroup == "string" and odd_strings:
            for unusual in _UNUSUAL.finditer(text, start, end):
                if unusual.lastgroup == "control":
                    controls.append(unusual.start())
                elif unusual.lastgroup == "surrogate":
                    faults.append(_lone_surrogate(unusual))
        elif match.lastgroup == "word":
            fault = _non_finite(start, end, f"{match.group()} is not JSON. Write null or a number.")
            faults.append(replace(fault, fix=_written("Write null", fault.place, "null")))
        elif match.lastgroup == "number":
            faults += _number_faults(match.group(), start, end)
    return faults + _control_characters(text, controls)


def _number_faults(number: str, start: int, end: int) -> Iterator[JsonFault]:
    double = float(number)
    if double in (float("inf"), float("-inf")):
        yield _non_finite(
            start, end, f"{_cut(number)} is too large for a double; parsers refuse it or read infinity."
        )
    elif number.lstrip("-").isdecimal() and int(number) != int(double):
        yield JsonFault(
            "imprecise-integer",
            Place(columns=(start, end)),
            f"{_cut(number)} lies beyond 2^53 and many parsers read it as {int(double)}. "
            "Write it as a string if every digit matters.",
        )


def _non_finite(start: int, end: int, detail: str) -> JsonFault:
    return JsonFault("non-finite-number", Place(columns=(start, end)), detail)


def _lone_surrogate(match: re.Match[str]) -> JsonFault:
    place = Place(columns=match.span())
    return JsonFault(
        "lone-surrogate",
        place,
        f"{match.group()} is half of a surrogate pair and no character; strict parsers refuse the row. "
        "Write the whole pair or remove it.",
        _written("Remove it", place, ""),
    )


def _written(message: str, place: Place, content: str) -> Fix:
    return Fix(message, (Edit(place, content),))


_ESCAPED = Fix("Escape them", (Edit(Place(), mend="controls"),), safe=True)


def _control_characters(text: str, columns: list[int]) -> list[JsonFault]:
    if not columns:
        return []
    first = columns[0]
    code = ord(text[first])
    escape = json.dumps(text[first])[1:-1]
    more = f" The row has {len(columns)} of them." if len(columns) > 1 else ""
    detail = f"A raw control character (U+{code:04X}) stands in this string; write it as {escape}.{more}"
    place = Place(columns=(first, first + 1))
    return [JsonFault("control-character", place, detail, _ESCAPED)]


def _bad_bytes(raw: bytes, text: str) -> list[JsonFault]:
    match = None if _is_utf8(raw) else BAD_BYTE.search(text)
    if match is None:
        return []
    start = match.start()
    byte = ord(match.group()) - 0xDC00
    detail = (
        f"The byte 0x{byte:02X} is not UTF-8 here{_origin(raw, text, start, byte)}. Save the file as UTF-8."
    )
    return [JsonFault("invalid-utf8", Place(columns=(start, start + 1)), detail, _windows(text))]


def _windows(text: str) -> Fix | None:
    """Read what is not UTF-8 as Windows-1252, where all of it can be and nothing beyond ASCII is UTF-8."""
    strange = {ord(one) - 0xDC00 for one in set(text) if not one.isascii()}
    if not strange <= _WINDOWS:
        return None
    return Fix("Read it as Windows-1252", (Edit(Place(), mend="windows-1252"),))


_WINDOWS = frozenset({*range(0x80, 0x100)} - {0x81, 0x8D, 0x8F, 0x90, 0x9D})


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _origin(raw: bytes, text: str, start: int, byte: int) -> str:
    """What the first bad byte may mean, as a clause."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "; the row looks like UTF-16"
    if byte >= 0xC2 and not text[start:].strip("".join(map(chr, range(0xDC80, 0xDD00)))):
        return "; the row is cut off in the middle of a character"
    character = bytes([byte]).decode("cp1252", "ignore")
    if character and character.isprintable() and not BAD_BYTE.match(text, start + 1):
        return f"; in Latin-1 or Windows-1252 it is {character}"
    return ""


def _capped(faults: Iterable[JsonFault]) -> Iterator[JsonFault]:
    """The first faults of each kind."""
    counts: Counter[str] = Counter()
    for fault in faults:
        counts[fault.kind] += 1
        if counts[fault.kind] <= FAULT_CAP:
            yield fault


def _quoted(key: str) -> str:
    return json.dumps(_cut(key), ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _cut(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
