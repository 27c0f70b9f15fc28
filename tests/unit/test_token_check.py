"""Tokens in a run over a file: counted in processes or not, told with their rows, summed up for the file."""

from __future__ import annotations

import io
import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import models
from tests.harness import FIXTURES, settings_from, valid_format

from turnlint.config import Counting, resolve
from turnlint.engine import Resources, check_stream, file_findings
from turnlint.engine.baseline import Ledger
from turnlint.engine.threads import in_threads
from turnlint.engine.tokens import TokenChecker, prepare
from turnlint.formats import get_format
from turnlint.model import Settings
from turnlint.tokens import TokensError

CHAT = get_format("openai-chat")
RUSSIAN = "Прилив начинается в полдень. "
REFUSAL = "conversation roles must alternate user/assistant/user/assistant/"


def _row(words: int, question: str = "When is high water?", **more: Any) -> bytes:
    answer = {"role": "assistant", "content": "water " * words}
    return json.dumps({"messages": [{"role": "user", "content": question}, answer], **more}).encode()


def _found(data: bytes, settings: Settings, **options: Any) -> list[tuple[int | None, str]]:
    return [(one.row, one.finding.rule) for one in check_stream(io.BytesIO(data), settings, **options)]


def _shared(jobs: int = 2) -> Resources:
    """Nothing is done by the caller alone."""
    return Resources(jobs, task_bytes=1 << 16, alone_bytes=0, alone_rows=0)


def _limited(limit: int, target: str = "openai:gpt-4o", **more: Any) -> Settings:
    counting = Counting(limit)
    ignored = ["dataset", "empty-answer", "duplicates", "consistency"]
    return resolve(target, ignore=ignored, counting=counting, **more)


def _mixed(seed: int) -> bytes:
    """Rows that are short, near the limit and too long, blank, broken, with tools and images."""
    chance = random.Random(seed)
    tool = {"type": "function", "function": {"name": "tide", "description": "The tide."}}
    part = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    rows: list[bytes] = []
    for _ in range(400):
        words = chance.choice((1, 20, 95, 200, 700))
        kind = chance.randrange(8)
        row = _row(words, tools=[tool]) if kind == 1 else _row(words)
        if kind == 2:
            row = row.replace(b'"When is high water?"', json.dumps([part]).encode())
        rows.append({3: row[:-5], 4: b"  ", 5: row.replace(b'"user"', b'"usr"')}.get(kind, row))
    return b"\n".join(rows)


@pytest.mark.parametrize("limit", [30, 100, 100_000])
def test_processes_change_nothing(limit: int) -> None:
    data = _mixed(limit)
    alone = list(check_stream(io.BytesIO(data), _limited(limit)))
    assert [one.row for one in alone] == sorted(one.row for one in alone if one.row is not None)
    for jobs in (2, 3):
        assert list(check_stream(io.BytesIO(data), _limited(limit), resources=_shared(jobs))) == alone


def test_findings_are_those_of_each_row_alone() -> None:
    data = _mixed(1)
    checker = TokenChecker(CHAT, _limited(100))
    told: dict[int, list[str]] = {}
    for one in check_stream(io.BytesIO(data), _limited(100), resources=_shared()):
        if one.finding.family == "tokens" and one.row is not None:
            told.setdefault(one.row, []).append(one.finding.message)
    alone = {row: [one.message for one in checker.findings(raw)] for row, raw in enumerate(data.split(b"\n"))}
    assert told == {row: messages for row, messages in alone.items() if messages}
    assert len(told) > 50


def test_findings_are_accepted_like_others() -> None:
    data = b"\n".join([_row(10), _row(200), _row(300)])
    ledger = Ledger(adding=True)
    assert not _found(data, _limited(100), ledger=ledger, resources=_shared())
    counts = ledger.increased({})
    assert {rule for rule, _ in counts} == {"example-too-long"}
    moved = b"\n".join([_row(200), _row(301), _row(300)])
    assert _found(moved, _limited(100), ledger=Ledger(counts)) == [(1, "example-too-long")]


