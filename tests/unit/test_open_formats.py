"""Formats of open trainers: which one a row is in, and what is read of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from turnlint.config import resolve
from turnlint.engine import RowChecker, facts_of
from turnlint.formats import detect, get_format
from turnlint.model import Example

ASK = {"role": "user", "content": "Sea?"}
COLD = {"role": "assistant", "content": "Cold."}
WET = {"role": "assistant", "content": "Wet."}
TRL = tuple(resolve("trl").formats)


def _call(arguments: Any, **more: Any) -> dict[str, Any]:
    return {
        "role": "assistant",
        "tool_calls": [{"function": {"name": "tide", "arguments": arguments}, **more}],
    }


KNOWN: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"messages": [ASK, COLD]}, "openai-chat", "chat"),
    ({"messages": [ASK, COLD], "source": "faq"}, "openai-chat", "chat"),
    ({"messages": [ASK, {**COLD, "reasoning_content": "14 degrees"}]}, "chat", "chat"),
    ({"messages": [ASK, COLD], "chat_template_kwargs": {}}, "chat", "chat"),
    ({"messages": [ASK, _call({"harbour": "Brest"})]}, "chat", "chat"),
    ({"messages": [ASK, _call({"harbour": "Brest"}, id="c1")]}, "openai-chat", "chat"),
    ({"messages": [ASK, COLD], "tools": "[]"}, "chat", "chat"),
    ({"messages": [{"role": "user", "content": [{"type": "image"}]}, COLD]}, "chat", "chat"),
    ({"messages": 3, "images": []}, "chat", "chat"),
    ({"prompt": "Sea", "completion": " is wet"}, "prompt-completion", "trl-prompt-completion"),
    ({"prompt": [ASK], "completion": [COLD]}, "trl-prompt-completion", "trl-prompt-completion"),
    ({"prompt": [ASK], "completion": "Cold."}, "trl-prompt-completion", "trl-prompt-completion"),
    ({"prompt": "Sea"}, "prompt", "prompt"),
    ({"prompt": "Sea", "solution": 14, "unit": "degrees"}, None, "prompt"),
    ({"prompt": [ASK], "answer": "Cold."}, "prompt", "prompt"),
    ({"prompt": "Sea", "chosen": "Cold.", "rejected": "Wet."}, "preference", "preference"),
    ({"prompt": [ASK], "chosen": [COLD], "rejected": [WET], "score_chosen": 8.5}, "preference", "preference"),
    ({"chosen": [ASK, COLD], "rejected": [ASK, WET]}, "preference", "preference"),
    ({"chosen": "Sea? Cold.", "rejected": "Sea? Wet."}, "preference", "preference"),
    ({"prompt": "Sea", "chosen": "Cold."}, "preference", "preference"),
    (
        {"prompt": "Sea", "chosen": [ASK, COLD], "rejected": [ASK, WET], "messages": []},
        "preference",
        "preference",
    ),
    ({"prompt": [ASK], "completion": [COLD], "label": False}, "unpaired-preference", "unpaired-preference"),
    ({"prompt": "2+2", "completions": ["4"], "labels": [True]}, "stepwise", "stepwise"),
    ({"input_ids": [1, 2], "labels": [-100, 2]}, "tokenized", "tokenized"),
]


@pytest.mark.parametrize(("row", "alone", "at_trl"), KNOWN, ids=lambda one: str(one)[:60])
def test_recognition(row: dict[str, Any], alone: str | None, at_trl: str | None) -> None:
    found = detect(row), detect(row, accepted=TRL)
    assert tuple(one and one.name for one in found) == (alone, at_trl)


@pytest.mark.parametrize(
    ("row", "stage", "name"),
    [
        ({"messages": [ASK, COLD]}, "sft", "openai-chat"),
        ({"messages": [ASK]}, "reinforcement", "openai-reinforcement"),
        ({"prompt": "Sea", "answer": "Cold."}, "reinforcement", "prompt"),
        ({"chosen": [ASK, COLD], "rejected": [ASK, WET]}, "sft", "preference"),
    ],
)
def test_the_stage_decides_where_the_keys_do_not(row: dict[str, Any], stage: str, name: str) -> None:
    found = detect(row, stage)
    assert found is not None
    assert found.name == name


def _read(format_name: str, row: dict[str, Any]) -> Example:
    return get_format(format_name).example(row)


def test_the_prompt_is_what_both_answers_begin_with() -> None:
    row = {"chosen": [ASK, COLD, ASK, COLD], "rejected": [ASK, COLD, ASK, WET]}
    found = _read("preference", row)
    assert [turn.pointer for turn in found.turns] == [("chosen", 0), ("chosen", 1), ("chosen", 2)]
    assert [turn.text for turn in (*found.preferred, *found.non_preferred)] == ["Cold.", "Wet."]
    assert found.outputs is not None
    assert [place.pointer for place in found.outputs] == [("chosen", 3), ("rejected", 3)]


def test_equal_conversations_keep_their_last_answer() -> None:
    found = _read("preference", {"chosen": [ASK, COLD], "rejected": [ASK, COLD]})
    assert [turn.role for turn in found.turns] == ["user"]
    assert [len(found.preferred), len(found.non_preferred)] == [1, 1]


def test_steps_are_one_answer() -> None:
    found = _read("stepwise", {"prompt": "2+2*2?", "completions": ["2*2=4", "2+4=6"], "labels": [True, True]})
    assert [turn.role for turn in found.turns] == ["user", "assistant"]
    assert [text.pointer for text in found.turns[1].texts] == [("completions", 0), ("completions", 1)]


@pytest.mark.parametrize(
    ("part", "url"),
    [
        ({"type": "image"}, None),
        ({"type": "image", "image": "quay.png"}, None),
        ({"type": "image", "url": "https://example.com/quay.png"}, "https://example.com/quay.png"),
        ({"type": "image", "image": "data:image/png;base64,AA=="}, "data:image/png;base64,AA=="),
    ],
)
def test_images_have_a_url_or_are_placeholders(part: dict[str, Any], url: str | None) -> None:
    found = _read("chat", {"messages": [{"role": "user", "content": [part]}]})
    assert [image.url for image in found.turns[0].images] == [url]


def test_what_chat_templates_read_is_read() -> None:
    thought = {**_call({"harbour": "Brest"}), "thinking": "The tide table."}
    told = {"role": "ipython", "content": "3 m"}
    row = {"messages": [ASK, thought, told], "tools": "[]", "images": ["a.png"]}
    found = _read("chat", row)
    assert [turn.role for turn in found.turns] == ["user", "assistant", "tool"]
    assert found.turns[1].text == "The tide table."
    assert found.turns[1].calls[0].arguments == {"harbour": "Brest"}
    assert found.media
    assert [text.value for text in found.aside] == ["[]"]


PAIR = json.dumps({"prompt": [ASK], "completion": [COLD]}).encode()
TOKENS = b'{"input_ids": [1, 2, 3], "attention_mask": [1, 1, 1]}'
IMPLICIT = json.dumps({"chosen": [ASK, COLD], "rejected": [ASK, WET]}).encode()


def test_a_plain_key_where_it_does_not_belong_is_not_taken_for_granted() -> None:
    checker = RowChecker(get_format("trl-prompt-completion"), resolve("trl"))
    checker.check(PAIR[:-1] + b', "role": [null]}')
    assert checker.check(PAIR)[1] == facts_of(PAIR, checker.format)


def test_what_only_a_look_for_near_rows_has_seen_is_judged() -> None:
    checker = RowChecker(get_format("trl-prompt-completion"), resolve("trl"))
    mixed = json.dumps({"prompt": "Sea?", "completion": [COLD]}).encode()
    checker.near_text(mixed)
    assert [one.rule for one in checker.findings(mixed)] == ["mixed-conversational"]


@pytest.mark.parametrize(("name", "row"), [("tokenized", TOKENS), ("preference", IMPLICIT)])
def test_facts_of_remembered_rows(name: str, row: bytes) -> None:
    checker = RowChecker(get_format(name), resolve("trl"))
    first, again = checker.check(row), checker.check(row)
    assert first == again == ((), facts_of(row, checker.format))


def test_answers_that_differ_in_white_space_alone_are_told_of_remembered_rows() -> None:
    checker = RowChecker(get_format("preference"), resolve("trl"))
    checker.check(IMPLICIT)
    same = IMPLICIT.replace(b"Wet.", b" Cold. ")
    assert [one.rule for one in checker.findings(same)] == ["identical-outputs"]
