"""The thread that counts: what it does first, when it rests, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread, get_ident
from time import monotonic, sleep

import pytest

from turnlint.lsp.worker import Worker

REST = 0.1


def at_once() -> float:
    return 0.0


@contextmanager
def working() -> Iterator[Worker]:
    worker = Worker()
    try:
        yield worker
    finally:
        worker.end()


@contextmanager
def speaking(worker: Worker) -> Iterator[None]:
    """A client that is never silent."""
    silent = Event()

    def speak() -> None:
        while not silent.wait(REST / 10):
            worker.heard()

    thread = Thread(target=speak)
    worker.heard()
    thread.start()
    try:
        yield
    finally:
        silent.set()
        thread.join()


def until(event: Event) -> None:
    assert event.wait(10)


def test_things_are_done_one_after_the_other_in_one_thread() -> None:
    done: list[tuple[int, int]] = []
    with working() as worker:
        last = Event()
        worker.queue([partial(lambda at: done.append((at, get_ident())), at) for at in range(100)], at_once)
        worker.queue([last.set], at_once)
        until(last)
    assert [at for at, _ in done] == [*range(100)]
    assert len({thread for _, thread in done} - {get_ident()}) == 1


def test_it_rests_while_the_client_speaks() -> None:
    with working() as worker:
        done = Event()
        with speaking(worker):
            worker.queue([done.set], lambda: REST)
            sleep(5 * REST)
            assert not done.is_set()
        begun = monotonic()
        until(done)
        assert monotonic() - begun < 5 * REST


def test_it_does_not_rest_for_ever() -> None:
    with working() as worker, speaking(worker):
        done = Event()
        begun = monotonic()
        worker.queue([done.set], lambda: REST / 5)
        until(done)
        assert monotonic() - begun > 2 * REST


def test_who_is_never_silent_delays_many_things_no_more_than_one() -> None:
    with working() as worker, speaking(worker):
        done, many = Event(), 200
        begun = monotonic()
        worker.queue([lambda: None] * many + [done.set], lambda: REST / 5)
        until(done)
        assert monotonic() - begun < many * 2 * REST / 5


def test_what_has_to_rest_no_longer_does_not() -> None:
    with working() as worker, speaking(worker):
        rest, done = [60.0], Event()
        worker.queue([done.set], lambda: rest[0])
        rest[0] = 0.0
        worker.queue([])
        until(done)


def test_what_somebody_waits_for_comes_first() -> None:
    order: list[str] = []

    async def ask(worker: Worker) -> None:
        held = Event()
        worker.queue([partial(until, held), partial(order.append, "queued")], at_once)
        asked = [worker.ask(partial(order.append, word)) for word in ("first", "second")]
        held.set()
        await asyncio.gather(*asked)
        last = Event()
        worker.queue([last.set], at_once)
        await asyncio.to_thread(until, last)

    with working() as worker:
        asyncio.run(ask(worker))
    assert order == ["first", "second", "queued"]


def test_what_somebody_waits_for_does_not_rest() -> None:
    async def ask(worker: Worker) -> float:
        begun = monotonic()
        await worker.ask(lambda: None)
        return monotonic() - begun

    with working() as worker, speaking(worker):
        worker.queue([lambda: None], lambda: 60.0)
        assert asyncio.run(ask(worker)) < 1.0


def raises() -> None:
    raise KeyboardInterrupt


def test_who_asks_is_told_what_was_raised_and_the_thread_lives_on() -> None:
    async def ask(worker: Worker) -> int:
        worker.queue([raises], at_once)
        with pytest.raises(ZeroDivisionError):
            await worker.ask(lambda: 1 // 0)
        return await worker.ask(lambda: 1)

    with working() as worker:
        assert asyncio.run(ask(worker)) == 1


def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    done: list[str] = []

    async def ask(worker: Worker) -> None:
        begun, held = Event(), Event()
        worker.queue([begun.set, partial(until, held)], at_once)
        await asyncio.to_thread(until, begun)
        asked = worker.ask(partial(done.append, "nobody"))
        asked.cancel()
        await asyncio.sleep(0)
        held.set()
        await worker.ask(lambda: None)

    with working() as worker:
        asyncio.run(ask(worker))
    assert done == []


@pytest.mark.parametrize(
    "begin", [lambda worker: None, lambda worker: worker.queue([lambda: None], lambda: 60.0)]
)
def test_nothing_is_done_after_its_end(begin: Callable[[Worker], None]) -> None:
    worker = Worker()
    begin(worker)
    worker.end()
    done: list[int] = []
    worker.queue([partial(done.append, 1)], at_once)
    sleep(0.05)
    assert done == []
