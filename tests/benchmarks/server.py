"""How long the language server keeps its user waiting, measured from the other end of its standard streams.

Times run from the first byte that the client writes to the last one that it reads, and leave out what the
client needs to encode and decode. What is typed breaks a row and mends it again: the server does not publish
twice what the user sees already, so a key that changes nothing has no answer to wait for.
"""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from tests.benchmarks.data import rows_of, write
from tests.benchmarks.measure import RUNS, figure, floor, spread, title
from tests.lsp_client import LspClient, Message, is_of_file, unshown

__all__ = ["main"]

IDLE = 0.5
"""Seconds after which the server does what it puts off while the user types."""
TYPED = (
    ("character", '"', 200, 0.0),
    ("newline", "\n", 200, 0.0),
    ("character after a pause", '"', 12, IDLE),
)
"""What is typed, how often it breaks a row and mends it again, and the seconds before each key."""
PASTED_ROWS = 2_000
MARKS = 20
"""So many rows of what is opened or pasted are broken: once all are told, all rows were judged."""
RHYTHM = (0.06, 0.3)
"""Seconds between two things that somebody does while tokens are counted, at least and at most."""
KEY = 10.0
"""Milliseconds that a key may take,"""
HOVER = 50.0
"""and a hover while something else goes on."""
KINDS = {
    "chat": "clean file",
    "faults": "30 % of the rows bad",
    "copies": "19 % of the rows in groups of 12 copies",
}
_INSIDE_WORD = re.compile(r"[a-z](?=[a-z])")


class Waited(NamedTuple):
    """Seconds from the moment that something was sent."""

    first: float
    """To the first diagnostics."""
    all: float
    """To the diagnostics of all rows."""
    hovers: list[float]
    """What each answer to a hover took meanwhile. The first one is sent behind what is waited for."""


