"""Lines that are nearly the same, found in the background: after any edits as in a document opened so."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from turnlint.config import resolve
from turnlint.config.discovery import Overrides
from turnlint.engine import RowChecker
from turnlint.formats import get_format
from turnlint.lsp import likeness as likeness_module
from turnlint.lsp import worker as worker_module
from turnlint.lsp.foreign import ForeignFile, ForeignRows, read_file
from turnlint.lsp.indexing import IndexJob
from turnlint.lsp.likeness import Likeness
from turnlint.lsp.rows import Rows
from turnlint.lsp.worker import Worker
from turnlint.rules.compare import Origin
from turnlint.text.lines import LineStore

SETTINGS = resolve(select=["near-duplicate", "near-leak"], format="openai-chat")
FORMAT = get_format("openai-chat")
ROW = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
DICE = random.Random(1)
WORDS = ["".join(DICE.choices("abcdefghijklmnopqrstuvwxyz", k=DICE.randint(3, 9))) for _ in range(3_000)]
TALES = [(DICE.choices(WORDS, k=40), DICE.choices(WORDS, k=60)) for _ in range(12)]


def row(dice: random.Random) -> str:
    """One of few rows, with a word more here and there."""
    asked, said = (list(words) for words in dice.choice(TALES))
    for words in (asked, said):
        for _ in range(dice.choice((0, 1, 1, 2))):
            words.insert(dice.randrange(len(words)), dice.choice(WORDS))
    return ROW % (" ".join(asked), " ".join(said))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr(worker_module, "REST_SECONDS", 0.0)
    one = Worker()
    yield one
    one.end()


def others(folder: Path, dice: random.Random) -> ForeignRows:
    """Three other files of the data set of a document, two before it."""
    files = []
    for name, split in (("a", "train"), ("b", "validation"), ("c", "test")):
        path = folder / f"{name}{dice.randrange(1 << 40)}.jsonl"
        path.write_text("\n".join(row(dice) for _ in range(8)))
        index = asyncio.run(read_file(IndexJob(os.fsencode(path), Overrides()), lambda done: None))
        files.append(ForeignFile(index, Origin(path.name, split)))
    return ForeignRows(Origin("own.jsonl", "validation"), files[:2], files[2:])


class Desk:
    """A document that is judged, and whose lines are compared with each other and those of other files."""

    def __init__(self, text: str, worker: Worker, foreign: ForeignRows | None) -> None:
        self.rows = Rows(LineStore(text, block_lines=8))
        self.published = 0
        self.rows.judge_by(RowChecker(FORMAT, SETTINGS), SETTINGS)
        self.likeness = Likeness(self.rows.store, self.rows.relations, worker, self)
        self.likeness.judge_by(FORMAT, SETTINGS)
        self.compare_with(foreign)

    def compare_with(self, foreign: ForeignRows | None) -> None:
        self.rows.relations.compare_with(foreign)
        self.likeness.compare_with(foreign)

    def likeness_found(self) -> None:
        self.published += 1

    def work(self) -> None:
        while self.rows.pending or self.rows.rest(1):
            self.rows.work(1)
        self.likeness.go()

    async def settled(self) -> list[tuple[int, str]]:
        """What is said in the end, with the numbers of lines."""
        self.work()
        while not self.likeness.is_idle:
            await asyncio.sleep(0.002)
        found = sorted(
            (number, finding.message)
            for number, line in enumerate(self.rows.store)
            for finding in self.rows.findings(line)
        )
        assert self.rows.tally().total() == len(found)
        return found


def edit(desk: Desk, dice: random.Random) -> None:
    store = desk.rows.store
    first = dice.randrange(store.count)
    last = min(store.count - 1, first + dice.choice((0, 0, 0, 1, 4)))
    at = dice.randrange(1 + len(store.line(first).text))
    places = {"row": ((first, 0), (last, 9_999)), "here": ((first, at), (first, at))}
    kind, text = dice.choice(
        [
            ("row", "\n".join(row(dice) for _ in range(dice.choice((1, 1, 2, 4))))),
            ("row", ""),
            ("here", "\n"),
            ("here", " surely "),
        ]
    )
    desk.rows.replace([store.replace(*places[kind], text)])


@pytest.mark.parametrize("few", [5, 1_000])
@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_all_is_as_if_opened_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, worker: Worker, seed: int, few: int
) -> None:
    monkeypatch.setattr(likeness_module, "_FEW", few)
    dice = random.Random(seed)
    choices = [None, others(tmp_path, dice), others(tmp_path, dice)]

    async def run() -> int:
        foreign = choices[1]
        desk = Desk("\n".join(row(dice) for _ in range(40)), worker, foreign)
        told = len(await desk.settled())
        for _ in range(25):
            for _ in range(dice.choice((1, 1, 3))):
                edit(desk, dice)
            if dice.random() < 0.2:
                foreign = dice.choice(choices)
                desk.compare_with(foreign)
            if dice.random() < 0.3:
                desk.work()
                await asyncio.sleep(dice.choice((0, 0.005)))
                continue
            fresh = Desk("\n".join(line.text for line in desk.rows.store), worker, foreign)
            found = await fresh.settled()
            assert await desk.settled() == found
            told += len(found)
        return told

    assert asyncio.run(run()) > 100
