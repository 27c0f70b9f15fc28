"""Rows of one format as rows of another: they say the same, or it is said why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness import FIXTURES, every_row

from turnlint.config import all_targets, resolve
from turnlint.engine import RowChecker
from turnlint.engine.convert import LOSSES, Refusal, RowConverter
from turnlint.engine.meaning import said, settled
from turnlint.formats import Format, all_formats, conversions, get_format
from turnlint.model import Severity, format_pointer
from turnlint.text.exact import read, write

WRITTEN = [one for one in all_formats() if one.compose]
SOURCES = [one for one in all_formats() if conversions(one.name)]


@cache
def converter(target: str, *given_up: str) -> RowConverter:
    return RowConverter(get_format(target), resolve(), given_up)


def convert(row: Any, source: str, target: str, *given_up: str) -> Any:
    """The converted row as a value. Raises Refused."""
    text, refusals = converter(target, *given_up).convert(_bytes(row), get_format(source))
    if refusals:
        raise Refused(refusals)
    return json.loads(text)


def refusals(row: Any, source: str, target: str, *given_up: str) -> list[tuple[str, str]]:
    """Where and what of a row is refused: pointer and loss."""
    _, found = converter(target, *given_up).convert(_bytes(row), get_format(source))
    return [(format_pointer(one.pointer), one.loss) for one in found]


class Refused(Exception):  # noqa: N818
    """A row that should have been converted."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(refusals)


def _bytes(row: Any) -> bytes:
    return row if type(row) is bytes else json.dumps(row, ensure_ascii=False).encode()


def meaning(row: Any, one: Format) -> dict[Any, tuple[str, str]]:
    return {key: (found.loss, found.value) for key, found in said(settled(one.example(read(row)))).items()}


@cache
def valid_rows(name: str) -> list[bytes]:
    """The valid rows of a format, those for a single target among them."""
    names = {one.name for one in all_formats()}
    targets = (f"{name}-{one}" for one in all_targets())
    stems = [name, *(stem for stem in targets if stem not in names)]
    files = (FIXTURES / "valid" / f"{stem}.jsonl" for stem in stems)
    return [row for file in files if file.exists() for row in file.read_bytes().split(b"\n")[:-1]]


def _message(**keys: Any) -> Any:
    return {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", **keys}]}


def _shown(*parts: Any) -> Any:
    return {"messages": [{"role": "user", "content": list(parts)}, {"role": "assistant", "content": "b"}]}


IMAGE: dict[str, Any] = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
HALF = {"type": "text", "text": "half"}


# What is written


CHAT = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Tallest mountain?"},
        {"role": "assistant", "content": "Everest."},
    ]
}
PAIR = {"prompt": "Tallest mountain?", "completion": "Everest."}
IS = "What is the weather in Oslo?"
CALL = {"name": "weather", "arguments": {"city": "Oslo", "days": 1.50}}
FUNCTION = {
    "name": "weather",
    "description": "Tells it.",
    "parameters": {"type": "object", "properties": {"city": {}}},
}
ASKED: list[dict[str, Any]] = [
    {"role": "user", "content": IS},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call00001",
                "type": "function",
                "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call00001", "content": "3 °C"},
    {"role": "assistant", "content": "Three degrees."},
]
TOOLS = [{"type": "function", "function": FUNCTION}]


@pytest.mark.parametrize(
    ("target", "row"),
    [
        ("chat", CHAT),
        ("together-chat", CHAT),
        ("mistral-chat", CHAT),
        (
            "sharegpt",
            {
                "conversations": [
                    {"from": "system", "value": "Be brief."},
                    {"from": "human", "value": "Tallest mountain?"},
                    {"from": "gpt", "value": "Everest."},
                ]
            },
        ),
        (
            "alpaca",
            {"instruction": "Tallest mountain?", "input": "", "output": "Everest.", "system": "Be brief."},
        ),
        (
            "cohere-chat",
            {
                "messages": [
                    {"role": "System", "content": "Be brief."},
                    {"role": "User", "content": "Tallest mountain?"},
                    {"role": "Chatbot", "content": "Everest."},
                ]
            },
        ),
        ("anthropic-messages", {"system": "Be brief.", "messages": CHAT["messages"][1:]}),
        (
            "gemini",
            {
                "contents": [
                    {"role": "user", "parts": [{"text": "Tallest mountain?"}]},
                    {"role": "model", "parts": [{"text": "Everest."}]},
                ],
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
            },
        ),
        (
            "converse",
            {
                "schemaVersion": "bedrock-conversation-2024",
                "system": [{"text": "Be brief."}],
                "messages": [
                    {"role": "user", "content": [{"text": "Tallest mountain?"}]},
                    {"role": "assistant", "content": [{"text": "Everest."}]},
                ],
            },
        ),
        ("trl-prompt-completion", {"prompt": CHAT["messages"][:2], "completion": CHAT["messages"][2:]}),
    ],
)
def test_a_conversation(target: str, row: Any) -> None:
    assert convert(CHAT, "openai-chat", target) == row
    assert convert(row, target, "openai-chat") == CHAT