class Editor:
    """One document in an editor. Rows and columns count from 0, columns in code points."""

    def __init__(self, client: LspClient, path: Path) -> None:
        self.client = client
        self.uri = path.as_uri()
        self.rows = path.read_text(encoding="utf-8").split("\n")[:-1]
        self.room = 120 + 5 * path.stat().st_size / (1 << 20)
        """The MB that the server may take."""
        often = Counter(self.rows)
        self.plain = [
            number for number, row in enumerate(self.rows) if often[row] == 1 and '"gpt"' not in row
        ]
        """The rows that have no finding."""
        self.told = len(self.rows) - len(self.plain)
        """How many findings there are at least, once all rows are judged."""

    def open(self, dice: random.Random) -> Waited:
        """Open the document with some rows broken, wait for all diagnostics, and mend them."""
        marks = [self.plain[0], *dice.sample(self.plain[1:-1], MARKS - 2), self.plain[-1]]
        rows = list(self.rows)
        for number in marks:
            rows[number] = "x" + rows[number]
        text = "".join(f"{row}\n" for row in rows)
        self.client.open(self.uri, text)
        waited = self._wait(self.told + MARKS)
        self.replace(*((number, 0, number, 1, "") for number in marks))
        return waited

    def paste(self, dice: random.Random, rows: Sequence[str]) -> Waited:
        """Paste rows, some of them broken, wait for all diagnostics, and take them out again."""
        marks = {0, len(rows) - 1, *dice.sample(range(1, len(rows) - 1), MARKS - 2)}
        text = "".join(f"{'x' * (number in marks)}{row}\n" for number, row in enumerate(rows))
        at = dice.choice(self.plain)
        self._change((at, 0, at, 0, text))
        waited = self._wait(self.told + len(marks))
        self.replace((at, 0, at + len(rows), 0, ""))
        return waited

    def type(self, dice: random.Random, new: str) -> Iterator[float]:
        """Put something into the middle of a word, and take it out again. Yields both latencies."""
        row = dice.choice(self.plain)
        text = self.rows[row]
        column = _INSIDE_WORD.search(text, len(text) // 2).end()  # type: ignore[union-attr]
        yield self.replace((row, column, row, column, new))
        end = (row + 1, 0) if new == "\n" else (row, column + 1)
        yield self.replace((row, column, *end, ""))

    def totals(self) -> str:
        """What the lens says. Once it was asked for, the tokens of all rows are counted in the background."""
        lenses = self.client.request("textDocument/codeLens", {"textDocument": {"uri": self.uri}})
        return str(lenses[0]["command"]["title"])

    def hover(self, row: int) -> float:
        """Hover over a row; give how long the answer took."""
        place = {"textDocument": {"uri": self.uri}, "position": {"line": row, "character": 30}}
        asked = self.client.ask({"method": "textDocument/hover", "params": place})
        sent = self.client.sent
        self.client.answer(asked)
        return self.client.arrived - sent

    def replace(self, *changes: tuple[int, int, int, int, str]) -> float:
        """Put text in place of what stands between two positions; give how long the diagnostics took."""
        version = self._change(*changes)
        sent = self.client.sent
        self.client.published(self.uri, version)
        return self.client.arrived - sent

    def _change(self, *changes: tuple[int, int, int, int, str]) -> int:
        return self.client.change(
            self.uri,
            *(
                {
                    "range": {
                        "start": {"line": line, "character": column},
                        "end": {"line": last, "character": end},
                    },
                    "text": text,
                }
                for line, column, last, end, text in changes
            ),
        )

    def _wait(self, wanted: int) -> Waited:
        """Wait until so many findings are told, and hover over a row of the first screen all the time."""
        client, start = self.client, self.client.sent
        place = {"textDocument": {"uri": self.uri}, "position": {"line": 1, "character": 30}}
        arrivals: list[float] = []
        hovers: list[float] = []
        found = 0
        while found < wanted:
            asked = client.ask({"method": "textDocument/hover", "params": place})
            sent = client.sent
            while (message := client.receive(monotonic() + client.timeout)).get("id") != asked:
                if message.get("method") == "textDocument/publishDiagnostics":
                    arrivals.append(client.arrived - start)
                    found = max(found, count(message["params"]["diagnostics"]))
            hovers.append(client.arrived - sent)
        return Waited(arrivals[0], arrivals[-1], hovers)


def count(diagnostics: Sequence[Message]) -> int:
    """How many findings in rows a message tells of: those that it shows, and those that it counts."""
    shown = sum("code" in one and not is_of_file(one) for one in diagnostics)
    return shown + unshown(diagnostics)


def memory(client: LspClient, kind: str) -> float:
    """Resident MB of the server: `VmRSS` now, `VmHWM` at its peak (Linux only)."""
    status = Path(f"/proc/{client.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"{kind}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def processor(client: LspClient) -> float:
    """Milliseconds that the server has run (Linux only): what else the machine does adds nothing to them."""
    tasks = Path(f"/proc/{client.process.pid}/task").glob("*/schedstat")
    return sum(int(one.read_text(encoding="ascii").split()[0]) for one in tasks) / 1e6


@contextmanager
def editing(path: Path) -> Iterator[Editor]:
    """An editor with a server of its own."""
    with LspClient(options={"target": "openai"}, timeout=120) as client:
        yield Editor(client, path)


def main(folder: Path, megabytes: int) -> None:
    """Print the tables."""
    for kind in ("chat", "short"):
        _opening(_file(folder, kind, megabytes))
    _pasting(_file(folder, "chat", megabytes))
    for kind in ("chat", "short"):
        _counting(_file(folder, kind, megabytes))
    for kind, words in KINDS.items():
        title(f"typing, {words}", "p50 ms", "p95 ms", "max ms", "cpu ms")
        small = _typing(_file(folder, kind, 1), "1 MB", {})
        budgets = {name: min(KEY, max(2 * p95, 2.0)) for name, p95 in small.items()}
        _typing(_file(folder, kind, megabytes), f"{megabytes} MB", budgets)


def _file(folder: Path, kind: str, megabytes: int) -> Path:
    return write(kind, folder / f"{kind}-{megabytes}.jsonl", megabytes << 20)


def _opening(path: Path) -> None:
    dice = random.Random(3)
    f, _ = floor(path)
    runs = []
    for _ in range(RUNS):
        with editing(path) as editor:
            runs.append(editor.open(dice))
            settled, peak = (memory(editor.client, kind) for kind in ("VmRSS", "VmHWM"))
    title(f"{path.name} opened, F = {f * 1e3:.0f} ms", "best", "median", "worst")
    for name, factor, extra in (("first", 10, 0.5), ("all", 25, 1.0)):
        times = sorted(getattr(run, name) for run in runs)
        figure(f"{name} diagnostics, s; budget {factor} F + {extra} s", *times, budget=factor * f + extra)
    figure("first answer to a hover, s", *sorted(run.hovers[0] for run in runs))
    title("", "p50 ms", "p95 ms", "max ms")
    figure(
        "hover meanwhile", *spread([one for run in runs for one in run.hovers[1:]]), budget=HOVER, judged=2
    )
    title("memory of the server", "MB")
    figure("with the file open; budget 120 MB + 5 x the file", settled, budget=editor.room)
    figure("its peak", peak, budget=editor.room)


def _counting(path: Path) -> None:
    """Print what is felt while all tokens are counted, by somebody who does something now and then."""
    dice = random.Random(7)
    keys, hovers = [], []
    with editing(path) as editor:
        editor.open(dice)
        editor.totals()
        begun = monotonic()
        while " tokens" not in editor.totals():
            sleep(2 * IDLE)
        sampled = monotonic() - begun
        while "longest" not in editor.totals():
            for key in editor.type(dice, '"'):
                keys.append(key)
                sleep(dice.uniform(*RHYTHM))
            hovers.append(editor.hover(dice.choice(editor.plain)))
            sleep(dice.uniform(*RHYTHM))
        title(f"tokens of {path.name} counted while it is edited", "s")
        figure("about how many there are", sampled)
        figure("how many there are", monotonic() - begun)
        title("", "p50 ms", "p95 ms", "max ms")
        figure("character meanwhile", *spread(keys), budget=KEY, judged=1)
        figure("hover meanwhile", *spread(hovers), budget=HOVER, judged=2)
        title("memory of the server", "MB")
        figure(
            "with all counted; budget 120 MB + 5 x the file",
            memory(editor.client, "VmRSS"),
            budget=editor.room,
        )
        figure("its peak", memory(editor.client, "VmHWM"), budget=editor.room)


def _pasting(path: Path) -> None:
    dice = random.Random(4)
    rows = [row.decode() for row in islice(rows_of("chat", seed=2), PASTED_ROWS)]
    with editing(path) as editor:
        editor.open(dice)
        runs = [editor.paste(dice, rows) for _ in range(RUNS)]
    title(f"{len(rows)} rows pasted into {path.name}", "best", "median", "worst")
    figure("all diagnostics, s", *sorted(run.all for run in runs), budget=1.0)
    title("", "p50 ms", "p95 ms", "max ms")
    figure("hover meanwhile", *spread([one for run in runs for one in run.hovers]), budget=HOVER, judged=2)


def _typing(path: Path, words: str, budgets: Mapping[str, float]) -> dict[str, float]:
    """Print how long keys take; give the 95th percentiles in milliseconds."""
    dice = random.Random(5)
    found = {}
    with editing(path) as editor:
        editor.open(dice)
        editor.totals()
        for name, new, keys, pause in TYPED:
            for _ in range(10):
                deque(editor.type(dice, new), 0)
            times = []
            begun = processor(editor.client)
            for _ in range(keys):
                for took in editor.type(dice, new):
                    times.append(took)
                    sleep(pause and dice.uniform(pause, pause + 0.05))
            ran = (processor(editor.client) - begun) / len(times)
            found[name] = spread(times).p95
            figure(f"{words}, {name}", *spread(times), ran, budget=budgets.get(name), judged=1)
        figure(f"{words}, memory, MB", memory(editor.client, "VmRSS"), budget=editor.room)
        figure(f"{words}, its peak, MB", memory(editor.client, "VmHWM"), budget=editor.room)
    return found
