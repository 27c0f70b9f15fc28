"""Places to columns, edits, repeated keys: on chosen rows, and on random ones."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.benchmarks.measure import best_cpu

from turnlint.model import Edit, Fix, Place, Pointer, Span
from turnlint.text import scan
from turnlint.text.scan import (
    STRING,
    apply,
    duplicate_keys,
    edit_spans,
    fix_spans,
    spans,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW = (
    r'{"messages": [{"role":"user" , "content":"a\n\"b\" \ud83d\ude00 caf\u00e9"}], '
    r'"n": 1, "n": -2.5e3,"e":""}'
)
CALL = (
    r'{"arguments": "{\"city\": \"K\\u00f6ln\", \"days\": [1, 2]}", "bad": "{\"city\": Paris}", "blank": " "}'
)


def cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


def extent(text: str, place: Place) -> Span:
    """All columns of what stands at a place."""
    ((span, _),) = edit_spans(text, [Edit(place, whole=True)])
    return span


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        (ROW, Place(), "{"),
        ("  [1]", Place(), "["),
        (" 12 ", Place(), "12"),
        (ROW, Place(("messages",)), "["),
        (ROW, Place(("messages",)).key(), '"messages"'),
        (ROW, Place(("messages", 0)), "{"),
        (ROW, Place(("messages", 0, "role")), '"user"'),
        (ROW, Place(("messages", 0, "role")).key(), '"role"'),
        (ROW, Place(("n",)), "-2.5e3"),
        (ROW, Place(("e",)), '""'),
        (ROW, Place(("messages", 0, "content")).slice(0, 1), "a"),
        (ROW, Place(("messages", 0, "content")).slice(1, 2), r"\n"),
        (ROW, Place(("messages", 0, "content")).slice(2, 5), r"\"b\""),
        (ROW, Place(("messages", 0, "content")).slice(6, 7), r"\ud83d\ude00"),
        (ROW, Place(("messages", 0, "content")).slice(7, 12), r" caf\u00e9"),
        (ROW, Place(("messages", 0, "content")).slice(8, 99), r"caf\u00e9"),
        (ROW, Place(("messages", 0, "content")).slice(-5, 1), "a"),
        (ROW, Place(("messages", 0, "role")).key().slice(1, 3), "ol"),
        # What is not there becomes its nearest ancestor; what has no key becomes its value.
        (ROW, Place(("messages", 0, "name")), "{"),
        (ROW, Place(("messages", 0, "name")).key(), "{"),
        (ROW, Place(("messages", 7, "role")), "["),
        (ROW, Place(("messages", "role")), "["),
        (ROW, Place(("messages", 0, "role", "x")), '"user"'),
        (ROW, Place((0,)), "{"),
        (ROW, Place(("messages", 0)).key(), "{"),
        (ROW, Place(("n",)).slice(0, 1), "-2.5e3"),
        # Inner JSON.
        (CALL, Place(("arguments",), inner=Place(("city",))), r"\"K\\u00f6ln\""),
        (CALL, Place(("arguments",), inner=Place(("city",), "key")), r"\"city\""),
        (CALL, Place(("arguments",), inner=Place(("city",), chars=(1, 2))), r"\\u00f6"),
        (CALL, Place(("arguments",), inner=Place(("days", 1))), "2"),
        (CALL, Place(("arguments",), inner=Place()), "{"),
        (CALL, Place(("arguments",), inner=Place(("nothing",))), "{"),
        (CALL, Place(("bad",), inner=Place(columns=(9, 14))), "Paris"),
        (CALL, Place(("blank",), inner=Place(("a",))), '" "'),
        (CALL, Place(("nothing",), inner=Place(("a",))), "{"),
        # Columns win, and are clamped.
        (ROW, Place(("n",), columns=(1, 11)), '"messages"'),
        ("{}", Place(columns=(1, 99)), "}"),
        ("{}", Place(columns=(50, 3)), ""),
        # Rows that do not parse.
        ('{"a": {"b": ', Place(("a", "b")), "{"),
        ('{"a": "cut off', Place(("a",)), '"cut off'),
        ('{"a": 1, b: 2}', Place(("b",)), "{"),
        ("'x'", Place(("b",)), "'x'"),
        ('{"a" "b"}', Place(("a",)), "{"),
        ("]", Place(("a",)), "]"),
        ("  ", Place(("a",)), "  "),
        ("", Place(("a",)), ""),
    ],
)
def test_span(text: str, place: Place, expected: str) -> None:
    assert cut(text, spans(text, [place])[0]) == expected


def test_spans_keep_the_order_asked() -> None:
    places = [Place(("n",)), Place(columns=(0, 1)), Place(("messages",), "key"), Place(("n",))]
    assert [cut(ROW, span) for span in spans(ROW, places)] == ["-2.5e3", "{", '"messages"', "-2.5e3"]


def test_empty_slice_stands_between_characters() -> None:
    text = r'{"a": "\u00e9x"}'
    assert spans(text, [Place(("a",)).slice(1, 1)]) == [Span(13, 13)]
    assert spans('{"a": ""}', [Place(("a",)).slice(0, 0)]) == [Span(7, 7)]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(("a",)), '[1, {"b": "]"} ]'),
        (Place(("a", 1)), '{"b": "]"}'),
        (Place(("a", 1, "b")), '"]"'),
        (Place(("a",)).key(), '"a"'),
        (Place(columns=(0, 1)), "{"),
    ],
)
def test_extent(place: Place, expected: str) -> None:
    text = '{"a": [1, {"b": "]"} ]}'
    assert cut(text, extent(text, place)) == expected


@pytest.mark.parametrize(
    ("text", "gone", "expected"),
    [
        ('{"a": 1, "a": 2}', [("a",)], "{}"),
        ('{"a": 1, "b": 2, "\\u0061": 3}', [("a",)], '{"b": 2}'),
        ('{"a": 1, "b": 2, "a": 3, "c": 4, "a": 5}', [("b",), ("a",)], '{"c": 4}'),
        ('{"a": 1, "b": 2}', [("a",)], '{"b": 2}'),
        ('{"a": 1, "b": 2}', [("b",)], '{"a": 1}'),
        ('{"a": 1 , "b": 2 }', [("b",)], '{"a": 1 }'),
        ('{ "a": 1 }', [("a",)], "{  }"),
        ("[1,2,3]", [(1,)], "[1,3]"),
        ("[1,2,3]", [(1,), (2,)], "[1]"),
        ("[1,2,3]", [(2,), (0,)], "[2]"),
        ("[1,2,3]", [(0,), (1,), (2,)], "[]"),
        ('{"a": {"b": 1, "c": 2}, "d": 3}', [("a", "b"), ("d",)], '{"a": {"c": 2}}'),
        ('{"a": {"b": 1, "c": 2}, "d": 3}', [("a", "b"), ("a",)], '{"d": 3}'),
    ],
)
def test_removals(text: str, gone: list[Pointer], expected: str) -> None:
    edits = tuple(Edit(Place(pointer), remove=True) for pointer in gone)
    assert apply(text, Fix("", edits)) == expected


def test_edits_apply_together() -> None:
    text = '{"role":"usr","meta":{"x":[1]},"content":"a\\u00e9b"}'
    edits = (
        Edit(Place(("content",), chars=(1, 2)), "e"),
        Edit(Place(("meta",)), "null", whole=True),
        Edit(Place(("role",)), '"user"'),
        Edit(Place(("role",), "key"), '"from"'),
    )
    assert apply(text, Fix("", edits)) == '{"from":"user","meta":null,"content":"aeb"}'
    starts = [span.start for span, _ in edit_spans(text, edits)]
    assert starts == sorted(starts)


def test_insertion_stays_beside_a_replacement() -> None:
    edits = (
        Edit(Place(("a",)), "2"),
        Edit(Place(columns=(6, 6)), "-"),
        Edit(Place(columns=(7, 7)), ".5"),
    )
    assert apply('{"a": 1}', Fix("", edits)) == '{"a": -2.5}'


@pytest.mark.parametrize(
    ("text", "pointer", "expected"),
    [
        ('{"a": {"n": 1.10, "n": 0e2}}', ("a",), r'{"a": "{\"n\": 1.10, \"n\": 0e2}"}'),
        ('{"a": [ "\\u00e9é", \t"\\""]}', ("a",), r'{"a": "[ \"\\u00e9é\", \t\"\\\"\"]"}'),
        ('{"a": 12345678901234567890123, "b": 1}', ("a",), '{"a": "12345678901234567890123", "b": 1}'),
    ],
)
def test_what_is_quoted_stays_as_it_is_written(text: str, pointer: Pointer, expected: str) -> None:
    assert apply(text, Fix("", (Edit(Place(pointer), quoted=True),))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"t": {"n": "x", "p": {}}}', '{"t": {"f": {"n": "x", "p": {}}}}'),
        ('{"t": {"y": 1, "p": {"n": 1.10} , "n": 2}}', '{"t": {"y": 1, "f": {"p": {"n": 1.10} , "n": 2}}}'),
        ('{"t": {"n": 1, "y": 2, "p": [3]}}', '{"t": {"f": {"n": 1, "p": [3]}, "y": 2}}'),
        ('{"t": {"p": 1,"y": 2,"n": 3,"z": 4}}', '{"t": {"f": {"p": 1, "n": 3},"y": 2,"z": 4}}'),
        ('{"t": {"n": 1, "y": 2, "n": 3}}', '{"t": {"f": {"n": 1, "n": 3}, "y": 2}}'),
    ],
)
def test_members_that_move_into_an_object_of_their_own(text: str, expected: str) -> None:
    assert apply(text, Fix("", (Edit(Place(("t",)), "f", nested=("n", "p")),))) == expected


@pytest.mark.parametrize(
    "edit",
    [
        Edit(Place(("x",)), "1"),
        Edit(Place(("x",)), remove=True),
        Edit(Place(("a", 0)), remove=True),
        Edit(Place(("x",)), quoted=True),
        Edit(Place(), "f", nested=("x",)),
        Edit(Place(("a",)), "f", nested=("a",)),
    ],
)
def test_edit_of_what_is_not_there_is_refused(edit: Edit) -> None:
    with pytest.raises(LookupError):
        apply('{"a": "b"}', Fix("", (edit,)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1,"b":{"a":2},"c":["a","a"]}', []),
        ('{"a":1,"a":2,"a":3}', [("a", ("a",), 7), ("a", ("a",), 13)]),
        ('[{"x":1},{"x": {"y":[0, {"z":1, "\\u007a":2}]}}]', [("z", (1, "x", "y", 1, "z"), 32)]),
        ('{"a,\\"b\\":":1,"c":"\\"a\\":1,{"}', []),
        ('{"" :1,"":2}', [("", ("",), 7)]),
    ],
)
def test_duplicate_keys(text: str, expected: list[tuple[str, Pointer, int]]) -> None:
    found = duplicate_keys(text)
    assert [(key, place.pointer, spans(text, [place])[0].start) for key, place, _ in found] == expected
    assert all(
        place.part == "key" and json.loads(cut(text, spans(text, [place])[0])) == key
        for key, place, _ in found
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1,"a":1,"a" : 1 }', [True, True]),
        ('{"a":1,"a":12,"a":1}', [False, False]),
        ('{"a":12,"a":1}', [False]),
        ('{"a":"b","\\u0061": "b","a":"b\\""}', [True, False]),
        ('{"a":[1,{"b":2}],"a":[1,{"b":2}],"a":[1, {"b":2}]}', [True, False]),
        ('{"x":{"a":1,"a":1},"x":{"a":2,"a":2}}', [False, False, True]),
        ('[{"x":{"a":1,"a":1}},{"x":{"a":2,"a":2}}]', [True, True]),
    ],
)
def test_duplicate_keys_with_the_same_value(text: str, expected: list[bool]) -> None:
    assert [one.same for one in duplicate_keys(text)] == expected


def test_tokens_of_a_row_at_work() -> None:
    text = '{"a": [1.5, tr, \'x "cut \\'
    assert [(kind, text[start:end]) for kind, start, end in tokens(text)] == [
        ("{", "{"), ("string", '"a"'), (":", ":"), ("[", "["), ("atom", "1.5"), (",", ","), ("atom", "tr"),
        (",", ","), ("junk", "'"), ("atom", "x"), ("open", '"cut \\'),
    ]  # fmt: skip
    assert next(start for _, start, _ in tokens(text, 6)) == 6


def test_string_ends_at_the_first_quote_that_is_not_escaped() -> None:
    fast = re.compile(STRING, re.DOTALL)
    plain = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
    for letters in itertools.product('"\\a', repeat=8):
        text = '"' + "".join(letters)
        ends = [match and match.end() for match in (fast.match(text), plain.match(text))]
        assert ends[0] == ends[1], text


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
separators = st.tuples(
    st.sampled_from([",", ", ", " ,\t", "  , "]), st.sampled_from([":", ": ", " : ", "\t:"])
)


@st.composite
def written(draw: st.DrawFn) -> tuple[Any, str]:
    """A value and one of the ways to write it."""
    value = draw(values)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), separators=draw(separators))
    return value, draw(st.sampled_from(["", " ", "\t "])) + text + draw(st.sampled_from(["", "\r"]))


def pointers(value: Any, here: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    yield here, value
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, item in members:
        yield from pointers(item, (*here, step))


@settings(max_examples=60, deadline=None)
@given(written())
def test_every_pointer_finds_its_value(pair: tuple[Any, str]) -> None:
    value, text = pair
    asked = list(pointers(value))
    found = spans(text, [Place(pointer) for pointer, _ in asked])
    for (pointer, item), span in zip(asked, found, strict=True):
        opening = "{" if isinstance(item, dict) else "[" if isinstance(item, list) else ""
        if opening:
            assert cut(text, span) == opening
        else:
            assert json.loads(cut(text, span)) == item
        assert json.loads(cut(text, extent(text, Place(pointer)))) == item
        if pointer and isinstance(pointer[-1], str):
            key = spans(text, [Place(pointer, "key")])[0]
            assert json.loads(cut(text, key)) == pointer[-1]


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.booleans(), st.data())
def test_slices_map_through_escapes(key: str, text: str, ascii_only: bool, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    row = json.dumps({key: text}, ensure_ascii=ascii_only)
    assert json.loads(f'"{cut(row, spans(row, [Place((key,)).slice(start, end)])[0])}"') == text[start:end]
    outer = json.dumps([row], ensure_ascii=ascii_only)
    inner = cut(outer, spans(outer, [Place((0,), inner=Place((key,), chars=(start, end)))])[0])
    assert json.loads(f'"{json.loads(chr(34) + inner + chr(34))}"') == text[start:end]


@settings(max_examples=60, deadline=None)
@given(written(), st.data())
def test_removal_leaves_the_rest(pair: tuple[Any, str], data: st.DataObject) -> None:
    value, text = pair
    members = [pointer for pointer, _ in pointers(value) if pointer]
    if not members:
        return
    gone = data.draw(st.sampled_from(members))
    parent = value
    for step in gone[:-1]:
        parent = parent[step]
    del parent[gone[-1]]
    assert json.loads(apply(text, Fix("", (Edit(Place(gone), remove=True),)))) == value


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="{}[]:,\"\\ab1 'é😀"), st.lists(st.sampled_from(["", "a", "b", 0, 1]), max_size=3))
def test_broken_rows_never_raise(text: str, steps: list[str | int]) -> None:
    place = Place(tuple(steps))
    asked = [place, place.key(), place.slice(1, 2), Place(place.pointer, inner=place)]
    for span in spans(text, asked):
        assert 0 <= span.start <= span.end <= len(text)
    duplicate_keys(text)
    assert all(text[start:end] for _, start, end in tokens(text))


@pytest.mark.parametrize(
    ("start", "unit"),
    [
        ("", '"'),
        ('"', "\\"),
        ('"', '\\"'),
        ("", "["),
        ("", '{"a":'),
        ('{"a":', "[],"),
        ("[", '"a" '),
        ("{", '"a":1,'),
    ],
)
def test_time_grows_no_faster_than_the_row(start: str, unit: str) -> None:
    def work(count: int) -> None:
        text = start + unit * count
        place = Place(("a", 1, "a"))
        spans(text, [place, place.slice(3, 4), Place(("a",), inner=place)])
        fix_spans(text, [Fix("", (Edit(place, whole=True),))])
        duplicate_keys(text)
        for _ in tokens(text):
            pass

    assert best_cpu(lambda: work(20_000)) < 30 * max(best_cpu(lambda: work(2_000)), 1e-4)


@pytest.mark.parametrize("closed", [True, False])
def test_time_grows_no_faster_than_the_depth(closed: bool) -> None:
    def work(depth: int) -> None:
        text = '{"a":[' * depth + '"b",[]' * 5_000 + "]}" * depth * closed
        assert cut(text, spans(text, [Place(("a", 0) * depth)])[0]) == '"b"'

    assert best_cpu(lambda: work(200)) < 10 * best_cpu(lambda: work(20))


def test_fixes_of_many_findings_cost_one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"a": [{"b": number, "c": "x"} for number in range(50)], "d": 1})
    fixes = [Fix("", (Edit(Place(("a", number, "b")), "0"),)) for number in range(50)]
    fixes += [Fix("", (Edit(Place(("a", number, "c")), remove=True),)) for number in range(50)]
    fixes += [Fix("", (Edit(Place(("a", number)), remove=True),)) for number in range(50)]
    each = [edit_spans(text, fix.edits) for fix in fixes]
    walks: list[None] = []
    walk = scan._walk
    monkeypatch.setattr(scan, "_walk", lambda *given: walks.append(walk(*given)))
    assert fix_spans(text, fixes) == each
    assert len(walks) == 1


def test_fixes_that_do_not_fit() -> None:
    gone = Fix("", (Edit(Place(("b",)), "0"),))
    lost = Fix("", (Edit(Place(("b", 1)), remove=True),))
    whole = Fix("", (Edit(Place(), remove=True),))
    assert fix_spans('{"a": 1}', [gone, None, lost, whole]) == [[], [], [], [(Span(0, 8), "")]]
