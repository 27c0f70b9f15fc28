"""Counts equal tiktoken's, for any text and in any number of threads."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.texts import BLANKS, SENTENCES, texts

from turnlint.tokens import Tokenizer, TokensError, kept
from turnlint.tokens.bytelevel import ByteLevel, encode, encode_apart
from turnlint.tokens.vocabulary import ENCODINGS

Published = Mapping[str, tiktoken.Encoding]
NAMES = pytest.mark.parametrize("name", ENCODINGS)

PARTS = st.sampled_from(
    [*BLANKS, *SENTENCES["special"].split(), "\r\n", "ab", "X", "'ll", "12345", "!?", "/", "漢", "é", "😀"]
)
MIXED = st.lists(st.one_of(PARTS, st.text(max_size=4)), max_size=30).map("".join)
SURROGATES = st.text(st.sampled_from("a 漢😀\ud83d\ude00\udfff\ud800"), max_size=10)


def plain(encoding: tiktoken.Encoding, text: str) -> list[int]:
    return encoding.encode(text, disallowed_special=())


@NAMES
def test_many_texts(name: str, published: Published) -> None:
    tokenizer: Tokenizer = ByteLevel(name)
    for text in texts(5_500):
        assert tokenizer.count(text) == len(plain(published[name], text)), text


@settings(max_examples=500, deadline=None)
@given(text=st.one_of(MIXED, SURROGATES, st.text()), name=st.sampled_from(ENCODINGS))
def test_any_text(published: Published, text: str, name: str) -> None:
    tokens = plain(published[name], text)
    assert list(encode(name, text)) == tokens
    assert ByteLevel(name).count(text) == len(tokens)


@NAMES
def test_what_spells_a_special_token_is_text(name: str) -> None:
    assert ByteLevel(name).count("<|endoftext|>") > 1


@settings(max_examples=300, deadline=None)
@given(text=MIXED, name=st.sampled_from(ENCODINGS))
@example(text="😀漢字", name="r50k_base")
def test_the_head_of_any_text(published: Published, text: str, name: str) -> None:
    tokenizer, theirs = ByteLevel(name), published[name]
    tokens = plain(theirs, text)
    for count in range(-1, len(tokens) + 2):
        covered = len(theirs.decode_bytes(tokens[: max(count, 0)]))
        whole = tokenizer.head(text, count)
        assert len(text[:whole].encode()) <= covered
        assert whole == len(text) or len(text[: whole + 1].encode()) > covered


@pytest.mark.parametrize(
    ("text", "tokens", "whole"),
    [
        ("漢", 1, 0),  # three tokens in r50k
        ("漢", 3, 1),
        ("\ud83d\ude00", 99, 2),  # read as one character, and still two code points
        ("\ud83d\ude00a", 1, 0),
        ("a\ud800", 1, 1),
        ("a\ud800b", 99, 3),
        ("", 5, 0),
    ],
)
def test_the_head_is_counted_in_code_points_of_the_text(text: str, tokens: int, whole: int) -> None:
    assert ByteLevel("r50k_base").head(text, tokens) == whole


@NAMES
def test_a_lone_surrogate_counts_as_the_replacement_character(name: str) -> None:
    tokenizer = ByteLevel(name)
    assert tokenizer.count("a \ud800 b\udc00") == tokenizer.count("a \ufffd b\ufffd")
    assert tokenizer.count("\ud83d\ude00") == tokenizer.count("😀")


@settings(max_examples=1_000, deadline=None)
@given(
    text=st.text(st.sampled_from(BLANKS + "  \n\n\taA1!/'漢")),
    longest=st.integers(0, 4),
    name=st.sampled_from(ENCODINGS),
)
@example(text="a!\n\n  \n  b", longest=1, name="cl100k_base")
@example(text=" \n \n \nb", longest=1, name="r50k_base")
@example(text="\u3000\u3000\u3000", longest=2, name="o200k_base")
def test_long_white_space_is_encoded_apart_as_in_place(
    published: Published, text: str, longest: int, name: str
) -> None:
    assert list(encode_apart(name, text, longest)) == plain(published[name], text)


HOSTILE = {
    "spaces": " " * 1_000_000,
    "spaces before a word": "a" + " " * 1_200_000 + "b",
    "wide spaces behind a line end": " \n" + "\u3000" * 1_050_000 + "x",
    "line ends before a word": "\r\n" * 600_000 + "x",
    "one letter": "a" * 1_000_000,
    "capitals": "A" * 1_000_000,
    "one Chinese character": "漢" * 300_000,
    "special tokens": "<|end|>" * 100_000,
    "lone surrogates": "\ud800" * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["o200k_base", "r50k_base"])
def test_hostile_texts_take_time_by_their_length(name: str, text: str) -> None:
    tokenizer = ByteLevel(name)
    tokenizer.count("build")
    start = time.process_time()
    count = tokenizer.count(text)
    assert time.process_time() - start < 15
    assert 0 < count <= len(text.encode("utf-8", "surrogatepass"))


def test_white_space_beyond_what_tiktoken_takes_counts_as_its_pieces(published: Published) -> None:
    words = "These are the words before." + "\n" * 3
    with pytest.raises(ValueError, match="stack"):
        plain(published["o200k_base"], words + " " * 1_200_000 + "and after")
    run = 128 * 9_000  # o200k and cl100k have a token of 128 spaces
    for name in ("o200k_base", "cl100k_base"):
        tokenizer = ByteLevel(name)
        expected = tokenizer.count(words) + 9_000 + tokenizer.count(" and after")
        assert tokenizer.count(words + " " * (run + 1) + "and after") == expected


@NAMES
def test_threads_share_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_KEPT", 20_000)  # forgets many times
    corpus = list(texts(800, seed=3)) * 2
    expected = [len(encode(name, text)) for text in corpus]
    tokenizer = ByteLevel(name)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(tokenizer.count, corpus)) == expected


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_KEPT", 20_000)
    tokenizer = ByteLevel("r50k_base")
    for text in texts(1_000, seed=5):
        tokenizer.count(text)
        tokenizer.count("user")
        assert sum(map(len, tokenizer._kept._found)) < 20_000
        assert len(tokenizer._kept._found) <= 100
    tokenizer.count("word " * 5_000)
    assert "word " * 5_000 not in tokenizer._kept._found


def test_an_unknown_name_is_refused_at_once() -> None:
    with pytest.raises(TokensError, match=r"o200k_bse.*o200k_base"):
        ByteLevel("o200k_bse")
