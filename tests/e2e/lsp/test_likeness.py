"""What an editor sees of rows that have to do with each other, while they are typed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from tests.lsp_client import LspClient, Message, is_echo, part, unshown

ROW = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
TALE = (
    "the harbour office keeps a list of every boat that came in before the storm with the name of its "
    "skipper and the berth it was given and nobody may leave before the list was read aloud"
)
NEAR = "near-duplicate"
URI = "untitled:rows.jsonl"


@pytest.fixture(params=["utf-8", "utf-16", "utf-32"])
def client(request: pytest.FixtureRequest) -> Iterator[LspClient]:
    options = {"select": ["duplicates", "conflicting-answer", "invalid-json"], "format": "openai-chat"}
    with LspClient((request.param,), options) as one:
        yield one


def told(diagnostics: list[Message], rule: str = NEAR) -> list[tuple[int, int]]:
    """The rows of the findings of a rule, each with the first one that it leads to."""
    return [
        (one["range"]["start"]["line"], one["relatedInformation"][0]["location"]["range"]["start"]["line"])
        for one in diagnostics
        if one.get("code") == rule
    ]


def until(client: LspClient, wanted: Callable[[list[Message]], object], uri: str = URI) -> list[Message]:
    """Wait for diagnostics that are as wanted."""
    end = monotonic() + client.timeout
    while monotonic() < end:
        found = client.published(uri)
        if wanted(found):
            return found
    raise AssertionError("nothing of the kind was published")


def test_what_is_nearly_the_same_comes_later_and_stays_while_it_is_edited(client: LspClient) -> None:
    rows = [ROW % (f"😀 {TALE}", TALE), ROW % ("what?", "no")]
    rows.append(ROW % (f"😀 {TALE.replace('every', 'nearly every')}", TALE))
    rows.append('{"messages":[')
    first = client.show(URI, "\n".join(rows))
    assert [one["code"] for one in first] == ["invalid-json"]
    found = until(client, told)
    assert told(found) == [(2, 0)]
    assert "row 1" in next(one["message"] for one in found if one["code"] == NEAR)
    at = len(rows[2]) - 4
    for typed in ("x", "y", '"'):
        found = client.published(URI, client.change(URI, part(2, at, at, typed)))
        assert told(found) == [(2, 0)]
    client.change(URI, part(2, at, at + 1, ""))
    found = client.published(URI, client.change(URI, part(0, 0, 0, "{}\n")))
    assert told(found) == [(3, 1)]
    assert "row 2" in next(one["message"] for one in found if one["code"] == NEAR)
    start = rows[2].index("nearly")
    client.change(URI, part(3, start, rows[2].index('"},{'), "something else"))
    until(client, lambda found: not told(found))


def test_a_row_that_is_typed_anew_is_compared_with_all(client: LspClient) -> None:
    rows = [ROW % (f"Q{at}?", f"a {at}") for at in range(50)]
    client.show(URI, "\n".join([*rows, ROW % (TALE, TALE)]))
    row = ROW % (TALE.replace("berth", "narrow berth"), TALE)
    client.change(URI, part(3, 0, 0, f"{row}\n"))
    assert told(until(client, told)) == [(51, 3)]
    client.change(URI, {"text": "\n".join(rows)})
    assert not told(until(client, lambda found: not told(found)))


def test_all_near_rows_of_a_large_document_are_told() -> None:
    dice = random.Random(1)
    words = ["".join(dice.choices("abcdefghijklmnoprstuvwy", k=6)) for _ in range(3_000)]
    tales = [" ".join(dice.choices(words, k=120)) for _ in range(3_000)]
    near = dict(zip(dice.sample(range(2_000, 3_000), 300), dice.sample(range(2_000), 300), strict=True))
    for number, first in near.items():
        tales[number] = tales[first].replace(" ", " really ", 1)
    with LspClient(options={"select": [NEAR]}) as client:
        client.show(URI, "\n".join(ROW % (tale, "yes") for tale in tales))
        found = until(client, lambda found: len(told(found)) == len(near))
        assert dict(told(found)) == near


def test_groups_of_thousands_are_judged_while_the_client_is_heard(client: LspClient) -> None:
    rows = [ROW % ("What is it?", f"It is number {at}, of course, as you know.") for at in range(4_000)]
    rows += [ROW % ("What is it?", "It is number 7, of course, as you know.")] * 2
    client.open(URI, "\n".join(rows))
    slowest = 0.0
    end = monotonic() + client.timeout
    while "copies" not in (shown := str(client.notifications)) and "compared" not in shown:
        start = monotonic()
        client.request(
            "textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": 1, "character": 1}}
        )
        slowest = max(slowest, monotonic() - start)
        assert monotonic() < end
        sleep(0.01)
    assert slowest < 2


def test_a_copy_of_many_is_let_go_and_comes_back(client: LspClient) -> None:
    copy = ROW % ("What is it?", "It is here.")
    client.open(URI, "\n".join([copy] * 200))
    until(client, lambda found: len(told(found, "exact-duplicate")) == 200)
    client.change(URI, part(0, 1, 1, " "))
    found = until(client, lambda found: next(filter(is_echo, found))["range"]["start"]["line"] == 1)
    assert unshown(found) == 0
    assert {first for row, first in told(found, "exact-duplicate") if row > 1} == {1}
    client.change(URI, part(0, 1, 2, ""))
    until(client, lambda found: {first for row, first in told(found, "exact-duplicate") if row > 0} == {0})
