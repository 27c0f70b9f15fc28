from __future__ import annotations

import json
from typing import Any

import pytest

from turnlint.config import resolve
from turnlint.engine import RowChecker
from turnlint.engine.facts import JOINS, LAYOUT, example_of, exchanges, facts_of, layout_of
from turnlint.formats import get_format
from turnlint.rules.compare import Exchange

CHAT, PREFERENCE = get_format("openai-chat"), get_format("openai-preference")
REINFORCEMENT, PAIR = get_format("openai-reinforcement"), get_format("prompt-completion")
SHAREGPT, ALPACA = get_format("sharegpt"), get_format("alpaca")
FORMATS = {one.name: one for one in (CHAT, PREFERENCE, REINFORCEMENT, PAIR, SHAREGPT, ALPACA)}


def said(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def chat(*texts: str, system: str = "", **more: Any) -> dict[str, Any]:
    """A conversation that the user begins."""
    turns = [said(("user", "assistant")[at % 2], text) for at, text in enumerate(texts)]
    return {"messages": [said("system", system)] * bool(system) + turns, **more}


def preference(prompt: list[Any], better: str, worse: str, **more: Any) -> dict[str, Any]:
    return {
        "input": {"messages": prompt, **more},
        "preferred_output": [said("assistant", better)],
        "non_preferred_output": [said("assistant", worse)],
    }


def call(name: str, arguments: str, id: str = "c1") -> dict[str, Any]:  # noqa: A002
    calls = [{"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}]
    return {"role": "assistant", "tool_calls": calls}


def tool(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **more}}


def of(row: dict[str, Any], format_name: str = "openai-chat") -> list[Exchange]:
    """The exchanges of a row; each that is found by others is in the facts, in order."""
    raw = json.dumps(row).encode("utf-8", "surrogatepass")
    example = example_of(raw, FORMATS[format_name])
    assert example is not None
    found = exchanges(example)
    assert facts_of(raw, FORMATS[format_name]).joins == tuple(one.join for one in found if one.join)[-JOINS:]
    return found


def asked(row: dict[str, Any], format_name: str = "openai-chat") -> list[tuple[int, int]]:
    return [(one.join, one.prompt) for one in of(row, format_name)]


def talk(*turns: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(turns), **more}


def share(text: str, *, by: str = "human", **more: Any) -> dict[str, Any]:
    answerer = {"human": "gpt", "user": "assistant"}[by]
    return {"conversations": [{"from": by, "value": text}, {"from": answerer, "value": "b"}], **more}


def heard(data: str) -> dict[str, Any]:
    return said(
        "user", [{"type": "text", "text": "Write"}, {"type": "input_audio", "input_audio": {"data": data}}]
    )


def legacy(arguments: str) -> dict[str, Any]:
    return {"role": "assistant", "function_call": {"name": "f", "arguments": arguments}}


def found_out(arguments: str, id: str) -> dict[str, Any]:  # noqa: A002
    return talk(ASK, call("f", arguments, id), said("tool", "ok", tool_call_id=id), B)


ASK, B = said("user", "a"), said("assistant", "b")
PARTS = said("user", [{"type": "text", "text": "a"}])
SEEN = said(
    "user", [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "https://a/b"}}]
)

ALIKE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("openai-chat", chat("Hello there", "a"), chat("hello\n THERE", "a")),
    ("openai-chat", chat("ｆｕｌｌ　width", "a"), chat("Full Width", "a")),
    ("openai-chat", chat("a", "b", "c", "d"), chat("A", "B", "C", "D")),
    ("openai-chat", chat("a", "b", system="Be kind."), chat("a", "b", system="be  kind.")),
    ("openai-chat", talk(ASK, B), talk(PARTS, B)),
    ("openai-chat", talk(ASK, B), talk(ASK, said("assistant", "b", weight=1))),
    ("openai-chat", found_out('{"x": 1, "y": 2}', "c1"), found_out('{"y":2,"x":1}', "c7")),
    ("openai-chat", talk(ASK, legacy('{"x":1}')), talk(ASK, legacy('{ "x": 1 }'))),
    (
        "openai-chat",
        talk(ASK, B, tools=[tool("f", parameters={"x": 1, "y": 2})]),
        talk(ASK, B, tools=[tool("f", parameters={"y": 2, "x": 1})]),
    ),
    ("alpaca", {"instruction": "a", "input": "", "output": "b"}, {"instruction": "A", "output": "b"}),
    (
        "sharegpt",
        share("a", tools='[{"name": "f", "x": 1}]'),
        share("a", by="user", tools='[{"x":1,"name":"f"}]'),
    ),
    ("openai-chat", chat("\ud800 a", "b"), chat("\ud800A", "b")),
]
"""Rows that ask the same and answer it alike."""


