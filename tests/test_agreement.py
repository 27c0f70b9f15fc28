"""The fast way and the slow way judge alike, whatever is done to a row; and nothing is ever raised."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness import FIXTURES, cases_of, pages, run_engine, settings_from
from tests.oracle import verify
from turnlint.config import Counting, resolve
from turnlint.engine import RowChecker, facts_of, row_key, vote
from turnlint.engine.facts import JOINS, LAYOUT, example_of, exchanges
from turnlint.engine.row import CLEAN
from turnlint.engine.tokens import TokenChecker
from turnlint.formats import Format, all_formats
from turnlint.model import Facts
from turnlint.text.decode import row_text, value_of
from turnlint.text.scan import spans

FORMATS = (*all_formats(), None)
SETTINGS = {
    "generic": resolve(),
    "openai": resolve("openai"),
    "azure": resolve("azure"),
    "all": resolve("openai", select=["ALL"]),
}
_SCRAPS = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\t", b"\r", b"\x00", b"\x7f", b"\xff"),
    *(b'\\"', b'\\\\"', b"\\u0000", b"\\ud800", b"\\uD83D\\uDE00", b"\\/", "\u2028".encode(), "😀".encode()),
    *(b"null", b"true", b"NaN", b"-0", b"1e999", b"1" * 20, b'""', b"{}", b"[]", b" ,", b",,", b"[[[["),
    *(b"<|im_end|>", b"\\u003c|im_end|>", b"<|fim\\u005fsuffix|>", b'"role":"user",', b'"\\u0072ole":"gpt",'),
)  # fmt: skip
EDGES = (
    b'{"messages": [{"role": "system", "content": [{"text": "a"}]}, {"role": "user", "content": "b"}, '
    b'{"role": "assistant", "content": "c"}]}',
    b'{"prompt": "\x00 raw", "completion": "control characters"}',
    b'{"prompt": "a \\\\", "completion": "\\"b\\\\\\"", "prompt": "a"}',
    b'{"conversations": [{"from": "human", "value": "a"}, {"from": "function_call", "value": "tool_calls"}]}',
    b'{"messages": [{"role": "user", "content": "Say that you will not do it"}, '
    b'{"role": "assistant", "content": null, "refusal": "Say that you will not do it"}]}',
    b'{"prompt": "Who are you?", "completion": "As a AI, I do not know."}',
    '{"messages": [{"role": "user", "content": "Write a chaın of thought"}], "reference": "a"}'.encode(),
    b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [{"id": "c", '
    b'"type": "function", "function": {"name": "f", "arguments": "{\\"a\\": \\"\\\\ud83d\\"}"}}]}], '
    b'"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}',
    b'{"input_ids": [1, 2, 9007199254740993]}',
    b'{"prompt": "a", "completions": ["b", "c"], "labels": [0, 9007199254740993]}',
    b'{"prompt": "a", "answers": [{"answer": "b", "rank": 9007199254740993}, {"answer": "c", "rank": 1}]}',
    b'{"prompt":"a","completion":"' + b"one\\ntwo\\t" * 200 + b'"}',
    b'{"prompt":"a","completion":"' + b"\\n" * 99 + b"\\u000a" * 99 + b"a" + b"\\u0020" * 300 + b'b"}',
    b'{"prompt":"a","completion":"' + b"\xff" * 300 + b"\\ud800" * 50 + b'"}',
    b'{"prompt":"a","completion":"' + "ꙮ".encode() * 300 + b'"}',
    b'{"messages":[' + b"7," * 200 + b'{}],"functions":[' + b"{}," * 100 + b'{"parameters":1e15}]}',
    b'{"messages":[{"role":"user","content":[' + b'{"type":"image\\u005furl"},' * 40 + b"{}]}]}",
    b'{"messages":[{"tool_calls":[' + b"{}," * 99 + b'{}]}],"tools":[{"function":{"name":"a","parameters":'
    b'{"properties":{"c":{"type":"d","description":"e","enum":[' + b'"",' * 300 + b'""]}}}}}]}',
)
"""Rows on which the two ways have differed, or well might."""
_MEMBER = re.compile(rb'"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)')
_EQUALS = {
    "i": "\u0131",
    "I": "\u0130",
    "k": "\u212a",
    "s": "\u017f",
    "å": "\u212b",
    "µ": "\u03bc",
    " ": "\u00a0",
}
_LETTER = re.compile(rb"[ -~]")


@cache
def _rows() -> tuple[bytes, ...]:
    """Every row of the fixtures, and the edges."""
    found = [row.encode() for page in pages() for case in cases_of(page) for row in case.rows]
    found += EDGES
    for path in sorted((FIXTURES / "valid").glob("*.jsonl")):
        found += path.read_bytes().split(b"\n")[:-1]
    for path in sorted((FIXTURES / "formats").glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            case = json.loads(line)
            found += (
                [json.dumps(case["example"]).encode()]
                if "example" in case
                else case["raw"].encode().split(b"\n")
            )
    return tuple(found)


@cache
def _rows_by_format() -> Mapping[int, Sequence[bytes]]:
    """The rows by the format that each seems to be: no others are clean in it."""
    found: dict[int, list[bytes]] = {}
    for row in _rows():
        found.setdefault(_voted(row), []).append(row)
    return found


@cache
def _valid() -> Mapping[bytes, int]:
    """The valid rows of each format, of which those of a variant look like another."""
    found: dict[bytes, int] = {}
    names = {one.name: place for place, one in enumerate(FORMATS) if one is not None}
    for name, place in names.items():
        rows = (FIXTURES / "valid" / f"{name}.jsonl").read_bytes().split(b"\n")[:-1]
        found |= dict.fromkeys(rows, place)
    return found


def _voted(row: bytes) -> int:
    return _valid()[row] if row in _valid() else FORMATS.index(vote([row]))


def _seasoned(checker: RowChecker, place: int) -> RowChecker:
    """Let a checker come to know clean rows of its format."""
    for row in _rows_by_format().get(place, ()):
        checker.check(row)
    return checker


@cache
def _checker(place: int, name: str, *, bulk: bool = False, fresh: bool = False) -> RowChecker:
    """A checker of one format and one set of settings; unless it is `fresh`, one that knows clean rows."""
    checker = RowChecker(FORMATS[place], SETTINGS[name], bulk=bulk)
    return checker if fresh else _seasoned(checker, place)


def _flip(row: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(row) + 1)
    return row[:at] + bytes([chance.randrange(256)]) + row[at + 1 :]


def _delete(row: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(row) + 1)
    return row[:at] + row[at + chance.randrange(1, 20) :]


def _repeat(row: bytes, chance: random.Random) -> bytes:
    at, width = chance.randrange(len(row) + 1), chance.randrange(1, 40)
    return row[: at + width] + row[at:]


def _insert(row: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(row) + 1)
    return row[:at] + chance.choice(_SCRAPS) + row[at:]


def _escape(row: bytes, chance: random.Random) -> bytes:
    """Write a character as an escape that it does not need."""
    letters = list(_LETTER.finditer(row))
    if not letters:
        return row
    letter = chance.choice(letters)
    code = f"\\u{ord(letter[0]):04x}" if chance.random() < 0.5 else f"\\u{ord(letter[0]):04X}"
    return row[: letter.start()] + code.encode() + row[letter.end() :]


def _fold(row: bytes, chance: random.Random) -> bytes:
    """Write letters as others that are equal to them where case does not count."""
    text = row_text(row)
    text = "".join(_EQUALS.get(one, one) if chance.random() < 0.2 else one for one in text)
    return text.encode("utf-8", "surrogateescape")


def _double_member(row: bytes, chance: random.Random) -> bytes:
    """Say a key twice, with the same value or with the value of another."""
    found = list(_MEMBER.finditer(row))
    if not found:
        return row
    member = chance.choice(found)
    return row[: member.start()] + member[0] + b", " + row[member.start() :]


def _reshape(row: bytes, chance: random.Random) -> bytes:
    """Put one value of the row, or one from nowhere, in place of another."""
    try:
        value = json.loads(row)
    except (ValueError, RecursionError):
        return row
    slots = list(_slots(value))
    if not slots:
        return row
    holder, key = chance.choice(slots)
    other_holder, other_key = chance.choice(slots)
    strangers: tuple[Any, ...] = (
        None,
        "",
        " ",
        0,
        1,
        1.5,
        True,
        [],
        {},
        "null",
        "user",
        [{}],
        {"role": "user"},
    )
    replacement = other_holder[other_key] if chance.random() < 0.5 else chance.choice(strangers)
    match chance.randrange(3):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, replacement)
        case _:
            holder[key] = replacement
    try:
        return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    except ValueError:  # it holds itself now
        return row


def _slots(value: Any) -> Iterator[tuple[Any, Any]]:
    todo = [value]
    while todo:
        one = todo.pop()
        keys = list(one) if isinstance(one, dict) else list(range(len(one))) if isinstance(one, list) else []
        yield from ((one, key) for key in keys)
        todo += [one[key] for key in keys]


def _space(row: bytes, chance: random.Random) -> bytes:
    """Other white space between tokens."""
    try:
        value = json.loads(row)
    except (ValueError, RecursionError):
        return chance.choice((b"  ", b"\t", b"\r")) + row
    separators = chance.choice(((",", ":"), (" ,\t", " : "), (",  ", ":\r")))
    return json.dumps(value, separators=separators).encode()


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip, _delete, _repeat, _insert, _escape, _fold, _double_member, _reshape, _space),
)


def _mutated(data: st.DataObject, chance: random.Random) -> bytes:
    """A row that went through a few mutations."""
    row: bytes = data.draw(st.sampled_from(_rows()))
    for mutate in data.draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=4)):
        row = mutate(row, chance).replace(b"\n", b" ")
    return row


def _places(row: bytes) -> tuple[int, int]:
    """The format that a row seems to be, and another."""
    voted, value = _voted(row), value_of(row)
    alike = [at for at, one in enumerate(FORMATS) if one and type(value) is dict and one.recognise(value)]
    others = [at for at in alike if at != voted] if len(row) % 2 else range(len(FORMATS))
    return voted, (others or range(len(FORMATS)))[len(row) // 2 % len(others or FORMATS)]


def _agree(row: bytes, name: str) -> None:
    """Judge a row as one of the format that it seems to be, and as one of another."""
    for place in _places(row):
        slow = _checker(place, name, fresh=True).judge(row)
        facts = facts_of(row, FORMATS[place])
        for bulk in (False, True):
            assert _checker(place, name, bulk=bulk).findings(row) == slow
            assert _checker(place, name, bulk=bulk).check(row) == (slow, facts)
        _exchanges_are_found(row, FORMATS[place], facts)
        text = row_text(row)
        places = [one.place for one in slow if one.place is not None]
        for where, span in zip(places, spans(text, places), strict=True):
            verify(text, where, span.start, span.end)


def _exchanges_are_found(row: bytes, format: Format | None, facts: Facts) -> None:  # noqa: A002
    """What rules see of a row is found under the keys in its facts, and only there."""
    example = example_of(row, format)
    found = exchanges(example) if example is not None else []
    assert facts.joins == (tuple(one.join for one in found if one.join)[-JOINS:] or (facts.exact,))
    assert facts.exact == row_key(b" " + row + b"\t")
    assert len(facts.layout) <= LAYOUT


@pytest.mark.parametrize("name", ["generic", "all"])
def test_rows_as_they_are(name: str) -> None:
    for row in _rows():
        _agree(row, name)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(sorted(SETTINGS)), st.randoms(use_true_random=False))
def test_mutated_rows(data: st.DataObject, name: str, chance: random.Random) -> None:
    _agree(_mutated(data, chance), name)


LIMITED = {
    f"{target} {limit}": resolve(target, counting=Counting(limit))
    for target in ("openai:gpt-4o", "openai:gpt-4o-mini", "azure:gpt-35-turbo")
    for limit in (12, 90, 700, 9_000)
}
"""Settings under which rows are too long, and images and tools cost more than their bytes."""


@cache
def _token_checker(place: int, name: str) -> tuple[TokenChecker, RowChecker]:
    checker = _seasoned(RowChecker(FORMATS[place], LIMITED[name]), place)
    return TokenChecker(FORMATS[place], LIMITED[name]), checker


def _screens_are_sound(row: bytes, name: str) -> None:
    """What is not counted had nothing to tell."""
    for place in _places(row):
        tokens, rows = _token_checker(place, name)
        found, measured = tokens.findings(row), tokens.measure(row)
        assert tokens.needs(row) or not found
        assert (measured.total if measured else 0) <= tokens.bound(row) <= tokens.ceiling(row)
        if rows.findings(row) is CLEAN:
            assert tokens.bound(row) <= tokens.density * len(row)
            assert len(row) > tokens.plain or not found
        places = [one.place for one in found if one.place is not None]
        for where, span in zip(places, spans(row_text(row), places), strict=True):
            verify(row_text(row), where, span.start, span.end)


@pytest.mark.parametrize("name", sorted(LIMITED))
def test_what_is_not_counted_is_short(name: str) -> None:
    for row in _rows():
        _screens_are_sound(row, name)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(sorted(LIMITED)), st.randoms(use_true_random=False))
def test_what_is_not_counted_of_mutated_rows(data: st.DataObject, name: str, chance: random.Random) -> None:
    _screens_are_sound(_mutated(data, chance), name)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_prefixes_of_cases(page: Any) -> None:
    chance = random.Random(page.stem)
    for case in cases_of(page):
        settings = settings_from({key: said for key, said in case.settings.items() if key != "dataset"})
        for _ in range(4):
            run_engine(case.data[: chance.randrange(len(case.data) + 1)], settings)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.jsonl")), ids=lambda path: path.stem)
def test_prefixes_of_files(path: Any) -> None:
    data = path.read_bytes()
    chance = random.Random(path.stem)
    for name in SETTINGS:
        run_engine(data[: chance.randrange(len(data) + 1)], SETTINGS[name])
