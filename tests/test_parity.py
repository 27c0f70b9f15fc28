"""After any edits, what the server says of a document is what `turnlint check` says of the saved file."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.buffer import Buffer, Edit
from tests.harness import Mark
from tests.lsp_client import LspClient, is_echo
from tests.parity import mark_of
from turnlint.cli import main
from turnlint.text.units import Encoding, to_units

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
ROWS = [
    '{"messages":[{"role":"user","content":"hi 😀"},{"role":"assistant","content":"yo"}]}',
    '{"messages":[{"role":"usr","content":"漢字 é"},{"role":"assistant","content":"yo <|im_start|>"}]}',
    '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":null}],"x":1}',
    '{"prompt":"a","completion":" b"}',
    '{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}',
    "",
    "[]",
]
TALE = (
    "the harbour office keeps a list of every boat that came in before the storm, with the name of its "
    "skipper and the berth it was given, and nobody may leave before the list was read aloud"
)
COMPARED = [
    *(
        f'{{"messages":[{{"role":"user","content":"{asked}"}},{{"role":"assistant","content":"{said}"}}]}}'
        for asked in ("Is it?", "is  IT?", "What 😀 is it?")
        for said in (
            "Yes",
            "No",
            TALE,
            TALE.replace("every", "nearly every"),
            TALE.replace("list", "long list"),
        )
    ),
    '{"messages":[{"role":"user","content":"Is it?"},{"role":"assistant","content":"Yes"},'
    '{"role":"user","content":"漢字?"},{"role":"assistant","content":"No"}]}',
    '{"messages":[{"role":"user","content":"Is it?"},{"role":"assistant","content":"No"},'
    '{"role":"user","content":"漢字?"},{"role":"assistant","content":"No"}]}',
    "",
    "{}",
    '{"messages":[',
]
SIGNS = ["", "x", "\n", '"', "😀", "}", "\u2028", "\t", " ", '"usr"', "\n\n"]
LIMIT = 14
"""So many tokens are few enough that some rows have more."""
PATIENCE = 10.0
"""Seconds that tokens may take,"""
PAUSE = 0.07
"""and between two questions: the server counts while it is asked nothing."""
PIECES = [*SIGNS, *(f"\n{row}\n" for row in ROWS[:3])]

Pair: TypeAlias = tuple[int, int]

Edits: TypeAlias = "list[tuple[Pair, Pair, str]]"

texts = st.lists(st.sampled_from(ROWS), max_size=8).map("\n".join)
places = st.tuples(st.integers(0, 9), st.integers(0, 99))
sizes = st.tuples(st.integers(0, 2), st.integers(0, 40))
edits = st.lists(st.tuples(places, sizes, st.sampled_from(PIECES)), max_size=12)
compared = st.lists(st.sampled_from(COMPARED), max_size=20).map("\n".join)
moves = st.lists(st.tuples(places, sizes, st.sampled_from([*SIGNS, *(f"\n{row}\n" for row in COMPARED)])))


@pytest.fixture(scope="module", params=ENCODINGS)
def client(request: pytest.FixtureRequest) -> Iterator[tuple[LspClient, Encoding]]:
    options = {"pullDiagnostics": True, "maxDiagnostics": 1_000_000, "target": "openai"}
    with LspClient((request.param,), options) as client:
        yield client, request.param


@pytest.fixture(scope="module")
def counting() -> Iterator[LspClient]:
    options = {"pullDiagnostics": True, "maxDiagnostics": 1_000_000, "target": "openai", "tokenLimit": LIMIT}
    with LspClient(("utf-16",), options) as client:
        client.open("untitled:first.jsonl", ROWS[0])
        sleep(1.0)  # the vocabulary is built once nothing is asked for a while
        yield client


@settings(deadline=None, max_examples=60, derandomize=True)
@given(text=texts, edits=edits)
def test_the_server_says_what_the_command_says(
    client: tuple[LspClient, Encoding], text: str, edits: Edits
) -> None:
    server, encoding = client
    _agree(server, encoding, text, edits, at_once=True)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(text=compared, edits=moves)
def test_so_it_does_of_rows_that_are_compared(
    client: tuple[LspClient, Encoding], text: str, edits: Edits
) -> None:
    server, encoding = client
    _agree(server, encoding, text, edits)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(text=texts, edits=edits)
def test_so_it_does_of_tokens(counting: LspClient, text: str, edits: Edits) -> None:
    _agree(counting, "utf-16", text, edits, "--token-limit", str(LIMIT))


def _agree(
    server: LspClient, encoding: Encoding, text: str, edits: Edits, *options: str, at_once: bool = False
) -> None:
    """Edit a document, and wait until the server says what the command says with these options."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "train.jsonl")
        path.write_text(text, encoding="utf-8", newline="")
        uri, buffer = path.as_uri(), Buffer(text, encoding)
        server.open(uri, text)
        for place, size, new in edits:
            change, _ = buffer.replace(_within(buffer, place, size, new))
            server.change(uri, change)
        path.write_text(buffer.text, encoding="utf-8", newline="")
        document = {"textDocument": {"uri": uri}}
        server.notify("textDocument/didSave", document)
        wanted, end = Counter(_told(path, encoding, options)), monotonic() + PATIENCE
        while True:
            found = server.request("textDocument/diagnostic", document)["items"]
            shown = Counter(mark_of(one, uri) for one in found if not is_echo(one))
            if shown == wanted or at_once or monotonic() > end:
                break
            sleep(PAUSE)
        server.notify("textDocument/didClose", document)
        assert shown == wanted


def _within(buffer: Buffer, place: Pair, size: Pair, new: str) -> Edit:
    """An edit of the text as it is: numbers beyond its end stand for the end."""
    (row, column), (rows, columns) = place, size
    row = min(row, buffer.count - 1)
    column = min(column, len(buffer.row(row)))
    last = min(row + rows, buffer.count - 1)
    end = min(columns if last > row else column + columns, len(buffer.row(last)))
    return Edit((row, column), (last, max(end, column) if last == row else end), new)


def _told(path: Path, encoding: Encoding, options: Sequence[str]) -> Iterator[Mark]:
    """What the command says of a file, as marks in the units of the client."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for one in _checked(path, options):
        related = tuple(near["row"] - 1 for near in one["related"] if near["row"] != one["row"])
        if one["row"] is None:
            yield Mark(None, 0, 0, one["severity"], one["rule"], words=one["message"])
            continue
        row = one["row"] - 1
        ends = (one["location"], one["end_location"])
        start, end = (to_units(lines[row], place["column"] - 1, encoding) for place in ends)
        yield Mark(row, start, end, one["severity"], one["rule"], related, one["message"])


def _checked(path: Path, options: Sequence[str]) -> list[Any]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    words = ["check", "--isolated", "--quiet", "--target", "openai", *options, "--output-format", "json"]
    with contextlib.redirect_stdout(out):
        main([*words, str(path)])
        sys.stdout.flush()
    found: list[Any] = json.loads(out.buffer.getvalue())
    return found