def test_a_pair() -> None:
    assert convert(PAIR, "prompt-completion", "openai-chat") == {"messages": CHAT["messages"][1:]}
    assert convert({"messages": CHAT["messages"][1:]}, "openai-chat", "prompt-completion") == PAIR


@pytest.mark.parametrize(
    ("target", "row"),
    [
        (
            "sharegpt",
            {
                "conversations": [
                    {"from": "human", "value": IS},
                    {"from": "function_call", "value": '{"name":"weather","arguments":{"city":"Oslo"}}'},
                    {"from": "observation", "value": "3 °C"},
                    {"from": "gpt", "value": "Three degrees."},
                ],
                "tools": json.dumps([FUNCTION], separators=(",", ":")),
            },
        ),
        (
            "gemini",
            {
                "contents": [
                    {"role": "user", "parts": [{"text": IS}]},
                    {
                        "role": "model",
                        "parts": [{"functionCall": {"name": "weather", "args": {"city": "Oslo"}}}],
                    },
                    {
                        "role": "user",
                        "parts": [{"functionResponse": {"name": "weather", "response": {"output": "3 °C"}}}],
                    },
                    {"role": "model", "parts": [{"text": "Three degrees."}]},
                ],
                "tools": [{"functionDeclarations": [FUNCTION]}],
            },
        ),
        (
            "converse",
            {
                "schemaVersion": "bedrock-conversation-2024",
                "messages": [
                    {"role": "user", "content": [{"text": IS}]},
                    {
                        "role": "assistant",
                        "content": [
                            {
                                "toolUse": {
                                    "toolUseId": "call00001",
                                    "name": "weather",
                                    "input": {"city": "Oslo"},
                                }
                            }
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"toolResult": {"toolUseId": "call00001", "content": [{"text": "3 °C"}]}}
                        ],
                    },
                    {"role": "assistant", "content": [{"text": "Three degrees."}]},
                ],
                "toolConfig": {
                    "tools": [
                        {
                            "toolSpec": {
                                "name": "weather",
                                "description": "Tells it.",
                                "inputSchema": {"json": FUNCTION["parameters"]},
                            }
                        }
                    ]
                },
            },
        ),
    ],
)
def test_calls(target: str, row: Any) -> None:
    chat = {"messages": ASKED, "tools": TOOLS}
    assert convert(chat, "openai-chat", target) == row
    back = convert(row, target, "openai-chat")
    assert back == json.loads(json.dumps(chat).replace('\\"city\\": ', '\\"city\\":'))


COMPARED = {
    "input": {"messages": CHAT["messages"][:2]},
    "preferred_output": [{"role": "assistant", "content": "Everest."}],
    "non_preferred_output": [{"role": "assistant", "content": "K2."}],
}


