"""Whatever a row holds and wherever its reader points: what is told is words and code, and nothing else."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygls.workspace import PositionCodec
from tests.rendering import HOSTILE, OURS, code, tokens, words

from turnlint.lsp.document import Document
from turnlint.lsp.session import Session
from turnlint.lsp.things import Thing, thing_at
from turnlint.lsp.view import RowView
from turnlint.model import Settings
from turnlint.text.markdown import Markdown, PlainText, visible
from turnlint.text.secrets import hide

TEXTS = st.text(max_size=30) | st.text(alphabet="`~*_[]()<>!#|-+=.:/\\&;$@ \n\ta1w\u202e\r\x1b", max_size=30)


def row_of(text: str) -> RowView:
    """The only row of a document that nobody has judged yet."""
    document = Document("untitled:rows.jsonl", text, 1, "jsonl", PositionCodec())
    return RowView(cast("Session", SimpleNamespace(document=document, format=None, settings=Settings({}))), 0)


def told(text: str, column: int, style: PlainText | None = None) -> Thing | None:
    return thing_at(row_of(text), column, style or Markdown())


def chat(text: str) -> dict[str, Any]:
    """A row that holds a text wherever it can."""
    call = {"id": text, "type": "function", "function": {"name": text, "arguments": text}}
    tool = {
        "name": text,
        "description": text,
        "parameters": {"type": "object", "properties": {text: {"description": text}}},
    }
    parts = [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": text}},
        {"type": "image_url", "image_url": {"url": f"data:{text};base64,{text}"}},
        {"type": text, text: text},
    ]
    return {
        "messages": [
            {"role": "system", "content": text, "name": text},
            {"role": "user", "content": parts},
            {"role": text, "content": text, text: text},
            {"role": "assistant", "content": text, "weight": text, "tool_calls": [call], "refusal": text},
            {"role": "tool", "tool_call_id": text, "content": text},
            {"role": "function", "name": text, "content": {text: text}},
            text,
        ],
        "tools": [{"type": "function", "function": tool}],
        text: text,
    }


def rows(text: str) -> list[dict[str, Any]]:
    messages = chat(text)["messages"]
    return [
        chat(text),
        {"input": {"messages": messages}, "preferred_output": messages, "non_preferred_output": messages},
        {"messages": [{"role": "developer", "content": text}, {"role": "user", "content": text}], text: text},
        {"prompt": text, "completion": text},
        {"system": text, "instruction": text, "input": text, "output": text},
        {"conversations": [{"from": text, "value": text}, {"from": "gpt", "value": text}], "system": text},
        {text: text, "b": [text, {text: text}]},
    ]


def check(row: str, column: int) -> None:
    thing = told(row, column)
    if thing is not None:
        assert 0 <= thing.span.start < thing.span.end <= len(row)
        found = list(tokens(thing.words))
        assert {token.type for token in found} <= OURS
        assert {token.info for token in found if token.type == "fence"} <= {"text", "json"}
        assert visible(thing.words) == thing.words
        thing.words.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_row_takes_part(text: str) -> None:
    for value in rows(text):
        row = json.dumps(value, ensure_ascii=False)
        for column in range(0, len(row), 1 + len(row) // 5):
            check(row, column)


@given(TEXTS, st.integers(0, 6), st.integers(0), st.booleans())
def test_nothing_that_can_be_thought_of_takes_part(
    text: str, kind: int, column: int, ascii_only: bool
) -> None:
    row = json.dumps(rows(text)[kind], ensure_ascii=ascii_only)
    check(row, column % len(row))


@given(TEXTS, st.integers(0, 6), st.integers(0), st.integers(0))
def test_broken_rows(text: str, kind: int, cut: int, column: int) -> None:
    row = json.dumps(rows(text)[kind], ensure_ascii=False)
    row = row[: cut % len(row) + 1]
    check(row, column % len(row))
    check(row[::-1], column % len(row))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_said_reads_back(text: str) -> None:
    row = json.dumps({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "!"}]})
    thing, plain = told(row, 0), told(row, 0, PlainText())
    assert thing is not None
    assert plain is not None
    shown = visible(hide(text))
    assert code(thing.words) == ([shown] if text.strip() else []) + ["!"]
    assert all(line.rstrip() in plain.words for line in shown.split("\n"))


@pytest.mark.parametrize("pointed", ['"content"', '"role"', '"user"', '"x"'])
def test_the_span_is_the_thing_meant(pointed: str) -> None:
    row = '{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}'
    start = row.index(pointed)
    for column in range(start, start + len(pointed)):
        thing = told(row, column)
        assert thing is not None
        assert row[thing.span.start : thing.span.end] == pointed


def test_rows_that_are_no_objects_are_nothing() -> None:
    assert [told(row, 0) for row in ("", " ", "[1]", '"a"', "{}", "nul", "}")] == [None] * 7


def test_hostile_sizes() -> None:
    for row in (
        "[" * 20_000,
        '{"a":' * 20_000,
        '{"messages":' + "[" * 20_000,
        '{"messages":[{"a":' * 30_000,
    ):
        for column in (0, 8, len(row) // 2, len(row) - 1):
            check(row, column)
    text = "`" * 100_000 + "\u202e" * 50_000
    for column in (0, 30, 200_000):
        thing = told(json.dumps(chat(text), ensure_ascii=False), column)
        assert thing is not None
        assert len(thing.words) < 100_000
        assert words(thing.words)
