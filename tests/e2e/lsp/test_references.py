"""Where tools, calls and rows are used, and which of it is shown where the cursor is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.lsp.links import BROKEN, CHAT, LEGACY, PREFERENCE, REPEATED, SHAREGPT, Reader
from tests.lsp_client import LspClient
from tests.ranges import ENCODINGS, covered


@pytest.fixture(scope="module", params=ENCODINGS)
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    with LspClient((request.param,)) as client:
        yield Reader(client, request.param)


def uses(reader: Reader, line: int, at: str, *, declared: bool) -> list[str]:
    """The marks of what is found."""
    found = reader.ask("references", line, at, context={"includeDeclaration": declared})
    marks = {str(reader.range(line, mark)): mark for mark in reader.columns[line]}
    assert all(one["uri"] == reader.uri for one in found)
    return [marks[str(one["range"])] for one in found]


@pytest.mark.parametrize(
    ("row", "at", "expected", "declared"),
    [
        (CHAT, "t1", ["n1", "r1", "n3", "r3"], ["t1"]),
        (CHAT, "n3", ["n1", "r1", "n3", "r3"], ["t1"]),
        (CHAT, "t2", ["n2", "r2"], ["t2"]),
        (CHAT, "n4", ["n4"], []),
        (CHAT, "c1", ["r1"], ["c1"]),
        (CHAT, "r1", ["r1"], ["c1"]),
        (CHAT, "c4", [], ["c4"]),
        (CHAT, "r5", ["r5"], []),
        (CHAT, "role", [], []),
        (CHAT, "text", [], []),
        (REPEATED, "c1", ["r1"], ["c1"]),
        (REPEATED, "c2", ["r2"], ["c2"]),
        (REPEATED, "t2", ["n1", "r1", "n2", "r2"], ["t1", "t2"]),
        (PREFERENCE, "c1", ["r1"], ["c1"]),
        (PREFERENCE, "c3", ["r3"], ["c3"]),
        (PREFERENCE, "t1", ["n1", "r1", "n2", "r2", "n3", "r3"], ["t1"]),
        (LEGACY, "t1", ["n1", "r1"], ["t1"]),
        (SHAREGPT, "n1", ["n1"], []),
        (BROKEN, "t1", ["n1", "r1", "n2"], ["t1"]),
    ],
)
def test_references(reader: Reader, row: str, at: str, expected: list[str], declared: list[str]) -> None:
    reader.open("{}", row)
    assert uses(reader, 1, at, declared=False) == expected
    everything = sorted([*expected, *declared], key=lambda mark: reader.columns[1][mark])
    assert uses(reader, 1, at, declared=True) == everything


def test_copies(reader: Reader) -> None:
    reader.open(CHAT, "{}", CHAT, f"\t{CHAT}", CHAT)
    for line in (0, 2, 4):
        found = reader.ask_at("references", line, 0, context={"includeDeclaration": True})
        assert [one["range"]["start"]["line"] for one in found] == [0, 2, 3, 4]
        assert {covered(reader.text, one["range"], reader.encoding) for one in found} == {"{"}
        later = reader.ask_at("references", line, 0, context={"includeDeclaration": False})
        assert later == found[1:]
    assert reader.ask_at("references", 1, 0, context={"includeDeclaration": True}) == []


def test_no_more_copies_than_anybody_reads(reader: Reader) -> None:
    reader.open(*[LEGACY] * 1_200)
    asked = (
        reader.ask_at("references", 7, 0, context={"includeDeclaration": True}) for _ in range(1_000)
    )  # while the last ones are judged
    assert next(len(found) for found in asked if len(found) >= 1_000) == 1_000


@pytest.mark.parametrize(
    ("row", "at", "written", "read"),
    [
        (CHAT, "t1", ["t1"], ["n1", "n3"]),
        (CHAT, "n1", ["t1"], ["n1", "n3"]),
        (CHAT, "r2", ["c2"], ["r2"]),
        (CHAT, "c2", ["c2"], ["r2"]),
        (CHAT, "r5", [], ["r5"]),
        (CHAT, "text", [], []),
        (LEGACY, "n1", ["t1"], ["n1", "r1"]),
        (BROKEN, "n2", ["t1"], ["n1", "n2"]),
    ],
)
def test_highlights(reader: Reader, row: str, at: str, written: list[str], read: list[str]) -> None:
    reader.open(row, row)
    expected = [(reader.range(1, mark), 3) for mark in written] + [
        (reader.range(1, mark), 2) for mark in read
    ]
    found = reader.ask("documentHighlight", 1, at)
    assert [(one["range"], one["kind"]) for one in found] == expected


def test_what_is_not_open(reader: Reader) -> None:
    reader.open(CHAT)
    assert reader.ask_at("documentHighlight", 9, 0) is None
    assert reader.ask_at("references", 9, 0, context={"includeDeclaration": True}) is None
    reader.shut()
    assert reader.ask_at("documentHighlight", 0, 0) is None
    assert reader.ask_at("references", 0, 0, context={"includeDeclaration": True}) is None