@pytest.mark.parametrize(("name", "one", "other"), ALIKE)
def test_rows_that_say_the_same(name: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert asked(one, name) == asked(other, name)
    assert [each.answer for each in of(one, name)] == [each.answer for each in of(other, name)]


APART: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("openai-chat", chat("a", "b"), chat("c", "b")),
    ("openai-chat", chat("a", "b", system="x"), chat("a", "b", system="y")),
    ("openai-chat", chat("a", "b", system="x"), chat("x", "b", system="a")),
    ("openai-chat", talk(said("system", "a"), B), talk(ASK, B)),
    ("openai-chat", talk(ASK, B), talk(ASK, B, tools=[tool("f")])),
    (
        "openai-chat",
        talk(ASK, B, tools=[tool("f", description="x")]),
        talk(ASK, B, tools=[tool("f", description="y")]),
    ),
    ("openai-chat", talk(SEEN, B), talk(ASK, B)),
    ("openai-chat", talk(said("user", "a", name="Ann"), B), talk(said("user", "a", name="Bob"), B)),
    ("openai-chat", talk(ASK, B, images=["1.png"]), talk(ASK, B, images=["2.png"])),
    ("openai-chat", talk(heard("AA"), B), talk(heard("BB"), B)),
    ("openai-chat", talk({"role": "user", "text": "a"}, B), talk({"role": "user", "text": "c"}, B)),
    ("openai-chat", talk(said("user", {"a": 1}), B), talk(said("user", {"a": 2}), B)),
    ("openai-chat", talk("a", B), talk("c", B)),
    (
        "alpaca",
        {"instruction": "a", "history": [["x", "y"]], "output": "b"},
        {"instruction": "a", "history": [["x", "z"]], "output": "b"},
    ),
    (
        "alpaca",
        {"instruction": "a", "input": {"a": 1}, "output": "b"},
        {"instruction": "a", "input": {"a": 2}, "output": "b"},
    ),
    ("sharegpt", share("<image>What?", image="1.png"), share("<image>What?", image="2.png")),
]
"""Rows that ask something else."""


@pytest.mark.parametrize(("name", "one", "other"), APART)
def test_rows_that_ask_something_else(name: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert {each.prompt for each in of(one, name)}.isdisjoint(each.prompt for each in of(other, name))


ANSWERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (said("assistant", "b"), said("assistant", "c")),
    (said("assistant", "b"), call("f", "{}")),
    (call("f", '{"x": 1}'), call("f", '{"x": 2}')),
    (call("f", "{}"), call("g", "{}")),
    (said("assistant", None, refusal="no"), said("assistant", "no")),
    ({"role": "assistant", "text": "b"}, {"role": "assistant", "text": "c"}),
]


@pytest.mark.parametrize(("one", "other"), ANSWERS)
def test_other_answers_to_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    (first,), (second,) = (of({"messages": [said("user", "a"), answer]}) for answer in (one, other))
    assert (first.prompt, first.join) == (second.prompt, second.join)
    assert first.answer != second.answer