@pytest.mark.parametrize(
    ("target", "row"),
    [
        ("together-preference", COMPARED),
        (
            "preference",
            {
                "prompt": CHAT["messages"][:2],
                "chosen": [{"role": "assistant", "content": "Everest."}],
                "rejected": [{"role": "assistant", "content": "K2."}],
            },
        ),
        (
            "sharegpt-preference",
            {
                "conversations": [
                    {"from": "system", "value": "Be brief."},
                    {"from": "human", "value": "Tallest mountain?"},
                ],
                "chosen": {"from": "gpt", "value": "Everest."},
                "rejected": {"from": "gpt", "value": "K2."},
            },
        ),
        (
            "alpaca-preference",
            {
                "instruction": "Tallest mountain?",
                "input": "",
                "chosen": "Everest.",
                "rejected": "K2.",
                "system": "Be brief.",
            },
        ),
        (
            "gemini-preference",
            {
                "contents": [{"role": "user", "parts": [{"text": "Tallest mountain?"}]}],
                "completions": [
                    {"score": 1, "completion": {"role": "model", "parts": [{"text": "Everest."}]}},
                    {"score": 0, "completion": {"role": "model", "parts": [{"text": "K2."}]}},
                ],
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
            },
        ),
        (
            "ranked-preference",
            {
                "context": CHAT["messages"][:2],
                "completions": [
                    {"rank": 0, "completion": [{"role": "assistant", "content": "Everest."}]},
                    {"rank": 1, "completion": [{"role": "assistant", "content": "K2."}]},
                ],
            },
        ),
    ],
)
def test_a_comparison(target: str, row: Any) -> None:
    assert convert(COMPARED, "openai-preference", target) == row
    assert convert(row, target, "openai-preference") == COMPARED


def test_a_comparison_whose_prompt_stands_in_both_answers() -> None:
    row = {
        "chosen": [*CHAT["messages"][:2], {"role": "assistant", "content": "Everest."}],
        "rejected": [*CHAT["messages"][:2], {"role": "assistant", "content": "K2."}],
    }
    assert convert(row, "preference", "openai-preference") == COMPARED


ANSWERED = {
    "prompt": [*CHAT["messages"], {"role": "user", "content": "Second?"}],
    "completion": [{"role": "assistant", "content": "K2."}],
}


def test_answers_of_a_prompt_are_not_learnt() -> None:
    system, question, answer, second = ANSWERED["prompt"]
    prompt = [system, question, {**answer, "weight": 0}, second]
    for target in ("openai-chat", "together-chat", "chat"):
        assert convert(ANSWERED, "trl-prompt-completion", target) == {
            "messages": [*prompt, *ANSWERED["completion"]]
        }
        back = {"messages": [*prompt, *ANSWERED["completion"]]}
        assert convert(back, target, "trl-prompt-completion") == ANSWERED


@pytest.mark.parametrize("target", ["nemo-chat", "alpaca", "gemini", "converse"])
def test_a_format_without_weights_cannot_say_that(target: str) -> None:
    assert refusals(ANSWERED, "trl-prompt-completion", target) == [("/prompt/2", "weights")]
    assert convert(ANSWERED, "trl-prompt-completion", target, "weights")


def test_a_completion_is_learnt_whatever_its_weight() -> None:
    row = _message(weight=0)
    assert refusals(row, "openai-chat", "trl-prompt-completion") == [("/messages/1/weight", "weights")]


def test_a_first_answer_that_nemo_does_not_learn() -> None:
    row = {
        "system": "",
        "mask": "User",
        "conversations": [
            {"from": "Assistant", "value": "Hello."},
            {"from": "User", "value": "a"},
            {"from": "Assistant", "value": "b"},
        ],
    }
    greeted = {"messages": [{"role": "assistant", "content": "Hello.", "weight": 0}, *_message()["messages"]]}
    assert convert(row, "nemo-chat", "openai-chat") == greeted
    assert convert(greeted, "openai-chat", "nemo-chat") == row
    del greeted["messages"][0]["weight"]
    assert refusals(greeted, "openai-chat", "nemo-chat") == [("/messages/0", "")]


def _calling(text: str, **keys: Any) -> Any:
    said = [("human", "a"), ("function_call", text), ("observation", "r"), ("gpt", "b")]
    return {"conversations": [{"from": who, "value": words} for who, words in said], **keys}


@pytest.mark.parametrize("arguments", ['{"a":-0,"b":1.50,"c":12345678901234567890123,"d":1e5}', "{}"])
def test_calls_in_a_text_keep_what_is_written(arguments: str) -> None:
    row = _calling(f'{{"name":"f","arguments":{arguments}}}')
    text, refused = converter("chat").convert(_bytes(row), get_format("sharegpt"))
    assert not refused
    assert f'"arguments":{arguments}' in text
    back, refused = converter("sharegpt").convert(text.encode(), get_format("chat"))
    assert (json.loads(back), refused) == (row, ())


