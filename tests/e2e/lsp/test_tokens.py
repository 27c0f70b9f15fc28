"""Tokens in the editor: what a hover, a hint and the lens say of them, and the findings that follow later.

What is expected is counted here by tiktoken itself and by the published formula: 3 tokens for each message
beside its role and its content, and 3 for the beginning of the reply.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median_low
from time import monotonic, sleep
from typing import Any, get_args

import pytest
from tests.benchmarks.server import memory
from tests.buffer import Buffer, Edit
from tests.lsp_client import LspClient, Message, ServerGoneError, part, patched
from tests.parity import departures, engine_marks

from turnlint.lsp.settings import ClientSettings
from turnlint.text.units import Encoding
from turnlint.tokens import vocabulary

SHOWS = {
    "workspace": {"codeLens": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}},
    "textDocument": {"hover": {"contentFormat": ["markdown"]}},
}
LENS, HINTS = "workspace/codeLens/refresh", "workspace/inlayHint/refresh"
LIMIT = 40
NUMBERS = count()
QUIET = 0.6


def tokens(text: str) -> int:
    return len(vocabulary.encoding("o200k_base").encode_ordinary(text))


def message(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content} | more


def length(*messages: Mapping[str, Any]) -> int:
    """The tokens of messages as they are published for chats."""
    return 3 + sum(3 + tokens(one["role"]) + tokens(one["content"]) for one in messages)


def chat(*messages: Mapping[str, Any], **more: Any) -> str:
    return json.dumps({"messages": messages} | more, ensure_ascii=False)


USER = message("user", "How tall is 富士山? 😀 <|endoftext|>")
ANSWER = message("assistant", "It is 3,776 metres tall; naïve guesses are lower.")
FEW = chat(message("user", "hi"), message("assistant", "yo"))


class Reader:
    """A client that shows one document."""

    def __init__(self, client: LspClient, text: str, uri: str = "") -> None:
        self.client = client
        self.uri = uri or f"untitled:{next(NUMBERS)}.jsonl"
        self.document = {"textDocument": {"uri": self.uri}}
        self.first = client.show(self.uri, text)
        """What was published before any token was counted."""

    def hover(self, line: int = 0, character: int = 0) -> str:
        position = {"line": line, "character": character}
        answer = self.client.request("textDocument/hover", {**self.document, "position": position})
        words: str = answer["contents"]["value"] if answer else ""
        return words

    def lens(self) -> str:
        lenses = self.client.request("textDocument/codeLens", self.document)
        return str(lenses[0]["command"]["title"]) if lenses else ""

    def hints(self, last: int = 99) -> list[str]:
        range_ = {"start": {"line": 0, "character": 0}, "end": {"line": last, "character": 0}}
        found = self.client.request("textDocument/inlayHint", {**self.document, "range": range_})
        return [one["label"] for one in found]

    def until(self, ask: Callable[[], Any], wanted: Callable[[Any], object]) -> Any:
        """Ask now and then, with pauses in which the server can count, until the answer is as wanted."""
        end = monotonic() + self.client.timeout
        while not wanted(answer := ask()):
            assert monotonic() < end, answer
            sleep(QUIET)
        return answer

    def counted(self, line: int = 0, character: int = 0) -> list[str]:
        """The paragraphs of a hover once the tokens are known."""
        words = self.until(lambda: self.hover(line, character), lambda words: "counting tokens" not in words)
        return str(words).split("\n\n")

    def totals(self, wanted: Callable[[str], object] = lambda totals: totals) -> str:
        """What the lens says of tokens, once that is as wanted."""

        def ask() -> str:
            *_, last = self.lens().split(" · ")
            return last if " tokens, median " in last else ""

        return str(self.until(ask, wanted))

    def shown(self, wanted: Callable[[list[tuple[int, str]]], object]) -> list[Message]:
        """Wait for diagnostics that are as wanted."""
        while True:
            found = self.client.published(self.uri)
            if wanted(rules(found)):
                return found


def rules(found: Sequence[Message]) -> list[tuple[int, str]]:
    """The lines and rules of findings about tokens."""
    of_tokens = {"example-too-long", "near-limit", "no-trainable-tokens-left", "identical-within-limit"}
    pairs = ((one["range"]["start"]["line"], one.get("code", "")) for one in found)
    return [pair for pair in pairs if pair[1] in of_tokens]


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    options = {"target": "openai:gpt-4o", "tokenLimit": LIMIT}
    with LspClient(options=options, capabilities=SHOWS) as client:
        yield client


@pytest.fixture
def read(client: LspClient) -> Iterator[Callable[[str], Reader]]:
    opened: list[Reader] = []

    def open_(text: str) -> Reader:
        opened.append(Reader(client, text))
        return opened[-1]

    yield open_
    for reader in opened:
        client.notify("textDocument/didClose", reader.document)


def share(total: int) -> str:
    return f"({total * 100 // LIMIT if total <= LIMIT else -(total * -100 // LIMIT)} % of {LIMIT})"


PROMPT = {"prompt": "Once upon a time", "completion": " there was a port."}
PREFERENCE = {
    "input": {"messages": [USER]},
    "preferred_output": [message("assistant", "Tall.")],
    "non_preferred_output": [message("assistant", "Not tall at all, I would say.")],
}
ROWS: dict[str, tuple[str, int, int | None, list[str]]] = {
    "chat": (
        chat(USER, ANSWER),
        length(USER, ANSWER),
        tokens(ANSWER["content"]),
        [
            f"**user** · {length(USER) - 3} tokens\n",
            f"**assistant** · {length(ANSWER) - 3} tokens, {tokens(ANSWER['content'])} trained\n",
        ],
    ),
    "weights": (
        chat(USER, message("assistant", "No.", weight=0), USER, message("assistant", "Yes.", weight=1)),
        length(USER, message("assistant", "No."), USER, message("assistant", "Yes.")),
        tokens("Yes."),
        [
            f"weight `0`: not trained on · {length(message('assistant', 'No.')) - 3} tokens\n",
            "tokens, 2 trained\n",
        ],
    ),
    "nothing to train on": (chat(USER), length(USER), 0, []),
    "preference": (
        json.dumps(PREFERENCE),
        length(USER, PREFERENCE["non_preferred_output"][0]),  # type: ignore[index]
        tokens("Not tall at all, I would say."),
        ["**preferred** · **assistant** ·", "**non-preferred** · **assistant** ·"],
    ),
    "reinforcement": (chat(USER, answer="3,776"), length(USER), None, []),
    "prompt and completion": (
        json.dumps(PROMPT),
        tokens(PROMPT["prompt"]) + tokens(PROMPT["completion"]),
        tokens(PROMPT["completion"]),
        [f"**completion** · {tokens(PROMPT['completion'])} tokens, {tokens(PROMPT['completion'])} trained\n"],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_hover_says_how_long_a_row_is(read: Callable[[str], Reader], name: str) -> None:
    row, total, trained, turns = ROWS[name]
    told = read(row).counted()
    training = "" if trained is None else f" · {trained or 'none'} trained"
    assert told[1] == f"{total} tokens {share(total)}{training}"
    for words in turns:
        assert words in "\n\n".join(told)


def test_calls_are_counted_about(read: Callable[[str], Reader]) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": '{"at":"Brest"}'}}
    turn = message("assistant", None, tool_calls=[call])
    answer = message("tool", "04:12", tool_call_id="c1")
    told = read(
        chat(USER, turn, answer, ANSWER, tools=[{"type": "function", "function": {"name": "get_tide"}}])
    )
    assert told.counted()[1].startswith("about ")
    assert "**assistant** · about " in told.hover()


SILENT = {
    "half typed": '{"messages": [{"role": "user", "content": "hi"}, {"role": "assi',
    "an array": "[1]",
    "blank": " ",
    "another format": '{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}',
}


@pytest.mark.parametrize("name", SILENT)
def test_rows_that_are_not_counted(read: Callable[[str], Reader], name: str) -> None:
    reader = read(f"{FEW}\n{SILENT[name]}\n{FEW}\n")
    reader.counted()
    assert "token" not in "".join(reader.counted(1, 4))


def test_only_what_is_read_as_a_conversation_has_a_length(read: Callable[[str], Reader]) -> None:
    reader = read(FEW)
    reader.counted()
    assert "token" not in reader.hover(0, FEW.index('"messages"') + 3)


def test_hints_say_how_long_each_row_is(read: Callable[[str], Reader]) -> None:
    rows = [chat(USER, ANSWER), "", FEW, SILENT["half typed"], chat(message("user", "x " * 2_000), ANSWER)]
    reader = read("\n".join(rows))
    lengths = [length(USER, ANSWER), length(message("user", "x " * 2_000), ANSWER)]
    wanted = [
        f"2 turns · {lengths[0]:,} tokens",
        f"2 turns · {length(message('user', 'hi'), message('assistant', 'yo'))} tokens",
        f"2 turns · {lengths[1]:,} tokens",
    ]
    reader.until(reader.hints, lambda found: found == wanted)


def test_rows_that_are_always_alike_have_a_hint_of_their_tokens(read: Callable[[str], Reader]) -> None:
    reader = read(json.dumps(PROMPT))
    total = tokens(PROMPT["prompt"]) + tokens(PROMPT["completion"])
    reader.until(reader.hints, lambda found: found == [f"{total} tokens"])


def listen(client: LspClient, wanted: str) -> None:
    """Wait until the server asks for something to be asked again."""
    client.requests.clear()
    while wanted not in [one["method"] for one in client.requests]:
        client.receive(monotonic() + client.timeout)


def test_the_client_is_told_to_ask_for_hints_again_and_only_once(read: Callable[[str], Reader]) -> None:
    reader = read("\n".join([FEW, SILENT["half typed"], chat(USER, ANSWER)]))
    reader.client.settle()
    assert reader.hints() == ["2 turns", "2 turns"]
    listen(reader.client, HINTS)
    while not all(" tokens" in hint for hint in reader.hints()):
        listen(reader.client, HINTS)
    reader.client.requests.clear()
    with suppress(ServerGoneError):
        while True:
            reader.client.receive(monotonic() + 1.5)
    assert HINTS not in [one["method"] for one in reader.client.requests]


def test_hints_without_tokens() -> None:
    options = {"target": "openai:gpt-4o", "inlayTokens": False}
    with LspClient(options=options, capabilities=SHOWS) as client:
        reader = Reader(client, FEW)
        reader.counted()
        sleep(QUIET)
        assert reader.hints() == ["2 turns"]
        for value, hint in ((True, "2 turns · 13 tokens"), (False, "2 turns")):
            set_(client, {"target": "openai:gpt-4o", "inlayTokens": value})
            listen(client, HINTS)
            reader.until(reader.hints, [hint].__eq__)
        set_(client, {"inlayTokens": "x"})
        client.settle()
        assert reader.hints() == ["2 turns"]
        assert ["bool" in words for words in told(client)] == [True]


def told(client: LspClient) -> list[str]:
    """What the server wanted the user to see."""
    params = (one.get("params") or {} for one in client.notifications)
    return [*client.messages, *(one["message"] for one in params if "message" in one)]


def set_(client: LspClient, settings: Message) -> None:
    """Have the user change settings."""
    client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": settings}})


def said(lengths: Sequence[int]) -> str:
    return f"{sum(lengths):,} tokens, median {median_low(lengths):,}, longest {max(lengths):,}"


def test_the_lens_says_what_all_rows_come_to(read: Callable[[str], Reader]) -> None:
    turns = [(message("user", "word " * number), ANSWER) for number in range(1, 40)]
    lengths = [length(*one) for one in turns]
    reader = read("\n".join(chat(*one) for one in turns) + "\n\n" + SILENT["half typed"])
    assert reader.totals() == said(lengths)
    reader.client.change(reader.uri, part(0, 0, 0, f"{FEW}\n"))
    reader.totals(lambda found: found == said([*lengths, 13]))
    range_ = {"start": {"line": 1, "character": 0}, "end": {"line": 31, "character": 0}}
    reader.client.change(reader.uri, {"range": range_, "text": ""})
    reader.totals(lambda found: found == said([13, *lengths[30:]]))
    reader.client.change(reader.uri, {"text": FEW})
    reader.totals(lambda found: found == said([13]))
    reader.client.change(reader.uri, {"text": ""})
    reader.until(reader.lens, lambda found: found == "")


def test_the_client_is_told_to_ask_for_the_lens_again(read: Callable[[str], Reader]) -> None:
    reader = read(FEW)
    reader.client.settle()
    assert " tokens" not in reader.lens()
    listen(reader.client, LENS)
    while " tokens" not in reader.lens():
        listen(reader.client, LENS)


LONG = chat(message("user", "hi"), message("assistant", "word " * 60))


def test_findings_come_after_the_others_and_go(read: Callable[[str], Reader]) -> None:
    reader = read("\n".join([FEW, LONG, chat(message("usr", "a"), ANSWER), FEW.replace("hi", "ho")]))
    assert "unknown-role" in [one["code"] for one in reader.first]
    assert rules(reader.first) == []
    found = reader.shown(lambda found: found == [(1, "example-too-long")])
    assert len(found) == len(reader.first) + 1
    at = LONG.index("word")
    reader.client.change(reader.uri, part(1, at, at, "x"))  # the finding stays, at its place
    assert rules(reader.client.published(reader.uri)) == [(1, "example-too-long")]
    reader.client.change(reader.uri, part(1, at, at + 280, ""))
    reader.shown(lambda found: found == [])


def test_other_settings_count_anew(tmp_path: Path) -> None:
    with LspClient(options={"target": "openai:gpt-4o"}, capabilities=SHOWS) as client:
        reader = Reader(client, "\n".join([FEW, LONG]))
        for limit, wanted in ((LIMIT, [(1, "example-too-long")]), (80, []), (5, 2), (None, [])):
            settings = {"target": "openai:gpt-4o"} | ({"tokenLimit": limit} if limit else {})
            set_(client, settings)
            reader.shown(lambda found, wanted=wanted: len(found) == wanted or found == wanted)  # type: ignore[misc]
        total = length(message("user", "hi"), message("assistant", "word " * 60))
        assert reader.counted(1)[1] == f"{total} tokens (under 1 % of 65,536) · 61 trained"


def test_accepted_findings_stay_accepted(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(f"{FEW}\n{LONG}\n", encoding="utf-8")
    (tmp_path / "turnlint.toml").write_text(f"target = 'openai:gpt-4o'\ntokens.limit = {LIMIT}\n")
    with LspClient(folders=[tmp_path]) as client:
        reader = Reader(client, path.read_text(encoding="utf-8"), path.as_uri())
        reader.shown(lambda found: found == [(1, "example-too-long")])
        accept = {"command": "turnlint.acceptFinding", "arguments": [reader.uri, 1, "example-too-long"]}
        client.request("workspace/executeCommand", accept)
        reader.shown(lambda found: found == [])
        at = LONG.index("word")
        client.change(reader.uri, part(1, at, at, "x"))
        reader.shown(lambda found: found == [(1, "example-too-long")])


@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_after_any_edits_the_findings_are_those_of_the_engine(encoding: Encoding) -> None:
    options = {"target": "openai:gpt-4o", "tokenLimit": LIMIT}
    settings = ClientSettings(lambda words: pytest.fail(words))
    settings.begin(options)
    with LspClient([encoding], options) as client:
        edit_and_compare(client, settings, encoding)


def edit_and_compare(client: LspClient, settings: ClientSettings, encoding: Encoding) -> None:
    """Edit some documents, and wait until what is told of them is what the engine finds."""
    dice = random.Random(5)
    rows = [
        FEW,
        LONG,
        chat(USER, ANSWER),
        chat(message("usr", "a " * 50), ANSWER),
        "",
        json.dumps(PREFERENCE),
    ]
    long = 0
    for _ in range(3):
        reader = Reader(client, "")
        buffer = Buffer("", encoding)
        said: list[Message] = []
        for step in range(40):
            first = buffer.place(dice)
            last = max(first, buffer.place(dice, first[0], min(first[0] + 1, buffer.count - 1)))
            new = dice.choice([f"{dice.choice(rows)}\n", f"\n{dice.choice(rows)}\n", "word " * 9, "}", ""])
            change, _ = buffer.replace(Edit(first, first if step % 3 else last, new))
            client.change(reader.uri, change)
            sleep(dice.choice((0.0, 0.0, 0.0, 0.08)))
        wanted = engine_marks(buffer.text, settings.of(None).settings, encoding, "untitled.jsonl")
        client.settle()
        end = monotonic() + client.timeout
        while not said or (wrong := departures(said, reader.uri, wanted)):
            assert monotonic() < end, wrong
            said = client.published(reader.uri)
        long += sum(mark.rule in {"example-too-long", "no-trainable-tokens-left"} for mark in wanted)
        client.notify("textDocument/didClose", reader.document)
    assert long > 2


def test_a_tokenizer_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    model = tmp_path / "tokenizer.json"
    model.write_text("{}", encoding="utf-8")
    options = {"tokenizer": str(model), "tokenLimit": LIMIT, "trusted": True}
    with LspClient(options=options, capabilities=SHOWS) as client:
        for _ in range(2):
            reader = Reader(client, "\n".join([FEW, LONG, chat(message("usr", "a"), ANSWER)]))
            assert "unknown-role" in [one["code"] for one in reader.first]
            reader.lens()
            reader.until(reader.hover, lambda words: "token" not in words)
            assert reader.hints() == ["2 turns"] * 3
            client.notify("textDocument/didClose", reader.document)
        client.settle()
        assert ["counts no tokens" in words for words in told(client)] == [True]


PANICS = """
import turnlint.engine.tokens as tokens
class Panic(BaseException): pass
def panics(self, raw):
    raise Panic if b"ho" in raw else ZeroDivisionError
