"""Where calls, results and copies lead to, in every position encoding, in whole rows and in broken ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.lsp.links import BROKEN, CHAT, LEGACY, MISORDERED, PREFERENCE, REPEATED, SHAREGPT, Reader
from tests.lsp_client import LspClient
from tests.ranges import ENCODINGS, covered, holds

LINKS = {"textDocument": {"definition": {"linkSupport": True}}}


@pytest.fixture(scope="module", params=ENCODINGS)
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    with LspClient((request.param,), capabilities=LINKS) as client:
        yield Reader(client, request.param)


@pytest.mark.parametrize(
    ("row", "at", "expected"),
    [
        (CHAT, "r1", ["c1"]),
        (CHAT, "r2", ["c2"]),
        (CHAT, "r3", ["c3"]),
        (CHAT, "n1", ["t1"]),
        (CHAT, "n2", ["t2"]),
        (CHAT, "n3", ["t1"]),
        (CHAT, "c1", ["c1"]),
        (CHAT, "t2", ["t2"]),
        (CHAT, "n4", []),
        (CHAT, "r5", []),
        (CHAT, "role", []),
        (CHAT, "text", []),
        (REPEATED, "r1", ["c1"]),
        (REPEATED, "r2", ["c2"]),
        (REPEATED, "n1", ["t1", "t2"]),
        (MISORDERED, "r1", ["c1"]),
        (PREFERENCE, "r1", ["c1"]),
        (PREFERENCE, "r2", ["c2"]),
        (PREFERENCE, "r3", ["c3"]),
        (PREFERENCE, "n2", ["t1"]),
        (LEGACY, "n1", ["t1"]),
        (LEGACY, "r1", ["t1"]),
        (SHAREGPT, "n1", []),
        (BROKEN, "r1", ["c1"]),
        (BROKEN, "n1", ["t1"]),
        (BROKEN, "n2", ["t1"]),
    ],
)
def test_definition(reader: Reader, row: str, at: str, expected: list[str]) -> None:
    reader.open("{}", row)
    found = reader.ask("definition", 1, at)
    assert [link["targetSelectionRange"] for link in found] == [reader.range(1, one) for one in expected]
    for link in found:
        assert link["targetUri"] == reader.uri
        assert link["originSelectionRange"] == reader.range(1, at)
        assert holds(link["targetRange"], link["targetSelectionRange"])
        around = covered(reader.text, link["targetRange"], reader.encoding)
        assert (around[0], around[-1]) == ("{", "}")


def test_on_the_key_as_on_its_value(reader: Reader) -> None:
    reader.open(CHAT)
    column = reader.columns[0]["r1"] - len('"tool_call_id":') + 3
    (link,) = reader.ask_at("definition", 0, column)
    assert link["targetSelectionRange"] == reader.range(0, "c1")
    assert link["originSelectionRange"] == reader.range(0, "r1")


@pytest.mark.parametrize(("line", "column"), [(3, 0), (3, 1), (1, 0), (4, 1)])
def test_a_copy_leads_to_the_first(reader: Reader, line: int, column: int) -> None:
    reader.open("{}", CHAT, "", CHAT, f" {CHAT}")
    (link,) = reader.ask_at("definition", line, column + (line == 4))
    row = covered(reader.text, link["targetRange"], reader.encoding)
    assert (link["targetRange"]["start"]["line"], row) == (1, reader.text.split("\n")[1])
    assert covered(reader.text, link["targetSelectionRange"], reader.encoding) == "{"
    assert link["originSelectionRange"]["start"]["line"] == line
    assert covered(reader.text, link["originSelectionRange"], reader.encoding) == "{"


def test_rows_without_copies_lead_nowhere(reader: Reader) -> None:
    reader.open(CHAT, "", "no JSON", "[1]")
    assert [reader.ask_at("definition", line, 0) for line in range(5)] == [[]] * 5


def test_clients_without_links_get_locations() -> None:
    with LspClient() as client:
        reader = Reader(client, "utf-32")
        reader.open(CHAT, CHAT)
        assert reader.ask("definition", 0, "n3") == [{"uri": reader.uri, "range": reader.range(0, "t1")}]
        (first,) = reader.ask_at("definition", 1, 0)
        assert first["range"] == {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}


def test_what_is_not_open(reader: Reader) -> None:
    reader.open(CHAT)
    assert reader.ask_at("definition", 7, 0) is None
    reader.shut()
    assert reader.ask_at("definition", 0, 0) is None