@pytest.mark.parametrize(
    ("text", "place", "loss"),
    [
        ('{"name":"f","arguments":{"a":1,"a":2}}', "/conversations/1/value", ""),
        ('{"name":"f","arguments":{"a":"\\ud800"}}', "/conversations/1/value", ""),
        ('{"name":"f","arguments":{"a":NaN}}', "/conversations/1/value", ""),
        ('{"name":"f","arguments":{},"id":"x"}', "/conversations/1/value", "keys"),
    ],
)
def test_calls_in_a_text_that_parsers_may_read_otherwise(text: str, place: str, loss: str) -> None:
    for target in ("chat", "openai-chat", "converse"):
        assert refusals(_calling(text), "sharegpt", target) == [(place, loss)]


def test_a_text_that_lists_no_tools_says_nothing() -> None:
    row = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "tools": "[]"}
    for target in ("chat", "openai-chat", "alpaca", "converse"):
        assert "tools" not in convert(row, "sharegpt", target)


def test_tools_in_a_text_with_a_key_twice() -> None:
    tools = '[{"name":"f","description":"a","description":"b"}]'
    row = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "tools": tools}
    assert refusals(row, "sharegpt", "openai-chat") == [("/tools", "")]


def test_arguments_with_a_key_twice() -> None:
    row = {"messages": json.loads(json.dumps(ASKED).replace("{\\", '{\\"city\\": 1, \\')), "tools": TOOLS}
    assert convert(row, "openai-chat", "together-chat")
    assert refusals(row, "openai-chat", "converse") == [("/messages/1/tool_calls/0/function/arguments", "")]


def test_a_result_that_looks_like_that_of_gemini() -> None:
    answer = '{"output":"x"}'
    question, call, result, last = ASKED
    row = {"messages": [question, call, result | {"content": answer}, last], "tools": TOOLS}
    there = convert(row, "openai-chat", "gemini")
    assert convert(there, "gemini", "openai-chat")["messages"][2]["content"] == answer


def test_an_instruction_with_input_and_history() -> None:
    row = {"instruction": "Translate.", "input": "Danke", "output": "Thanks", "history": [["Hi", "Hallo"]]}
    chat = convert(row, "alpaca", "openai-chat")
    assert [one["content"] for one in chat["messages"]] == ["Hi", "Hallo", "Translate.\nDanke", "Thanks"]
    assert convert(chat, "openai-chat", "alpaca") == {
        "instruction": "Translate.\nDanke",
        "input": "",
        "output": "Thanks",
        "history": [["Hi", "Hallo"]],
    }


def test_calls_of_the_older_form_become_calls() -> None:
    row = {
        "messages": [
            {"role": "user", "content": IS},
            {"role": "assistant", "function_call": {"name": "weather", "arguments": "{}"}},
            {"role": "function", "name": "weather", "content": "3 °C"},
            {"role": "assistant", "content": "Three."},
        ],
        "functions": [FUNCTION],
    }
    found = convert(row, "openai-chat", "chat")
    assert found["messages"][1]["tool_calls"][0]["id"] == found["messages"][2]["tool_call_id"] == "call00001"
    assert found["tools"] == TOOLS


def test_ids_that_a_format_cannot_have_are_made_anew() -> None:
    row = {"messages": json.loads(json.dumps(ASKED).replace("call00001", "call_abc")), "tools": TOOLS}
    assert refusals(row, "openai-chat", "mistral-chat") == [("/messages/1/tool_calls/0/id", "call-ids")]
    found = convert(row, "openai-chat", "mistral-chat", "call-ids")
    assert found["messages"][1]["tool_calls"][0]["id"] == found["messages"][2]["tool_call_id"] == "call00001"
    assert "content" not in found["messages"][1]


def test_arguments_stay_as_they_are_where_both_ways_are_right() -> None:
    messages = json.loads(json.dumps(ASKED))
    messages[1]["tool_calls"][0]["function"]["arguments"] = CALL["arguments"]
    row = json.dumps({"messages": messages, "tools": TOOLS}).replace("1.5", "1.50").encode()
    found = converter("openai-chat").convert(row, get_format("chat"))
    assert r'"arguments":"{\"city\":\"Oslo\",\"days\":1.50}"' in found[0]


