"""TOML: where settings stand in a file, and values written so that TOML reads them back."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.config.toml import leaves, lines_of, spelled

TEXT = """# settings
target = "openai"
ignore = [
  "a", # [not] = "a key"
  "b",
]

[severity]
x.y = "info"
"q q" = '''
[nope]
z = 1'''
[[dataset]]
train = ["a\u2028b"]
tokens = {limit = 3, deep = {er = 1}}
[[dataset]]
name = "x"
[dataset.sub]
k = 1
[rules.exact-duplicate]
max_copies = 2
"""


def test_every_value_is_found_on_its_line() -> None:
    found = lines_of(TEXT)
    assert found.keys() == dict(leaves(tomllib.loads(TEXT))).keys()
    lines = TEXT.split("\n")
    for keys, number in found.items():
        line = lines[number - 1]
        assert any(str(key) in line for key in keys[-2:]), (keys, line)
    assert found["dataset", 1, "sub", "k"] == 19


def test_what_goes_on_and_on_is_given_up() -> None:
    text = "a = 1\nb = [\n" + "1,\n" * 5_000 + "]\nc = 2\n"
    assert lines_of(text) == {("a",): 1}


_VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_what_is_spelled_reads_back(value: object) -> None:
    text = spelled(value)
    assert "\n" not in text
    assert tomllib.loads(f"value = {text}") == {"value": value}


def test_half_an_emoji_cannot_be_spelled() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        spelled("\ud83d")
