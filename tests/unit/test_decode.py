"""What is read of a row and what is said of it, for whole, odd and broken rows."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.benchmarks.measure import best_cpu

from turnlint.model import JsonFault, Place, Row
from turnlint.text.decode import FAULT_CAP, MAX_DEPTH, decode, row_text
from turnlint.text.diagnose import diagnose
from turnlint.text.scan import spans

if TYPE_CHECKING:
    pass


def shown(text: str, fault: JsonFault) -> str:
    """The slice of the row under a fault."""
    span = spans(text, [fault.place])[0]
    return text[span.start : span.end]


def at(marked: str) -> tuple[str, int, int]:
    """Take a row apart in which ⟦ and ⟧ stand around the fault."""
    start, end = marked.index("⟦"), marked.index("⟧") - 1
    return marked.replace("⟦", "").replace("⟧", ""), start, end


BROKEN = [
    # Unescaped quotes, and what only looks like them.
    ('{"content": "He said ⟦"⟧go" twice"}', r"\""),
    ('{"content": "He said go⟦"⟧, then left"}', r"\""),
    ('{"content": "He said ⟦"⟧go", then left"}', r"\""),
    ('["He said go⟦"⟧, then left"]', r"\""),
    ('["He said ⟦"⟧go" twice", "ok"]', r"\""),
    ('{"content": "⟦"⟧Go" she said"}', r"\""),
    ('{"content": "size 5⟦"⟧"}', r"\""),
    ('{"content": "5⟦"⟧ wide"}', r"\""),
    ('{"content": "use ⟦"⟧{x}" here"}', r"\""),
    ('{"content": "see ⟦"⟧]" for it"}', r"\""),
    ('{"content": "I am ⟦"⟧#1" fan"}', r"\""),
    ('{"he ⟦"⟧x" y": 1}', r"\""),
    ('{"a": "say ⟦""⟧hi"" now"}', "CSV"),
    ('{"arguments": "{⟦"⟧city": "Paris"}"}', "JSON text inside a string"),
    ('{"role": ⟦"⟧user, "content": "hi"}', "closing quote"),
    ('{⟦"⟧role: "user"}', "closing quote"),
    ('{"role": ⟦user⟧", "content": "hi"}', "opening quote"),
    ('{⟦role⟧": "user"}', "opening quote"),
    # Commas and colons.
    ('{"a": "x" ⟦"⟧b": 1}', "comma is missing"),
    ('{"a":"x"⟦"⟧b":1}', "comma is missing"),
    ('{"a": "x" ⟦b⟧: 1}', "comma is missing"),
    ('["a" ⟦"⟧b"]', "comma is missing"),
    ("[1 ⟦2⟧]", "comma is missing"),
    ('["a" ⟦1⟧]', "comma is missing"),
    ('{"a": 1 ⟦"⟧b": 2}', "comma is missing"),
    ('{"a": {"b": 1} ⟦"⟧c": 2}', "comma is missing"),
    ('[{"a": 1} ⟦{⟧"a": 2}]', "comma is missing"),
    ("[1⟦,⟧]", "Remove the comma"),
    ('{"a": 1⟦,⟧}', "Remove the comma"),
    ('{"m": [{"a": 1}⟦,⟧ ]}', "Remove the comma"),
    ("[1,⟦,⟧2]", "before this comma"),
    ("[⟦,⟧1]", "before this comma"),
    ('{"a": 1,⟦,⟧ "b": 2}', "before this comma"),
    ('{"a": 1⟦;⟧ "b": 2}', "Commas"),
    ('{⟦"a"⟧ 1}', "colon after this key"),
    ('{⟦"a"⟧ "b"}', "colon after this key"),
    ('{⟦"a"⟧ {"b": 1}}', "colon after this key"),
    ('{"a" ⟦=⟧ 1}', "Write :"),
    ('{"a" ⟦=>⟧ 1}', "Write :"),
    ('{"a"⟦:⟧ }', "value after this colon"),
    ('{"a"⟦:⟧ , "b": 1}', "value after this colon"),
    ('{⟦"a"⟧}', "no value"),
    ('{"a": 1, ⟦"b"⟧, "c": 2}', "no value"),
    ('{"a": "b"⟦:⟧ "c"}', "second colon"),
    ('["a"⟦:⟧ 1]', "braces"),
    ('{"a": 1, ⟦:⟧ 2}', "colon stands"),
    # Brackets.
    ('{⟦{⟧"a": 1}}', "doubled"),
    ('{"a": 1, ⟦{⟧"b": 2}}', "key is expected"),
    ('{"a": [1, 2⟦}⟧', "] is missing"),
    ('{"a": 1⟦]⟧', "} is missing"),
    ("[1, ⟦}⟧", "] is missing"),
    ("[⟦}⟧", "] is missing"),
    ('{"m": [{"a": 1}, {"a": 2}⟦}⟧', "column 7"),
    ('{"a": 1}⟦}⟧', "too many"),
    ("⟦}⟧", "begins with }"),
    # More or less than one value.
    ('{"a":1}⟦{⟧"b":2}', "one row per line"),
    ('{"a":1} ⟦{⟧"b":2}', "one row per line"),
    ('{"a":1}, ⟦{⟧"b":2}', "one row per line"),
    ('{"a":1}⟦,⟧', "between rows"),
    ('{"a":1} ⟦and so on⟧ ', "one value per line"),
    ('{"a":1}⟦5⟧', "one value per line"),
    ('⟦"messages":⟧ []'.replace(":⟧", "⟧:"), "not wrapped in braces"),
    ("⟦⟧", "empty"),
    ("⟦ \t⟧", "empty"),
    ("⟦hello⟧ world", "begin like JSON"),
    ('⟦data:⟧ {"a": 1}', "server events"),
    # Cut off.
    ('{"a": ⟦"⟧He said', "cut off"),
    ('{⟦"⟧rol', "cut off"),
    ('{"a": ⟦"⟧C:\\', "cut off"),
    ('{"a": ⟦"⟧he said \\"}', r"\", write"),
    ('{"a": ["x", {"b": ⟦1⟧', "3 closing brackets are missing at its end (}]})"),
    ('{"a": 1⟦ ⟧'.replace("1⟦ ⟧", "⟦1⟧ "), "} is missing"),
    ('{"a"⟦:⟧', "value is missing too"),
    ('{"a": 1⟦,⟧ ', "breaks off"),
    ('{"a": tr⟦u⟧', "middle of a value"),
    ('{"a": ⟦-⟧', "middle of a value"),
    ("⟦[⟧", "] is missing"),
    # Other languages.
    ("{⟦'a'⟧: 'b'}", "json.dumps"),
    ("""{"a": ⟦'it\\'s'⟧}""", "json.dumps"),
    ('{"a": ⟦\'⟧open}', "json.dumps"),
    ('{"a": ⟦True⟧}', "write true"),
    ('{"a": [⟦False⟧]}', "write false"),
    ('{"a": ⟦None⟧}', "write null"),
    ('{"a": [1, ⟦nan⟧]}', "write null"),
    ('{"a": ⟦undefined⟧}', "write null"),
    ("{\"a\": ⟦b'x\\xff'⟧}", "bytes"),
    ('{"a": ⟦b"x"⟧}', "bytes"),
    ('{"a": ⟦u"x"⟧}', "Python"),
    ('{"a": 1} ⟦// x⟧ ', "comments"),
    ('{"a": 1, ⟦/* x */⟧ "b": 2}', "comments"),
    ('{"a": "x" ⟦# y⟧', "comments"),
    ("⟦# heading⟧", "comments"),
    ("{⟦a⟧: 1}", '"a"'),
    ("{⟦1⟧: 2}", '"1"'),
    ('{"a": 1, ⟦b⟧ : 2}', '"b"'),
    ("{⟦“⟧a”: 1}", "plain quote"),
    ('{"a": ⟦“⟧b”}', "plain quote"),
    ('{⟦\\"⟧a\\": 1}', "Decode it once"),
    ('{"a": ⟦...⟧}', "left out"),
    ('{"a": ⟦hello⟧ there}', "double quotes around it"),
    ('{"a": ⟦2024-01-01⟧}', "double quotes around it"),
    ('{"a": ⟦5%⟧}', "double quotes around it"),
    ("{⟦%⟧ x %}", "key in double quotes"),
    # Numbers.
    ('{"a": ⟦01⟧}', "leading zero"),
    ('{"a": ⟦-007⟧}', "leading zero"),
    ('{"a": ⟦+1⟧}', "plus sign"),
    ('{"a": ⟦.5⟧}', "before its point"),
    ('{"a": ⟦1.⟧}', "after its point"),
    ('{"a": ⟦0x1F⟧}', "decimal"),
    ('{"a": ⟦1_000⟧}', "underscores"),
    ('{"a": ⟦1e⟧}', "exponent"),
    # Escapes.
    (r'{"a": "⟦\x41⟧"}', r"\u0041"),
    (r'{"a": "⟦\x⟧"}', r"\u0000"),
    (r'{"a": "it⟦\'⟧s"}', "without a backslash"),
    (r'{"a": "C:⟦\U⟧sers"}', r"\\"),
    (r'{"a": "\n\\⟦\u12⟧G4"}', "four hexadecimal digits"),
    (r'{"⟦\d⟧": 1}', r"\\"),
    # Characters that cannot be seen.
    ('⟦\ufeff⟧{"a": 1}', "byte order mark"),
    ('{"a": 1,⟦\ufeff⟧"b": 2}', "byte order mark"),
    ('{"a":⟦\xa0⟧1}', "U+00A0"),
    ('{⟦\x00⟧"\x00a\x00', "UTF-16"),
]


