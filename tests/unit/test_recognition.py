"""Which format rows are in where no target is named: published data sets, logs, files of other tools."""

from __future__ import annotations

from typing import Any

import pytest

from turnlint.config import resolve
from turnlint.engine import RowChecker
from turnlint.formats import detect, get_format
from turnlint.model import Severity

ASK = {"role": "user", "content": "How warm is the sea?"}
COLD = {"role": "assistant", "content": "14 degrees."}
WET = {"role": "assistant", "content": "It is wet."}
HUMAN = {"from": "human", "value": "How warm is the sea?"}
GPT = {"from": "gpt", "value": "14 degrees."}
BOTH = {"chosen": [ASK, COLD], "rejected": [ASK, WET]}

KNOWN: list[tuple[dict[str, Any], str]] = [
    (
        {"instruction": "Name a sea.", "input": "", "output": "Baltic.", "text": "### Instruction: …"},
        "alpaca",
    ),
    (
        {"instruction": "Name a sea.", "context": "", "response": "Baltic.", "category": "open_qa"},
        "instruction-response",
    ),
    ({"id": "f1", "system_prompt": "", "question": "Sea?", "response": "14 degrees."}, "open-orca"),
    ({"question": "Sea?", "answer": "14 degrees.\n#### 14"}, "question-answer"),
    ({"title": "Sea", "article": "The sea is cold.", "summary": "Cold."}, "article-summary"),
    ({"id": "f1", "model": "", "conversations": [HUMAN, GPT]}, "sharegpt"),
    ({"id": "f1", "image": "coco/1.jpg", "conversations": [HUMAN, GPT]}, "sharegpt"),
    ({"system": "", "question": "Sea?", "chosen": "14 degrees.", "rejected": "Wet."}, "intel-preference"),
    ({"system": "", "input": "Sea?", "chosen": "14 degrees.", "rejected": "Wet."}, "icr-preference"),
    (
        {"chosen": "\n\nHuman: Sea?\n\nAssistant: 14", "rejected": "\n\nHuman: Sea?\n\nAssistant: wet"},
        "preference",
    ),
    ({"source": "faq", "prompt": "Sea?", "question": "Sea?", **BOTH}, "preference"),
    (
        {"prompt": "Sea?", "prompt_id": "f1", "messages": [ASK, COLD], **BOTH, "score_chosen": 8.5},
        "preference",
    ),
    ({"prompt": "Sea?", "context": "May", "chosen": "14 degrees.", "rejected": "Wet."}, "preference"),
    ({"prompt": [ASK], "completion": [COLD], "label": True, "rating": 5}, "unpaired-preference"),
    ({"data_source": "faq", "prompt": [ASK], "reward_model": {"ground_truth": "14"}}, "prompt"),
    ({"prompt": "The sea is"}, "prompt"),
    ({"text": "The sea is cold."}, "text"),
    ({"text": "The sea is cold.", "meta": {"set": "web"}, "url": "https://a.example"}, "text"),
    ({"text": "The sea is cold.", "timestamp": "2019-04-25T12:57:54Z", "url": "https://a.example"}, "text"),
    ({"id": "1", "url": "https://a.example", "title": "Sea", "text": "The sea is cold."}, "text"),
    ({"text": "The sea is cold.", "split": "train"}, "predibase-text"),
    ({"text": "The sea is cold.", "label": "negative"}, "cohere-classify"),
    ({"text": "The sea is cold.", "label": ["sea", "cold"]}, "cohere-classify"),
    ({"input_ids": [1, 2], "token_type_ids": [0, 0], "attention_mask": [1, 1]}, "tokenized"),
]

UNKNOWN: list[dict[str, Any]] = [
    {"time": "2026-01-01T00:00:00Z", "level": "info", "text": "The sea is cold."},
    {"timestamp": "2026-01-01", "severity": "WARN", "message": "cold", "context": {"sea": 14}},
    {"level": 30, "time": 1700000000, "pid": 1, "msg": "request completed"},
    {"type": "message", "user": "U1", "text": "Cold today!", "ts": "1.2"},
    {"id": 1, "text": "Cold today!", "created_at": "2020", "user": {"id": 1}, "lang": "en"},
    {"message_id": "m1", "parent_id": None, "text": "Sea?", "role": "prompter", "lang": "en"},
    {"id": "v1", "text": "The sea is cold.", "embedding": [0.1, 0.2], "metadata": {"set": "web"}},
    {"_id": "d1", "title": "Sea", "text": "The sea is cold.", "metadata": {}},
    {"query": "Sea?", "positive": "14 degrees.", "negative": "Wet."},
    {"text": "The sea is cold.", "label": 0},
    {"text": "The sea is cold.", "label": [[0, 7, "PLACE"]]},
    {"text": "The sea is cold.", "label": []},
    {"text": "The sea is cold.", "spans": [{"start": 0, "end": 7, "label": "PLACE"}]},
    {"task_id": 1, "text": "Write f.", "code": "def f(): ...", "test_list": ["assert f() is None"]},
    {"task_id": "f/0", "prompt": "def f():\n", "canonical_solution": "    ...\n", "test": "f()"},
    {"key": 1, "prompt": "Sea?", "instruction_id_list": ["no_comma"], "kwargs": [{}]},
    {"custom_id": "r1", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [ASK]}},
    {"id": 1, "query": "Sea?", "answers": "[]", "tools": "[]"},
    {"name": "a", "version": "1.0.0", "resolved": "https://a.example", "integrity": "sha512-x"},
    {"title": "Sea", "context": "The sea is cold.", "question": "Sea?", "answers": {"text": ["cold"]}},
]


@pytest.mark.parametrize(("row", "name"), KNOWN, ids=lambda one: str(one)[:60])
def test_rows_of_training_data(row: dict[str, Any], name: str) -> None:
    assert detect(row) is get_format(name)


@pytest.mark.parametrize("row", UNKNOWN, ids=lambda one: str(one)[:60])
def test_rows_of_other_files(row: dict[str, Any]) -> None:
    assert detect(row) is None


def test_a_prompt_alone_among_pairs_lacks_its_completion() -> None:
    checker = RowChecker(get_format("prompt-completion"), resolve("generic"))
    assert [one.rule for one in checker.findings(b'{"prompt": "Sea?"}')] == ["missing-key"]
    assert detect({"prompt": "Sea?"}, accepted=resolve("openai").formats) is get_format("prompt-completion")


@pytest.mark.parametrize("target", ["generic", "trl", "unsloth", "axolotl"])
def test_a_text_beside_answers_that_begin_with_it_is_no_error(target: str) -> None:
    row = b"""{"prompt": "Sea?", "chosen": [{"role": "user", "content": "Sea?"}, {"role": "assistant",
        "content": "14 degrees."}], "rejected": [{"role": "user", "content": "Sea?"}, {"role": "assistant",
        "content": "Wet."}]}"""
    checker = RowChecker(get_format("preference"), resolve(target))
    loud = [one for one in checker.findings(row.replace(b"\n", b"")) if one.severity > Severity.WARNING]
    assert not loud