def test_marks_of_images_and_their_column() -> None:
    shared = {
        "conversations": [
            {"from": "human", "value": "<image>Is it <image>?"},
            {"from": "gpt", "value": "Yes."},
        ],
        "images": ["a.png", "b.png"],
    }
    marked = [
        {"type": "image"},
        {"type": "text", "text": "Is it "},
        {"type": "image"},
        {"type": "text", "text": "?"},
    ]
    chat = {
        "messages": [{"role": "user", "content": marked}, {"role": "assistant", "content": "Yes."}],
        "images": ["a.png", "b.png"],
    }
    assert convert(shared, "sharegpt", "chat") == chat
    assert convert(chat, "chat", "sharegpt", "parts") == shared


@pytest.mark.parametrize(
    "row",
    [
        {**_shown("a"), "images": ["a.png"]},  # no mark says where
        {
            **_shown({"type": "image"}, {"type": "text", "text": "a"}),
            "images": ["a.png"],
            "videos": ["b.mp4"],
        },
    ],
)
def test_columns_of_media_that_would_mean_something_else(row: Any) -> None:
    if row["messages"][0]["content"] == ["a"]:
        row["messages"][0]["content"] = "a"
    assert ("/images", "media") in refusals(row, "chat", "sharegpt")


# What is kept of a row besides


def test_free_keys_are_kept_where_the_format_leaves_keys_free() -> None:
    row = {**PAIR, "id": 7, "meta": {"source": ["a", None]}}
    assert convert(row, "trl-prompt-completion", "sharegpt")["meta"] == row["meta"]
    assert refusals(row, "trl-prompt-completion", "openai-chat") == [("/id", "keys")]
    assert convert(row, "trl-prompt-completion", "openai-chat", "keys") == {"messages": CHAT["messages"][1:]}


def test_a_free_key_that_the_format_gives_a_meaning_is_not_kept() -> None:
    row = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "output": "c"}
    assert refusals(row, "sharegpt", "alpaca") == [("/output", "keys")]


def test_numbers_stay_as_they_are_written() -> None:
    row = b'{"prompt":"a","completion":"b","n":123456789012345678901,"f":1.0,"g":1.50,"h":1e5,"i":-0}'
    text, refused = converter("sharegpt").convert(row, get_format("trl-prompt-completion"))
    assert not refused
    assert text.endswith(',"n":123456789012345678901,"f":1.0,"g":1.50,"h":1e5,"i":-0}')


def test_characters_stay_as_they_are_written() -> None:
    text, _ = converter("sharegpt").convert(
        '{"prompt":"é","completion":"😀"}'.encode(), get_format("prompt-completion")
    )
    assert "é" in text
    assert "😀" in text
    text, _ = converter("sharegpt").convert(
        b'{"prompt":"\\u00e9","completion":"\\ud83d\\ude00"}', get_format("prompt-completion")
    )
    assert '"\\u00e9"' in text
    assert '"\\ud83d\\ude00"' in text


def test_a_row_in_the_format_stays_as_it_is() -> None:
    row = b' { "prompt": "a",  "completion": "b\\u00e9" , "n": 1.50} '
    assert converter("prompt-completion").convert(row, None) == (row.decode().strip(), ())


# What is refused


