"""Examples counted by published costs: cases worked by hand over tiktoken's counts, and what always holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmarks.measure import best_cpu
from tests.harness import FIXTURES, valid_format

from turnlint.formats import all_formats, get_format
from turnlint.model import Example, ImageCosts, TokenCosts, TokenSettings, ToolCosts
from turnlint.text.decode import decode
from turnlint.tokens import Measured, TokensError, meter_of
from turnlint.tokens.costs import ByCosts
from turnlint.tokens.loss import is_trained
from turnlint.tokens.vocabulary import encoding

NEW = TokenSettings(costs=TokenCosts(published=True))
OLD = TokenSettings(tokenizer="cl100k_base", costs=TokenCosts(message=4, name=-1, published=True))


def o200k(*texts: str) -> int:
    """The tokens of texts, as tiktoken counts them."""
    return sum(len(encoding("o200k_base").encode(text, disallowed_special=())) for text in texts)


def example(value: dict[str, Any], format_name: str = "openai-chat") -> Example:
    return get_format(format_name).example(value)


def measure(
    value: dict[str, Any], format_name: str = "openai-chat", settings: TokenSettings = NEW
) -> Measured:
    return meter_of(settings).measure(example(value, format_name))


def message(role: str, content: Any, **keys: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **keys}


def chat(*messages: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"messages": [*messages], **keys}


SYSTEM, ASK, ANSWER = "You know the tides.", "When is low tide at Łeba?", "At 06:14, and again at 18:40. 🌊"
TALK = chat(message("system", SYSTEM), message("user", ASK), message("assistant", ANSWER))


def test_messages() -> None:
    found = measure(TALK)
    # Every role is one token; three for each message, three for the beginning of the reply.
    totals = [3 + 1 + o200k(SYSTEM), 3 + 1 + o200k(ASK), 3 + 1 + o200k(ANSWER)]
    assert [one.total for one in found.turns] == totals
    assert [one.trained for one in found.turns] == [0, 0, o200k(ANSWER)]
    assert [one.texts for one in found.turns] == [o200k(SYSTEM), o200k(ASK), o200k(ANSWER)]
    assert (found.rest, found.total, found.trained) == (3, 3 + sum(totals), o200k(ANSWER))
    assert not found.about


def test_words_of_known_length() -> None:
    found = measure(chat(message("user", "hello world"), message("assistant", "hello")))
    assert found.total == (3 + 1 + 2) + (3 + 1 + 1) + 3


def test_names() -> None:
    named = measure(chat(message("user", ASK, name="amara"), message("assistant", ANSWER)))
    plain = measure(chat(message("user", ASK), message("assistant", ANSWER)))
    assert named.total - plain.total == 1 + o200k("amara")
    assert not named.about


def test_other_encodings_and_costs() -> None:
    count = encoding("cl100k_base").encode
    found = measure(chat(message("user", ASK, name="amara"), message("assistant", ANSWER)), settings=OLD)
    assert (
        found.total == (4 + 1 + len(count(ASK)) - 1 + len(count("amara"))) + (4 + 1 + len(count(ANSWER))) + 3
    )


def test_costs_that_nobody_published_are_about_right() -> None:
    found = measure(TALK, settings=TokenSettings())
    assert found.about
    assert [one.texts for one in found.turns] == [o200k(SYSTEM), o200k(ASK), o200k(ANSWER)]
    assert found.total == measure(TALK).total


def test_weights_and_ids_cost_nothing() -> None:
    weighed = measure(chat(message("user", ASK), message("assistant", ANSWER, weight=1, id="msg_0123")))
    assert weighed.total == measure(chat(message("user", ASK), message("assistant", ANSWER))).total


@pytest.mark.parametrize(
    ("weight", "trained"),
    [(0, False), (0.0, False), (1, True), (None, True), (False, True), ("0", True), (0.5, True), ([], True)],
)
def test_weight_zero_takes_an_answer_out_of_the_loss(weight: Any, trained: bool) -> None:
    value = chat(
        message("user", ASK), message("assistant", ANSWER, weight=weight), message("assistant", "Yes.")
    )
    assert measure(value).trained == o200k("Yes.") + (o200k(ANSWER) if trained else 0)


def test_parts_and_refusals() -> None:
    parts = [{"type": "text", "text": SYSTEM}, {"type": "text", "text": ASK}]
    refused = [{"type": "refusal", "refusal": "I won't."}]
    found = measure(chat(message("user", parts), message("assistant", refused), message("assistant", ANSWER)))
    assert [one.total for one in found.turns] == [
        3 + 1 + o200k(SYSTEM, ASK),
        3 + 1 + o200k("I won't."),
        3 + 1 + o200k(ANSWER),
    ]
    beside = measure(chat(message("user", ASK), {"role": "assistant", "refusal": "I won't."}))
    assert beside.trained == o200k("I won't.")


TIDES = {
    "name": "tides",
    "description": "Tells the tides of a harbour.",
    "parameters": {
        "type": "object",
        "properties": {
            "harbour": {"type": "string", "description": "The harbour, such as Łeba."},
            "kind": {"type": "string", "description": "Which tide", "enum": ["low", "high"]},
        },
        "required": ["harbour"],
    },
}
TIDES_ALONE = (
    (7 + o200k("tides:Tells the tides of a harbour"))
    + 3
    + (3 + o200k("harbour:string:The harbour, such as Łeba"))
    + (3 + o200k("kind:string:Which tide"))
    + (-3 + (3 + o200k("low")) + (3 + o200k("high")))
)


def with_tools(*tools: Any, key: str = "tools") -> Measured:
    return measure(chat(message("user", ASK), message("assistant", ANSWER), **{key: [*tools]}))


def function(**keys: Any) -> dict[str, Any]:
    return {"type": "function", "function": keys}


def test_flat_tools_cost_what_the_cookbook_says() -> None:
    found = with_tools(function(**TIDES))
    assert (found.rest, found.about) == (3 + TIDES_ALONE + 12, False)
    assert found.total == found.rest + sum(one.total for one in found.turns)


def test_older_definitions_cost_the_same() -> None:
    assert with_tools(TIDES, key="functions").rest == 3 + TIDES_ALONE + 12


def test_the_end_of_the_tools_is_counted_once() -> None:
    plain = function(
        name="now", description="Tells the time...", parameters={"type": "object", "properties": {}}
    )
    # One full stop goes, the others stay; nothing is added for an empty list of parameters.
    assert (
        with_tools(function(**TIDES), plain).rest
        == 3 + TIDES_ALONE + (7 + o200k("now:Tells the time..")) + 12
    )


def test_older_models_write_functions_longer() -> None:
    settings = TokenSettings(costs=TokenCosts(tools=ToolCosts(function=10), published=True))
    value = chat(message("user", ASK), message("assistant", ANSWER), tools=[function(**TIDES)])
    assert measure(value, settings=settings).rest == 3 + TIDES_ALONE + 3 + 12


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "description": None},
        {"type": ["string", "null"], "description": "x"},
        {"description": "x"},
        {"type": "object", "description": "x", "properties": {"a": {"type": "string", "description": "y"}}},
        {"type": "array", "description": "x", "items": {"type": "object"}},
        {"type": "array", "description": "x", "items": {"type": "array", "items": {"type": "string"}}},
        {"type": "array", "description": "x", "items": {"$ref": "#"}},
        {"type": "array", "description": "x", "items": {"type": "string", "enum": ["a", "b"]}},
        {"type": "array", "description": "x", "items": {"type": "string", "anyOf": [{"enum": ["a"]}]}},
        {"type": "integer", "description": "x", "enum": [1, 2]},
        {"type": "string", "description": "x", "enum": "abc"},
        {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "x"},
        {"type": "string", "description": "x", "$ref": "#/$defs/a"},
        "string",
        None,
        [],
        17,
    ],
)
def test_what_the_cookbook_cannot_count_is_counted_as_json(schema: Any) -> None:
    found = with_tools(
        function(name="f", description="g", parameters={"type": "object", "properties": {"key": schema}})
    )
    written = json.dumps(schema, separators=(",", ":"))
    assert found.rest == 3 + (7 + o200k("f:g")) + 3 + (3 + o200k(f"key:{written}")) + 12
    assert found.about


@pytest.mark.parametrize(
    "items", [{"type": "string"}, {"type": "integer", "minimum": 0}], ids=["strings", "integers"]
)
def test_lists_of_plain_values_are_flat(items: Any) -> None:
    schema = {"type": "array", "description": "x", "items": items}
    found = with_tools(
        function(name="f", description="g", parameters={"type": "object", "properties": {"key": schema}})
    )
    assert found.rest == 3 + (7 + o200k("f:g")) + 3 + (3 + o200k("key:array:x")) + 12
    assert not found.about


@pytest.mark.parametrize(
    "parameters",
    [
        "none",
        [],
        7,
        {"$ref": "#/x"},
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "string"}}},
    ],
)
def test_parameters_of_another_shape_are_counted_as_json(parameters: Any) -> None:
    found = with_tools(function(name="f", description="g", parameters=parameters))
    written = json.dumps(parameters, separators=(",", ":"))
    assert (found.rest, found.about) == (3 + (7 + o200k("f:g")) + o200k(written) + 12, True)


def test_a_tool_of_which_parts_are_missing_is_about_right() -> None:
    assert (with_tools(function(name="f")).rest, with_tools(function(name="f")).about) == (
        3 + 7 + 2 + 12,
        True,
    )
    assert with_tools(function()).about


def test_tools_that_cannot_be_read_make_it_a_guess() -> None:
    found = with_tools(1, "tool", [])
    assert (found.rest, found.about) == (3, True)


def test_calls_and_results() -> None:
    arguments = '{"harbour": "Łeba", "kind": "low"}'
    call = {"id": "call_4f9aQ7", "type": "function", "function": {"name": "tides", "arguments": arguments}}
    result = {"role": "tool", "tool_call_id": "call_4f9aQ7", "content": "06:14"}
    found = measure(chat(message("user", ASK), {"role": "assistant", "tool_calls": [call, call]}, result))
    one_call = 3 + o200k("tides", arguments)
    assert [one.total for one in found.turns] == [
        3 + 1 + o200k(ASK),
        3 + 1 + 2 * one_call,
        3 + 1 + o200k("06:14"),
    ]
    assert found.trained == 2 * one_call
    assert found.turns[1].texts == 2 * o200k(arguments)
    assert found.about


def test_calls_of_the_older_form() -> None:
    call = {"name": "tides", "arguments": "{}"}
    result = {"role": "function", "name": "tides", "content": "06:14"}
    found = measure(chat(message("user", ASK), message("assistant", None, function_call=call), result))
    assert found.turns[1].total == 3 + 1 + 3 + o200k("tides", "{}")
    assert found.turns[2].total == 3 + 1 + o200k("06:14") + 1 + o200k("tides")


def test_arguments_that_are_no_text_count_as_their_json() -> None:
    call = {
        "id": "a",
        "type": "function",
        "function": {"name": "tides", "arguments": {"harbour": ["Łeba", 1]}},
    }
    found = measure(chat(message("user", ASK), {"role": "assistant", "tool_calls": [call]}))
    assert found.trained == 3 + o200k("tides", '{"harbour":["Łeba",1]}')


PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def picture(url: str, **keys: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **keys}}


@pytest.mark.parametrize(
    ("part", "cost", "about"),
    [
        (picture(PIXEL, detail="high"), 85 + 170, False),
        (picture(PIXEL, detail="low"), 85, False),
        (picture(PIXEL), 85 + 170, True),
        (picture("https://example.com/a.png", detail="high"), 85 + 4 * 170, True),
        ({"type": "image_url", "image_url": "https://example.com/a.png"}, 85 + 4 * 170, True),
        ({"type": "image_url"}, 85 + 4 * 170, True),
        (picture(PIXEL + "A" * 4_000_000, detail="high"), 85 + 170, False),
    ],
)
def test_images(part: Any, cost: int, about: bool) -> None:
    parts = [{"type": "text", "text": "What is"}, part, {"type": "text", "text": "this?"}]
    found = measure(chat(message("user", parts), message("assistant", ANSWER)))
    assert found.turns[0].total == 3 + 1 + o200k("What is", "this?") + cost
    assert found.turns[0].texts == o200k("What is", "this?")
    assert found.about is about


def test_images_of_models_that_see_patches() -> None:
    settings = TokenSettings(costs=TokenCosts(images=ImageCosts(patch=2.46), published=True))
    value = chat(message("user", [picture(PIXEL)]), message("assistant", ANSWER))
    assert measure(value, settings=settings).turns[0].total == 3 + 1 + 3


SHORT, LONG = "Yes.", "No: the tide turns at six, and the ferry waits for it."


@pytest.mark.parametrize(("better", "worse"), [(SHORT, LONG), (LONG, SHORT), (LONG, LONG)])
def test_preference_is_the_prompt_with_the_longer_answer(better: str, worse: str) -> None:
    value = {
        "input": chat(message("user", ASK), message("assistant", SHORT), message("user", ASK), tools=[]),
        "preferred_output": [message("assistant", better)],
        "non_preferred_output": [message("assistant", worse, weight=0)],
    }
    found = measure(value, "openai-preference")
    prompt = 2 * (3 + 1 + o200k(ASK)) + (3 + 1 + o200k(SHORT))
    assert found.total == prompt + (3 + 1 + o200k(LONG)) + 3
    assert found.trained == o200k(LONG)
    assert [one.trained for one in found.turns] == [0, 0, 0, o200k(better), o200k(worse)]


def test_preference_with_tools_and_answers_of_several_messages() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "tides", "arguments": "{}"}}
    steps = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "06:14"},
        message("assistant", ANSWER),
    ]
    prompt = {**chat(message("user", ASK)), "tools": [function(**TIDES)]}
    value = {
        "input": prompt,
        "preferred_output": steps,
        "non_preferred_output": [message("assistant", SHORT)],
    }
    found = measure(value, "openai-preference")
    assert found.trained == 3 + o200k("tides", "{}") + o200k(ANSWER)
    assert found.total == found.rest + sum(one.total for one in found.turns[:-1])
    assert found.rest == 3 + TIDES_ALONE + 12


def test_reinforcement_trains_on_no_text() -> None:
    value = chat(
        message("developer", SYSTEM), message("assistant", "Ask."), message("user", ASK), answer="06:14"
    )
    found = measure(value, "openai-reinforcement")
    assert found.total == 3 * (3 + 1) + o200k(SYSTEM, "Ask.", ASK) + 3
    assert found.trained == sum(one.trained for one in found.turns) == 0


@pytest.mark.parametrize(
    ("format_name", "value", "texts", "trained"),
    [
        ("prompt-completion", {"prompt": ASK, "completion": ANSWER}, [ASK, ANSWER], ANSWER),
        ("prompt-completion", {"prompt": "", "completion": ANSWER}, ["", ANSWER], ANSWER),
        ("alpaca", {"instruction": ASK, "input": "", "output": ANSWER}, [ASK, ANSWER], ANSWER),
        ("alpaca", {"system": SYSTEM, "instruction": ASK, "output": ANSWER}, [SYSTEM, ASK, ANSWER], ANSWER),
    ],
)
def test_texts_that_are_put_together_cost_themselves(
    format_name: str, value: dict[str, Any], texts: list[str], trained: str
) -> None:
    found = measure(value, format_name)
    assert [one.total for one in found.turns] == [o200k(text) for text in texts]
    assert (found.total, found.trained, found.rest) == (o200k(*texts), o200k(trained), 0)
    assert not found.about


def test_earlier_turns_of_an_instruction_belong_to_no_turn() -> None:
    history = [[ASK, ANSWER], ["And high tide?"], "nothing", [7, None, SHORT]]
    found = measure({"instruction": "Thanks.", "output": SHORT, "history": history}, "alpaca")
    assert found.rest == o200k(ASK, ANSWER, "And high tide?", SHORT)
    assert found.about


def test_sharegpt_is_a_chat() -> None:
    said = [
        {"from": "human", "value": ASK},
        {"from": "gpt", "value": ANSWER},
        {"from": "nobody", "value": SHORT},
    ]
    found = measure({"conversations": said[:2], "system": SYSTEM}, "sharegpt")
    assert found.total == 3 * (3 + 1) + o200k(SYSTEM, ASK, ANSWER) + 3
    assert (found.trained, found.about) == (o200k(ANSWER), False)
    strange = measure({"conversations": said}, "sharegpt")
    assert strange.turns[2].total == 3 + 1 + o200k(SHORT)
    assert strange.about


def test_a_call_that_is_a_text_counts_once() -> None:
    call = '{"name": "get_tide", "arguments": {"harbour": "Brest"}}'
    found = measure({"conversations": [{"from": "function_call", "value": call}]}, "sharegpt")
    assert found.total == 3 + 1 + o200k(call) + 3


@pytest.mark.parametrize("tools", ['[{"name": "tides"}]', [{"name": "tides"}]], ids=["text", "array"])
def test_tools_of_sharegpt_are_a_text(tools: Any) -> None:
    found = measure({"conversations": [{"from": "gpt", "value": ANSWER}], "tools": tools}, "sharegpt")
    assert found.rest == 3 + o200k(tools if isinstance(tools, str) else '[{"name":"tides"}]')
    assert found.about


def test_text_that_spells_a_special_token_is_text() -> None:
    text = "<|endoftext|><|im_start|>"
    assert (
        measure(chat(message("user", text), message("assistant", ANSWER))).turns[0].texts == o200k(text) > 5
    )


def test_a_tokenizer_of_another_name_is_refused() -> None:
    with pytest.raises(TokensError):
        ByCosts(TokenSettings(tokenizer="o300k_base"))


def _rows() -> Iterator[tuple[str, bytes]]:
    for path in sorted((FIXTURES / "valid").glob("*.jsonl")):
        for row in path.read_bytes().split(b"\n")[:-1]:
            yield valid_format(path), row


def consistent(one: Example, settings: TokenSettings = NEW) -> Measured:
    """What holds of every count."""
    meter = meter_of(settings)
    found = meter.measure(one)
    groups = [one.turns, one.preferred, one.non_preferred]
    totals: list[int] = []
    trained: list[int] = []
    turns = iter(found.turns)
    for group in groups:
        counted = [next(turns) for _ in group]
        assert [each.turn for each in counted] == [*group]
        totals.append(sum(each.total for each in counted))
        trained.append(sum(each.trained for each in counted))
    assert next(turns, None) is None
    assert found.total == found.rest + totals[0] + max(totals[1:])
    assert found.trained == trained[0] + trained[1 if totals[1] >= totals[2] else 2]
    for each in found.turns:
        assert 0 <= each.trained <= each.total
        assert each.texts is not None
        assert each.texts <= each.total
        assert is_trained(each.turn, one) or not each.trained
    bound = meter.bound(one)
    assert bound is not None
    assert found.total <= bound
    return found


def test_real_rows_of_every_format() -> None:
    seen = set()
    for name, row in _rows():
        one = get_format(name)
        example = one.example(orjson.loads(row))
        found = consistent(example)
        answers = [
            turn for turn in example.all_turns if turn.role == "assistant" and (turn.texts or turn.calls)
        ]
        assert (found.total > 0) == bool(example.all_turns)
        assert (found.trained > 0) == (bool(answers) and not example.is_prompt)
        seen.add(name)
    assert seen == {one.name for one in all_formats()}


def test_a_bound_is_found_without_a_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    meter = ByCosts(NEW)
    monkeypatch.setattr(type(meter._tokenizer), "count", refuse)
    for name, row in _rows():
        meter.bound(get_format(name).example(orjson.loads(row)))


def test_where_bytes_bound_no_tokens_there_is_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = ByCosts(NEW)
    monkeypatch.setattr(type(meter._tokenizer), "growth", None)
    assert meter.bound(example(TALK)) is None


TEXTS = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["", " ", "\ud800", "x\udc00\ud83d", "👩‍👩‍👧", "中文", "  \n\n ", "<|endoftext|>", "a" * 400]
)
KEYS = st.sampled_from(
    [
        *(
            "messages",
            "role",
            "content",
            "weight",
            "name",
            "refusal",
            "tool_calls",
            "function_call",
            "function",
        ),
        *(
            "arguments",
            "tools",
            "functions",
            "parameters",
            "properties",
            "type",
            "description",
            "enum",
            "items",
        ),
        *(
            "image_url",
            "url",
            "detail",
            "text",
            "input",
            "preferred_output",
            "non_preferred_output",
            "prompt",
        ),
        *("completion", "instruction", "output", "history", "system", "conversations", "from", "value"),
    ]
)
WORDS = st.sampled_from(
    ["user", "assistant", "text", "image_url", "high", "low", "object", "function", PIXEL]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXTS, inner, max_size=6),
    max_leaves=25,
)
MESSAGES = st.fixed_dictionaries(
    {"role": WORDS | VALUES},
    optional={
        "content": VALUES | TEXTS | st.lists(st.dictionaries(KEYS, VALUES | WORDS, max_size=4), max_size=4),
        "weight": VALUES,
        "name": VALUES,
        "refusal": VALUES,
        "tool_calls": VALUES | st.lists(st.fixed_dictionaries({"function": VALUES}), max_size=3),
        "function_call": VALUES,
    },
)
ROWS = st.dictionaries(KEYS, VALUES, max_size=6) | st.fixed_dictionaries(
    {"messages": st.lists(MESSAGES, max_size=4)},
    optional={
        "tools": VALUES | st.lists(st.fixed_dictionaries({"function": VALUES}), max_size=3),
        "functions": st.lists(st.fixed_dictionaries({"name": VALUES, "parameters": VALUES}), max_size=3),
    },
)


@given(ROWS, st.integers(-5, 200))
def test_no_row_is_an_error(value: dict[str, Any], limit: int) -> None:
    for one in all_formats():
        found = one.example(value)
        consistent(found)
        meter_of(NEW).cut(found, limit)


@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), TEXTS), max_size=6))
def test_chats_as_the_cookbook_adds_them_up(said: list[tuple[str, str]]) -> None:
    found = consistent(example(chat(*(message(role, text) for role, text in said))))
    counted = sum(3 + o200k(role) + o200k(text) for role, text in said)
    assert found.total == (3 + counted if said else 0)
    assert found.trained == o200k(*(text for role, text in said if role == "assistant"))


@given(ROWS, MESSAGES)
def test_one_more_message_is_never_less(value: dict[str, Any], more: dict[str, Any]) -> None:
    before = value.get("messages")
    before = before if type(before) is list else []
    less, greater = (measure({**value, "messages": one}) for one in (before, [*before, more]))
    assert less.total < greater.total
    assert less.trained <= greater.trained


def _nested(depth: int) -> Any:
    value: Any = {"type": "string"}
    for _ in range(depth):
        value = {"type": "object", "properties": {"a": value}}
    return value


def test_schemas_of_any_depth() -> None:
    for depth in (100, 250, 400, 20_000):
        found = with_tools(function(name="f", description="g", parameters=_nested(depth)))
        written = (
            '{"type":"object","properties":{"a":' * (depth - 1) + '{"type":"string"}' + "}}" * (depth - 1)
        )
        assert found.rest == 3 + (7 + o200k("f:g")) + 3 + 3 + o200k(f"a:{written}") + 12


def test_values_that_are_no_strict_json() -> None:
    schema = rb'{"\ud800":[1e999,NaN,123456789012345678901234567890,{}]}'
    tool = rb'{"type":"function","function":{"name":"\udfff","parameters":' + schema + b"}}"
    row = rb'{"messages":[{"role":"user","content":"\ud800"}],"tools":[' + tool + b"]}"
    value = decode(row).value
    found = consistent(example(value))
    written = '{"\ud800":[Infinity,NaN,123456789012345678901234567890,{}]}'
    assert found.rest == 3 + (7 + o200k("\udfff:")) + o200k(written) + 12


def _grows_linearly(make: Callable[[int], Example], small: int) -> None:
    few, many = make(small), make(small * 8)

    def count(one: Example) -> float:
        return best_cpu(
            lambda: (ByCosts(NEW).bound(one), ByCosts(NEW).measure(one), ByCosts(NEW).cut(one, 1000))
        )

    assert count(many) < 32 * count(few) + 0.05


HOSTILE: dict[str, Callable[[int], Example]] = {
    "tools": lambda n: example(chat(message("user", ASK), tools=[function(**TIDES)] * n)),
    "parameters": lambda n: example(
        chat(tools=[function(name="f", parameters={"properties": {f"p{i}": {} for i in range(n)}})])
    ),
    "nested": lambda n: example(chat(tools=[function(name="f", parameters=_nested(n))])),
    "messages": lambda n: example(chat(*[message("user", "x")] * n)),
    "parts": lambda n: example(chat(message("user", [{"type": "text", "text": "x"}, picture(PIXEL)] * n))),
    "calls": lambda n: example(
        chat(
            message("assistant", None, tool_calls=[{"function": {"name": "f", "arguments": {"a": [1]}}}] * n)
        )
    ),
    "answers": lambda n: example(
        {
            "preferred_output": [message("assistant", "x")] * n,
            "non_preferred_output": [message("user", "x")] * n,
        },
        "openai-preference",
    ),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_large_rows_take_time_by_their_size(make: Callable[[int], Example]) -> None:
    consistent(make(10_000))
    _grows_linearly(make, 1_250)


def test_every_kind_of_turn_has_one_idea_of_the_loss() -> None:
    """Turns of another role are never trained on, whatever the format."""
    for name, row in _rows():
        one = get_format(name).example(orjson.loads(row))
        trained = [turn for turn in one.all_turns if is_trained(turn, one)]
        assert {turn.role for turn in trained} <= {"assistant"}
        assert not set(map(id, trained)) & set(map(id, one.turns)) or one.outputs is None
        if one.outputs is not None:
            assert [*map(id, trained)] == [
                id(turn) for turn in chain(one.preferred, one.non_preferred) if turn.role == "assistant"
            ]