def test_each_answer_of_a_conversation() -> None:
    short, long = of(chat("a", "b", system="s")), of(chat("a", "b", "c", "d", system="s"))
    assert [one.is_last for one in long] == [False, True]
    assert (short[0].prompt, short[0].join, short[0].answer) == (long[0].prompt, long[0].join, long[0].answer)
    assert long[0].prompt != long[1].prompt
    diverging = of(chat("a", "x", "c", "d", system="s"))
    assert diverging[0].prompt == long[0].prompt
    assert diverging[1].prompt != long[1].prompt


def test_what_follows_the_last_answer_is_no_part_of_it() -> None:
    (answer,) = of(chat("a", "b", "c"))
    assert not answer.is_last
    assert answer.prompt == of(chat("a", "b"))[0].prompt


def test_the_same_whatever_the_format() -> None:
    pair = of({"prompt": "a", "completion": "b"}, "prompt-completion")
    assert pair[0].join == of(chat("a", "b"))[0].join
    assert pair[0].prompt == of(chat("a", "b"))[0].prompt
    assert pair[0].answer == of(chat("a", "b"))[0].answer


def test_preference_beside_supervised() -> None:
    prompt = [said("system", "s"), ASK, B, said("user", "c")]
    (compared,) = of(preference(prompt, "d", "e"), "openai-preference")
    supervised = of(chat("a", "b", "c", "e", system="s"))[-1]
    assert (compared.prompt, compared.join) == (supervised.prompt, supervised.join)
    assert compared.other == supervised.answer != compared.answer
    assert compared.answer == of(chat("a", "b", "c", "d", system="s"))[-1].answer
    (swapped,) = of(preference(prompt, "e", "d"), "openai-preference")
    assert (swapped.answer, swapped.other) == (compared.other, compared.answer)


def test_reinforcement() -> None:
    rows = [{**chat("a", "b", "c"), "answer": answer} for answer in ("7", " 7 ", "8")]
    one, same, other = (of(row, "openai-reinforcement") for row in rows)
    assert len(one) == 1
    assert one == same
    assert one[0].is_last
    assert (one[0].prompt, one[0].turns) == (other[0].prompt, ())
    assert one[0].answer != other[0].answer
    unkept = of({**chat("a", "b", "c"), "answer": {"y": 1, "x": 2}}, "openai-reinforcement")
    assert unkept == of({"answer": {"x": 2, "y": 1}, **chat("a", "b", "c")}, "openai-reinforcement")


@pytest.mark.parametrize(
    "prompt",
    [
        [],
        [said("system", "s")],
        [said("user", "")],
        [said("system", "s"), said("user", " \n")],
        [said("user", None)],
    ],
)
def test_an_answer_to_nothing_is_found_by_what_it_says(prompt: list[Any]) -> None:
    one, same, other = (
        of({"messages": [*prompt, said("assistant", answer)]})[0] for answer in ("one", "ONE", "other")
    )
    assert one.join == same.join != other.join
    assert one.prompt == same.prompt == other.prompt


def test_a_greeting_brings_nobody_together() -> None:
    found = of({"messages": [said("assistant", "Hi!"), *chat("a", "b", "Hello", "c")["messages"]]})
    assert [bool(one.join) for one in found] == [False, True, True]


def test_rows_in_which_nothing_can_be_read() -> None:
    one, other = ({"messages": [{"role": "user", "txt": word}, {"role": "assistant"}]} for word in "ab")
    assert of(one)[0].join != of(other)[0].join
    one, other = (talk(said("assistant", None), id=number) for number in (1, 2))
    assert of(one)[0].join != of(other)[0].join


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b"null", b"{}", b'{"messages": []}', b'{"messages": 7}', b"\xff"]
)
def test_rows_without_turns_are_found_by_their_bytes(raw: bytes) -> None:
    facts = facts_of(b" " + raw + b"\t", CHAT)
    assert facts.joins == (facts.exact,)
    assert facts_of(raw + b"x", CHAT).exact != facts.exact == facts_of(raw, CHAT).exact