@pytest.mark.parametrize(
    ("row", "source", "target", "place", "loss"),
    [
        (_message(weight=0), "openai-chat", "alpaca", "/messages/1/weight", "weights"),
        (_message(name="Ann"), "openai-chat", "alpaca", "/messages/1/name", "names"),
        (_shown(HALF, IMAGE), "openai-chat", "alpaca", "/messages/0/content/1/image_url/url", "images"),
        (_shown(HALF, HALF), "openai-chat", "alpaca", "/messages/0/content/1/text", "parts"),
        (
            _shown(HALF, {**IMAGE, "image_url": {**IMAGE["image_url"], "detail": "low"}}),
            "openai-chat",
            "gemini",
            "/messages/0/content/1/image_url/url",
            "image-details",
        ),
        ({**_message(), "tools": TOOLS}, "openai-chat", "alpaca", "/tools/0/function/name", "tools"),
        (
            {**_message(), "parallel_tool_calls": False},
            "openai-chat",
            "sharegpt",
            "/parallel_tool_calls",
            "parallel-calls",
        ),
        (
            {**_message(), "tools": [{"type": "function", "function": {**FUNCTION, "strict": True}}]},
            "openai-chat",
            "gemini",
            "/tools/0/function/name",
            "strict",
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": "a"},
                    {"role": "assistant", "content": None, "refusal": "No."},
                ]
            },
            "openai-chat",
            "alpaca",
            "/messages/1/refusal",
            "refusals",
        ),
        (_message(reasoning_content="so"), "chat", "alpaca", "/messages/1/reasoning_content", "reasoning"),
        (
            {"messages": [{"role": "developer", "content": "x"}, *_message()["messages"]]},
            "openai-chat",
            "alpaca",
            "/messages/0/role",
            "roles",
        ),
        (_message(id=4), "openai-chat", "alpaca", "/messages/1/id", "keys"),
        (
            {
                "messages": [{"role": "user", "content": "a"}, _message()["messages"][1]],
                "images": ["a.png"],
            },
            "chat",
            "openai-chat",
            "/images",
            "media",
        ),
        (
            {**COMPARED, "preferred_score": 9, "non_preferred_score": 2.5},
            "openai-preference",
            "gemini-preference",
            "/preferred_score",
            "scores",
        ),
    ],
)
def test_what_is_lost_is_named_and_may_be_given_up(
    row: Any, source: str, target: str, place: str, loss: str
) -> None:
    assert refusals(row, source, target) == [(place, loss)]
    assert loss in LOSSES
    assert convert(row, source, target, loss)


def test_every_loss_has_a_case() -> None:
    tested = {
        mark.args[1][at][4]
        for mark in _marks(test_what_is_lost_is_named_and_may_be_given_up)
        for at in range(len(mark.args[1]))
    }
    assert tested | {"call-ids"} == LOSSES.keys()


def _marks(test: Any) -> Iterator[Any]:
    return (mark for mark in test.pytestmark if mark.name == "parametrize")


@pytest.mark.parametrize(
    ("row", "source", "target", "place", "words"),
    [
        (
            {"messages": ASKED, "tools": TOOLS},
            "openai-chat",
            "alpaca",
            "/messages/1/tool_calls/0",
            "a call of a tool",
        ),
        (CHAT, "openai-chat", "prompt-completion", "/messages/0", "a system prompt"),
        (
            {"messages": [*CHAT["messages"], *CHAT["messages"][1:]]},
            "openai-chat",
            "trl-prompt-completion",
            "/messages/2",
            "a second answer that is learnt",
        ),
        (
            {"messages": [*CHAT["messages"][1:], CHAT["messages"][0]]},
            "openai-chat",
            "anthropic-messages",
            "/messages/2",
            "a system prompt that does not stand first",
        ),
        (
            {"messages": [{"role": "usr", "content": "a"}]},
            "openai-chat",
            "sharegpt",
            "/messages/0",
            "who speaks",
        ),
        (
            {"messages": [{"role": "user", "content": 1}]},
            "openai-chat",
            "sharegpt",
            "/messages/0/content",
            "be read",
        ),
        ({"messages": []}, "openai-chat", "sharegpt", "", "no turns"),
        (CHAT, "openai-chat", "preference", "", "cannot be written"),
        ([1], "openai-chat", "sharegpt", "", "no JSON object"),
        ({"a": 1}, "openai-chat", "sharegpt", "", "no turns"),
        (b'{"messages": [', "openai-chat", "sharegpt", "", "breaks off"),
        (
            b'{"prompt":"a","prompt":"b","completion":"c"}',
            "prompt-completion",
            "sharegpt",
            "/prompt",
            "twice",
        ),
        (b'{"prompt":"\\ud800","completion":"c"}', "prompt-completion", "sharegpt", "", "surrogate"),
        (b'{"prompt":"\xff","completion":"c"}', "prompt-completion", "sharegpt", "", "UTF-8"),
        ({"prompt": "a", "completion": ""}, "prompt-completion", "openai-chat", "", "would have an error"),
    ],
)
def test_what_cannot_be_given_up(row: Any, source: str, target: str, place: str, words: str) -> None:
    _, found = converter(target, *LOSSES).convert(_bytes(row), get_format(source))
    assert [(format_pointer(one.pointer), one.loss) for one in found] == [(place, "")]
    assert words in found[0].reason


