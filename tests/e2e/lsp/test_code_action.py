"""What can be done about a row: what is offered to whom, and what a text is after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from tests.editing import applied, as_changes, text_edits
from tests.lsp_client import LspClient, Message, part
from tests.ranges import ENCODINGS

OPTIONS = {"ignore": ["too-few-examples", "few-examples"]}
LITERALS = {
    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}},
    "isPreferredSupport": True,
}
LAZY = {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
CHANGES = {"workspace": {"workspaceEdit": {"documentChanges": True}}}
ABLE = {**CHANGES, "textDocument": {"codeAction": LITERALS | LAZY}}

GOOD = '{"messages":[{"role":"user","content":"hi 😀 %s"},{"role":"assistant","content":"yo"}]}'
CASE = '{"messages":[{"role":"user","content":"漢 😀 %s"},{"role":"Assistant","content":"yo"}]}'
GUESS = '{"messages":[{"role":"usr","content":"hi 😀 %s"},{"role":"assistant","content":"yo"}]}'
WEIGHT = '{"messages":[{"role":"user","content":"é %s"},{"role":"assistant","content":"yo","weight":"1"}]}'
SHOW = "Show this row pretty-printed"
ALL = "Apply all safe fixes of turnlint"


class Desk:
    """One open document, and what its client does with it."""

    _numbers = count()

    def __init__(self, client: LspClient, encoding: str = "utf-32", folder: Path | None = None) -> None:
        self._client = client
        self._encoding = encoding
        self._base = "untitled:" if folder is None else f"{folder.as_uri()}/"

    def open(self, text: str) -> list[Message]:
        """Open a text, and wait until it is judged."""
        self.text = text
        self.uri = f"{self._base}{next(self._numbers)}.jsonl"
        self.version = self._client.open(self.uri, text)
        self.shown = self._client.published(self.uri, self.version)
        return self.shown

    def ask(
        self, start: tuple[int, int], end: tuple[int, int] | None = None, **context: Any
    ) -> list[Message]:
        """What is offered for a range, or a position."""
        ends = (start, end or start)
        place = {name: _position(*one) for name, one in zip(("start", "end"), ends, strict=True)}
        params = {
            "textDocument": {"uri": self.uri},
            "range": place,
            "context": {"diagnostics": [], **context},
        }
        found: list[Message] = self._client.request("textDocument/codeAction", params)
        return found

    def titles(self, start: tuple[int, int], end: tuple[int, int] | None = None, **context: Any) -> list[str]:
        """The titles of what is offered."""
        return [one["title"] for one in self.ask(start, end, **context)]

    def take(self, line: int, title: str) -> str:
        """Carry out what is offered for a row under a title; gives the text that there is then."""
        known = [one for one in self.shown if one["range"]["start"]["line"] == line]
        (action,) = (one for one in self.ask((line, 0), diagnostics=known) if one["title"] == title)
        self.carry_out(action)
        return self.text

    def carry_out(self, action: Message) -> None:
        """Carry out an action as a client does, and tell the server of it."""
        if "edit" not in action:
            action = self._client.request("codeAction/resolve", action)
        edits = text_edits(action["edit"], self.uri, self.version)
        self.text = applied(self.text, edits, self._encoding)
        self.version = self._client.change(self.uri, *as_changes(edits))


def _position(line: int, character: int) -> Message:
    return {"line": line, "character": character}


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    with LspClient(options=OPTIONS, capabilities=ABLE) as client:
        yield client


@pytest.fixture
def desk(client: LspClient) -> Desk:
    return Desk(client)


@pytest.fixture
def saved(client: LspClient, tmp_path: Path) -> Desk:
    """A desk whose documents are files."""
    return Desk(client, folder=tmp_path)


@pytest.fixture(scope="module", params=ENCODINGS)
def coded(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with LspClient((request.param,), OPTIONS, capabilities=ABLE) as client:
        yield Desk(client, request.param)


def rows(*texts: str, end: str = "\n") -> str:
    return "".join(text + end for text in texts)


def test_what_is_advertised(client: LspClient) -> None:
    assert client.capabilities["codeActionProvider"] == {
        "codeActionKinds": ["quickfix", "source.fixAll.turnlint"],
        "resolveProvider": True,
    }


def test_what_is_offered_in_which_order(saved: Desk) -> None:
    shown = saved.open(rows(CASE % 1, GUESS % 2, CASE % 1))
    line = [one for one in shown if one["range"]["start"]["line"] == 2]
    offered = saved.ask((2, 0), (2, 80), diagnostics=line)
    assert [(one["title"], one.get("kind")) for one in offered] == [
        ("Replace with `assistant`", "quickfix"),
        ("Delete this copy", "quickfix"),
        ("Compare with row 1", "quickfix"),
        ("Fix all `unknown-role` in this file", "quickfix"),
        (ALL, "source.fixAll.turnlint"),
        ("Accept `unknown-role` in this row (baseline)", "quickfix"),
        ("Accept `exact-duplicate` in this row (baseline)", "quickfix"),
        (SHOW, None),
    ]
    role, copied = sorted(line, key=lambda one: one["code"], reverse=True)
    links = [one.get("diagnostics", []) for one in offered]
    assert links == [[role], [copied], [copied], [role], [], [role], [copied], []]
    assert [one["title"] for one in offered if one.get("isPreferred")] == ["Replace with `assistant`"]
    assert [one["command"] for one in offered if "command" in one] == [
        {
            "title": "Compare with row 1",
            "command": "turnlint.compareRows",
            "arguments": [saved.uri, 2, "exact-duplicate"],
        },
        {
            "title": offered[5]["title"],
            "command": "turnlint.acceptFinding",
            "arguments": [saved.uri, 2, "unknown-role"],
        },
        {
            "title": offered[6]["title"],
            "command": "turnlint.acceptFinding",
            "arguments": [saved.uri, 2, "exact-duplicate"],
        },
        {"title": SHOW, "command": "turnlint.showRow", "arguments": [saved.uri, 2]},
    ]
    assert all(len(json.dumps(one.get("data", ""))) < 250 for one in offered)


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], {"quickfix"}),
        (["source"], {"source.fixAll.turnlint"}),
        (["source.fixAll"], {"source.fixAll.turnlint"}),
        (["source.fixAll.turnlint"], {"source.fixAll.turnlint"}),
        (["source.fixAll.turnlint.more"], set()),
        (["source.fixAll.other"], set()),
        (["quick", "sourc", "source.fix"], set()),
        (["refactor", "quickfix"], {"quickfix"}),
        ([""], {"quickfix", "source.fixAll.turnlint", None}),
        ([], {"quickfix", "source.fixAll.turnlint", None}),
    ],
)
def test_only_what_is_wanted(desk: Desk, only: list[str], kinds: set[str | None]) -> None:
    desk.open(rows(CASE % 1))
    assert {one.get("kind") for one in desk.ask((0, 0), (0, 80), only=only)} == kinds


def test_fixes_are_those_of_the_row_as_it_is(desk: Desk, client: LspClient) -> None:
    shown = desk.open(rows(CASE % 1))
    column = desk.text.index("Assistant")
    client.change(desk.uri, {"range": {"start": _position(0, 0), "end": _position(0, 0)}, "text": "   "})
    (stale,) = shown
    assert stale["range"]["start"]["character"] == column - 1
    (fix,) = desk.ask((0, column + 3), diagnostics=[stale], only=["quickfix"])
    assert "diagnostics" not in fix
    (edit,) = fix["edit"]["documentChanges"][0]["edits"]
    assert edit == {
        "range": {"start": _position(0, column + 3), "end": _position(0, column + 4)},
        "newText": "a",
    }
    assert desk.ask((0, column - 2), diagnostics=[stale], only=["quickfix"]) == []


def test_a_diagnostic_of_the_row_is_enough(desk: Desk) -> None:
    shown = desk.open(rows(CASE % 1))
    assert desk.ask((0, 0), only=["quickfix"]) == []
    (fix,) = desk.ask((0, 0), diagnostics=shown, only=["quickfix"])
    assert fix["diagnostics"] == shown


@pytest.mark.parametrize(
    ("row", "preferred"),
    [
        (CASE, ["Replace with `assistant`"]),
        (GUESS, []),
        (CASE.replace('"user"', '"USER"'), []),
        (CASE.replace('"user"', '"usr"'), ["Replace with `assistant`"]),
    ],
)
def test_the_only_safe_fix_is_preferred(desk: Desk, row: str, preferred: list[str]) -> None:
    desk.open(rows(row % 1))
    offered = desk.ask((0, 0), (0, 90), only=["quickfix"])
    assert [one["title"] for one in offered if one.get("isPreferred")] == preferred


BLANK = "Delete this blank row"
COPY = "Delete this copy"
ONE = "Delete the later copy"
TWO = "Delete all 2 later copies"
A, B, C = GOOD % "a", GOOD % "b", GOOD % "c"


@pytest.mark.parametrize(
    ("text", "line", "title", "expected"),
    [
        (rows(A, "", B), 1, BLANK, rows(A, B)),
        (rows(A, " \t", B, end="\r\n"), 1, BLANK, rows(A, B, end="\r\n")),
        (rows("", A), 0, BLANK, rows(A)),
        (rows("", "", A, "", "", B, ""), 3, "Fix all `blank-row` in this file", rows(A, B, "")),
        (rows(A, B, A), 2, COPY, rows(A, B)),
        (rows(A, A, end="\r\n"), 1, COPY, rows(A, end="\r\n")),
        (rows(A, B) + A, 2, COPY, rows(A) + B),
        (rows(A, B, end="\r\n") + f" {A} ", 2, COPY, rows(A, end="\r\n") + B),
        (rows(A) + A, 0, ONE, A),
        (rows(A) + A, 1, COPY, A),
        (rows(A, B, A, C, A), 0, TWO, rows(A, B, C)),
        (rows(A, B, A, C, A), 2, TWO, rows(A, B, C)),
        (rows(A, B, A, C, A), 4, TWO, rows(A, B, C)),
        (rows(A, B, A, C, A), 4, COPY, rows(A, B, A, C)),
        (rows(A, B, A, C, end="\r\n") + A, 2, TWO, rows(A, B, end="\r\n") + C),
        (rows(A, A) + A, 1, TWO, A),
        (rows(A, A) + f" {A}\t", 0, TWO, A),
        (rows(A, "", A, "") + A, 4, TWO, rows(A, "")),
        (rows(A, "") + A, 0, ONE, rows(A)),
        (f"\ufeff{rows(A, B, A)}", 0, ONE, f"\ufeff{rows(A, B)}"),
        (f"\ufeff{rows('', A)}", 0, BLANK, f"\ufeff{rows(A)}"),
        (f"\ufeff{A}\n{A}", 1, COPY, f"\ufeff{A}"),
        (f"{A}\r\n{B}\n{A}\r\n", 2, COPY, f"{A}\r\n{B}\n"),
        (f"{A}\n{B}\r\n{A}", 2, COPY, f"{A}\n{B}"),
    ],
)
def test_rows_are_deleted_whole(coded: Desk, text: str, line: int, title: str, expected: str) -> None:
    coded.open(text)
    assert coded.take(line, title) == expected


def test_a_row_that_was_just_changed_is_not_called_a_copy(desk: Desk, client: LspClient) -> None:
    desk.open(rows(*[A] * 50))
    for _ in range(200):  # so many are compared once the text rests
        if COPY in desk.titles((20, 0)):
            break
        sleep(0.05)
    else:
        pytest.fail("the copies were not told")
    client.change(desk.uri, part(20, 0, len(A), B))
    assert COPY not in desk.titles((20, 0))


def test_blank_rows_at_the_end_are_left_alone(desk: Desk) -> None:
    desk.open(rows(A, "", ""))
    assert desk.titles((1, 0)) == []
    assert desk.titles((0, 0)) == [SHOW]


def test_a_first_copy_is_not_offered_to_go(desk: Desk) -> None:
    desk.open(rows(A, B, A))
    assert desk.titles((0, 0), only=["quickfix"]) == [ONE, "Compare with row 3"]
    assert desk.titles((0, 40), only=["quickfix"]) == [ONE, "Compare with row 3"]
    assert desk.titles((1, 0), only=["quickfix"]) == []


def test_copies_are_never_the_fix_to_take_first(desk: Desk) -> None:
    desk.open(rows(A, B, A, A))
    for line in (0, 2, 3):
        offered = desk.ask((line, 0), diagnostics=desk.shown)
        assert any(one["title"] == TWO for one in offered)
        assert not any(one.get("isPreferred") for one in offered)
        assert ALL not in [one["title"] for one in offered]


def test_very_many_copies_are_one_edit(desk: Desk, client: LspClient) -> None:
    other = [GOOD % number for number in range(100)]
    text = rows(*[A] * 5_000, *other, *[A] * 5_000)
    desk.open(text)
    deletes = "Delete all 9,999 later copies"
    while deletes not in desk.titles((0, 0)):  # the last ones are judged meanwhile
        client.published(desk.uri)
    action = next(one for one in desk.ask((0, 0)) if one["title"] == deletes)
    assert "edit" not in action
    (document,) = client.request("codeAction/resolve", action)["edit"]["documentChanges"]
    assert document["textDocument"] == {"uri": desk.uri, "version": desk.version}
    assert len(document["edits"]) == 2
    desk.carry_out(action)
    assert desk.text == rows(A, *other)


def test_copies_that_are_allowed_are_kept(tmp_path: Path) -> None:
    options = {**OPTIONS, "rules": {"exact-duplicate": {"max_copies": 3}}}
    with LspClient(options=options, capabilities=ABLE) as client:
        desk = Desk(client)
        desk.open(rows(A, A, A))
        assert desk.titles((2, 0), only=["quickfix"]) == []
        desk.open(rows(A, A, B, A, A, A))
        assert desk.take(5, TWO) == rows(A, A, B, A)


TOOL = '{"messages":[{"role":"user","content":"6"},{"role":"assistant","content":"yo"}],"tools":[%s]}'
FLAT = '{"name":"😀","parameters":{"n":1.10}}'
MIXED = [
    CASE % 1,
    GOOD % 2,
    "",
    GUESS % 3,
    WEIGHT.replace('"user"', '"USER"') % 4,
    '{"messages":[{"role":"user","content":"5"},{"role":"assistant","content":"yo","tool_calls":null,"function_call":null}],"tools":null,"functions":null}',
    TOOL % FLAT,
    '{"messages":[{"role":"user","content":"7"',
]
MENDED = [
    GOOD.replace("hi", "漢") % 1,
    GOOD % 2,
    GUESS % 3,
    WEIGHT.replace('"1"', "1") % 4,
    '{"messages":[{"role":"user","content":"5"},{"role":"assistant","content":"yo"}]}',
    TOOL % f'{{"type": "function", "function": {FLAT}}}',
    '{"messages":[{"role":"user","content":"7"',
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_safe_fixes(coded: Desk, end: str) -> None:
    coded.open(rows(*MIXED, end=end).removesuffix(end))
    assert coded.take(1, ALL) == rows(*MENDED, end=end).removesuffix(end)
    assert ALL not in coded.titles((0, 0), (7, 0))


def test_all_of_one_rule(coded: Desk) -> None:
    coded.open(rows(*MIXED))
    taken = coded.take(0, "Fix all `unknown-role` in this file")
    assert taken == rows(*MIXED).replace('"Assistant"', '"assistant"').replace('"USER"', '"user"')


def test_what_is_accepted_is_not_fixed(saved: Desk, client: LspClient) -> None:
    saved.open(rows(CASE % 1, WEIGHT.replace('"user"', '"User"') % 2, CASE % 3))
    accepted = [saved.uri, 1, "unknown-role"]
    client.request("workspace/executeCommand", {"command": "turnlint.acceptFinding", "arguments": accepted})
    while any(one["code"] == "unknown-role" for one in saved.shown if one["range"]["start"]["line"] == 1):
        saved.shown = client.published(saved.uri)
    expected = rows(
        *(
            one.replace('"Assistant"', '"assistant"').replace('"1"', "1")
            for one in saved.text.split("\n")[:-1]
        )
    )
    assert saved.take(0, ALL) == expected


def test_a_wide_range(desk: Desk) -> None:
    desk.open(rows(*(CASE % number for number in range(300))))
    titles = desk.titles((0, 0), (300, 0), only=["quickfix"])
    assert titles[:50] == [f"Row {number}: Replace with `assistant`" for number in range(1, 51)]
    assert titles[50:] == ["Fix all `unknown-role` in this file"]


def test_the_end_of_a_range_at_the_start_of_a_row_is_before_it(desk: Desk) -> None:
    desk.open(rows(CASE % 1, CASE % 2))
    assert desk.titles((0, 0), (1, 0))[0] == "Replace with `assistant`"


def test_findings_of_the_file_are_accepted_for_the_file(client: LspClient, tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text('extend-select = ["too-few-examples"]\n')
    with LspClient(capabilities=ABLE) as alone:
        desk = Desk(alone, folder=tmp_path)
        (shown,) = desk.open(rows(A))
        (offered, _) = desk.ask((0, 0))
        assert offered["title"] == "Accept `too-few-examples` in this file (baseline)"
        assert offered["command"]["arguments"] == [desk.uri, None, "too-few-examples"]
        assert desk.titles((0, 5)) == [SHOW]
        assert desk.titles((0, 5), diagnostics=[shown]) == [offered["title"], SHOW]


def test_nothing_is_accepted_without_a_file(desk: Desk) -> None:
    desk.open(rows(GUESS % 1))
    assert desk.titles((0, 0), (0, 90)) == ["Replace with `user`", SHOW]


def test_the_editor_by_itself_is_not_offered_to_show(desk: Desk) -> None:
    desk.open(rows(A))
    assert desk.titles((0, 3), triggerKind=1) == [SHOW]
    assert desk.titles((0, 3), triggerKind=2) == []


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({}, []),
        ({"textDocument": {"codeAction": {}}}, []),
    ],
)
def test_clients_that_know_commands_alone(
    capabilities: Message, expected: list[Message], tmp_path: Path
) -> None:
    with LspClient(options=OPTIONS, capabilities=capabilities) as old:
        desk = Desk(old, folder=tmp_path)
        desk.open(rows(CASE % 1))
        accept = "Accept `unknown-role` in this row (baseline)"
        assert desk.ask((0, 0), (0, 90)) == [
            {
                "title": accept,
                "command": "turnlint.acceptFinding",
                "arguments": [desk.uri, 0, "unknown-role"],
            },
            {"title": SHOW, "command": "turnlint.showRow", "arguments": [desk.uri, 0]},
        ]


def test_clients_that_cannot_resolve_get_edits_at_once() -> None:
    with LspClient(options=OPTIONS, capabilities={"textDocument": {"codeAction": LITERALS}}) as old:
        desk = Desk(old)
        desk.open(rows(*MIXED, GOOD % 2))
        offered = desk.ask((0, 0), (0, 90)) + desk.ask((1, 0))
        assert not [one["title"] for one in offered if ("edit" in one) == ("command" in one) or "data" in one]
        assert all(set(one["edit"]) == {"changes"} for one in offered if "edit" in one)
        desk.carry_out(next(one for one in offered if one["title"] == ALL))
        assert desk.text == rows(*MENDED, GOOD % 2)


def test_an_action_for_another_version_is_refused(desk: Desk, client: LspClient) -> None:
    desk.open(rows(CASE % 1, CASE % 2))
    (action,) = desk.ask((0, 0), only=["source"])
    client.change(desk.uri, {"text": rows(CASE % 3)})
    error = client.call({"method": "codeAction/resolve", "params": action})["error"]
    assert error["code"] == -32801
    client.shut(desk.uri)
    assert client.call({"method": "codeAction/resolve", "params": action})["error"]["code"] == -32801


@pytest.mark.parametrize("moments", [1, 8])
def test_an_edit_meanwhile_ends_it(desk: Desk, client: LspClient, moments: int) -> None:
    desk.open(rows(*(CASE % number for number in range(12_000))))
    while not (offered := desk.ask((0, 0), only=["source"])):
        client.published(desk.uri)
    waiting = client.ask({"method": "codeAction/resolve", "params": offered[0]})
    for _ in range(moments):
        client.call({"method": "turnlint/nothing", "params": None})
    assert waiting not in client.answers
    client.change(desk.uri, {"text": ""})
    assert client.answer(waiting)["error"]["code"] == -32801


@pytest.mark.parametrize(
    "data",
    [None, 1, {}, {"action": "os", "uri": "x", "version": 1}, {"action": "fix_all", "uri": 1, "version": 1}],
)
def test_strange_actions_are_refused(client: LspClient, data: Any) -> None:
    error = client.call({"method": "codeAction/resolve", "params": {"title": "x", "data": data}})["error"]
    assert error["code"] == -32602


def test_documents_that_are_not_open(client: LspClient) -> None:
    desk = Desk(client)
    desk.open(rows(CASE % 1))
    client.shut(desk.uri)
    params = {"textDocument": {"uri": desk.uri}, "range": {"start": _position(0, 0), "end": _position(0, 0)}}
    assert client.request("textDocument/codeAction", {**params, "context": {"diagnostics": []}}) is None


@pytest.mark.parametrize("place", [((9, 0), (9, 0)), ((2, 0), (0, 0)), ((0, 10**6), (0, 10**6))])
def test_ranges_that_are_not_there(desk: Desk, place: Sequence[tuple[int, int]]) -> None:
    desk.open(rows(CASE % 1))
    params = {
        "textDocument": {"uri": desk.uri},
        "range": {"start": _position(*place[0]), "end": _position(*place[1])},
        "context": {"diagnostics": [], "only": ["quickfix"]},
    }
    assert not desk._client.request("textDocument/codeAction", params)


HOSTILE = "\\u001b[31m\\n\\u202e`[x](command:y)<b>" + "k" * 5_000
SECRET = "sk-proj-" + "a1B2" * 12


@pytest.mark.parametrize("key", [HOSTILE, "\\ud800", SECRET])
def test_titles_show_nothing_that_acts(saved: Desk, key: str) -> None:
    shown = saved.open(
        rows(
            f'{{"messages":[{{"role":"user","content":"hi","{key}":1}},{{"role":"assistant","content":"yo"}}]}}'
        )
    )
    titles = saved.titles((0, 0), diagnostics=shown)
    assert any(title.startswith("Remove `") for title in titles)
    assert all(title.isprintable() and len(title) <= 120 and "a1B2a1B2a1B2" not in title for title in titles)


def test_rows_with_halves_of_surrogate_pairs(desk: Desk) -> None:
    row = CASE.replace("漢", "\ud83d \ude00") % 1
    shown = desk.open(rows(row, "\ud800 <- no JSON", GOOD % 2))
    assert len(shown) == 2
    (fix,) = (one for one in desk.ask((0, 0), diagnostics=shown, only=["quickfix"]) if "edit" in one)
    desk.carry_out(fix)
    assert desk.text.split("\n")[0] == row.replace("Assistant", "assistant")
