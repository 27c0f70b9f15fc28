"""Every spelling of a word that JSON allows is found, and both ways of scanning find the same."""

from __future__ import annotations

import json

import pytest

from turnlint.engine.triggers import Scanner, literals, spellings
from turnlint.rules import Ends, Keys, Runs, Trigger, Words


def _pulls(trigger: Trigger, row: str) -> bool:
    found = {Scanner({"it": literals(trigger)}, bulk=bulk).hits(row.encode()) for bulk in (False, True)}
    assert len(found) == 1
    return found == {1}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("n/a", '"N/A"'),
        ("n/a", r'"n\/a"'),
        ("n/a", r'"n\u002fA"'),
        ("<|end|>", r'"\u003C|end|>"'),
        ("ä", '"Ä"'),
        ("ä", r'"\u00C4"'),
        ("😀", r'"\uD83D\ude00"'),
        ("a\n", r'"A\n"'),
        ("a\n", r'"a\u000A"'),
        ("\x7f", r'"\u007F"'),
        ('{"', r'"{\""'),
        ("\\n", r'"\\n"'),
    ],
)
def test_spellings_of_a_word(word: str, text: str) -> None:
    assert word in json.loads(text).lower()
    assert _pulls(Words((word,)), text)


@pytest.mark.parametrize("text", ["äöü", "ÄÖÜß", "äöüßé"])
def test_a_long_foreign_word_is_cut(text: str) -> None:
    """Not every combination of spellings is looked for; what is looked for is found sooner, never later."""
    assert len(spellings(text)) <= 16
    for row in (json.dumps(text), json.dumps(text, ensure_ascii=False), json.dumps("before " + text.upper())):
        assert _pulls(Words((text,)), row)
        assert _pulls(Ends((text,)), row)


@pytest.mark.parametrize("unit", [" ", "\n", "\t", "\r\n", "\xa0"])
def test_runs_in_any_spelling(unit: str) -> None:
    trigger = Runs((unit,), 8)
    escaped = "".join(f"\\u{ord(one):04X}" for one in unit)
    for row in (json.dumps(unit * 8), json.dumps(unit * 8, ensure_ascii=False), f'"{escaped * 8}"'):
        assert _pulls(trigger, row)
        assert _pulls(trigger, f'"{row[1:-1].join("ab")}"')
    assert _pulls(trigger, f'"{(json.dumps(unit)[1:-1] + escaped) * 4}"')
    for row in (json.dumps(unit * 7), json.dumps(unit * 7, ensure_ascii=False), json.dumps((unit + "a") * 9)):
        assert not _pulls(trigger, row)


def test_ends_are_at_the_end() -> None:
    assert _pulls(Ends(("todo",)), '{"a": "x todo"}')
    assert not _pulls(Ends(("todo",)), '{"a": "todo x"}')


def test_a_key_is_no_word() -> None:
    assert _pulls(Keys(("name",)), '{"name": 1}')
    assert _pulls(Keys(("name",)), r'{"n\u0061me": 1}')
    assert not _pulls(Keys(("name",)), '{"names": "name it"}')


def test_a_key_that_ends_with_a_word_is_no_text() -> None:
    trigger, keys = Ends(("output",)), frozenset(("preferred_output",))
    for bulk in (False, True):
        hits = Scanner({"it": literals(trigger, keys)}, bulk=bulk).hits
        assert not hits(b'{"preferred_output":"It is cold."}')
        assert not hits(b'{"preferred_output": []}')
        for end in (b'"}', b'" }', b'","a":1}', b'"\t}', b'"]}'):
            assert hits(b'{"preferred_output":"Insert OUTPUT' + end)
    assert Scanner({"it": literals(trigger)}).hits(b'{"preferred_output":1}')
