"""The one thread that does what may wait, for all documents: it rests while the client speaks."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Condition, Thread
from time import monotonic
from typing import TypeAlias, TypeVar

__all__ = ["REST_SECONDS", "Rest", "Work", "Worker"]

logger = logging.getLogger(__name__)

REST_SECONDS = 0.05
"""So long after each message nothing is begun for which nobody waits: who types is not disturbed."""
_MOST_RESTS = 10
"""After so many times that, work goes on nevertheless: some clients are never silent."""
_SLICE_SECONDS = 0.02
"""So long it does so before it rests again."""
_PATIENCE = 0.1

Work: TypeAlias = Callable[[], object]
Rest: TypeAlias = Callable[[], float]
"""How many seconds the client must have been silent for something to be done, as of now."""
_T = TypeVar("_T")


class Worker:
    """Does one thing after the other: first what somebody waits for, then the rest while all is quiet.

    It owns nothing, and holds nothing of what it has done.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._asked: deque[Work] = deque()
        self._queued: deque[tuple[Rest, Work]] = deque()
        self._heard = self._rested = self._slice_end = 0.0
        self._thread: Thread | None = None
        self._ended = False

    def heard(self) -> None:
        """The client has said something. Any thread may call this."""
        self._heard = monotonic()

    def queue(self, works: Iterable[Work], rest: Rest = lambda: REST_SECONDS) -> None:
        """Have things done, each once the client has been silent for so long, or never is."""
        with self._changed:
            if not self._queued:
                self._rested = monotonic()
            self._queued.extend((rest, one) for one in works)
            self._begin()

    def ask(self, work: Callable[[], _T]) -> asyncio.Future[_T]:
        """Have something done next, whoever speaks; what it gives or raises is the future's."""
        future: Future[_T] = Future()

        def do() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # whoever waits for it gets it
                    future.set_exception(error)

        with self._changed:
            self._asked.append(do)
            self._begin()
        return asyncio.wrap_future(future)

    def breathe(self) -> bool:
        """For long work between its steps: let others have their turn, and rest as before other work.

        Says whether to go on: not where the process is about to end. Only the thread itself may call this.
        """
        turns: list[None] = []
        self.queue([lambda: turns.append(None)])
        while not turns and (work := self._next()) is not None:
            _do(work)
            del work
        return bool(turns)

    def end(self) -> None:
        """Begin nothing more, and wait a moment for what is being done: the process is about to end."""
        with self._changed:
            self._ended = True
            self._asked.clear()
            self._queued.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="worker", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            _do(work)
            del work

    def _next(self) -> Work | None:
        """Wait for what is to be done next; None once nothing is."""
        with self._changed:
            while not self._ended:
                if self._asked:
                    return self._asked.popleft()
                wait = self._wait()
                if wait is not None and wait <= 0:
                    return self._queued.popleft()[1]
                self._changed.wait(wait)
            return None

    def _wait(self) -> float | None:
        """In so many seconds, or now, it is time for what is queued; None where nothing is."""
        if not self._queued:
            return None
        now, rest = monotonic(), self._queued[0][0]()
        if now < self._slice_end:
            return 0.0
        silent, latest = self._heard + rest, self._rested + _MOST_RESTS * rest
        if min(silent, latest) <= now:
            self._rested = now
            if silent > now:
                self._slice_end = now + _SLICE_SECONDS
        return min(silent, latest) - now


def _do(work: Work) -> None:
    try:
        work()
    except BaseException:  # a panic of a library is none of the others
        logger.exception("a fault in the background")
