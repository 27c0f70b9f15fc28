"""What comes from a row is read in Markdown as what it is, and does nothing there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rendering import HOSTILE, OURS, code, tokens, words

from turnlint.text.markdown import Markdown, PlainText, excerpt, visible
from turnlint.text.secrets import hide

MARKUP = st.text(alphabet="`~*_[]()<>!#|-+=.:/\\&;$@ \n\ta1w\u202e\r\x1b", max_size=40)
SECRET = "sk-ant-" + "a1B2" * 20
MARKDOWN, PLAIN = Markdown(), PlainText()


def of_texts(test: Callable[[str], None]) -> Any:
    """Run a test on the hostile texts and on what hypothesis makes up."""
    for text in HOSTILE:
        test = example(text)(test)
    return given(MARKUP | st.text(max_size=40))(test)


@of_texts
def test_a_block_is_one_fence(text: str) -> None:
    (fence,) = tokens(MARKDOWN.block(text))
    assert (fence.type, fence.info, fence.content) == ("fence", "text", visible(hide(text)) + "\n")


@of_texts
def test_a_block_stays_within_what_is_around_it(text: str) -> None:
    written = f"**before**\n{MARKDOWN.block(text)}\nafter\n\n{MARKDOWN.block(text, 'json')}\n\nend"
    assert {token.type for token in tokens(written)} <= OURS
    assert code(written) == [visible(hide(text))] * 2
    assert words(written).startswith("before")
    assert words(written).endswith("end")


@of_texts
def test_code_is_one_span(text: str) -> None:
    for around in ("{}", "say {}, yes", "**{}**", "- {}: x"):
        written = around.format(MARKDOWN.code(text))
        assert {token.type for token in tokens(written)} <= OURS - {"fence", "hr"}
        spans = [token.content for token in tokens(written) if token.type == "code_inline"]
        assert spans == [PLAIN.code(text).replace("`", "ˋ")]


@of_texts
def test_prose_is_one_line_of_words_and_code(text: str) -> None:
    written = MARKDOWN.prose(text)
    assert "\n" not in written
    allowed = {"paragraph_open", "paragraph_close", "inline", "text", "code_inline"}
    assert {token.type for token in tokens(written)} <= allowed
    assert letters(words(written)) == letters(PLAIN.prose(text))


def letters(text: str) -> str:
    """A text without what prose may set in another way: blanks, and the backticks of quotes."""
    return "".join(text.replace("`", "").split())


@of_texts
def test_nothing_unseen_remains(text: str) -> None:
    for style in (MARKDOWN, PLAIN):
        for written in (style.block(text), style.code(text), style.prose(text)):
            rare = {category(one) for one in written.replace("\n", "").replace("\t", "")}
            assert not rare & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\tc", "a\nb\tc"),
        ("\x00\x1b\x7f\r", "␀␛␡␍"),
        ("\u202eabc\u2066", "⟨U+202E⟩abc⟨U+2066⟩"),
        ("\x85\u2028\ufeff\ue000\ud800", "⟨U+0085⟩⟨U+2028⟩⟨U+FEFF⟩⟨U+E000⟩⟨U+D800⟩"),
        ("👩\u200d👩 می\u200cخواهم ❤\ufe0f \U0001fae9", "👩👩 میخواهم ❤\ufe0f \U0001fae9"),
        ("漢字\u3000\u00a0é", "漢字\u3000\u00a0é"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("`usr` is not a role: OpenAI refuses the file.", "`usr` is not a role: OpenAI refuses the file."),
        ("See https://x.example/a?b, (U+202E).", "See `https://x.example/a?b`, (`U+202E`)."),
        (
            "5,134 of 1.5 don't, e.g. and/or “so” 你好，世界。",
            "5,134 of 1.5 don't, e.g. and/or “so” 你好，世界。",
        ),
        ("snake_case and *stars* at a@b.example", "`snake_case` and `*stars*` at `a@b.example`"),
        ("a public http(s) URL (x(y)), f(z).", "a public `http(s)` URL (`x(y)`), `f(z)`."),
        ("1. is no list", "`1`. is no list"),
        ("a `b` c ` d", "a `b` c d"),
        ("`a`=b", "`a` `=b`"),
        ("two\n lines", "two lines"),
        ("", ""),
    ],
)
def test_prose(text: str, written: str) -> None:
    assert MARKDOWN.prose(text) == written


@pytest.mark.parametrize("style", [MARKDOWN, PLAIN])
def test_secrets_are_hidden(style: PlainText) -> None:
    text = f"key {SECRET} end"
    for written in (style.block(text), style.code(text, 200), style.prose(text), excerpt(text, 40).text):
        assert "sk-ant-" in written
        assert SECRET[:20] not in written
    for around in range(len(text)):
        cut = excerpt(text, 24, around)
        assert not any(SECRET[at : at + 12] in cut.text for at in range(len(SECRET) - 12))


@given(st.text(max_size=200), st.integers(1, 80), st.integers(0, 200))
def test_an_excerpt_is_a_slice_that_shows_the_place(text: str, limit: int, around: int) -> None:
    around = min(around, max(len(text) - 1, 0))
    before, shown, after = excerpt(text, limit, around)
    assert shown == text[before : len(text) - after]
    assert len(shown) <= limit
    assert len(text) > limit or (before, after) == (0, 0)
    assert before <= around < max(len(text) - after, 1)


def test_an_excerpt_begins_and_ends_with_whole_words() -> None:
    text = " ".join(f"word{number}" for number in range(1_000))
    for around in range(0, len(text), 97):
        before, _, after = excerpt(text, 500, around)
        assert before <= around < len(text) - after
        assert not before or text[before] == " "
        assert not after or text[-after - 1] == " "


def test_what_is_long_costs_no_more_than_what_is_shown() -> None:
    text = "\u202e" * 5_000_000
    assert len(excerpt(text, 1_000, 4_000_000).text) == 1_000
    assert len(MARKDOWN.code(text)) < 1_000