def test_the_last_answers_of_a_long_conversation() -> None:
    long = chat(*map(str, range(400)))
    assert len(of(long)) == 200
    assert len(facts_of(json.dumps(long).encode(), CHAT).joins) == JOINS


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("spam", "spam"),
        (" Spam", " Spam"),
        ('{"label": "spam"}', '{"label": "spam"}'),
        ("one two three four", "one two three four"),
        ("one two three four five", None),
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        ("好" * 21, "好" * 21),
        ("好" * 22, None),
        ("", None),
    ],
)
def test_labels(answer: str, label: str | None) -> None:
    assert facts_of(json.dumps(chat("a", answer)).encode(), CHAT).label == label
    assert facts_of(json.dumps(chat("a", answer, "b", "c")).encode(), CHAT).label == "c"


def test_system_prompts_and_tools() -> None:
    def facts(row: dict[str, Any]) -> Any:
        return facts_of(json.dumps(row).encode(), CHAT)

    assert facts(chat("a", "b")).system == 0
    assert facts(chat("a", "b", system="s")).system == facts(chat("c", "d", system="s")).system != 0
    assert facts(chat("a", "b", system="S")).system != facts(chat("a", "b", system="s")).system
    (first, key), second = facts(
        chat("a", "b", tools=[tool("f", parameters={"x": 1, "y": 2}), tool("g")])
    ).tools
    assert (first, second[0]) == ("f", "g")
    assert facts(chat("a", "b", tools=[tool("f", parameters={"y": 2, "x": 1})])).tools == (("f", key),)
    assert facts(chat("a", "b", tools=[tool("f", parameters={"y": 2})])).tools != (("f", key),)


def test_layout() -> None:
    row = {
        "z": None,
        "messages": [{"role": "a", "content": "b"}, {"content": [{"n": 1.5}, 7]}],
        "b": {"c": [True, [2]]},
    }
    assert layout_of(row) == (
        *("b:object", "messages:array", "z:null", "b.c:array", "messages[]:object"),
        *("b.c[]:array", "b.c[]:boolean", "messages[].content:array", "messages[].content:string"),
        *(
            "messages[].role:string",
            "b.c[][]:integer",
            "messages[].content[]:integer",
            "messages[].content[]:object",
        ),
        "messages[].content[].n:float",
    )
    assert layout_of({"b": 1, "a": 2}) == layout_of({"a": 3, "b": 4})


def test_layout_of_hostile_rows() -> None:
    deep: Any = 1
    for _ in range(2_000):
        deep = [{"a": deep}]
    assert len(layout_of({"deep": deep})) <= LAYOUT
    wide = {f"key {at:06}": {"x": at} for at in range(100_000)}
    assert layout_of(wide) == tuple(f"key {at:06}:object" for at in range(LAYOUT))
    assert layout_of({"x" * 10**6: 1, "y": 2}) == ("y:integer",)


def test_facts_of_rows_that_are_proved_clean() -> None:
    """A row with a remembered outline is never taken apart, and its facts are the same."""
    rows = [
        (CHAT, chat("\0", "b \0", "c\0\0d", "e", "f", "g", system="s")),
        (CHAT, chat("Ａ　b", "好", "é\u0301", "한", system="\u1100\u1161")),
        (CHAT, talk(said("assistant", "Hi"), ASK, B)),
        (CHAT, talk(said("developer", "s"), ASK, said("user", "b"), said("assistant", "c"))),
        (CHAT, talk(said("assistant", "Hi"))),
        (CHAT, talk(said("system", "b"))),
        (CHAT, chat(*map(str, range(300)))),
        (PREFERENCE, preference([ASK, B, said("user", "c")], "Good", "bad one")),
        (PAIR, {"prompt": "a", "completion": " b"}),
    ]
    for format_, row in rows:
        checker = RowChecker(format_, resolve(ignore=["ALL"]))
        raw = json.dumps(row, ensure_ascii=False).encode()
        assert checker.check(raw)[1] == facts_of(raw, format_)
        again = raw.replace(b"b", b"B9")
        checker._judge = None  # type: ignore[assignment,method-assign]
        assert checker.check(again)[1] == facts_of(again, format_)