@pytest.mark.parametrize(("marked", "words"), BROKEN, ids=[marked for marked, _ in BROKEN])
def test_broken_row(marked: str, words: str) -> None:
    text, start, end = at(marked)
    row = decode(text.encode())
    assert not row.parsed
    assert row.value is None
    (fault,) = row.faults
    assert fault == diagnose(text)
    assert (fault.kind, fault.place) == ("invalid-json", Place(columns=(start, end))), fault
    assert words in fault.detail


READ_ALL_THE_SAME: list[tuple[bytes, Any, list[tuple[str, str]]]] = [
    (b'{"a": 1}', {"a": 1}, []),
    (b' [1, 2.5, null, "\\u00e9"]\r', [1, 2.5, None, "é"], []),
    (b"[Infinity]", [math.inf], [("non-finite-number", "Infinity")]),
    (b"[-Infinity]", [-math.inf], [("non-finite-number", "-Infinity")]),
    (b'{"a": 1e999}', {"a": math.inf}, [("non-finite-number", "1e999")]),
    (b"[" + b"9" * 500 + b"]", [math.inf], [("non-finite-number", "9" * 500)]),
    (b"[" + b"9" * 5000 + b"]", [math.inf], [("non-finite-number", "9" * 5000)]),
    (b'{"a": "NaN Infinity 1e999"}', {"a": "NaN Infinity 1e999"}, []),
    (b'["x\\ud800y"]', ["x\ud800y"], [("lone-surrogate", "\\ud800")]),
    (b'["\\uDE00", "\\ud83d\\ude00"]', ["\ude00", "😀"], [("lone-surrogate", "\\uDE00")]),
    (b'["\\ud800\\ud83d\\ude00"]', ["\ud800😀"], [("lone-surrogate", "\\ud800")]),
    (b'["\\\\ud800"]', ["\\ud800"], []),
    (b'["a\tb\x00"]', ["a\tb\x00"], [("control-character", "\t")]),
    (b'{"b": {"c": 1, "c" :2}}', {"b": {"c": 2}}, [("duplicate-key", '"c"')]),
    (b'{"a": 1, "\\u0061":3}', {"a": 3}, [("duplicate-key", '"\\u0061"')]),
    (b'{"a":1,"a" :2,"c":":"}', {"a": 2, "c": ":"}, [("duplicate-key", '"a"')]),
    (b'{"a":1,"a" :2,"c":"\\":"}', {"a": 2, "c": '":'}, [("duplicate-key", '"a"')]),
    (b'{"a\\\\":1,"a\\\\":2,"c":"\\":"}', {"a\\": 2, "c": '":'}, [("duplicate-key", '"a\\\\"')]),
    (b'{"a":1,"a"\t:2}', {"a": 2}, [("duplicate-key", '"a"')]),
    (b'{"a":":x","b":"{\\"k\\": 1}"}', {"a": ":x", "b": '{"k": 1}'}, []),
    (b"[9007199254740993]", [2**53 + 1], [("imprecise-integer", "9007199254740993")]),
    (b"[-9007199254740993]", [-(2**53) - 1], [("imprecise-integer", "-9007199254740993")]),
    (b"[9007199254740992, 9007199254740994, 1e30]", [2**53, 2**53 + 2, 1e30], []),
    (b'["9007199254740993", 1e30]', ["9007199254740993", 1e30], []),
    (b"[" + b"7" * 30 + b"]", [float("7" * 30)], [("imprecise-integer", "7" * 30)]),
    (b'{"a": "caf\xe9"}', {"a": "caf\udce9"}, [("invalid-utf8", "\udce9")]),
    (b'{"a": Infinity, "a": 1}', {"a": 1}, [("duplicate-key", '"a"'), ("non-finite-number", "Infinity")]),
]


