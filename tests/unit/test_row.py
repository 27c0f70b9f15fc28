"""A row that is wrong in many places: each rule says so often, and then that there is more."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from turnlint.config import resolve
from turnlint.engine import RowChecker, check_stream
from turnlint.engine.fix import fix_row
from turnlint.engine.row import FINDING_CAP
from turnlint.formats import get_format
from turnlint.formats.shape import FAULT_CAP, faults
from turnlint.model import Finding, Place

SETTINGS = replace(resolve("openai", select=["ALL"]), format="openai-chat")
CHAT = get_format("openai-chat")
MORE = "The row has more of these."
BEYOND = ("tokens", "dataset", "consistency")
"""Families of rules that see more than one row as it is written."""


def judged(row: Any) -> tuple[Finding, ...]:
    """The findings, which are the same the slow way and in a file."""
    raw = json.dumps(row).encode()
    found = RowChecker(CHAT, SETTINGS).findings(raw)
    assert RowChecker(CHAT, SETTINGS).judge(raw) == found
    located = [one for one in check_stream(io.BytesIO(raw), SETTINGS, name="a.jsonl") if one.row == 0]
    assert [one.finding for one in located if one.finding.family not in BEYOND] == list(found)
    return found


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": [*messages, {"role": "assistant", "content": "yo"}]} | more


def call(number: int) -> dict[str, Any]:
    return {"id": "c", "type": "function", "function": {"name": f"f{number}", "arguments": "{"}}


ROWS: dict[str, Callable[[int], Any]] = {
    "wrong-type": lambda count: chat({"role": "user", "content": [*range(count)]}),
    "unknown-key": lambda count: chat(**{f"key{one}": one for one in range(count)}),
    "unknown-role": lambda count: chat(*[{"role": "usr", "content": "a"}] * count),
    "empty-content": lambda count: chat(*[{"role": "user", "content": ""}] * count),
    "special-token": lambda count: chat(*[{"role": "user", "content": "<|im_end|>"}] * count),
    "arguments-invalid-json": lambda count: chat(
        {"role": "assistant", "tool_calls": [call(one) for one in range(count)]}
    ),
}


@pytest.mark.parametrize("rule", ROWS)
@pytest.mark.parametrize("count", [FINDING_CAP - 1, FINDING_CAP, FINDING_CAP + 1, 3_000, FAULT_CAP + 1])
def test_many_of_one_kind(rule: str, count: int) -> None:
    found = [one for one in judged(ROWS[rule](count)) if one.rule == rule]
    assert len(found) == min(count, FINDING_CAP)
    assert [one.message.endswith(MORE) for one in found[:-1]] == [False] * (len(found) - 1)
    assert found[-1].message.endswith(MORE) == (count > FINDING_CAP)
    assert len({one.place for one in found}) == len(found)


def test_all_of_them_are_fixed() -> None:
    count = 12 * FINDING_CAP
    calls = [
        {"id": f"c{one}", "type": "function", "function": {"name": "f", "arguments": {}}}
        for one in range(count)
    ]
    text = json.dumps(chat({"role": "assistant", "tool_calls": calls}))
    checker = RowChecker(CHAT, SETTINGS)
    edits = fix_row(text, lambda row: checker.findings(row.encode()))
    assert [content for _, content in edits] == ['"{}"'] * count


def test_rules_do_not_take_from_each_other() -> None:
    messages = [{"role": "user", "content": 3, "x": 4}] * (FINDING_CAP + 1)
    silent = [{"role": "user", "content": ""}] * (FINDING_CAP + 1)
    counts = Counter(one.rule for one in judged(chat(*messages, *silent)))
    assert {counts[one] for one in ("wrong-type", "unknown-key", "empty-content")} == {FINDING_CAP}


def test_what_another_finding_says_already_does_not_count() -> None:
    misspelled = [{"role": "user", "contnt": "a"}] * (2 * FINDING_CAP)
    found = judged(chat(*misspelled, {"role": "user"}))
    places = [one.place for one in found if one.rule == "missing-content"]
    assert places == [Place(("messages", len(misspelled)))]


def test_nothing_more_is_judged_in_a_row_that_is_nothing_like_its_format() -> None:
    rows = judged({"messages": [*range(2 * FAULT_CAP)]})
    assert {one.rule for one in rows} == {"wrong-type"}
    assert len(rows) == FINDING_CAP


@pytest.mark.parametrize("name", ["wrong-type", "unknown-key", "unknown-role"])
def test_the_shape_is_read_no_further(name: str) -> None:
    row = ROWS[name](20 * FAULT_CAP)
    assert FAULT_CAP <= len(faults(CHAT.shape, row)) <= FAULT_CAP + 10


def test_near_misses_among_many_keys() -> None:
    strange = {f"key{one}": one for one in range(FINDING_CAP)}
    message = {"role": "user", "content": "a"}
    (missing, *_) = judged({"mesages": [message]} | strange)
    assert (missing.rule, missing.place and missing.place.pointer) == ("missing-key", ("mesages",))
    found = judged({"messages": [message], "tols": []} | strange)
    assert next(one for one in found if one.rule == "unknown-key").fix is not None


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("openai-chat", chat({"role": "user", "content": "é"}, {"role": "assistant", "content": "b"})),
        ("prompt-completion", {"prompt": "é", "completion": "b"}),
        ("openai-reinforcement", {"messages": [{"role": "user", "content": "é"}], "answer": "b"}),
        (
            "gemini-reinforcement",
            {"contents": [{"role": "user", "parts": [{"text": "é"}]}], "references": {"answer": "b"}},
        ),
        ("cohere-rerank", {"query": "é", "relevant_passages": ["b"]}),
        (
            "openai-preference",
            {
                "input": {"messages": [{"role": "user", "content": "é"}]},
                "preferred_output": [{"role": "assistant", "content": "b"}],
                "non_preferred_output": [{"role": "assistant", "content": "c"}],
            },
        ),
    ],
)
def test_the_smallest_member_that_stands_twice(name: str, row: Any, separators: tuple[str, str]) -> None:
    """Rows are proved clean by their length alone where there is room for no other member."""
    raw = json.dumps(row, separators=separators, ensure_ascii=False).encode()
    checker = RowChecker(get_format(name), resolve(select=["duplicate-key"]))
    assert [checker.findings(raw) for _ in range(2)] == [(), ()]
    for member in re.finditer(rb'("\w+") ?: ?"[^"]*"', raw):
        for value in (member[0].split(b":", 1)[1].strip(), b'""'):
            doubled = raw[: member.start()] + member[1] + b":" + value + b"," + raw[member.start() :]
            for least in (doubled, doubled.replace(b"\xc3\xa9", b"e")):
                assert [one.rule for one in checker.findings(least)] == ["duplicate-key"]
    assert checker.findings(raw.replace(b"b", b'\\"\\n' * 9)) == ()


def test_a_long_string_beside_the_turns_makes_no_room_for_keys() -> None:
    checker = RowChecker(get_format("openai-reinforcement"), resolve())
    long, short = (
        {"messages": [{"role": "user", "content": "2+2?"}], "answer": "4" * count} for count in (999, 1)
    )
    assert [checker.findings(json.dumps(long).encode()) for _ in range(2)] == [(), ()]
    twice = json.dumps(short).replace("{", '{"answer": "5", ', 1).encode()
    assert [one.rule for one in checker.findings(twice)] == ["duplicate-key"]