tokens.TokenChecker.measure = panics
"""


def test_a_fault_in_counting_harms_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    with LspClient(command=patched(PANICS), capabilities=SHOWS) as client:
        reader = Reader(client, "\n".join([FEW, FEW.replace("hi", "ho"), FEW.replace("hi", "ha")]))
        reader.lens()
        logged = ""
        end = monotonic() + client.timeout
        while logged.count("could not be counted") < 2 or "a fault in the background" not in logged:
            assert monotonic() < end, logged
            sleep(QUIET)
            logged += capfd.readouterr().err
        assert reader.hints() == ["2 turns"] * 3
        assert "**user**" in reader.hover()
        client.change(reader.uri, part(0, 0, 1, ""))
        assert "invalid-json" in [one["code"] for one in client.published(reader.uri)]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_a_document_that_is_closed_while_it_is_counted_is_let_go() -> None:
    rows = "".join(chat(message("user", f"{number} " * 300), ANSWER) + "\n" for number in range(36_000))
    with LspClient(capabilities=SHOWS) as client:
        small = Reader(client, FEW)
        small.totals()
        before = memory(client, "VmRSS")
        large = Reader(client, rows)
        large.until(large.lens, lambda found: "judging" not in found)
        sleep(0.2)
        full = memory(client, "VmRSS")
        client.notify("textDocument/didClose", large.document)
        end = monotonic() + client.timeout
        while memory(client, "VmRSS") - before > (full - before) / 2:
            assert monotonic() < end
            sleep(0.1)
        assert small.totals()
