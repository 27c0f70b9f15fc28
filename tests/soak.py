"""`make soak`: one server lives through an hour of editing, and still says what the engine says.

`python -m tests.soak --edits 100000 --minutes 60 --seed 1` edits documents of every format as users and
scripts do, until it has made so many edits or so much time has passed. Every few hundred edits:

- each document's diagnostics must become those of the engine for the same text (tests/parity.py);
- every request must have been answered, with a result or with one of a few errors;
- the server must have written nothing to standard error;
- its resident memory must not climb by more than `CLIMB` MB in the second half.

What fails is printed with the seed and the number of the edit, which lead to the same place again.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic
from typing import IO, Any, NamedTuple

from tests.buffer import Buffer, Edit
from tests.harness import FIXTURES, every_row
from tests.lsp_client import COMMAND, LspClient, Message, ServerGoneError
from tests.parity import departures, engine_marks
from turnlint.lsp.recognise import path_of
from turnlint.lsp.settings import ClientSettings

__all__ = ["Report", "SoakError", "soak"]

CLIMB = 15.0
"""So many MB may resident memory climb in the second half of a run: 50,000 edits must not keep
300 bytes each."""
CHECK_EDITS = 400
"""Edits between two comparisons with the engine."""
REST_CHECKS = 5
"""Comparisons between two rests, at which all documents are as they were at first and memory is looked at."""
PATIENCE = 20.0
"""Seconds until the diagnostics must be those of the last text: pauses of the server included."""
ROWS = 150
"""Rows of most documents when they are opened."""
BIG_ROWS = 12_000
"""Rows of the one that is judged in slices and has its garbage collected."""
UNDOABLE = 200
ERRORS = {-32800: "cancelled", -32801: "content modified"}
"""Errors that a well-formed request may be answered with."""

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"target": "openai"},
    {"target": "azure:gpt-4.1"},
    {"select": ["json", "roles", "schema", "duplicates"]},
    {"ignore": ["content"], "extendSelect": ["no-system"]},
    {"target": "openai", "tokenLimit": 60},
)
CHARACTERS = [
    *'abc 019.,:{}[]""\'\\/<|>',
    "é",
    "漢",
    "😀",
    "👩‍👩‍👧",
    "\u2028",
    "\u0085",
    "\t",
    "\u200b",
    "usr",
    "null",
]


class SoakError(AssertionError):
    """The server has failed the test."""


class Report(NamedTuple):
    """What a run came to."""

    edits: int
    seconds: float
    answers: Counter[str]
    """How requests were answered: `result`, or the words of an error."""
    memory: list[float]
    """Resident MB at each rest; empty where the system does not tell."""


class Document:
    """One document: what the editor has, what the server was told, and what it said."""

    def __init__(self, path: Path, pool: Sequence[str], text: str, *, saved: bool = True) -> None:
        self.path = path
        self.uri = path.as_uri() if saved else f"untitled:{path.name}"
        self.pool = pool
        """Rows to draw from when a row is to be added."""
        self.end = "\r\n" if "\r\n" in text else "\n"
        self.fresh = text
        self.most = text.count("\n") + 300
        """It is halved once it has twice as many rows."""
        self.buffer = Buffer(text)
        self.undo: list[list[Edit]] = []
        self.said: Message | None = None
        """The parameters of the last message about it."""


class Session:
    """Edits documents by chance, and watches what the server makes of it."""

    def __init__(self, client: LspClient, folder: Path, dice: random.Random) -> None:
        self._client, self._dice = client, dice
        self._settings = ClientSettings(_complain)
        self._documents = {one.uri: one for one in _documents(folder, dice)}
        self._waiting: dict[int, str] = {}
        self.answers: Counter[str] = Counter()
        self.edits = 0
        for one in self._documents.values():
            self._open(one)

    def step(self) -> None:
        """Do one thing, mostly an edit."""
        document = self._dice.choice([*self._documents.values()])
        acts, weights = zip(*ACTS.items(), strict=True)
        act = self._dice.choices(acts, weights)[0]
        act(self, document)
        self._listen()
        if self._dice.random() < 0.05:
            self._client.settle()
            self._sort()

    def check(self) -> None:
        """Compare what was said of each document with what the engine says. Raises SoakError."""
        self._client.settle()
        self._sort()
        for document in self._documents.values():
            self._compare(document)
        end = monotonic() + PATIENCE
        while self._waiting:
            self._take(self._receive(end, f"unanswered: {self._waiting}"))

    def rest(self) -> None:
        """Begin again with all documents and settings, so that memory compares with that of other rests."""
        self._set(SETTINGS[0])
        for document in self._documents.values():
            self.begin_again(document)
        self.check()

    def _compare(self, document: Document) -> None:
        text = document.buffer.text
        settings = self._settings.of(path_of(document.uri)).settings
        wanted = engine_marks(text, settings, name=document.path.name)
        end = monotonic() + PATIENCE
        while document.said is None or (
            wrong := departures(document.said["diagnostics"], document.uri, wanted)
        ):
            said = "\n".join(wrong[:9]) if document.said else "nothing was published"
            self._take(self._receive(end, f"{document.uri}: {said}", document))

    def _receive(self, end: float, words: str, document: Document | None = None) -> Message:
        try:
            return self._client.receive(end)
        except ServerGoneError as error:
            if document is not None:
                document.path.with_suffix(".failed").write_text(
                    document.buffer.text, encoding="utf-8", newline=""
                )
            raise SoakError(f"after {self.edits} edits: {error}; {words}") from error

    def _listen(self) -> None:
        """Take what has come."""
        while self._client.has_news():
            self._take(self._client.receive(monotonic() + PATIENCE))

    def _sort(self) -> None:
        """Take what the client kept while it waited for something else."""
        kept = [*self._client.notifications, *self._client.answers.values()]
        self._client.notifications.clear()
        self._client.answers.clear()
        for message in kept:
            self._take(message)

    def _take(self, message: Message) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self._published(message["params"])
        elif "method" not in message:
            self._answered(message)

    def _published(self, params: Message) -> None:
        document = self._documents[params["uri"]]
        if "version" not in params:
            return  # the document was closed
        before = (document.said or params)["version"]
        if params["version"] < before:
            raise SoakError(f"after {self.edits} edits: version {params['version']} came behind {before}")
        document.said = params

    def _answered(self, message: Message) -> None:
        method = self._waiting.pop(message["id"], None)
        if method is None:
            return  # of a request of the client's own
        code = message.get("error", {}).get("code")
        if code is not None and code not in ERRORS:
            raise SoakError(f"after {self.edits} edits: {method} was answered with {message['error']}")
        self.answers["result" if code is None else ERRORS[code]] += 1

    # What a user or a script does.

    def _edit(self, document: Document, *edits: Edit, undoable: bool = True) -> None:
        """Carry out edits one after the other and send them as one version."""
        done = [document.buffer.replace(edit) for edit in edits]
        self._client.change(document.uri, *(change for change, _ in done))
        if undoable:
            document.undo.append([inverse for _, inverse in reversed(done)])
            del document.undo[:-UNDOABLE]
        self.edits += 1

    def _open(self, document: Document) -> None:
        document.said = None
        self._client.open(document.uri, document.buffer.text)

    def type_character(self, document: Document) -> None:
        """Characters behind each other, each of them an edit."""
        row, column = document.buffer.place(self._dice)
        for _ in range(self._dice.choice((1, 1, 4, 12))):
            typed = self._dice.choice(CHARACTERS)
            self._edit(document, Edit((row, column), (row, column), typed))
            column += len(typed)

    def type_newline(self, document: Document) -> None:
        """A new line, which breaks a row."""
        place = document.buffer.place(self._dice)
        self._edit(document, Edit(place, place, document.end))

    def type_at_many_places(self, document: Document) -> None:
        """One character at several cursors, the last one first."""
        places = sorted({document.buffer.place(self._dice) for _ in range(20)}, reverse=True)
        typed = self._dice.choice(CHARACTERS)
        self._edit(document, *(Edit(place, place, typed) for place in places))

    def erase(self, document: Document) -> None:
        """A few characters, or what is between two places that are not far apart."""
        start = document.buffer.place(self._dice)
        last = min(start[0] + self._dice.choice((0, 0, 0, 1, 3)), document.buffer.count - 1)
        end = document.buffer.place(self._dice, start[0], last)
        self._edit(document, Edit(min(start, end), max(start, end), ""))

    def delete_row(self, document: Document) -> None:
        """A row, or a few."""
        row = self._dice.randrange(document.buffer.count)
        stop = min(row + self._dice.choice((1, 1, 1, 5, 40)), document.buffer.count - 1)
        self._edit(document, Edit((row, 0), (stop, 0), ""))

    def copy_row(self, document: Document) -> None:
        """A copy of a row somewhere else, or a group of copies."""
        source = document.buffer.row(self._dice.randrange(document.buffer.count))
        at = (self._dice.randrange(document.buffer.count), 0)
        self._edit(document, Edit(at, at, (source + document.end) * self._dice.choice((1, 1, 2, 12))))

    def move_row(self, document: Document) -> None:
        """A row up or down, as one version of two changes."""
        if document.buffer.count < 3:
            return
        row = self._dice.randrange(document.buffer.count - 1)
        text = document.buffer.row(row) + document.end
        at = (self._dice.randrange(document.buffer.count - 1), 0)
        self._edit(document, Edit((row, 0), (row + 1, 0), ""), Edit(at, at, text))

    def mend_row(self, document: Document) -> None:
        """A sound row in place of one."""
        row = self._dice.randrange(document.buffer.count)
        end = (row, len(document.buffer.row(row)))
        self._edit(document, Edit((row, 0), end, self._dice.choice(document.pool)))

    def cut_row(self, document: Document) -> None:
        """The end of a row, as if it was not yet typed."""
        row, column = document.buffer.place(self._dice)
        self._edit(document, Edit((row, column), (row, len(document.buffer.row(row))), ""))

    def paste(self, document: Document) -> None:
        """Hundreds of rows; where the document has grown too long, half of it is cut out instead."""
        half = document.buffer.count // 2
        if half > document.most:
            first = self._dice.randrange(half)
            self._edit(document, Edit((first, 0), (first + half, 0), ""))
            return
        rows = self._dice.choices(document.pool, k=self._dice.choice((3, 30, 300)))
        at = (self._dice.randrange(document.buffer.count), 0)
        self._edit(document, Edit(at, at, "".join(row + document.end for row in rows)))

    def take_back(self, document: Document) -> None:
        """Undo a few edits; the inverse edits are sent as editors send them."""
        for _ in range(min(self._dice.randint(1, 6), len(document.undo))):
            self._edit(document, *document.undo.pop(), undoable=False)

    def replace_all(self, document: Document) -> None:
        """The whole text at once, as formatters do."""
        rows = self._dice.choices(document.pool, k=self._dice.choice((0, 1, 60)))
        document.buffer = Buffer("".join(row + document.end for row in rows))
        document.undo.clear()
        self._client.change(document.uri, {"text": document.buffer.text})
        self.edits += 1

    def begin_again(self, document: Document) -> None:
        """Close the document and open it as it was at first."""
        self._client.notify("textDocument/didClose", {"textDocument": {"uri": document.uri}})
        document.buffer = Buffer(document.fresh)
        document.undo.clear()
        self._open(document)

    def save(self, document: Document) -> None:
        """Write the file, and say so."""
        if path_of(document.uri) is not None:
            document.path.write_text(document.buffer.text, encoding="utf-8", newline="")
        self._client.notify("textDocument/didSave", {"textDocument": {"uri": document.uri}})

    def change_settings(self, document: Document) -> None:
        """Settings of the editor, for all documents."""
        self._set(self._dice.choice(SETTINGS))

    def _set(self, options: dict[str, Any]) -> None:
        self._settings.update(options)
        self._client.notify("workspace/didChangeConfiguration", {"settings": {"turnlint": options}})

    def request(self, document: Document) -> None:
        """Ask for something, once or a few times in a row, and sometimes no longer want to know."""
        for _ in range(self._dice.choice((1, 1, 3))):
            method, extra = self._dice.choice([*REQUESTS.items()])
            row, column = document.buffer.place(self._dice)
            place = {"line": row, "character": column}
            params = {"textDocument": {"uri": document.uri}, "position": place, **extra(place)}
            number = self._client.ask({"method": method, "params": params})
            self._waiting[number] = method
            if self._dice.random() < 0.4:
                self._client.notify("$/cancelRequest", {"id": number})


ACTS: Mapping[Callable[[Session, Document], None], int] = {
    Session.type_character: 300,
    Session.type_newline: 40,
    Session.type_at_many_places: 15,
    Session.erase: 80,
    Session.delete_row: 60,
    Session.copy_row: 60,
    Session.move_row: 40,
    Session.mend_row: 120,
    Session.cut_row: 15,
    Session.paste: 12,
    Session.take_back: 120,
    Session.replace_all: 2,
    Session.begin_again: 6,
    Session.save: 10,
    Session.change_settings: 2,
    Session.request: 120,
}
"""What is done, and how often."""


def _complain(words: str) -> None:
    raise AssertionError(f"the settings of the test are wrong: {words}")


def _at(place: Message) -> Message:
    return {"range": {"start": place, "end": place}}


REQUESTS: Mapping[str, Callable[[Message], Message]] = {
    "textDocument/hover": lambda place: {},
    "textDocument/completion": lambda place: {},
    "textDocument/definition": lambda place: {},
    "textDocument/references": lambda place: {"context": {"includeDeclaration": True}},
    "textDocument/documentHighlight": lambda place: {},
    "textDocument/documentSymbol": lambda place: {},
    "textDocument/foldingRange": lambda place: {},
    "textDocument/inlayHint": _at,
    "textDocument/codeAction": lambda place: {**_at(place), "context": {"diagnostics": []}},
    "textDocument/selectionRange": lambda place: {"positions": [place]},
    "textDocument/codeLens": lambda place: {},
}
"""Requests, and what they have beside a document and a position."""


def soak(
    edits: int,
    seconds: float,
    seed: int = 1,
    tell: Callable[[str], object] = lambda words: None,
    command: Sequence[str] = COMMAND,
) -> Report:
    """Edit until so many edits are made or so much time has passed. Raises SoakError.

    `tell` is told at each rest how things stand; `command` starts the server.
    """
    dice = random.Random(seed)
    memory: list[float] = []
    start = monotonic()
    with tempfile.TemporaryDirectory(prefix="turnlint-soak-") as home, tempfile.TemporaryFile() as log:
        with LspClient(stderr=log, command=command) as client:
            session = Session(client, Path(home), dice)
            checked, checks = 0, count(1)
            while session.edits < edits and monotonic() - start < seconds:
                while session.edits < min(checked + CHECK_EDITS, edits):
                    session.step()
                session.check()
                _expect_silence(log)
                checked = session.edits
                if next(checks) % REST_CHECKS == 0:
                    session.rest()
                    memory += _resident(client)
                    took, answers = monotonic() - start, dict(session.answers)
                    tell(f"{checked} edits, {took:.0f} s, {memory[-1:]} MB, {answers}")
            status = client.close()
        _expect_silence(log)
    if status:
        raise SoakError(f"the server ended with {status}")
    if (climbed := _climb(memory)) > CLIMB:
        raise SoakError(f"resident memory has climbed by {climbed:.0f} MB: {memory}")
    return Report(session.edits, monotonic() - start, session.answers, memory)


def _expect_silence(log: IO[bytes]) -> None:
    """Raise SoakError where the server has written to its standard error."""
    if logged := os.pread(log.fileno(), 5_000, 0):  # a seek would move the server's own place in the file
        raise SoakError(f"the server has written:\n{logged.decode(errors='replace')}")


def _resident(client: LspClient) -> list[float]:
    """Resident MB of the server, where the system tells."""
    status = Path(f"/proc/{client.process.pid}/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text(encoding="ascii")) if status.exists() else None
    return [int(found[1]) / 1024] if found else []


def _climb(memory: Sequence[float]) -> float:
    """By how many MB the last tenth of a run is above the first tenth of its second half."""
    half, tenth = len(memory) // 2, max(1, len(memory) // 10)
    return median(memory[-tenth:]) - median(memory[half : half + tenth]) if memory else 0.0


def _documents(folder: Path, dice: random.Random) -> Iterator[Document]:
    """One document for each file of sound rows, and one of each kind that is handled in another way."""
    bad = [row.decode() for row in every_row() if row.isascii()]
    for file in sorted((FIXTURES / "valid").glob("*.jsonl")):
        pool = file.read_text(encoding="utf-8").split("\n")[:-1]
        rows = dice.choices([*pool, *dice.sample(bad, 10)], k=ROWS)
        yield Document(folder / file.name, pool, "\n".join(rows))
    chat = (FIXTURES / "valid" / "openai-chat.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    logs = [f'{{"level": "info", "text": "line {number}"}}' for number in range(40)]
    turns = '{{"messages":[{{"role":"user","content":"{0}"}},{{"role":"assistant","content":"a {0}"}}]}}'
    big = [turns.format(number) for number in range(BIG_ROWS)]
    yield Document(folder / "crlf.jsonl", chat, "\r\n".join(dice.choices(chat, k=ROWS)))
    yield Document(folder / "bad.jsonl", bad, "\n".join(dice.choices(bad, k=ROWS)))
    yield Document(folder / "log.jsonl", logs, "\n".join(logs))
    yield Document(folder / "big.jsonl", chat, "\n".join(big))
    yield Document(folder / "unsaved.jsonl", chat, "\n".join(dice.choices(chat, k=ROWS)), saved=False)


def main() -> None:
    """Run as the command line asks, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Edit for a long time.")
    parser.add_argument("--edits", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    report = soak(chosen.edits, chosen.minutes * 60, chosen.seed, partial(print, flush=True))
    rate = report.edits / report.seconds
    print(
        f"{report.edits} edits in {report.seconds:.0f} s, {rate:.0f} a second; answers {dict(report.answers)}"
    )
    if report.memory:
        first, last, most = report.memory[0], report.memory[-1], max(report.memory)
        print(f"resident MB: first {first:.0f}, last {last:.0f}, most {most:.0f}")


if __name__ == "__main__":
    main()