def test_a_row_of_another_format_in_the_file_is_read_as_what_it_is() -> None:
    assert convert(PAIR, "openai-chat", "sharegpt") == convert(PAIR, "prompt-completion", "sharegpt")


def test_one_refusal_of_each_kind_is_told() -> None:
    row = {"messages": [*_message(weight=0, name="a")["messages"], *_message(weight=0)["messages"]]}
    assert refusals(row, "openai-chat", "cohere-chat") == [
        ("/messages/1/name", "names"),
        ("/messages/1/weight", "weights"),
    ]


# Which conversions there are


def test_conversions() -> None:
    assert conversions("sharegpt", ("openai-chat", "prompt-completion")) == (
        "openai-chat",
        "prompt-completion",
    )
    assert conversions("alpaca", ("prompt-completion", "openai-chat"))[0] == "openai-chat"
    assert "openai-chat" not in conversions("openai-chat")
    assert conversions("tokenized") == ()
    assert not set(conversions("openai-chat")) & set(conversions("openai-preference"))


# Properties


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
def test_valid_rows_are_converted_or_refused_with_a_reason(source: Format) -> None:
    """What is converted is without errors, and says the same when it comes back."""
    for target in map(get_format, conversions(source.name)):
        checker = RowChecker(target, resolve())
        for raw in valid_rows(source.name):
            text, refused = converter(target.name).convert(raw, source)
            assert bool(text) != bool(refused)
            assert all(one.reason and one.loss in ("", *LOSSES) for one in refused)
            if not text:
                continue
            assert not [one for one in checker.findings(text.encode()) if one.severity is Severity.ERROR]
            assert meaning(text, target) == meaning(raw.decode(), source)
            if source.compose:
                back, refused = converter(source.name).convert(text.encode(), target)
                assert bool(back) != bool(refused)
                assert not back or meaning(back, source) == meaning(text, target)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(WORDS, VALUES, max_size=3)


@st.composite
def conversations(draw: Any) -> Any:
    """Rows of OpenAI's chat format: turns with calls and results, weights, names, images, parts."""
    messages: list[Any] = []
    if draw(st.booleans()):
        messages.append(
            {"role": draw(st.sampled_from(("system", "system", "developer"))), "content": draw(WORDS)}
        )
    called = False
    for number in range(draw(st.integers(1, 3))):
        content = draw(
            st.one_of(
                WORDS, WORDS, st.lists(st.just(IMAGE) | st.builds(_text, WORDS), min_size=1, max_size=3)
            )
        )
        messages.append(
            {"role": "user", "content": content} | draw(st.sampled_from(({}, {}, {"name": "Ann"})))
        )
        if draw(st.integers(0, 3)) == 0:
            called = True
            messages += draw(exchanges(number))
        weight = draw(st.sampled_from(({}, {}, {"weight": 0}, {"weight": 1})))
        messages.append({"role": "assistant", "content": draw(WORDS), **weight})
    tools = {"tools": TOOLS} if called or draw(st.booleans()) else {}
    return {"messages": messages, **tools}


def _text(text: str) -> Any:
    return {"type": "text", "text": text}


@st.composite
def exchanges(draw: Any, number: int) -> Any:
    given_ids = draw(st.booleans())
    calls = [
        {
            "id": f"call_{number}_{at}" if given_ids else f"call{number:03d}{at:02d}",
            "type": "function",
            "function": {"name": "weather", "arguments": json.dumps(draw(ARGUMENTS), ensure_ascii=False)},
        }
        for at in range(draw(st.integers(1, 2)))
    ]
    yield_text = draw(st.booleans())
    asking = {"role": "assistant", "content": draw(WORDS) if yield_text else None, "tool_calls": calls}
    return [asking, *({"role": "tool", "tool_call_id": one["id"], "content": draw(WORDS)} for one in calls)]


SFT = [one.name for one in WRITTEN if one.kind in ("conversation", "pair")]
COMPARING = [one.name for one in WRITTEN if one.kind == "preference"]


@settings(max_examples=400, deadline=None)
@given(conversations(), st.sampled_from(SFT), st.sampled_from(SFT))
def test_what_two_formats_can_say_goes_there_and_back(row: Any, one: str, other: str) -> None:
    _there_and_back(row, "openai-chat", one, other)


