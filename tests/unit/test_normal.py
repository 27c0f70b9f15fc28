from __future__ import annotations

from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.text.normal import normal

HARD = (
    "aAzZ 0\t\n\0\u00a0\u0085\u3000éÉßſİıΐΣςﬁℌ①Ａ，。"
    + "你好か゚\u1100\u1161\u11a8가힣\u0301\u0345\ud800\udfff😀"
)
TEXTS = st.text(st.characters(), max_size=40) | st.text(st.sampled_from(HARD), max_size=40)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Hello,\tWorld \r\n", "hello,world"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ！", "fullwidth!"),
        ("Straße STRASSE", "strassestrasse"),
        ("ﬁne … ①", "fine...1"),
        ("cafe\u0301 CAFÉ café", "cafécafécafé"),
        ("e \u0301", "é"),
        ("한국어\u2003문장", "한국어문장"),
        ("你好，世界", "你好,世界"),
        ("\x1c\x1d\x1e\x1f\x85\u2028\u1680a", "a"),
        ("a\0b", "a\0b"),
        ("", ""),
    ],
)
def test_forms(text: str, form: str) -> None:
    assert normal(text).decode() == form


@given(TEXTS)
def test_a_normal_form_is_its_own(text: str) -> None:
    form = normal(text)
    assert normal(form.decode("utf-8", "surrogatepass")) == form


@given(TEXTS)
def test_what_does_not_count_makes_no_difference(text: str) -> None:
    form = normal(text)
    assert normal("".join(text.split())) == form
    if not any(map(combining, text)):  # a mark belongs to the letter before it
        assert normal(" ".join(text)) == form
    assert normal(normalize("NFC", text)) == normal(normalize("NFD", text))
    if text.isascii():
        assert normal(text.upper()) == form
        assert normal("".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)) == form


@given(st.lists(TEXTS, max_size=4))
def test_texts_apart_and_together(texts: list[str]) -> None:
    assert normal("\0".join(texts)) == b"\0".join(map(normal, texts))


@given(TEXTS, st.integers(0, 60))
def test_few_characters_and_many(text: str, letters: int) -> None:
    """A text with few characters beyond ASCII is done character by character, another one as a whole."""
    assert normal("x" * letters + "\0" + text) == b"x" * letters + b"\0" + normal(text)


def test_every_character() -> None:
    for code in (*range(0x10000), *range(0x1D000, 0x20000)):
        character = chr(code)
        form = normal(character)
        assert (form == b"") == character.isspace()
        assert normal(f"{character:x<30}") == form + b"x" * 29