def test_a_row_at_the_limit() -> None:
    row = json.dumps({"prompt": "", "completion": "a\n" * 20}).encode()
    checker = TokenChecker(get_format("prompt-completion"), resolve(counting=Counting(40)))
    total = checker.measure(row).total  # type: ignore[union-attr]
    limits = {10**400: [], total + 5: [], total: ["near-limit"], total - 1: ["example-too-long"]}
    for limit, rules in limits.items():
        checker = TokenChecker(get_format("prompt-completion"), resolve(counting=Counting(limit)))
        assert [one.rule for one in checker.findings(row)] == rules


def test_most_rows_are_not_looked_at() -> None:
    """At a limit of OpenAI a row of 9 KB is proved short by its length, any row of prose by its bytes."""
    checker = TokenChecker(CHAT, resolve("openai:gpt-4.1"))
    assert not checker.needs(_row(1_500))
    assert checker.needs(_row(9, RUSSIAN * 2_000))
    assert not checker.findings(_row(9, RUSSIAN * 1_000))
    assert [one.rule for one in checker.findings(_row(9, RUSSIAN * 9_000))] == ["no-trainable-tokens-left"]
    assert TokenChecker(None, resolve("openai")).findings(_row(90_000)) == ()


@pytest.mark.parametrize(
    "raw", [b"", b" ", b"{", b"7", b"[]", b"{}", b'{"messages": 7}', b"\xff", b'{"a": "\xff']
)
def test_what_holds_no_example(raw: bytes) -> None:
    checker = TokenChecker(CHAT, _limited(1))
    assert checker.measure(raw) is None
    assert checker.findings(raw) == ()
    assert checker.bound(raw) == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_tokens_of_a_file(jobs: int) -> None:
    rows = [_row(words) for words in range(1, 40)]
    data = b"\n".join([*rows, b"{", b"", b"\xff" * 50])
    checker = TokenChecker(CHAT, resolve())
    total = sum(one.total for one in map(checker.measure, rows) if one)
    for maximum, epochs, told in ((total, 1, 0), (total - 1, 1, 1), (2 * total, 2, 0), (2 * total - 1, 2, 1)):
        settings = settings_from(
            {
                "select": ["too-many-tokens"],
                "rules": {"too-many-tokens": {"maximum": maximum, "epochs": epochs}},
            }
        )
        found = list(check_stream(io.BytesIO(data), settings, resources=_shared(jobs)))
        assert [one.row for one in found] == [None] * told
        assert [one.finding for one in found] == list(file_findings(io.BytesIO(data), settings))
        assert all(f"{total * epochs:,} tokens" in one.finding.message for one in found)


class _Counting(io.BytesIO):
    """Counts how often it is read from its start."""

    starts = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.starts += self.tell() == 0
        return super().read(size)


