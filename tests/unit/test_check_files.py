"""A run over several files: the same findings for any chunks, processes and bounds; and what can go wrong."""

from __future__ import annotations

import io
import json
import os
import random
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from turnlint.config import resolve
from turnlint.corpus.scratch import ScratchError
from turnlint.engine import Input, Located, Resources, check_files, check_stream
from turnlint.engine.baseline import Ledger
from turnlint.engine.workers import WorkerError, Workers
from turnlint.model import Settings
from turnlint.tokens import TokensError

SETTINGS = resolve("openai", ignore=["dataset"])
WORDS = [f"{first}{second}" for first in ("tide", "pier", "buoy", "sail", "mast") for second in range(400)]


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def _row(*texts: str) -> bytes:
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]
    return json.dumps({"messages": messages}).encode()


def _planted(seed: int, rows: int = 300) -> list[bytes]:
    """Rows of which some repeat, nearly repeat or contradict others, some are broken and some are blank."""
    chance = random.Random(seed)
    texts = [
        [_text(chance, 20), _text(chance, 40), _text(chance, 10), _text(chance, 60)] for _ in range(rows)
    ]
    made = [_row(*one) for one in texts]
    for one in chance.sample(texts, rows // 5):
        nearly = one[-1].split(" ")
        nearly[chance.randrange(60)] = "harbour"
        other = [
            one,
            [text.upper() for text in one],
            [*one[:-1], " ".join(nearly)],
            [*one[:-1], _text(chance, 50)],
        ]
        made.append(_row(*chance.choice(other)))
    made += [made[0]] * 5 + [b"", b" \t", b"{", made[1].replace(b'"user"', b'"usr"'), b"[]"]
    chance.shuffle(made)
    return [*made, b"", b""]


def _inputs(files: dict[str, bytes], settings: Settings = SETTINGS) -> list[Input]:
    return [Input(io.BytesIO(data), settings, f"data/{name}", name) for name, data in files.items()]


def _found(inputs: list[Input], **options: Any) -> list[tuple[str, Located]]:
    return [(one.name, located) for one, located in check_files(inputs, **options)]


FILES = {
    "valid.jsonl": b"\n".join(_planted(1)[:200]),
    "train.jsonl": b"\n".join(_planted(1)) + b"\n",
    "more.jsonl": b"\r\n".join(_planted(2)),
}
ALONE = _found(_inputs(FILES))


@pytest.mark.parametrize(
    "resources",
    [
        Resources(chunk_bytes=1, task_bytes=1),
        Resources(chunk_bytes=7, task_rows=3),
        Resources(chunk_bytes=4_096, compared_bytes=1),
        Resources(few_bytes=0),
        Resources(held_findings=1, joined_keys=2, few_bytes=0),
        Resources(held_findings=10, joined_keys=200, compared_bytes=5_000, few_bytes=0),
        Resources(2, alone_bytes=0, alone_rows=0, task_bytes=1 << 15),
        Resources(2, alone_bytes=0, alone_rows=0, task_bytes=1 << 15, few_bytes=0),
        Resources(2, alone_bytes=100_000, alone_rows=100, task_rows=20, chunk_bytes=999, joined_keys=500),
    ],
    ids=[
        *("bytes", "rows", "re-read", "sketched", "put-aside", "some-put-aside"),
        *("processes", "processes-sketch", "processes-later"),
    ],
)
def test_findings_are_the_same(resources: Resources) -> None:
    assert _found(_inputs(FILES), resources=resources) == ALONE


def test_findings_come_in_the_order_of_files_and_rows() -> None:
    rules = {located.finding.rule for _, located in ALONE}
    assert rules >= {"exact-duplicate", "normalised-duplicate", "near-duplicate", "conflicting-answer"}
    assert rules >= {"unknown-role", "invalid-json", "blank-row", "not-an-object"}
    order = list(FILES)
    places = [
        (order.index(name.removeprefix("data/")), one.row) for name, one in ALONE if one.row is not None
    ]
    assert places == sorted(places)
    for name, one in ALONE:
        rows = FILES[name.removeprefix("data/")].replace(b"\r", b"").split(b"\n")
        assert one.row is None or one.raw == rows[one.row]


def test_other_rows_are_named_with_their_file() -> None:
    row = _row("When is high water?", "At noon.")
    other = _row("Why?", "So.")
    files = {"test.jsonl": row, "train.jsonl": other + b"\n" + row, "more.jsonl": row + b"\n" + other}
    found = _found(_inputs(files, resolve("openai", ignore=["dataset/too-few-examples"])))
    named = {
        (name, one.row, related.file, related.row)
        for name, one in found
        for related in one.finding.related
        if f"row {(related.row or 0) + 1} of {related.file}" in one.finding.message
    }
    assert named >= {
        ("data/test.jsonl", 0, "data/train.jsonl", 1),
        ("data/more.jsonl", 0, "data/train.jsonl", 1),
        ("data/more.jsonl", 1, "data/train.jsonl", 0),
    }
    assert not [name for name, *_ in named if name == "data/train.jsonl"]


def test_each_file_is_judged_by_its_own_settings() -> None:
    loud = resolve("openai", ignore=["dataset"], severity={"exact-duplicate": "error"})
    off = resolve("openai", ignore=["dataset", "exact-duplicate"])
    inputs = [
        Input(
            io.BytesIO(b"\n".join([_row("a", "b"), _row("a", "b"), _row(name, name)])), settings, name, name
        )
        for name, settings in {"a.jsonl": loud, "b.jsonl": off, "c.jsonl": SETTINGS}.items()
    ]
    told = [(name, one.row, one.finding) for name, one in _found(inputs)]
    copies = [(name, row, one.severity.word) for name, row, one in told if one.rule == "exact-duplicate"]
    assert copies == [("a.jsonl", 1, "error"), ("c.jsonl", 0, "warning"), ("c.jsonl", 1, "warning")]


def test_formats_are_voted_file_by_file() -> None:
    pair = b'{"prompt": "When is high water?", "completion": "At noon, on most days of the year."}'
    chat = _row("When is high water?", "At noon, on most days of the year.")
    formats: dict[str, str] = {}

    def note(one: Input, chosen: Any) -> None:
        formats[one.name] = chosen.name

    found = _found(_inputs({"a.jsonl": pair, "b.jsonl": chat}), on_format=note)
    assert formats == {"data/a.jsonl": "prompt-completion", "data/b.jsonl": "openai-chat"}
    assert not [one for _, one in found if one.finding.rule == "mixed-formats"]


def test_files_that_are_not_compared_stand_beside_others() -> None:
    rows = _planted(6, 100)
    files = {
        "a.jsonl": b'{"a": 1}',
        "b.jsonl": b"\n".join([*rows, *[b""] * 5_000, rows[0]]),
        "c.jsonl": b"[1,",
    }
    shares: list[float] = []
    told = Resources(on_compared=shares.append, task_bytes=1 << 12, few_bytes=0)
    found = _found(_inputs(files), resources=told)
    alone = _found(_inputs({"b.jsonl": files["b.jsonl"]}))
    assert [one for one in found if one[0] == "data/b.jsonl"] == alone
    assert {one.finding.rule for name, one in found if name == "data/a.jsonl"} <= {"unknown-format"}
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_copies_are_accepted_by_group() -> None:
    data = b"\n".join([_row("a", "b")] * 3)
    ledger = Ledger(adding=True)
    assert not list(check_stream(io.BytesIO(data), SETTINGS, ledger=ledger))
    assert ledger.complete
    counts = ledger.increased({})
    more = data + b"\n" + _row("a", "b")
    found = [one.row for one in check_stream(io.BytesIO(more), SETTINGS, ledger=Ledger(counts))]
    assert found == [3]


class _Shrinking(io.BytesIO):
    """A file that is cut to nothing some time."""

    gone = False

    def read(self, size: int | None = -1, /) -> bytes:
        return b"" if self.gone else super().read(size)


def test_a_file_that_shrinks_meanwhile_leaves_the_others() -> None:
    rows = _planted(3, 50)
    gone = _Shrinking(b"\n".join(rows))
    failures: list[tuple[str, str]] = []

    def cut(one: Input, _: Any) -> None:
        gone.gone = one.name == "b.jsonl"  # when the other file is begun

    inputs = [
        Input(gone, SETTINGS, "a.jsonl", "a.jsonl", Ledger()),
        Input(io.BytesIO(b"\n".join(_planted(4, 50))), SETTINGS, "b.jsonl", "b.jsonl", Ledger()),
    ]
    found = _found(
        inputs,
        on_format=cut,
        on_failure=lambda one, error: failures.append((one.name, str(error.strerror))),
    )
    assert [name for name, _ in failures] == ["a.jsonl"]
    assert "shorter" in failures[0][1]
    alone = _found([Input(io.BytesIO(b"\n".join(_planted(4, 50))), SETTINGS, "b.jsonl", "b.jsonl")])
    assert [one for one in found if one[0] == "b.jsonl"] == alone
    assert [one.ledger.complete for one in inputs if one.ledger is not None] == [False, True]


def test_a_file_that_cannot_be_read_leaves_the_others() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    failures: list[OSError] = []
    inputs = [Input(Broken(b"{}"), SETTINGS, "a.jsonl"), *_inputs({"b.jsonl": b"{"})]
    found = _found(inputs, on_failure=lambda _, error: failures.append(error))
    assert [error.strerror for error in failures] == ["Input/output error"]
    assert [(name, one.finding.rule) for name, one in found] == [("data/b.jsonl", "invalid-json")]
    with pytest.raises(OSError, match="Input/output"):
        _found(inputs)


class _Full(io.BytesIO):
    """A file system without room."""

    def write(self, data: Any, /) -> int:
        raise OSError(28, "No space left on device")


def test_no_room_for_what_does_not_fit_into_memory() -> None:
    with pytest.raises(ScratchError, match="No space left"):
        _found(_inputs(FILES), resources=Resources(scratch=_Full, held_findings=1))


def test_what_is_put_aside_is_closed() -> None:
    made: list[BinaryIO] = []

    def make() -> BinaryIO:
        made.append(io.BytesIO())
        return made[-1]

    few = Resources(scratch=make, held_findings=1, joined_keys=10)
    _found(_inputs(FILES), resources=few)
    run = check_files(_inputs(FILES), resources=few)
    next(run)
    run.close()
    assert made
    assert all(one.closed for one in made)


def test_a_run_that_is_left_ends_its_processes_and_threads() -> None:
    before, own = threading.active_count(), _children()
    run = check_files(_inputs(FILES), resources=Resources(2, alone_bytes=0, alone_rows=0, task_rows=10))
    next(run)
    run.close()
    assert threading.active_count() == before
    assert _children() == own


def _children(of: int | None = None) -> set[int]:
    """The processes that a process has started and that are there (Linux only)."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == (of or os.getpid()) and words[0] != "Z":
            found.add(int(status.parent.name))
    return found


def test_clean_files_leave_nothing_aside() -> None:
    def make() -> BinaryIO:
        raise AssertionError("there is nothing to be put aside")

    chance = random.Random(5)
    data = b"\n".join(_row(_text(chance, 8), _text(chance, 8)) for _ in range(300))
    assert not _found(_inputs({"a.jsonl": data}), resources=Resources(scratch=make))


def _peak(rows: int, folder: Path) -> int:
    """The most bytes that a run takes over a file in which every row has a finding, and some have copies."""
    path = folder / f"{rows}.jsonl"
    chance = random.Random(rows)
    answer = _text(chance, 20)
    with path.open("wb") as stream:
        for number in range(rows):
            question = number - 50 * chance.randrange(1, 40) if number % 10 == 0 else number
            row = _row(f"Question {question}, {answer}", f"{question} {answer}")
            stream.write(row.replace(b'"user"', b'"usr"') + b"\n")
    few = Resources(scratch=lambda: (folder / "scratch").open("w+b"), held_findings=200, joined_keys=500)
    settings = resolve("openai", ignore=["near-duplicate", "near-leak"])
    with path.open("rb") as stream_again:
        tracemalloc.start()
        try:
            found = sum(1 for _ in check_stream(stream_again, settings, name="a.jsonl", resources=few))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert found >= rows * (1 + (rows > 1_000) / 50)
    return peak


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    _peak(100, tmp_path)  # what is loaded once
    assert _peak(8_000, tmp_path) < _peak(3_000, tmp_path) + 1_000_000  # each is more than a head


# Workers


def _squares(fault: int) -> Callable[[int], int]:
    def answer(number: int) -> int:
        if number == fault:
            raise TokensError(f"not {number}")
        if number == -1:
            os._exit(3)
        return number * number // (number - 100)

    return answer


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(2)
    made.set_up((_squares, 7))
    yield made
    made.close()


def test_workers_answer_and_raise(workers: Workers) -> None:
    assert [workers.ask(number) for number in (1, 200)] == [-1, 400]
    with pytest.raises(TokensError, match="not 7"):
        workers.ask(7)
    with pytest.raises(WorkerError, match=r"ZeroDivisionError: .* \(.*test_check_files.py:\d+\)"):
        workers.ask(100)
    assert workers.ask(200) == 400


def test_workers_can_be_used_for_other_work(workers: Workers) -> None:
    assert workers.ask(200) == 400
    workers.set_up((_squares, 200))
    assert workers.ask(7) == 49 // -93
    with pytest.raises(TokensError, match="not 200"):
        workers.ask(200)
    assert len(workers._started) == 2


def test_a_worker_that_ends_is_told(workers: Workers) -> None:
    with pytest.raises(WorkerError, match=r"ended unexpectedly \(3\)"):
        workers.ask(-1)


def test_workers_that_were_ended_answer_no_more(workers: Workers) -> None:
    assert workers.ask(200) == 400
    workers.close()
    with pytest.raises(WorkerError):
        workers.ask(200)
    assert not _children() & {one._process.pid for one in workers._started}