@settings(max_examples=200, deadline=None)
@given(conversations(), WORDS, st.sampled_from(COMPARING), st.sampled_from(COMPARING))
def test_what_two_formats_can_compare_goes_there_and_back(row: Any, worse: str, one: str, other: str) -> None:
    prompt, answer = row["messages"][:-1], row["messages"][-1]
    tools = {"tools": row["tools"]} if "tools" in row else {}
    compared = {
        "input": {"messages": prompt, **tools},
        "preferred_output": [{"role": "assistant", "content": answer["content"]}],
        "non_preferred_output": [{"role": "assistant", "content": worse}],
    }
    _there_and_back(compared, "openai-preference", one, other)


def _there_and_back(row: Any, home: str, one: str, other: str) -> None:
    """Bring a row into one format, from there into another and back; nothing changes on the way."""
    raw = _bytes(row)
    first, refused = converter(one).convert(raw, get_format(home))
    if refused:
        return
    second, refused = converter(other).convert(first.encode(), get_format(one))
    if refused:
        return
    assert meaning(first, get_format(one)) == meaning(raw.decode(), get_format(home))
    assert meaning(second, get_format(other)) == meaning(first, get_format(one))
    back, refused = converter(one).convert(second.encode(), get_format(other))
    if one == home and any("would have an error" in words.reason for words in refused):
        return  # it was there before
    assert not refused
    assert meaning(back, get_format(one)) == meaning(first, get_format(one))


def test_nothing_is_raised_whatever_the_row() -> None:
    """Each row of the fixtures, broken or not, as each format that might be meant, into some others."""
    rows = [*every_row(), b"", b"null", b'"a"', b"{}", b"[]", b"\xff\xfe{"]
    for number, raw in enumerate(rows):
        source = all_formats()[number % len(all_formats())]
        target = WRITTEN[number % len(WRITTEN)]
        for read_as in (None, source):
            text, refused = converter(target.name).convert(raw, read_as)
            assert bool(text) != bool(refused)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_nothing_is_raised_whatever_stands_anywhere(data: Any) -> None:
    source = data.draw(st.sampled_from(SOURCES))
    row = json.loads(data.draw(st.sampled_from(valid_rows(source.name))))
    for _ in range(data.draw(st.integers(1, 3))):
        _put(row, data)
    target = data.draw(st.sampled_from(conversations_of(source)))
    text, refused = converter(target, *data.draw(st.sets(st.sampled_from([*LOSSES])))).convert(
        _bytes(row), source
    )
    assert bool(text) != bool(refused)


def conversations_of(source: Format) -> tuple[str, ...]:
    return conversions(source.name)


ODD: tuple[Any, ...] = (
    *("user", "assistant", "tool", "function_call", [{}], [[]], {"a": [None]}),
    *('{"name":"f","arguments":{"a":"\\ud800"}}', '[{"name":"f","name":"g"}]', "[]", "{}", "<image>"),
)


def _put(row: Any, data: Any) -> None:
    """Put some value at some place of a row."""
    held, key = row, data.draw(st.sampled_from([*row]))
    while isinstance(held[key], dict | list) and held[key] and data.draw(st.booleans()):
        held = held[key]
        key = data.draw(st.sampled_from([*held] if isinstance(held, dict) else [*range(len(held))]))
    held[key] = data.draw(VALUES | st.sampled_from(ODD))


@given(VALUES)
def test_numbers_and_texts_survive(value: Any) -> None:
    text = write(value)
    assert write(read(text)) == text
    assert write(read(write(value, is_ascii=True))) == text
    assert write(value, is_ascii=True).isascii()


@pytest.mark.parametrize(
    "number", ["1.0", "1.50", "1e5", "1E+5", "-0", "-0.0", "0.1", "1e-7", "9" * 300, "1e16", "0"]
)
def test_a_number_stays_as_it_is_written(number: str) -> None:
    assert write(read(f'[{number},{{"a":{number}}}]')) == f'[{number},{{"a":{number}}}]'


@pytest.mark.parametrize("text", ["[NaN]", "[01]", "[1.]", '["\\ud800"]', "[1", '["\x00"]'])
def test_what_strict_parsers_refuse_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)