@pytest.mark.parametrize(("raw", "value", "faults"), READ_ALL_THE_SAME)
def test_row_that_can_be_read(raw: bytes, value: Any, faults: list[tuple[str, str]]) -> None:
    row = decode(raw)
    assert row.parsed
    assert row.value == value
    text = row_text(raw)
    assert [(fault.kind, shown(text, fault)) for fault in row.faults] == faults


def test_nan_is_read() -> None:
    row = decode(b'{"a": NaN}')
    assert row.parsed
    assert math.isnan(row.value["a"])
    assert [fault.kind for fault in row.faults] == ["non-finite-number"]


def test_details_name_what_is_there() -> None:
    def detail(raw: bytes) -> str:
        return decode(raw).faults[0].detail

    assert "U+0009" in detail(b'"a\tb\tc"')
    assert r"write it as \t" in detail(b'"a\tb\tc"')
    assert "2 of them" in detail(b'"a\tb\tc"')
    assert r"\u0000" in detail(b'"\x00"')
    assert "0xE9" in detail(b'"caf\xe9"')
    assert "it is é" in detail(b'"caf\xe9"')
    assert "it is “" in detail(b'"\x93so\x94"')
    assert "Latin" not in detail(b'"\xed\xa0\x80"')
    assert "9007199254740992" in detail(b"9007199254740993")
    assert '"role"' in detail(b'{"role":1,"role":2}')


