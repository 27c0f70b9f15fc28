"""The row view: a row as a conversation, and its texts edited and written back."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

import pytest
from tests.editing import applied, text_edits
from tests.harness import valid_format
from tests.lsp_client import LspClient, Message, part
from tests.ranges import ENCODINGS, covered

from turnlint.formats import VARIANT, get_format

CAPABILITIES = {"workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}}}
REFRESH = "turnlint/rowRefresh"
FORMATS = sorted(Path("fixtures/valid").glob("*.jsonl"))
ROW = (
    r'{"messages":[{"role":"user","content":"Caf\u00e9 \ud83d\ude00?"},'
    r'{"role":"assistant","content":"yes\n"}]}'
)
_NUMBERS = count()


class Editor:
    """A client with one document at a time, which carries out what the server asks it to."""

    def __init__(self, encoding: str = "utf-16", capabilities: Any = CAPABILITIES, **options: Any) -> None:
        self.encoding = encoding
        self.edits: list[Message] = []
        """What it was asked to do, with labels."""
        self.answer: Callable[[], Any] = lambda: {"applied": True}
        self.uri, self.text, self.version = "", "", 0
        replies = {"workspace/applyEdit": self._apply}
        self.client = LspClient([encoding], capabilities=capabilities, replies=replies, **options)

    def open(self, text: str, name: str = "train.jsonl") -> list[Message]:
        self.uri, self.text = f"file:///data/{next(_NUMBERS)}/{name}", text
        self.version = self.client.open(self.uri, text)
        return self.client.published(self.uri, self.version)

    def view(self, line: int = 0) -> Any:
        return self.client.request("workspace/executeCommand", self.command("viewRow", self.uri, line))

    def edit(self, pointer: str, before: str, after: str, line: int = 0) -> Message:
        """Have a text edited; give the answer."""
        params = self.command("editText", self.uri, line, pointer, before, after)
        return self.client.call({"method": "workspace/executeCommand", "params": params})

    def call(self, command: str, *arguments: Any) -> Message:
        params = self.command(command, *arguments)
        return self.client.call({"method": "workspace/executeCommand", "params": params})

    def row(self, line: int = 0) -> str:
        return self.text.split("\n")[line]

    def command(self, name: str, *arguments: Any) -> Message:
        """The parameters of a command."""
        return {"command": f"turnlint.{name}", "arguments": list(arguments)}

    def _apply(self, params: Message) -> Any:
        self.edits.append(params)
        answer = self.answer()
        if answer and answer["applied"]:
            (edit,) = text_edits(params["edit"], self.uri, self.version)
            self.text = applied(self.text, [edit], self.encoding, least=False)
            self.version = self.client.change(self.uri, {"range": edit["range"], "text": edit["newText"]})
        return answer


@pytest.fixture(scope="module", params=ENCODINGS)
def editor(request: pytest.FixtureRequest) -> Iterator[Editor]:
    editor = Editor(request.param)
    with editor.client:
        yield editor


@pytest.fixture(autouse=True)
def _as_at_first(request: pytest.FixtureRequest) -> None:
    if "editor" in request.fixturenames:
        editor = request.getfixturevalue("editor")
        editor.edits.clear()
        editor.answer = lambda: {"applied": True}


def parts(view: Message) -> Iterator[Message]:
    return (part for turn in view["turns"] for part in turn["parts"])


def reach(row: str, pointer: str) -> Any:
    """What a row holds at a pointer of names without slashes."""
    value = json.loads(row)
    for step in pointer.split("/")[1:]:
        value = value[int(step) if isinstance(value, list) else step]
    return value


def chat(*contents: Any, **more: Any) -> str:
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": content} for at, content in enumerate(contents)]
    return json.dumps({"messages": messages, **more}, ensure_ascii=False)


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.stem)
def test_every_text_of_every_row_is_seen_and_edited(editor: Editor, path: Path) -> None:
    dice = random.Random(path.name)
    editor.open(path.read_text(encoding="utf-8"))
    rows = editor.text.split("\n")[:-1]
    for line, before in enumerate(rows):
        view = editor.view(line)
        has_turns = path.stem != "tokenized"
        assert (view["row"], view["rows"]) == (line + 1, len(rows))
        assert (view["source"] is None) == has_turns
        for one in view["turns"]:
            assert covered(editor.text, one["range"], editor.encoding)
        editable = [part for part in parts(view) if part["pointer"] is not None]
        is_told = get_format(valid_format(path)).rank < VARIANT  # else only its target tells what it is
        assert bool(editable) == has_turns or not is_told
        for one in editable:
            assert reach(editor.row(line), one["pointer"]) == one["text"]
            assert editor.edit(one["pointer"], one["text"], one["text"], line)["result"] is True
            assert editor.row(line) == before
            assert not editor.edits
        if not editable:
            continue
        one = dice.choice(editable)
        at = dice.randint(0, len(one["text"]))
        after = one["text"][:at] + dice.choice(["漢", "😀\n", '"\\', "é", "\u2028"]) + one["text"][at + 2 :]
        assert editor.edit(one["pointer"], one["text"], after, line)["result"] is True
        assert reach(editor.row(line), one["pointer"]) == after
        assert [part["text"] for part in parts(editor.view(line)) if part["pointer"] == one["pointer"]] == [
            after
        ]
        assert editor.edit(one["pointer"], after, one["text"], line)["result"] is True
        assert json.loads(editor.row(line)) == json.loads(before)
        editor.edits.clear()


def test_a_conversation(editor: Editor) -> None:
    tool = {"type": "function", "function": {"name": "find", "description": "Finds.", "parameters": {}}}
    text = f"{ROW}\n{chat('漢😀 where?', 'Here.', tools=[tool])}\n\n{chat('é')[:-1]}\n"
    editor.open(
        text.replace('"assistant"', '"asistant"', 2).replace('"asistant"', '"assistant"', 1), "a b é.jsonl"
    )
    view = editor.view(1)
    view.pop("tokens")
    user, answer = view.pop("turns")
    assert view == {
        "row": 2,
        "rows": 4,
        "name": "a b é.jsonl",
        "format": "OpenAI chat",
        "about": "2 turns · 1 tool",
        "tools": [{"name": "find", "description": "Finds.", "schema": "{}"}],
        "fields": [],
        "source": None,
        "findings": [],
    }
    assert (user["side"], user["role"], user["notes"], user["findings"]) == ("", "user", [], [])
    assert user["parts"] == [
        {
            "kind": "text",
            "label": "",
            "text": "漢😀 where?",
            "omitted": 0,
            "pointer": "/messages/0/content",
            "laidOut": None,
        }
    ]
    assert json.loads(covered(editor.text, answer["range"], editor.encoding))["content"] == "Here."
    (finding,) = answer["findings"]
    assert (finding["severity"], finding["rule"]) == ("error", "unknown-role")
    assert covered(editor.text, finding["range"], editor.encoding) == '"asistant"'
    assert editor.view(2) is None
    broken = editor.view(3)
    assert [part["text"] for part in parts(broken)] == ["é"]
    assert "invalid-json" in [one["rule"] for one in broken["findings"]]


@pytest.mark.parametrize("line", [-1, 1, 99])
def test_what_is_no_row_is_nothing(editor: Editor, line: int) -> None:
    editor.open(f"{ROW}\n")
    assert editor.view(line) is None
    assert editor.call("viewRow", "file:///other", 0)["result"] is None


def test_a_text_that_is_no_jsonl_has_no_rows(editor: Editor) -> None:
    editor.open(json.dumps(json.loads(ROW), indent=1))
    assert editor.view() is None


@pytest.mark.parametrize(
    "arguments", [(), ("u",), ("u", "0"), ("u", 0.5), (5, 0), ("u", 0, 1), ("u", None), (None, 0)]
)
def test_arguments_that_make_no_sense(editor: Editor, arguments: tuple[Any, ...]) -> None:
    editor.open(ROW)
    for name in ("viewRow", "editText"):
        assert editor.call(name, *arguments)["error"]["code"] == -32602
    assert editor.view()["turns"]


def test_the_edit_is_the_least_and_has_a_name(editor: Editor) -> None:
    editor.open(f"{chat('other')}\n{ROW}\n")
    assert editor.edit("/messages/0/content", "Café 😀?", "Café 😁!", 1)["result"] is True
    (asked,) = editor.edits
    assert asked["label"] == "Edit text in row 2"
    (edit,) = text_edits(
        asked["edit"], editor.uri, asked["edit"]["documentChanges"][0]["textDocument"]["version"]
    )
    assert edit["newText"] == r"\ud83d\ude01!"
    assert editor.row(1) == ROW.replace(r"\ude00?", r"\ude01!")
    assert editor.edit("/messages/1/content", "yes\n", "yes\tno\n", 1)["result"] is True
    assert editor.row(1) == ROW.replace(r"\ude00?", r"\ude01!").replace(r"yes\n", r"yes\tno\n")


def test_texts_of_strange_rows_are_edited(editor: Editor) -> None:
    broken = '\ufeff  {"messages":[{"role":"user","content":"é😀 a"},,{"content":"\\ud83d","role":"漢"} "x'
    editor.open(f"{broken}\n{ROW}\n")
    texts = {part["text"]: part["pointer"] for part in parts(editor.view())}
    assert texts == {"é😀 a": "/messages/0/content", "⟨U+D83D⟩": None, '"x': None}
    assert editor.edit(texts["é😀 a"], "é😀 a", "é😀\n漢a")["result"] is True
    assert editor.row() == broken.replace("é😀 a", r"é😀\n漢a")
    assert editor.edit("/messages/1/content", "\ud83d", "\ud83d\ude00\udc80")["result"] is True
    assert r'"content":"😀\udc80"' in editor.row()


@pytest.mark.parametrize(
    ("pointer", "before", "line"),
    [
        ("/messages/0/content", "Café 😀", 0),
        ("/messages/0/content", "", 0),
        ("/messages/9/content", "Café 😀?", 0),
        ("/messages/0", "Café 😀?", 0),
        ("/messages", "Café 😀?", 0),
        ("", "Café 😀?", 0),
        ("messages/0/content", "Café 😀?", 0),
        ("/messages/00/content", "Café 😀?", 0),
        (f"/messages/{'9' * 5000}/content", "Café 😀?", 0),
        ("/messages/-1/content", "Café 😀?", 0),
        ("/messages/0/content/0", "Café 😀?", 0),
        ("/messages/0/content", "Café 😀?", 1),
        ("/messages/0/content", "Café 😀?", 7),
        ("/messages/0/content", "cut o", 2),
    ],
)
def test_what_is_not_there_is_not_edited(editor: Editor, pointer: str, before: str, line: int) -> None:
    editor.open(f'{ROW}\n\n{{"messages":[{{"role":"user","content":"cut o')
    error = editor.edit(pointer, before, "x", line)["error"]
    assert error["code"] == -32803
    assert error["message"] in (
        "The row has changed meanwhile. Look at it again, and repeat the change.",
        "There is no such row any more. Look at the file again, and repeat the change.",
    )
    assert not editor.edits


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"applied": False}, "The editor did not change the row. Look at it again, and repeat the change."),
        (
            {"applied": False, "failureReason": "The file is read-only"},
            "The editor did not change the row: The file is read-only",
        ),
        (None, "The editor did not change the row: its answer makes no sense"),
    ],
)
def test_a_refusal_is_told(editor: Editor, answer: Any, words: str) -> None:
    editor.open(ROW)
    editor.answer = lambda: answer
    error = editor.edit("/messages/1/content", "yes\n", "no\n")["error"]
    assert (error["code"], error["message"]) == (-32803, words)
    assert editor.row() == ROW
    editor.answer = lambda: {"applied": True}
    assert editor.edit("/messages/1/content", "yes\n", "no\n")["result"] is True
    assert editor.row() == ROW.replace("yes", "no")


def test_an_error_of_the_editor_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    editor = Editor()

    def fail(request: Message) -> None:
        error = {"code": -32603, "message": "Out of order"}
        editor.client.send({"jsonrpc": "2.0", "id": request["id"], "error": error})

    with editor.client:
        editor.open(ROW)
        monkeypatch.setattr(editor.client, "_reply", fail)
        error = editor.edit("/messages/1/content", "yes\n", "no\n")["error"]
        assert error["message"] == "The editor did not change the row: Out of order"
        assert editor.view()["turns"]
    assert "Traceback" not in capfd.readouterr().err


def test_an_editor_that_takes_no_edits_is_told_so() -> None:
    editor = Editor(capabilities={})
    with editor.client:
        editor.open(ROW)
        error = editor.edit("/messages/1/content", "yes\n", "no\n")["error"]
        assert error["message"] == "This editor takes no edits from a language server: edit the row itself."
        assert not editor.edits


def test_an_editor_that_knows_no_versions_is_asked_without() -> None:
    editor = Editor(capabilities={"workspace": {"applyEdit": True}})
    with editor.client:
        editor.open(ROW)
        assert editor.edit("/messages/1/content", "yes\n", "no\n")["result"] is True
        assert set(editor.edits[0]["edit"]) == {"changes"}
        assert editor.row() == ROW.replace("yes", "no")


def awaited(editor: Editor, words: str) -> Message:
    """Look whenever the client is told to, until the length of the row has these words; give the view."""
    while True:
        wait(editor.client, REFRESH)
        view: Message = editor.view()
        if words in (view["tokens"] or ""):
            return view


def test_tokens_come_and_the_client_is_told_to_look_again() -> None:
    options = {"target": "openai:gpt-4o"}
    editor = Editor(options=options)
    with editor.client:
        editor.open(f"{ROW}\n{ROW}\n")
        assert editor.view()["tokens"] is None
        view = awaited(editor, "trained")
        assert [re.sub(r"\d+", "#", turn["tokens"]) for turn in view["turns"]] == [
            "# tokens",
            "# tokens, # trained",
        ]
        editor.client.notify(
            "workspace/didChangeConfiguration", {"settings": {"turnlint": options | {"tokenLimit": 10}}}
        )
        awaited(editor, " of 10) ")


def test_who_never_looked_at_a_row_is_told_nothing() -> None:
    inlay = "workspace/inlayHint/refresh"
    with LspClient(capabilities={"workspace": {"inlayHint": {"refreshSupport": True}}}) as client:
        client.show("file:///data/train.jsonl", f"{ROW}\n")
        client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": {"tokenLimit": 9}}})
        while inlay not in [one["method"] for one in client.requests]:
            client.notifications.append(client.receive(monotonic() + client.timeout))
        client.settle()
        assert REFRESH not in [one.get("method") for one in client.notifications]


def wait(client: LspClient, method: str) -> None:
    """Wait for a notification that comes after all those before."""
    client.notifications.clear()
    end = monotonic() + client.timeout
    while client.receive(end).get("method") != method:
        pass


def hovered(client: LspClient, uri: str, line: int) -> float:
    """How long a hover takes, in seconds."""
    position = {"line": line, "character": 20}
    begun = perf_counter()
    client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
    return perf_counter() - begun


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["one text", "many turns"])
def test_a_row_of_20_mb_is_viewed_while_others_are_served(shape: str) -> None:
    texts = ["漢" * 7_000_000] if shape == "one text" else ["word " * 2_000] * 2_000
    editor = Editor(timeout=120)
    with editor.client as client:
        editor.open(f"{chat(*texts)}\n{ROW}\n")
        pending = client.ask(
            {"method": "workspace/executeCommand", "params": editor.command("viewRow", editor.uri, 0)}
        )
        served = 0
        while pending not in client.answers:
            hovered(client, editor.uri, 1)
            served += 1
        view = client.answer(pending)["result"]
        assert served > 1, "nobody was served while the row was taken apart"
        assert sum(len(one["text"]) for one in parts(view)) < 700_000
        if shape == "one text":
            (one,) = parts(view)
            assert (len(one["text"]), one["omitted"], one["pointer"]) == (50_000, 6_950_000, None)
        else:
            assert view["turns"][-1]["notes"] == ["… 1,500 more turns"]
            first = next(parts(view))
            assert editor.edit(first["pointer"], first["text"], "other")["result"] is True
            assert '"content": "other"' in editor.row()[:100]


def test_a_row_that_is_edited_meanwhile_is_viewed_as_it_is_or_not_at_all() -> None:
    editor = Editor()
    with editor.client as client:
        editor.open(f"{chat('a' * 100_000)}\n")
        ask = {"method": "workspace/executeCommand", "params": editor.command("viewRow", editor.uri, 0)}
        for moved in range(1, 21):
            pending = client.ask(ask)
            client.change(editor.uri, part(0, 0, 0, " "))
            answer = client.answer(pending)
            assert "result" in answer or answer["error"]["code"] == -32801
            start = editor.view()["turns"][0]["range"]["start"]["character"]
            assert start == moved + len('{"messages": [')
