"""Having a string of a row say something else, whatever it says and however it is written."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.model import Span
from turnlint.text.reword import reworded
from turnlint.text.scan import carried_out

_SHORT = {
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    '"': r"\"",
    "\\": r"\\",
    "/": r"\/",
}
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MUST = frozenset('"\\') | {chr(one) for one in range(0x20)}
_CHARACTERS = st.sampled_from(
    'ab \\"/\n\t\r\x00\x7f\x85é漢😀\u202e\u2028\ufeffd8\ud83d\ude00\udc80u'
) | st.characters(exclude_categories=())
_TEXTS = st.text(_CHARACTERS, max_size=12).map(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
"""Without halves of surrogate pairs that JSON would make one character of."""


@st.composite
def written(draw: st.DrawFn, words: str) -> str:
    """A string token that says some words, each character in one of the ways that JSON has for it."""
    pieces = []
    for character in words:
        units = character.encode("utf-16-be", "surrogatepass").hex()
        code = "".join(rf"\u{units[at : at + 4]}" for at in range(0, len(units), 4))
        ways = [code, code.replace("a", "A").replace("d", "D")]
        ways += [_SHORT[character]] if character in _SHORT else []
        ways += [] if character in _MUST else [character] * 3
        pieces.append(draw(st.sampled_from(ways)))
    return f'"{"".join(pieces)}"'


def decoded(body: str) -> str:
    """What the inside of a string says. Fails where an escape was cut apart."""
    text = json.loads(f'"{body}"')
    assert isinstance(text, str)
    return text


_ROWS = st.sampled_from(
    (
        ("", ""),
        ('{"a": ', "}"),
        ('{"é": "漢", "a":', ', "b": "\\\\u00e9"}'),
        ('["\\u00e9", ', "]"),
        ('[ "\\\\u0041",', "]"),
    )
)


@given(st.data(), _TEXTS, _TEXTS, _TEXTS, _TEXTS, _ROWS)
def test_the_string_says_the_words_and_nothing_else_changes(
    data: st.DataObject, head: str, old: str, new: str, tail: str, around: tuple[str, str]
) -> None:
    before, after = (_joined(head + middle + tail) for middle in (old, new))
    token = data.draw(written(before))
    row = around[0] + token + around[1]
    string = Span(len(around[0]), len(around[0]) + len(token))
    change = reworded(row, string, after)
    if before == after:
        assert change is None
        return
    assert change is not None
    span, words = change
    result = carried_out(row, [change])
    assert result.startswith(row[: span.start])
    assert result.endswith(row[span.end :])
    made = result[string.start : len(result) - len(around[1])]
    assert json.loads(made) == after
    json.loads(result)
    kept = decoded(row[string.start + 1 : span.start]), decoded(row[span.end : string.end - 1])
    gone, come = decoded(row[span.start : span.end]), decoded(words)
    assert _joined(kept[0] + gone + kept[1]) == before
    assert _joined(kept[0] + come + kept[1]) == after
    assert not (gone and come and (gone[0] == come[0] or gone[-1] == come[-1])), "it could be less"
    if row.isascii() and re.search(r"\\u(?!00[0-7])", row.replace("\\\\", "")):
        assert words.isascii()
    else:
        escapes = re.findall(r"\\u(....)", words.replace(r"\\", ""))
        assert all(_UNSEEN.fullmatch(chr(int(one, 16))) for one in escapes)
    assert not _UNSEEN.search(words)


def _joined(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@pytest.mark.parametrize(
    ("string", "words", "after"),
    [
        (r'"Caf\u00e9 au lait"', "Café noir", r'"Caf\u00e9 noir"'),
        (r'"Caf\u00e9"', "Café 漢😀", r'"Caf\u00e9 \u6f22\ud83d\ude00"'),
        ('"Café"', "Café 漢😀", '"Café 漢😀"'),
        ('"Cafe"', "Café", '"Café"'),
        (r'"\u0041 A"', "A é", r'"\u0041 é"'),
        (r'"\\u00e9"', r"\u00e9 é", r'"\\u00e9 é"'),
        (r'"a\nb"', "a\tb", r'"a\tb"'),
        (r'"\ud83d\ude00"', "😁", r'"\ud83d\ude01"'),
        (r'"\ud83d\ude00"', "\ud83d", r'"\ud83d"'),
        (r'"a\/b"', "a/c", r'"a\/c"'),
        ('""', 'say "hi"\\', r'"say \"hi\"\\"'),
        ('"all of it"', "", '""'),
        ('"a"', "a\u2028b\x85\x7f", r'"a\u2028b\u0085\u007f"'),
        (r'"bad \q escape"', "bad q escapes", r'"bad \q escapes"'),
    ],
)
def test_what_is_new_is_written_as_the_row_writes(string: str, words: str, after: str) -> None:
    change = reworded(string, Span(0, len(string)), words)
    assert change is not None
    assert carried_out(string, [change]) == after
    assert reworded(after, Span(0, len(after)), words) is None


def test_a_change_in_a_long_text_is_as_small() -> None:
    text = "é😀\n" * 100_000
    string = json.dumps(text)
    change = reworded(string, Span(0, len(string)), text[:150_000] + "!" + text[150_000:])
    assert change is not None
    assert (change[0].start, change[0].end - change[0].start, change[1]) == (1 + 50_000 * 20, 0, "!")
