"""The server as editors meet it: a process, real stdio, every position encoding."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient
from tests.lsp_client import COMMAND

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENCODINGS = ("utf-8", "utf-16", "utf-32")
RULES = ["unknown-role", "special-token", "invalid-json", "exact-duplicate", "blank-row", "unknown-format"]
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
BEFORE = [
    "plain",
    "é",
    "漢字",
    "😀",
    "👩‍👩‍👧",
    "a\u2028b",
    "a\u0085b",
    "e\u0301",
    'q\\"uo\\"te',
    "\\n\\ud83d\\ude00\\t",
]
"""What may stand in a JSON string before the place that is meant, as the row spells it."""


def units(text: str, encoding: str) -> int:
    codec, width = CODECS[encoding]
    return len(text.encode(codec)) // width


def chat(user: str, role: str = "user") -> str:
    """A row of which `user` is spelled as JSON already."""
    return (
        f'{{"messages":[{{"content":"{user}","role":"{role}"}},{{"role":"assistant","content":"{user}!"}}]}}'
    )


def where(rows: Sequence[str], row: int, needle: str, encoding: str) -> types.Range:
    """The range of the first occurrence of some text of a row."""
    at = rows[row].index(needle)
    start = units(rows[row][:at], encoding)
    return types.Range(types.Position(row, start), types.Position(row, start + units(needle, encoding)))


_NUMBERS = count()


class Editor:
    """One open document, and the text that the user sees in it."""

    def __init__(self, client: LanguageClient, encoding: str) -> None:
        self.client = client
        self.encoding = encoding
        self.version = 0
        self.uri = f"untitled:{next(_NUMBERS)}.jsonl"
        self.rows: list[str] = []

    def open(self, rows: Sequence[str]) -> None:
        self.rows = list(rows)
        item = types.TextDocumentItem(self.uri, "jsonl", self.version, "".join(f"{row}\n" for row in rows))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def edit(self, row: int, start: int, end: int, text: str) -> None:
        """Replace columns of a row, counted in code points, by text without line ends."""
        old = self.rows[row]
        self.rows[row] = old[:start] + text + old[end:]
        first, last = (types.Position(row, units(old[:column], self.encoding)) for column in (start, end))
        self._change(types.TextDocumentContentChangePartial(types.Range(first, last), text))

    def insert_row(self, row: int, text: str) -> None:
        self.rows.insert(row, text)
        here = types.Position(row, 0)
        self._change(types.TextDocumentContentChangePartial(types.Range(here, here), text + "\n"))

    def _change(self, change: types.TextDocumentContentChangeEvent) -> None:
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def shows(self, *expected: tuple[str, types.Range]) -> list[types.Diagnostic]:
        """Wait until the editor shows exactly these rules at these ranges, or fail with what it shows."""
        wanted = sorted(map(_spell, expected))
        shown: Sequence[types.Diagnostic] = ()
        for _ in range(400):
            shown = self.client.diagnostics.get(self.uri) or ()
            if (
                self.uri in self.client.diagnostics
                and sorted(_spell((str(one.code), one.range)) for one in shown) == wanted
            ):
                return list(shown)
            await asyncio.sleep(0.01)
        assert sorted(_spell((str(one.code), one.range)) for one in shown) == wanted
        raise AssertionError("nothing was published")

    def at(self, row: int, needle: str) -> types.Range:
        return where(self.rows, row, needle, self.encoding)


def _spell(pair: tuple[str, types.Range]) -> str:
    return f"{pair[1]} {pair[0]}"


@pytest_lsp.fixture(scope="module", params=ENCODINGS, config=ClientServerConfig(server_command=list(COMMAND)))  # type: ignore[untyped-decorator]
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient) -> AsyncIterator[None]:
    general = types.GeneralClientCapabilities(position_encodings=[request.param, "utf-16"])
    answer = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(general=general), initialization_options={"select": RULES}
        )
    )
    assert answer.capabilities.position_encoding == request.param
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient) -> Editor:
    assert client.capabilities is not None
    assert client.capabilities.general is not None
    return Editor(client, (client.capabilities.general.position_encodings or ["utf-16"])[0])


@pytest.mark.parametrize("before", BEFORE)
async def test_range_of_a_value(editor: Editor, before: str) -> None:
    editor.open([chat("ok"), chat(before, role="usr")])
    (shown,) = await editor.shows(("unknown-role", editor.at(1, '"usr"')))
    assert shown.severity == types.DiagnosticSeverity.Error
    assert shown.source == "turnlint"
    assert shown.code_description is None
    assert shown.message.startswith("`usr` is not a role")
    assert isinstance(shown.data, dict)
    edit = shown.data["fix"]["edits"][0]
    assert edit["newText"] == '"user"'
    assert edit["range"]["start"]["character"] == shown.range.start.character
    assert edit["range"]["start"]["line"] == 1


@pytest.mark.parametrize("before", BEFORE)
async def test_range_inside_a_string(editor: Editor, before: str) -> None:
    editor.open([chat("ok"), chat(f"{before} <|im_start|> x").replace("<|im_start|> x!", "!")])
    await editor.shows(("special-token", editor.at(1, "<|im_start|>")))


@pytest.mark.parametrize("before", BEFORE)
async def test_edit_before_the_range(editor: Editor, before: str) -> None:
    editor.open([chat("ok"), chat(before, role="usr")])
    await editor.shows(("unknown-role", editor.at(1, '"usr"')))
    column = editor.rows[1].index(before) + len(before)
    editor.edit(1, column, column, "😀é\u2028")
    await editor.shows(("unknown-role", editor.at(1, '"usr"')))
    editor.insert_row(0, chat("first\u2028\u0085"))
    await editor.shows(("unknown-role", editor.at(2, '"usr"')))
    start = editor.rows[2].index("usr")
    editor.edit(2, start, start + 3, "user")
    await editor.shows()


async def test_line_separators_inside_rows_end_no_line(editor: Editor) -> None:
    strange = "\u2028\u2029\u0085\v\f\x1c\x1d\x1e"
    editor.open([f"//{strange}", chat("ok"), chat("漢" + "\u2028" * 3, role="usr")])
    invalid = ("invalid-json", editor.at(0, editor.rows[0]))
    await editor.shows(invalid, ("unknown-role", editor.at(2, '"usr"')))
    start = editor.rows[2].index("usr")
    editor.edit(2, start, start + 3, "user")
    await editor.shows(invalid)


async def test_typing_a_row(editor: Editor) -> None:
    editor.open([chat("ok"), ""])
    await editor.shows()
    row = chat("😀 new")
    for column, character in enumerate(row):
        editor.edit(1, column, column, character)
        if column == 0:
            await editor.shows(("invalid-json", editor.at(1, "{")))
    await editor.shows()


async def test_duplicates_come_and_go_on_both_rows(editor: Editor) -> None:
    editor.open([chat("one 😀"), chat("two"), chat("three")])
    await editor.shows()
    editor.insert_row(3, chat("one 😀"))
    brace = [editor.at(row, "{") for row in range(4)]
    first, later = sorted(
        await editor.shows(("exact-duplicate", brace[0]), ("exact-duplicate", brace[3])),
        key=lambda one: one.range.start.line,
    )
    assert first.severity == types.DiagnosticSeverity.Information
    assert later.severity == types.DiagnosticSeverity.Warning
    assert [one.location.range for one in first.related_information or ()] == [brace[3]]
    assert [one.location.range for one in later.related_information or ()] == [brace[0]]
    assert "row 1" in later.message
    editor.insert_row(0, chat("zero"))
    shown = await editor.shows(("exact-duplicate", editor.at(1, "{")), ("exact-duplicate", editor.at(4, "{")))
    assert any("row 2" in one.message for one in shown)
    editor.edit(1, editor.rows[1].index("one"), editor.rows[1].index("one") + 3, "uno")
    await editor.shows()


async def test_three_copies_point_to_the_first(editor: Editor) -> None:
    editor.open([chat("a"), chat("a"), chat("b"), chat("a")])
    shown = await editor.shows(*(("exact-duplicate", editor.at(row, "{")) for row in (0, 1, 3)))
    pointed = {
        one.range.start.line: [near.location.range.start.line for near in one.related_information or ()]
        for one in shown
    }
    assert pointed == {0: [1, 3], 1: [0], 3: [0]}


async def test_blank_rows_count_only_before_a_row(editor: Editor) -> None:
    editor.open([chat("a"), "", " ", ""])
    await editor.shows()
    editor.insert_row(3, chat("b"))
    blank = [types.Range(types.Position(row, 0), types.Position(row, 0)) for row in (1, 2)]
    await editor.shows(*(("blank-row", place) for place in blank))


async def test_closing_clears(editor: Editor) -> None:
    editor.open([chat("a", role="usr")])
    await editor.shows(("unknown-role", editor.at(0, '"usr"')))
    editor.client.text_document_did_close(
        types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(editor.uri))
    )
    await editor.shows()


async def test_unknown_format_is_one_hint_and_follows_the_vote(editor: Editor) -> None:
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    editor.open(['{"level":"info","text":"a log"}', '{"level":"warn"}'])
    (shown,) = await editor.shows(("unknown-format", top))
    assert shown.severity == types.DiagnosticSeverity.Hint
    editor.insert_row(0, chat("a", role="usr"))
    editor.insert_row(0, chat("b"))
    await editor.shows(("unknown-role", editor.at(1, '"usr"')))
