"""What is counted of a document, when, and what is kept of it. Here, a token is a letter `t`."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from statistics import median_low
from threading import Event
from typing import Any

import pytest
from lsprotocol import types
from pygls.workspace import PositionCodec

from turnlint.config import resolve
from turnlint.engine import RowChecker
from turnlint.engine.tokens import TokenChecker
from turnlint.formats import get_format
from turnlint.lsp import counting as module
from turnlint.lsp.counting import Counting
from turnlint.lsp.document import Document
from turnlint.lsp.rows import Rows
from turnlint.lsp.tally import Totals
from turnlint.lsp.worker import Worker
from turnlint.model import Finding, Severity, TokenSettings
from turnlint.text.lines import Line
from turnlint.tokens import Measured, TokensError

LIMIT = 5
OTHER = TokenSettings(limit=9)


class Letters(TokenChecker):
    """Counts letters, and finds rows with too many of them."""

    def __init__(self) -> None:
        super().__init__(get_format("openai-chat"), resolve("openai"))
        self.measured: list[bytes] = []
        self.judged: list[bytes] = []
        self.error: TokensError | None = None
        self.slow: bytes | None = None
        """This row is counted when it may go on."""
        self.go_on = Event()

    def needs(self, raw: bytes) -> bool:
        return len(raw) > LIMIT

    def measure(self, raw: bytes) -> Measured | None:
        self._begin(self.measured, raw)
        if self.error is not None:
            raise self.error
        if raw == b"fault":
            raise ZeroDivisionError
        return None if b"?" in raw or not raw else Measured(raw.count(b"t"), 1, (), 0, False)

    def findings(self, raw: bytes) -> tuple[Finding, ...]:
        self._begin(self.judged, raw)
        if self.error is not None:
            raise self.error
        count = raw.count(b"t")
        return (Finding("too-long", "tokens", Severity.WARNING, f"{count}"),) if count > LIMIT else ()

    def _begin(self, rows: list[bytes], raw: bytes) -> None:
        rows.append(raw)
        if raw == self.slow:
            assert self.go_on.wait(10)


class Desk:
    """One document that is counted, and what was said of it."""

    def __init__(self, text: str) -> None:
        codec = PositionCodec(types.PositionEncodingKind.Utf32)
        self.document = Document("untitled:rows.jsonl", text, 1, "jsonl", codec)
        self.store = self.document.store
        self.worker = Worker()
        self.rows = Rows(self.store)
        self.counting = Counting(self.document, self.rows, self.worker, self)
        self.said: Counter[str] = Counter()
        self.sums: list[tuple[Totals | None, int]] = []
        """The totals each time they changed, and how many rows were counted by then."""
        self.error: TokensError | None = None
        self.checker = Letters()

    def tokens_found(self) -> None:
        self.said["found"] += 1

    def tokens_counted(self) -> None:
        self.said["counted"] += 1

    def tokens_summed_up(self) -> None:
        self.sums.append((self.counting.totals, len(self.checker.measured)))

    def tokens_failed(self, error: TokensError) -> None:
        self.error = error

    def judge(self, settings: TokenSettings = OTHER) -> None:
        """Have all rows judged and counted anew."""
        judged = resolve(select=["unknown-role"])
        self.rows.judge_by(RowChecker(get_format("openai-chat"), judged), judged)
        self.counting.count_by(settings, self.checker)
        self.rows.work(60)
        self.counting.go()

    def edit(self, first: int, last: int, text: str) -> None:
        """Put text in place of some lines."""
        changes = [self.store.replace((first, 0), (last, 0), text)]
        self.document.size = len(self.document.source)
        self.rows.replace(changes)
        self.counting.replace(changes)
        self.rows.work(60)
        self.counting.go()

    async def until(self, wanted: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not wanted():
                await asyncio.sleep(0.005)

    async def rest(self) -> None:
        """Wait until nothing more is counted."""
        await self.until(lambda: self.counting._job is None)
        await asyncio.sleep(0.05)

    def totals(self) -> list[int | None]:
        counted = (self.counting.of(line) for line in self.store)
        return [None if one is None else one.total for one in counted]

    def told(self) -> list[tuple[int, str]]:
        return [(number, line.result.findings[at].message) for number, line, at, _ in self.rows.shown(99)[0]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST_REST", "_SETTLED_SECONDS", "_TELL_SECONDS", "REST_SECONDS"):
        monkeypatch.setattr(module, name, 0.02)
    monkeypatch.setattr(module, "_BUILT", set())
    monkeypatch.setattr("turnlint.lsp.rows.all_rules", lambda: {"too-long": Rule()})


class Rule:
    class rule:  # noqa: N801 - as a module of a rule has it
        once = False


@asynccontextmanager
async def desk(text: str) -> AsyncIterator[Desk]:
    made = Desk(text)
    made.judge()
    try:
        await made.rest()
        yield made
    finally:
        made.worker.end()


def run(test: Callable[[], Any]) -> None:
    asyncio.run(test())


def test_only_rows_that_may_break_a_rule_are_counted_where_nobody_asks() -> None:
    async def test() -> None:
        async with desk("t\ntttt\ntttttttt\nxxxxxxxx\n\nttt\n" + "t" * 50) as one:
            assert one.checker.judged == [b"tttttttt", b"xxxxxxxx", b"t" * 50]
            assert one.checker.measured == []
            assert one.told() == [(2, "8"), (6, "50")]
            assert one.counting.totals is None

    run(test)


def test_after_an_edit_only_what_changed_is_counted_again() -> None:
    async def test() -> None:
        async with desk("\n".join("t" * number for number in range(1, 20))) as one:
            one.counting.show_totals()
            await one.until(lambda: one.counting.totals)
            assert one.totals() == [*range(1, 20)]
            assert one.counting.totals == Totals(190, 10, 19, False)
            one.checker.measured.clear()
            one.checker.judged.clear()
            one.edit(2, 4, "tt\nttttttt\nt\n")
            await one.until(lambda: one.counting.totals == Totals(193, 9, 19, False))
            touched = [b"tt", b"ttttttt", b"t", b"ttttt"]  # the edit ends at the beginning of the last one
            assert Counter(one.checker.measured) == Counter(touched)
            assert one.checker.judged == [b"ttttttt"]
            assert one.totals() == [1, 2, 2, 7, 1, *range(5, 20)]
            one.edit(5, 20, "")
            await one.until(lambda: one.counting.totals == Totals(13, 2, 7, False))
            assert len(one.checker.measured) == 5

    run(test)


def test_rows_that_are_shown_come_first_and_once() -> None:
    async def test() -> None:
        async with desk("\n".join("t" * (number % 5) + "x" for number in range(200))) as one:
            lines = [*one.store]
            one.counting.show(lines[150:153])
            await one.until(lambda: one.said["counted"])
            assert len(one.checker.measured) == 3
            one.counting.show(lines[150:153])
            await one.rest()
            assert len(one.checker.measured) == 3
            assert one.said == {"counted": 1}
            one.counting.show([*lines[150:153], lines[0]])
            await one.until(lambda: one.said["counted"] == 2)
            assert one.counting.of(lines[0]) is not None

    run(test)


def test_rows_without_an_example_do_not_have_the_client_ask_again() -> None:
    async def test() -> None:
        async with desk("?t\nt") as one:
            one.counting.show([one.store.line(0)])
            await one.rest()
            assert one.checker.measured == [b"?t"]
            assert not one.said
            one.counting.show_totals()
            await one.until(lambda: one.counting.totals)
            assert one.counting.totals == Totals(1, 1, 1, False)

    run(test)


def test_other_settings_count_all_rows_anew() -> None:
    async def test() -> None:
        async with desk("t\ntt\ntttttttt") as one:
            one.counting.show_totals()
            await one.until(lambda: one.counting.totals)
            before = len(one.checker.measured)
            one.judge(TokenSettings(limit=7))
            assert one.totals() == [None] * 3
            assert one.told() == []
            assert one.counting.totals is None
            await one.until(lambda: one.counting.totals)
            assert len(one.checker.measured) == 2 * before
            assert one.told() == [(2, "8")]

    run(test)


def test_who_types_in_a_long_row_sees_its_finding_all_the_time() -> None:
    async def test() -> None:
        async with desk("t" * 8 + "\nx\nx") as one:
            one.edit(0, 1, "t" * 9 + "\n")
            assert one.told() == [(0, "8")]
            await one.until(lambda: one.told() == [(0, "9")])
            one.edit(0, 1, "ttt\n")
            assert one.told() == [(0, "9")]
            await one.until(lambda: one.told() == [])
            one.edit(0, 1, "t" * 9 + "\n")
            await one.until(one.told)
            one.edit(0, 1, "\n")  # a blank row is not counted at all
            assert one.told() == []
            one.edit(0, 1, "x\n")
            await one.rest()
            assert one.told() == []

    run(test)


def test_nothing_of_a_row_that_is_gone_is_taken() -> None:
    async def test() -> None:
        async with desk("x") as one:
            one.edit(0, 0, "t" * 20 + "\n")
            one.edit(0, 1, "")
            await one.rest()
            assert one.told() == []
            assert one.rows._of_tokens == {}

    run(test)


def test_the_totals_of_many_rows_are_estimated_first() -> None:
    async def test() -> None:
        async with desk("\n".join("tttx" for _ in range(300))) as one:
            one.counting.show_totals()
            await one.until(lambda: len(one.sums) == 2)
            (first, counted), (last, _) = one.sums
            assert last == Totals(900, 3, 3, False)
            assert counted < 100
            assert first is not None
            assert (first.median, first.longest, first.about) == (3, None, True)
            assert 890 <= first.total <= 910

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SAMPLE", 50)
        patch.setattr(module, "_BATCH_LINES", 20)
        run(test)


def test_of_a_giant_document_only_a_sample_is_counted() -> None:
    async def test() -> None:
        async with desk("\n".join("tttx" for _ in range(300))) as one:
            one.counting.show_totals()
            await one.rest()
            totals, counted = one.counting.totals, len(one.checker.measured)
            assert totals is not None
            assert totals.about
            assert 50 <= counted <= 60
            one.edit(7, 8, "tttttttttttttttt\n")
            await one.until(lambda: one.counting.totals != totals)
            assert len(one.checker.measured) == counted + 2
            assert one.told() == [(7, "16")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SAMPLE", 50)
        patch.setattr(module, "_MOST", 100)
        run(test)


def test_a_row_that_cannot_be_counted_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with desk("t\nfault\ntt") as one:
            one.counting.show_totals()
            await one.until(lambda: one.counting.totals)
            assert one.totals() == [1, None, 2]

    run(test)
    assert "could not be counted" in caplog.text


def test_settings_by_which_nothing_can_be_counted_are_told_once() -> None:
    async def test() -> None:
        async with desk("t\ntttttttt\ntt") as one:
            assert one.told() == [(1, "8")]
            one.checker.error = TokensError("no such tokenizer")
            one.counting.show_totals()
            await one.until(lambda: one.error)
            assert one.told() == []
            one.edit(1, 2, "ttttttttt\n")
            await one.rest()
            assert one.told() == []
            assert not one.counting._others
            assert await one.counting.measure(one.store.line(0)) is None
            one.checker.error = one.error = None
            one.judge()
            await one.until(lambda: one.counting.totals)
            assert one.told() == [(1, "9")]

    run(test)


def test_a_request_waits_for_a_count_only_once_something_was_counted() -> None:
    async def test() -> None:
        async with desk("t\ntt\n?") as one:
            first, second, third = one.store
            with pytest.raises(TimeoutError):
                await one.counting.measure(second)
            await one.until(lambda: one.said["counted"])
            assert await one.counting.measure(second) == Measured(2, 1, (), 0, False)
            assert await one.counting.measure(first) == Measured(1, 1, (), 0, False)
            assert one.counting.of(first) is not None
            assert await one.counting.measure(third) is None

    run(test)


def test_what_comes_too_late_for_a_request_is_kept_for_the_next() -> None:
    async def test() -> None:
        async with desk("t\ntt") as one:
            first, second = one.store
            one.counting.show([first])
            await one.until(lambda: one.said["counted"])
            held = Event()
            one.worker.queue([held.wait], lambda: 0.0)
            await asyncio.sleep(0.02)
            with pytest.raises(TimeoutError):
                await one.counting.measure(second)
            held.set()
            await one.until(lambda: one.counting.of(second))
            assert len(one.checker.measured) == 2

    run(test)


def test_who_asks_again_and_again_has_a_row_counted_once_and_hears_when_it_is() -> None:
    async def test() -> None:
        async with desk("t\ntt\n?") as one:
            first, second, third = one.store
            one.counting.show([first])
            await one.until(lambda: one.said["counted"])
            held, said = Event(), one.said["counted"]
            one.worker.queue([held.wait], lambda: 0.0)
            await asyncio.sleep(0.02)
            for line in (second, second, third, second):
                with pytest.raises(TimeoutError):
                    await one.counting.measure(line)
            held.set()
            await one.until(lambda: one.said["counted"] > said)
            assert await one.counting.measure(second) == Measured(2, 1, (), 0, False)
            assert await one.counting.measure(third) is None
            assert await one.counting.measure(third) is None
            assert Counter(one.checker.measured) == {b"t": 1, b"tt": 2, b"?": 2}
            one.edit(1, 2, "ttt\n")
            assert await one.counting.measure(one.store.line(1)) == Measured(3, 1, (), 0, False)

    run(test)


def test_a_row_that_is_too_large_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with desk(f"{'t' * 90}\n" * 3 + "tt\n" + "ät" * 25 + "\nt") as one:
            one.counting.show_totals()
            await one.until(lambda: one.counting.totals)
            assert one.totals() == [None, None, None, 2, None, 1]
            assert [await one.counting.measure(one.store.line(at)) for at in (0, 4)] == [None, None]

    monkeypatch.setattr(module, "ROW_BYTES", 60)
    monkeypatch.setattr(module, "_BATCH", 60)
    run(test)


def test_findings_are_told_though_the_rows_to_be_counted_next_go_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        async with desk("x") as one:
            slow = one.checker.slow = b"t" * 9
            one.edit(0, 0, "".join("t" * number + "\n" for number in (8, 9, 10)))
            await one.until(lambda: slow in one.checker.judged)
            assert one.said["found"] == 1
            one.edit(2, 3, "")
            one.checker.go_on.set()
            await one.until(lambda: one.said["found"] == 2)
            assert one.told() == [(0, "8"), (1, "9")]

    monkeypatch.setattr(module, "_BATCH_LINES", 1)
    monkeypatch.setattr(module, "_TELL_SECONDS", 60.0)
    run(test)


def test_totals_wait_for_what_is_being_counted() -> None:
    async def test() -> None:
        async with desk("t\nttt") as one:
            one.counting.show_totals()
            await one.until(lambda: one.counting.totals)
            slow = one.checker.slow = b"tt"
            one.counting._sum_up_soon()
            one.edit(0, 1, "tt\n")
            await one.until(lambda: slow in one.checker.measured)
            await asyncio.sleep(0.1)
            one.checker.go_on.set()
            await one.until(lambda: len(one.sums) == 2)
            assert [sums and sums.total for sums, _ in one.sums] == [4, 5]

    run(test)


def test_only_what_builds_the_vocabulary_waits_for_long() -> None:
    rows: list[module._Row] = [(Line("t" * number, ""), "t" * number, "needy") for number in (2, 8, 9)]
    job = module._Job(Letters(), rows, is_first=True)
    rests = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_FIRST_REST", 3.0)
        for _ in rows:
            rests.append(job.rest())
            job.step()
    assert rests == [3.0, 3.0, 0.02]


def test_what_is_closed_is_let_go() -> None:
    async def test() -> None:
        async with desk("\n".join("t" * 10 for _ in range(2_000))) as one:
            one.counting.show_totals()
            released = one.counting.close()
            assert released is not None
            before = len(one.checker.measured)
            await released
            await one.rest()
            assert len(one.checker.measured) <= before + 1
            assert one.counting.close() is None

    run(test)


def test_after_any_edits_all_is_as_if_counted_at_once() -> None:
    dice = random.Random(11)
    texts = ["t", "tt", "ttttttt", "x", "", "?ttttttttt", "tttttttttttt"]

    async def test() -> None:
        async with desk("\n".join(dice.choices(texts, k=30))) as one:
            one.counting.show_totals()
            for _ in range(150):
                first = dice.randrange(one.store.count)
                last = min(first + dice.choice((0, 1, 1, 1, 5)), one.store.count)
                one.edit(first, last, "".join(f"{dice.choice(texts)}\n" for _ in range(dice.randrange(4))))
                if dice.random() < 0.2:
                    await asyncio.sleep(0.03)
            lines = [line.text for line in one.store]
            counts = [None if "?" in text or not text else text.count("t") for text in lines]
            await one.until(lambda: one.totals() == counts)
            long = [
                (at, str(count)) for at, count in enumerate(text.count("t") for text in lines) if count > 5
            ]
            await one.until(lambda: one.told() == long)
            known = [count for count in counts if count is not None]
            totals = Totals(sum(known), median_low(known), max(known), False)
            await one.until(lambda: one.counting.totals == totals)
            assert not any(sums and sums.about for sums, _ in one.sums)

    run(test)