def test_bad_bytes_in_a_broken_row_are_a_second_fault() -> None:
    assert [fault.kind for fault in decode(b'{"a": "caf\xe9').faults] == ["invalid-json", "invalid-utf8"]
    assert "in the middle of a character" in decode(b'{"a": "caf\xc3').faults[1].detail
    assert "UTF-16" in decode('{"a": 1}'.encode("utf-16")).faults[1].detail


def test_faults_of_one_kind_are_capped() -> None:
    row = decode(b"[" + b",".join([b"NaN"] * 50 + [b"9007199254740993"]) + b"]")
    kinds = [fault.kind for fault in row.faults]
    assert kinds.count("non-finite-number") == FAULT_CAP
    assert kinds.count("imprecise-integer") == 1
    assert len(decode(b"{" + b",".join([b'"a":1'] * 50) + b"}").faults) == FAULT_CAP


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("tail", ["1", "NaN"])
def test_deep_nesting(opening: str, closing: str, tail: str) -> None:
    def kinds(depth: int, close: str = closing) -> tuple[bool, list[str]]:
        row = decode((opening * depth + tail + close * depth).encode())
        return row.parsed, [fault.kind for fault in row.faults if fault.kind != "non-finite-number"]

    assert kinds(MAX_DEPTH) == (True, [])
    assert kinds(MAX_DEPTH + 1)[1] == ["deep-nesting"]
    assert kinds(1_200) == (False, ["deep-nesting"])
    assert kinds(200_000) == (False, ["deep-nesting"])
    assert kinds(200_000, "") == (False, ["deep-nesting"])