@pytest.mark.parametrize(
    ("maximum", "passes"), [(10_000_000, 3), (100_000, 4), (5_000, 5)], ids=["bytes", "texts", "tokens"]
)
def test_a_file_is_read_again_only_where_that_decides(maximum: int, passes: int) -> None:
    """For its head, to vote, to judge, for the bytes of the texts, to count."""
    rows = [_row(200, tools=[{"type": "function", "function": {"name": f"tool_{at}"}}]) for at in range(40)]
    stream = _Counting(b"\n".join(rows))
    settings = settings_from(
        {"select": ["too-many-tokens"], "rules": {"too-many-tokens": {"maximum": maximum}}}
    )
    found = [one.finding.rule for one in check_stream(stream, settings)]
    assert (found, stream.starts) == (["too-many-tokens"] * (passes == 5), passes)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tokenizer of a model whose turns must alternate, with its template beside it."""
    return models.write(tmp_path_factory.mktemp("model"), models.sentencepiece(), "mistral")


def _by_template(model: Path, limit: int = 0, **more: Any) -> Settings:
    counting = Counting(limit, str(model), str(model.with_name("chat_template.jinja")))
    return resolve("generic", ignore=["dataset"], counting=counting, **more)


def test_a_template_that_refuses(model: Path) -> None:
    refused = _row(1).replace(b'[{"role"', b'[{"role": "user", "content": "Hi."}, {"role"')
    data = b"\n".join([_row(2), refused, b"{", _row(3)])
    settings = _by_template(model)
    prepare(settings)
    found = [one for one in check_stream(io.BytesIO(data), settings, resources=_shared()) if one.row == 1]
    (finding,) = [one.finding for one in found if one.finding.family == "tokens"]
    assert (finding.rule, finding.severity.word) == ("template-refuses", "error")
    assert REFUSAL in finding.message
    assert not [rule for row, rule in _found(data, settings) if row in (0, 3) and rule == "template-refuses"]
    ignoring = resolve(
        "generic", ignore=["dataset", "template-refuses"], counting=Counting(9, *_paths(model))
    )
    assert not [rule for row, rule in _found(data, ignoring) if row == 1]


def test_what_a_template_does_not_write_is_told_once(tmp_path: Path) -> None:
    model = models.write(tmp_path, models.sentencepiece(), "endless")
    first, second = (_row(number).replace(b'[{"role"', b'[{"role": "user"}, {"role"') for number in (1, 2))
    found = _found(b"\n".join([_row(2), first, second, _row(3)]), _by_template(model, select=["tokens"]))
    assert found == [(1, "not-counted")]


def test_a_trainer_of_ones_own_does_not_cut_as_the_home_of_the_format_does(model: Path) -> None:
    measured = TokenChecker(CHAT, resolve(counting=Counting(0, str(model)))).measure(_row(1))
    assert measured is not None
    counting = Counting(measured.total - 1, str(model))
    settings = resolve("generic", ignore=["dataset", "near-limit"], counting=counting)
    (finding,) = [one.finding for one in check_stream(io.BytesIO(_row(1)), settings)]
    assert (finding.rule, finding.severity.word) == ("example-too-long", "info")
    assert "OpenAI" not in finding.message


def _paths(model: Path) -> tuple[str, str]:
    return str(model), str(model.with_name("chat_template.jinja"))


def test_an_example_that_a_template_makes_too_long(model: Path) -> None:
    long = TokenChecker(CHAT, _by_template(model)).measure(_row(50))
    assert long is not None
    assert long.total > 50
    checker = TokenChecker(CHAT, _by_template(model, long.total - 1))
    (finding,) = checker.findings(_row(50))
    assert finding.rule == "example-too-long"
    assert not checker.findings(_row(2))
    assert checker.needs(_row(2))
    assert TokenChecker(CHAT, _by_template(model, long.total)).findings(_row(40)) == ()


def test_what_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    settings = resolve(counting=Counting(100, str(tmp_path / "tokenizer.json")))
    with pytest.raises(TokensError, match=r"tokenizer\.json"):
        prepare(settings)
    prepare(resolve("azure"))


def test_valid_rows_are_short() -> None:
    for path in sorted((FIXTURES / "valid").glob("*.jsonl")):
        chosen = get_format(valid_format(path))
        checker = TokenChecker(chosen, resolve())
        for raw in path.read_bytes().split(b"\n")[:-1]:
            turns = chosen.example(json.loads(raw)).all_turns
            assert (checker.measure(raw) is not None) == bool(turns)
            assert not checker.findings(raw)


def _work(item: int) -> tuple[int, int]:
    return item, threading.get_ident()


def test_in_threads_keeps_the_order_and_looks_little_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(50):
            taken.append(item)
            yield item

    for at, (item, _) in enumerate(in_threads(_work, items(), 3)):
        assert item == at
        assert len(taken) <= at + 4


def test_in_threads_leaves_little_work_to_the_caller() -> None:
    own = threading.get_ident()
    done = list(in_threads(_work, range(20), 2, lambda item: item % 2 == 1))
    assert [item for item, _ in done] == list(range(20))
    assert {(thread == own) == (item % 2 == 0) for item, thread in done} == {True}
    assert {thread for _, thread in in_threads(_work, range(5), 1)} == {own}
    assert list(in_threads(abs, range(3), 2, lambda item: item == 1, lambda item: -item)) == [0, 1, -2]
    assert list(in_threads(abs, range(3), 1, here=lambda item: -item)) == [0, -1, -2]


def test_in_threads_raises_what_work_raises() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda item: 1 // item, [1, 1, 0, 1], 2))
    assert threading.active_count() == before
