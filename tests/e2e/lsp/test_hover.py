"""Hovering: over findings, over what a format declares, over tools, and over what is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest
from tests.lsp_client import LspClient
from tests.ranges import ENCODINGS, covered, width
from tests.rendering import OURS, code, tokens, words

CURSOR = "‸"
"""Stands before the character that the reader points at."""
ONE_CALL = (
    r'{"id":"c1","type":"function","function":{"name":"get_tide",'
    r'"arguments":"{\"harbour\": \"Brést\", \"n\": 12345678901234567890}"}}'
)
TOOL = (
    '{"type":"function","function":{"name":"get_tide","description":"Tide tables, see tide.example.",'
    '"strict":true,"parameters":{"type":"object","properties":{"harbour":{"type":"string"}},'
    '"required":["harbour"]}}}'
)
CALL = (
    '{"messages":[{"role":"user","content":"潮 in Brest? 😀"},'
    f'{{"role":"assistant","tool_calls":[{ONE_CALL}]}},'
    r'{"role":"tool","tool_call_id":"c1","content":"{\"high\": \"04:12\"}"},'
    '{"role":"assistant","content":"At 04:12."}],'
    f'"tools":[{TOOL}]}}'
)
LOG = r'{"level":"info","n":1e400,"n":[{"a":"\u00e9"}]}'
PREFERENCE = (
    '{"input":{"messages":[{"role":"user","content":"Name a port."}]},'
    '"preferred_output":[{"role":"assistant","content":"Brest."}],'
    '"non_preferred_output":[{"role":"assistant","content":"No."}]}'
)
_NUMBERS = count()
_TOKENS = re.compile(r"(?m) · (about )?[\d,]+ tokens?(, [\d,]+ trained)?$")
"""They come later than the rest: tests/e2e/lsp/test_tokens.py waits for them."""


class Told(NamedTuple):
    """What a hover says, and the text that it is about."""

    words: str
    about: str


class Reader:
    """A client that hovers."""

    def __init__(self, client: LspClient, encoding: str) -> None:
        self.client = client
        self.encoding = encoding

    def point(self, text: str, *others: str) -> Told | None:
        """Open a document of a row with a cursor in it and of other rows behind it, and hover."""
        uri = f"untitled:{next(_NUMBERS)}.jsonl"
        before, _, behind = text.partition(CURSOR)
        self.client.show(uri, "\n".join((before + behind, *others)) + "\n")
        return self.hover(uri, before + behind, 0, width(before, self.encoding))

    def hover(self, uri: str, row: str, line: int, character: int) -> Told | None:
        position = {"line": line, "character": character}
        answer = self.client.request(
            "textDocument/hover", {"textDocument": {"uri": uri}, "position": position}
        )
        if answer is None:
            return None
        assert answer["contents"]["kind"] == "markdown"
        written = answer["contents"]["value"]
        assert {token.type for token in tokens(written)} <= OURS
        return Told(_TOKENS.sub("", written), covered("\n" * line + row, answer["range"], self.encoding))


def capabilities(*formats: str) -> dict[str, Any]:
    return {"textDocument": {"hover": {"contentFormat": list(formats)}}}


@pytest.fixture(scope="module", params=ENCODINGS)
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    with LspClient((request.param,), capabilities=capabilities("markdown", "plaintext")) as client:
        yield Reader(client, request.param)


def at(row: str, needle: str, offset: int = 1) -> str:
    """A row with the cursor some characters into the first occurrence of a text."""
    place = row.index(needle) + offset
    return row[:place] + CURSOR + row[place:]


def chat(*contents: Any, **keys: Any) -> str:
    """A row of turns by user and assistant."""
    messages = [
        {"role": ("user", "assistant")[at % 2], "content": content} for at, content in enumerate(contents)
    ]
    return json.dumps({"messages": messages, **keys}, ensure_ascii=False)


CASES: dict[str, tuple[str, str, list[str]]] = {
    "result before its call": (
        at(
            f'{{"messages":[{{"role":"tool","tool_call_id":"c1","content":"漢"}},'
            f'{{"role":"assistant","tool_calls":[{ONE_CALL}]}}],"tools":[{TOOL}]}}',
            '"c1"',
        ),
        '"c1"',
        ["**result** of the call of `get_tide` (`c1`) in turn 2, which comes later"],
    ),
    "finding": (
        '{"messages":[{"content":"漢😀","role":"u‸sr"},{"role":"assistant","content":"a"}]}',
        '"usr"',
        [
            "**error: unknown-role**",
            "`usr` is not a role",
            "Quick fix: Replace with `user`",
            "Finds a role that no message may have.",
            '{"messages": [{"role": "user", "content": "hi"}',
            "- `user`: What a person asks.",
        ],
    ),
    "finding in a text": (
        at(chat("漢😀 <|im_start|> x", "a"), "im_start"),
        "<|im_start|>",
        ["**warning: special-token**", "Row 1 · OpenAI chat", "漢😀 <|im_start|> x"],
    ),
    "key": (
        at(CALL, '"content"'),
        '"content"',
        ["**`content`** of the user message · string or array or null", "What the message says."],
    ),
    "key of a tag": (
        at(CALL, '"role"'),
        '"role"',
        ["· required", "- `developer`: ", "- `tool`: What a tool answered."],
    ),
    "colon": (at(CALL, '"content":', 9), '"content"', ["What the message says."]),
    "required key": (at(CALL, '"messages"'), '"messages"', ["**`messages`** of the row · array · required"]),
    "role": (
        at(CALL, '"assistant"'),
        '"assistant"',
        ["**`assistant`** · `role`", "What the model is to say.", "Other values: `system`"],
    ),
    "only value": (
        at(CALL, '"function"'),
        '"function"',
        ["**`type`** of the tool call", "Always `function`."],
    ),
    "number": (
        at(
            '{"messages":[{"role":"user","content":"😀"},{"role":"assistant","content":"b","weight":0}]}',
            "0}",
            0,
        ),
        "0",
        ["**`weight`** of the assistant message · integer · optional", "One of `0`, `1`."],
    ),
    "null": (
        at(
            '{"messages":[{"role":"user","content":"😀"},{"role":"assistant","content":null,"refusal":"no"}]}',
            "null",
        ),
        "null",
        ["**`content`** of the assistant message"],
    ),
    "call": (
        at(CALL, '"c1"'),
        ONE_CALL,
        [
            "**call** of `get_tide` (`c1`) · answered in turn 3",
            '{\n  "harbour": "Brést",\n  "n": 12345678901234567890\n}',
            "**tool** `get_tide` · strict",
            "Tide tables, see `tide.example`.",
            '"required": [\n    "harbour"',
        ],
    ),
    "name of a call": (at(CALL, '"get_tide"'), ONE_CALL, ["**call** of `get_tide`"]),
    "arguments": (at(CALL, "Brést"), ONE_CALL, ["**call** of `get_tide`"]),
    "undeclared tool": (
        at(CALL.replace('"get_tide","desc', '"other","desc'), '"c1"'),
        ONE_CALL,
        ["**call** of `get_tide`", "The row declares no such tool."],
    ),
    "result": (
        at(CALL, 'id":"c1","content', 6),
        '"c1"',
        ["**result** of the call of `get_tide` (`c1`) in turn 2", '"harbour": "Brést"'],
    ),
    "orphan": (
        at(CALL.replace('call_id":"c1"', 'call_id":"c9"'), '"c9"'),
        '"c9"',
        ["**error: orphan-result**", "**result** of a call `c9` that the row does not make"],
    ),
    "tool": (
        at(CALL, "Tide tables"),
        TOOL,
        ["**tool** `get_tide` · strict · 1 call", "Tide tables, see `tide.example`.", '"harbour": {\n'],
    ),
    "schema": (
        at(CALL, '"harbour":{'),
        TOOL,
        ["**tool** `get_tide`"],
    ),
    "row": (
        CURSOR + CALL,
        CALL,
        [
            "Row 1 · OpenAI chat · 4 turns, 1 tool call · 1 tool: `get_tide`",
            "**user**\n```text\n潮 in Brest? 😀\n```",
            '**assistant**\ncalls `get_tide` (`c1`)\n```json\n{\n  "harbour"',
            '**tool** · answers `get_tide` (`c1`)\n```text\n{"high": "04:12"}\n```',
            "**assistant**\n```text\nAt 04:12.\n```",
        ],
    ),
    "text": (
        at(chat("😀 a", "b\\n\n漢"), "b\\"),
        '"b\\\\n\\n漢"',
        ["**user**\n```text\n😀 a\n```", "```text\nb\\n\n漢\n```"],
    ),
    "preference": (
        at(PREFERENCE, '"No."'),
        '"No."',
        [
            "OpenAI preference (DPO)",
            "**user**\n```text\nName",
            "**preferred** · **assistant**\n```text\nBrest",
            "**non-preferred** · **assistant**\n```text\nNo.",
        ],
    ),
    "prompt and completion": (
        at('{"prompt":"😀 a","completion":"b"}', '"b"'),
        '"b"',
        ["**prompt**\n```text\n😀 a\n```", "**completion**\n```text\nb\n```"],
    ),
    "Alpaca": (
        at('{"instruction":"😀 a","input":"漢","output":"b"}', "😀", 0),
        '"😀 a"',
        ["**instruction**\n```text\n😀 a", "**input**\n```text\n漢", "**output**\n```text\nb"],
    ),
    "ShareGPT": (
        at(
            '{"conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"b"}],"system":"s"}',
            '"a"',
        ),
        '"a"',
        ["**system**\n```text\ns", "**human**\n```text\na", "`function_call`\n```text\nb"],
    ),
    "reinforcement": (
        at(
            '{"messages":[{"role":"developer","content":"d"},{"role":"user","content":"q"}],"answer":{"n":1e2}}',
            '"q"',
        ),
        '"q"',
        [
            "OpenAI reinforcement (RFT) · 2 turns, 1 grader field",
            '**for the grader**\n```json\n"answer": {\n  "n": 1e2\n}',
        ],
    ),
    "images": (
        at(
            chat(
                [
                    {"type": "text", "text": "first"},
                    {
                        "type": "image_url",
                        "image_url": {"url": "data:image/png;base64,iVBORw0KGgo" + "A" * 4_000},
                    },
                    {"type": "text", "text": "second"},
                    {"type": "image_url", "image_url": {"url": "https://evil.example/a.png"}},
                ],
                "b",
            ),
            "first",
        ),
        '"first"',
        [
            "```text\nfirst\n```\nimage: PNG, 3.01 KB as data URL\n```text\nsecond\n```\nimage at `https://evil.example/a.png`"
        ],
    ),
    "broken row": (
        at(
            '{"messages":[{"role":"user","content":"😀 a"},{"role":"assistant","content":"b \\n unfin',
            "😀",
            0,
        ),
        '"😀 a"',
        [
            "**user**\n```text\n😀 a\n```",
            "**assistant**\n```text\nb \n unfin\n```",
            "**error: invalid-json**",
        ],
    ),
    "no format": (at(LOG, "level", 0), LOG, ['"n": 1e400,\n  "n": [\n    {\n      "a": "\\u00e9"']),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_told(reader: Reader, name: str) -> None:
    row, about, expected = CASES[name]
    told = reader.point(row)
    assert told is not None
    assert told.about == about
    for part in expected:
        assert part in told.words


def test_all_findings_of_a_place_are_told_the_worst_first(reader: Reader) -> None:
    told = reader.point(f"{CURSOR}{{}}", chat("a", "b"), chat("c", "d"), chat("e", "f"), "{}")
    assert told is not None
    assert told.about == "{"
    worst, other = told.words.index("**error: missing-key**"), told.words.index("**info: exact-duplicate**")
    assert worst < other
    assert "A row without it" not in told.words


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "blank-row"),
        (" ", "blank-row"),
        ("[1]", "not-an-object"),
        ("words", "invalid-json"),
        ("{}", "missing-key"),
    ],
)
def test_a_row_without_anything_to_read_is_its_finding(reader: Reader, text: str, finding: str) -> None:
    told = reader.point(CURSOR + text, *[chat(f"{number}", "b") for number in range(3)])
    assert told is not None
    assert f": {finding}**" in told.words.split("\n")[0]
    assert "Row 1" not in told.words


def test_documents_and_lines_that_are_not_there(reader: Reader) -> None:
    uri = f"untitled:{next(_NUMBERS)}.jsonl"
    assert reader.hover("untitled:never.jsonl", "", 0, 0) is None
    reader.client.show(uri, chat("a", "b"))
    assert reader.hover(uri, chat("a", "b"), 0, 0) is not None
    assert reader.hover(uri, "", 1, 0) is None
    assert reader.hover(uri, "", 1_000_000, 5) is None
    reader.client.shut(uri)
    assert reader.hover(uri, "", 0, 0) is None


def test_a_document_that_is_no_jsonl(reader: Reader) -> None:
    rows = [
        "{",
        *(f'  "{number}": {{"role": "user", "content": "x"}},' for number in range(9)),
        '  "b": 1',
        "}",
    ]
    uri = f"untitled:{next(_NUMBERS)}.jsonl"
    reader.client.show(uri, "\n".join(rows))
    assert [reader.hover(uri, row, line, 8) for line, row in enumerate(rows)] == [None] * len(rows)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_column_of_every_row(encoding: str) -> None:
    """Wherever the reader points, the range is one of the row and holds the place."""
    with LspClient((encoding,), capabilities=capabilities("markdown")) as client:
        reader = Reader(client, encoding)
        rows = [CALL, CALL[:-40], CALL[:200], PREFERENCE, CALL.replace(":", "", 3), CALL.replace('"', "'")]
        uri = "untitled:all.jsonl"
        client.show(uri, "\n".join(rows))
        for line, row in enumerate(rows):
            for column in range(line, len(row), 17):
                told = reader.hover(uri, row, line, width(row[:column], encoding))
                assert told is not None
                assert told.about in row
                assert told.about


def test_plain_text() -> None:
    with LspClient(capabilities=capabilities("plaintext")) as client:
        client.show("untitled:plain.jsonl", CALL)
        params = {"textDocument": {"uri": "untitled:plain.jsonl"}, "position": {"line": 0, "character": 0}}
        answer = client.request("textDocument/hover", params)
    assert answer["contents"]["kind"] == "plaintext"
    lines = answer["contents"]["value"].split("\n")
    assert lines[0] == "Row 1 · OpenAI chat · 4 turns, 1 tool call · 1 tool: get_tide"
    assert lines[1:7] == ["", "counting tokens…", "", "user", "    潮 in Brest? 😀", ""]
    assert lines[7:11] == ["assistant", "calls get_tide (c1)", "    {", '      "harbour": "Brést",']


@pytest.mark.parametrize("likes", [{}, capabilities("plaintext", "markdown")])
def test_plain_text_comes_before_what_is_liked_less(likes: dict[str, Any]) -> None:
    with LspClient(capabilities=likes) as client:
        client.show("untitled:plain.jsonl", CALL)
        params = {"textDocument": {"uri": "untitled:plain.jsonl"}, "position": {"line": 0, "character": 0}}
        assert client.request("textDocument/hover", params)["contents"]["kind"] == "plaintext"


def test_long_conversations_are_cut(reader: Reader) -> None:
    row = chat(*(f"turn {number} " + "word " * 1_000 for number in range(40)))
    told = reader.point(CURSOR + row)
    assert told is not None
    assert len(told.words) < 12_000
    shown = code(told.words)
    assert all(text.startswith(f"turn {number} ") for number, text in enumerate(shown))
    assert 3 < len(shown) < 10
    assert f"… {5_007 - len(shown[0]):,} more characters" in told.words
    assert told.words.endswith(f"… {40 - len(shown)} more turns")


def test_the_turn_that_is_pointed_at_comes_first(reader: Reader) -> None:
    row = chat(*(f"turn {number} " + "word " * 300 for number in range(40)))
    told = reader.point(at(row, "turn 30 "))
    assert told is not None
    assert code(told.words)[0] == "turn 30 " + "word " * 300
    assert "… 30 earlier turns, the last of **assistant**: `turn 29 word word" in told.words
    assert "more turns" in told.words


def test_of_a_long_text_the_part_around_the_cursor_is_shown(reader: Reader) -> None:
    text = " ".join(f'w{number}"\n😀' for number in range(20_000))
    row = chat("a", text, "c")
    told = reader.point(at(row, "w15000"))
    assert told is not None
    shown = code(told.words)[1]
    assert 'w15000"\n😀' in shown
    assert shown in text
    before = text.index(shown)
    assert f"… {before:,} characters before" in told.words
    assert f"… {len(text) - before - len(shown):,} more characters" in told.words


def test_secrets_are_masked(reader: Reader) -> None:
    secret = "sk-ant-" + "a1B2" * 20
    row = chat(f"my key is {secret}", secret)
    for place in (CURSOR + row, at(row, "my key"), at(row, "sk-ant"), CURSOR + CALL.replace("Brést", secret)):
        told = reader.point(place)
        assert told is not None
        assert "sk-ant-•••" in told.words
        assert "a1B2a1B2" not in told.words


def test_hostile_text_is_text(reader: Reader) -> None:
    text = (
        "```\n[x](command:x) <img src=x> https://evil.example www.evil.example \u202e\x1b[31m $(alert)\n# h"
    )
    told = reader.point(CURSOR + chat(text, "b"))
    assert told is not None
    assert code(told.words)[0] == text.replace("\u202e", "⟨U+202E⟩").replace("\x1b", "␛")
    assert "\x1b" not in told.words
    assert "evil.example" in words(told.words)


def test_a_row_of_many_megabytes() -> None:
    row = chat(*(f"turn {number} 😀 " + "word\n" * 200 for number in range(4_000)))
    with LspClient(("utf-16",), capabilities=capabilities("markdown")) as client:
        told = Reader(client, "utf-16").point(at(row, "turn 3000 "))
    assert told is not None
    assert code(told.words)[0].startswith("turn 3000 😀")
    assert len(told.words) < 12_000
