"""Where a limit cuts an example, against an example that is written out token by token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.formats import get_format
from turnlint.model import Example, Place, Pointer, TokenCosts, TokenSettings, Turn
from turnlint.tokens import Cut, Measured, costs, meter_of, tokenizer_of
from turnlint.tokens.costs import ByCosts

SETTINGS = TokenSettings(costs=TokenCosts(published=True))


def example(value: dict[str, Any], format_name: str = "openai-chat") -> Example:
    return get_format(format_name).example(value)


def message(role: str, content: Any, **keys: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **keys}


def chat(*messages: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"messages": [*messages], **keys}


def lost(value: dict[str, Any], cut: Cut) -> str:
    """The slice of the row at the place of a cut."""
    assert cut.place is not None
    assert cut.place.chars is not None
    for step in cut.place.pointer:
        value = value[step]  # type: ignore[index]
    assert isinstance(value, str)
    return value[slice(*cut.place.chars)]


class Letters:
    """Every code point is a token, so that a cut can be worked out on paper."""

    growth: int | None = 1

    def count(self, text: str) -> int:
        return len(text)

    def head(self, text: str, tokens: int) -> int:
        return min(len(text), tokens)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> ByCosts:
    return _letters(monkeypatch)


def _letters(monkeypatch: pytest.MonkeyPatch) -> ByCosts:
    monkeypatch.setattr(costs, "tokenizer_of", lambda _: Letters())
    return ByCosts(SETTINGS)


TALK = chat(message("user", "one two"), message("assistant", "three, four 👩‍👩‍👧 five"))
# 3 for the reply; 3 + "user" + 7 = 14 up to 17; 3 + "assistant" = 12 up to 29; then the answer of 22 letters.


@pytest.mark.parametrize(
    ("limit", "turn", "words", "trained"),
    [
        (50, 1, "e", 21),
        (47, 1, "five", 18),
        (46, 1, "five", 17),
        (45, 1, "👧", 16),
        (35, 1, "four", 6),
        (36, 1, "four", 7),
        (37, 1, "our", 8),
        (29, 1, "three,", 0),
        (28, 1, "three,", 0),
        (17, 1, "three,", 0),
        (16, 0, "o", 0),
        (14, 0, "two", 0),
        (13, 0, "two", 0),
        (12, 0, "e", 0),
        (9, 0, "one", 0),
        (3, 0, "one", 0),
    ],
)
def test_a_chat_on_paper(letters: ByCosts, limit: int, turn: int, words: str, trained: int) -> None:
    one = example(TALK)
    found = letters.cut(one, limit)
    assert found.turn is one.turns[turn]
    assert lost(TALK, found) == words
    assert found.trained == trained


@pytest.mark.parametrize("limit", [2, 0, -1])
def test_a_limit_before_all_turns(letters: ByCosts, limit: int) -> None:
    assert letters.cut(example(TALK), limit) == Cut(None, None, 0)


def test_tools_come_before_the_turns(letters: ByCosts) -> None:
    tool = {"type": "function", "function": {"name": "tides", "description": "Tells the tides."}}
    one = example({**TALK, "tools": [tool]})
    rest = letters.measure(one).rest
    assert rest == 3 + 7 + len("tides:Tells the tides") + 12
    assert letters.cut(one, rest - 1).turn is None
    assert letters.cut(one, rest).turn is one.turns[0]
    assert letters.cut(one, rest + 49) == letters.cut(example(TALK), 3 + 49)


def _answers(*texts: str) -> list[dict[str, Any]]:
    return [message("assistant", text) for text in texts]


@pytest.mark.parametrize("longer", ["preferred_output", "non_preferred_output"])
def test_of_two_answers_the_longer_one_is_cut(letters: ByCosts, longer: str) -> None:
    value = {
        "input": chat(message("user", "ask")),
        "preferred_output": _answers("one two"),
        "non_preferred_output": _answers("one two"),
        longer: _answers("one", "two three"),
    }
    found = letters.cut(example(value, "openai-preference"), 3 + 10 + (12 + 3) + (12 + 4))
    assert found.turn is not None
    assert found.turn.pointer == (longer, 1)
    assert lost(value, found) == "three"
    assert found.trained == 3 + 4


def test_images_and_texts_stand_in_the_order_of_the_row(letters: ByCosts) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
    parts = [{"type": "text", "text": "look"}, image, {"type": "text", "text": "at it"}]
    value = chat(message("user", parts), message("assistant", "Yes."))
    one = example(value)
    before = 3 + (3 + 4)
    assert lost(value, letters.cut(one, before + 3)) == "k"
    for limit in (before + 4, before + 4 + 84, before + 4 + 85):
        found = letters.cut(one, limit)
        assert lost(value, found) == "at"
        assert found.place == Place(("messages", 0, "content", 2, "text"), chars=(0, 2))
    assert lost(value, letters.cut(one, before + 4 + 85 + 3)) == "it"


def test_an_image_at_the_end_has_no_words(letters: ByCosts) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    one = example(
        chat(message("assistant", "Yes."), message("user", [{"type": "text", "text": "look"}, image]))
    )
    assert letters.cut(one, letters.measure(one).total - 1) == Cut(one.turns[1], None, 4)


CALL = {"id": "a", "type": "function", "function": {"name": "tides", "arguments": '{"harbour": "Łeba"}'}}


def test_arguments_are_cut_as_a_text(letters: ByCosts) -> None:
    value = chat(message("user", "x"), {"role": "assistant", "content": "So: ", "tool_calls": [CALL]})
    one = example(value)
    opening = 3 + (3 + 4 + 1) + (3 + 9)
    assert lost(value, letters.cut(one, opening + 3)) == " "
    for limit in (opening + 4, opening + 4 + 3 + 4):
        found = letters.cut(one, limit)
        assert (lost(value, found), found.trained) == ('{"harbour":', 4)
    found = letters.cut(one, opening + 4 + 3 + 5 + 12)
    assert (lost(value, found), found.trained) == ('"Łeba"}', 4 + 3 + 5 + 12)


def test_arguments_that_are_no_text_are_lost_as_a_whole(letters: ByCosts) -> None:
    call = {"function": {"name": "tides", "arguments": {"a": [1, 2, 3]}}}
    one = example(chat(message("user", "x"), {"role": "assistant", "tool_calls": [call]}))
    total = letters.measure(one).total
    assert letters.cut(one, total - 1) == Cut(one.turns[1], None, 3 + 5)


def test_what_is_not_trained_on_does_not_survive_as_such(letters: ByCosts) -> None:
    value = chat(*_answers("one"), message("assistant", "two", weight=0), message("assistant", "three four"))
    one = example(value)
    assert letters.cut(one, letters.measure(one).total - 1).trained == 3 + 9
    assert letters.cut(one, 3 + 15 + 13).trained == 3
    prompt = example(value | {"grader": 1}, "openai-reinforcement")
    assert letters.cut(prompt, letters.measure(prompt).total - 1).trained == 0


def test_a_word_without_end_is_shown_in_part(letters: ByCosts) -> None:
    value = chat(message("assistant", "あ" * 1_000))
    found = letters.cut(example(value), 3 + 12 + 100)
    assert found.place == Place(("messages", 0, "content"), chars=(100, 140))


class Unit(NamedTuple):
    """A token as the example is written out."""

    turn: Turn | None
    trained: bool = False
    pointer: Pointer | None = None
    at: int = 0


def written(one: Example, found: Measured) -> Iterator[Unit]:
    """A plain example token by token, where each letter is one."""
    yield from [Unit(None)] * found.rest
    chats = any(not turn.implied for turn in one.turns)
    for turn in one.turns:
        trained = turn.role == "assistant" and turn.weight != 0
        yield from [Unit(turn)] * (3 + len(turn.role or "user") if chats else 0)
        for text in turn.texts:
            yield from (Unit(turn, trained, text.pointer, at) for at in range(len(text.value)))


TEXTS = st.text("ab \n中👧\ud800e\u0301", max_size=12)
CHATS = st.lists(
    st.builds(
        lambda role, texts, weight: message(
            role, [{"type": "text", "text": text} for text in texts], **({"weight": 0} if weight else {})
        ),
        st.sampled_from(["system", "user", "assistant"]),
        st.lists(TEXTS, max_size=3),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
).map(lambda messages: example(chat(*messages)))
PAIRS = st.builds(
    lambda prompt, completion: example({"prompt": prompt, "completion": completion}, "prompt-completion"),
    TEXTS,
    TEXTS,
)


@given(CHATS | PAIRS, st.data())
def test_a_cut_is_where_the_written_example_ends(one: Example, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        meter = _letters(patch)
        found = meter.measure(one)
        units = [*written(one, found)]
        assert found.total == len(units)
        assert found.trained == sum(unit.trained for unit in units)
        if not units:
            return
        limit = data.draw(st.integers(0, len(units) - 1))
        cut = meter.cut(one, limit)
    assert cut.turn is units[limit].turn
    assert cut.trained == sum(unit.trained for unit in units[:limit])
    lost = [unit for unit in units[limit:] if unit.turn is cut.turn and unit.pointer is not None]
    assert (cut.place is None) == (cut.turn is None or not lost)
    if cut.place is None:
        return
    assert cut.place.pointer == lost[0].pointer
    assert cut.place.chars is not None
    start, end = cut.place.chars
    (text,) = (text.value for turn in one.turns for text in turn.texts if text.pointer == lost[0].pointer)
    assert lost[0].at <= start < end <= len(text)
    if text[lost[0].at :].isspace():
        assert (start, end) == (lost[0].at, len(text))
    else:
        assert text[lost[0].at : start].strip() == ""
        assert not any(map(str.isspace, text[start:end]))
        assert end == len(text) or text[end].isspace()


MIXED = (
    "The ferry leaves at 06:14, so be early. 中文和日本語のテキスト "
    "👩‍👩‍👧 naïve façade ﷽ \n\n    def tide(): return 'łow'  \t 12345678 "
)


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
@pytest.mark.parametrize(
    "text", [MIXED, MIXED * 3, "x" * 300, "🌊" * 40, " " * 200 + "x", "\ud83d" * 9 + "a\udc00"]
)
def test_real_tokens_survive_up_to_the_limit(name: str, text: str) -> None:
    """What stands before the place fits, and one character more would not."""
    settings = TokenSettings(tokenizer=name, costs=TokenCosts(published=True))
    meter, tokenizer = meter_of(settings), tokenizer_of(name)
    value = chat(message("user", "Tell me."), message("assistant", text), message("user", "Thanks."))
    one = example(value)
    total = meter.measure(one).total
    before, said = 3 + meter.measure(one).turns[0].total + 4, tokenizer.count(text)
    previous = 0
    for limit in range(before, before + said):
        found = meter.cut(one, limit)
        assert found.turn is one.turns[1]
        assert found.trained == limit - before
        assert found.place is not None
        assert found.place.chars is not None
        start = tokenizer.head(text, limit - before)
        assert tokenizer.count(text[:start]) <= limit - before
        assert found.place.chars[0] == start + len(text[start:]) - len(text[start:].lstrip() or text[start:])
        assert found.place.chars[0] >= previous
        previous = found.place.chars[0]
    assert meter.cut(one, before + said).turn is one.turns[2]
    assert meter.cut(one, total - 1).trained == said


@given(st.integers(0, 120), st.integers(0, 120))
def test_a_higher_limit_never_leaves_less(one_limit: int, other_limit: int) -> None:
    value = chat(
        message("system", "You know the tides."),
        *_answers("At six. 🌊", "Again at 18:40."),
        message("user", "中文?"),
        {"role": "assistant", "content": "So:", "tool_calls": [CALL, CALL]},
    )
    meter, one = meter_of(SETTINGS), example(value)
    low, high = (meter.cut(one, limit) for limit in sorted((one_limit, other_limit)))
    assert low.trained <= high.trained <= meter.measure(one).trained


def test_an_example_that_fits_loses_nothing() -> None:
    meter, one = meter_of(SETTINGS), example(TALK)
    found = meter.measure(one)
    assert meter.cut(one, found.total) == Cut(None, None, found.trained)