def test_brackets_in_strings_are_not_nesting() -> None:
    assert decode(json.dumps(["[" * 600]).encode()).faults == ()
    assert [fault.kind for fault in decode(b'["' + b"[" * 600).faults] == ["invalid-json"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(values, st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
def test_agrees_with_the_standard_library(value: Any, ascii_only: bool, separators: tuple[str, str]) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    row = decode(text.encode())
    assert row.parsed
    assert row.value == json.loads(text, parse_int=integer)
    assert {fault.kind for fault in row.faults} <= {"imprecise-integer"}


def integer(digits: str) -> float:
    """Beyond 64 bits an integer comes as a double."""
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(number)


ROW = (
    '{"messages": [{"role": "user", "content": "Tide \\"now\\"? \\u00e9😀"}, {"role": "assistant", '
    '"content": null, "weight": -1.5e3, "ok": [true, {}, []]}]}'
)


@pytest.mark.parametrize("end", range(len(ROW)))
def test_every_prefix_has_one_fault_inside_the_row(end: int) -> None:
    (fault,) = decode(ROW[:end].encode()).faults
    assert fault.kind == "invalid-json"
    assert fault.place.columns is not None
    start, stop = fault.place.columns
    assert 0 <= start < max(stop, 1) <= max(end, 1)


def is_strict(raw: bytes) -> bool:
    """The standard library reads it, and nothing in it is outside RFC 8259 or ambiguous."""

    def refuse(_: object) -> Any:
        raise ValueError

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(items) if len(dict(items)) == len(items) else refuse(items)

    try:
        value = json.loads(raw.decode(), parse_constant=refuse, object_pairs_hook=pairs)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return True


def check_whatever_it_is(raw: bytes) -> Row:
    row = decode(raw)
    text = row_text(raw)
    kinds = [fault.kind for fault in row.faults]
    assert (set(kinds) <= {"imprecise-integer"}) == is_strict(raw)
    if not row.parsed:
        assert sorted(kinds) in (["invalid-json"], ["invalid-json", "invalid-utf8"])
        assert "Parsers refuse" not in row.faults[0].detail
    for fault in row.faults:
        assert fault.detail
        fault.detail.encode()
        if fault.place.columns is not None:
            start, end = fault.place.columns
            assert 0 <= start <= end <= len(text)
            assert start < end or not text
    return row


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes(raw: bytes) -> None:
    check_whatever_it_is(raw)


@settings(max_examples=250, deadline=None)
@given(st.text(alphabet="{}[]:,\"\\'ab1-.eu0 \t#/N“\x01\xa0é", max_size=24))
def test_any_soup(text: str) -> None:
    check_whatever_it_is(text.encode())


@settings(max_examples=250, deadline=None)
@given(st.integers(0, len(ROW)), st.integers(0, 3), st.text(alphabet="{}[]:,\"\\' a1NT\x00", max_size=3))
def test_any_mutation_of_a_row(where: int, gone: int, new: str) -> None:
    check_whatever_it_is((ROW[:where] + new + ROW[where + gone :]).encode())


@pytest.mark.parametrize(
    ("start", "unit"),
    [
        ("", '"'),
        ('"', "\\"),
        ('"', '\\"'),
        ('"', "\\ud800"),
        ("", "["),
        ("[", "[],"),
        ("[", '"a" '),
        ("{", '"a":1,'),
        ('{"b":' * 500 + "{", '"a":1,'),
        ("[", '{"a":1},'),
        ("[", '{"a":[{"b":'),
        ("[", "NaN,"),
        ("", "'"),
        ("{", " "),
        ("[", "a"),
        ("[", "9"),
        ("", "\xff"),
    ],
)
def test_time_grows_no_faster_than_the_row(start: str, unit: str) -> None:
    small = (start + unit * 2_000).encode("latin-1")
    large = (start + unit * 20_000).encode("latin-1")
    assert best_cpu(lambda: decode(large)) < 30 * max(best_cpu(lambda: decode(small)), 1e-4)
