"""Work in processes of their own, for what keeps the interpreter busy, as judging rows does.

Each is a Python program that is asked one thing after another on its standard input and answers on its
standard output, in frames of pickled objects. It ends with its input: with whoever asks, however that ends.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeAlias, TypeVar

import turnlint
from turnlint.engine.threads import in_threads
from turnlint.tokens import TokensError
from turnlint.tokens.programs.loop import read_frame, write_frame

__all__ = ["Crew", "WorkerError", "Workers", "main"]

_START = """\
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = sys.argv[1:]
from turnlint.engine.workers import main
main()
"""
"""An interrupt from the terminal goes to all processes; whoever asks ends the others."""
_OPENING, _QUESTION = b"o", b"q"


_Task = TypeVar("_Task")
_Setup: TypeAlias = tuple[Any, ...]
"""A function of a module, and arguments for it: what it makes of them does the work."""


class WorkerError(Exception):
    """A process that was to work cannot, or could not; the message is for the user."""


class Workers:
    """Processes that answer. Any number of threads may ask."""

    def __init__(self, count: int) -> None:
        """`count` is their number. They are started when it is first said what they are for."""
        self._count = count
        self._setup: _Setup = ()
        self._opening = b""
        self._free: SimpleQueue[_Worker | Exception] = SimpleQueue()
        self._started: list[_Worker] = []
        self._starting: list[Thread] = []
        self._lock = Lock()
        self._is_closed = False
        self.are_ready = False
        """Some of them can be asked, or cannot be started."""

    def set_up(self, setup: _Setup) -> None:
        """Say what makes, in each process, what answers there. Starts them if need be, without waiting."""
        if self._setup == setup:
            return
        self._setup, self._opening = setup, _frame(setup)
        if not self._starting:
            self._starting = [Thread(target=self._start, daemon=True) for _ in range(self._count)]
            for thread in self._starting:
                thread.start()

    def ask(self, question: Any) -> Any:
        """The answer of a process that is free. Raises WorkerError, and TokensError as it does."""
        worker = self._free.get()
        try:
            if isinstance(worker, Exception):
                raise worker
            return worker.ask(self._opening, _frame(question))
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        with self._lock:
            self._is_closed = True
        for worker in self._started:
            worker.end()
        for thread in self._starting:
            thread.join()

    def _start(self) -> None:
        try:
            with self._lock:
                if self._is_closed:
                    return
                worker = _Worker()
                self._started.append(worker)
            worker.open(self._opening)
            self._free.put(worker)
        except Exception as error:
            self._free.put(error)
        self.are_ready = True


class Crew:
    """The caller and, where there is much to do, processes that help. What comes of it is the same."""

    def __init__(self, count: int) -> None:
        """`count` is the number of processes; with 1 there are none but the caller's."""
        self._count = count
        self._helpers = Workers(count)

    def each(
        self,
        here: Callable[[_Task], Any],
        setup: _Setup,
        tasks: Iterable[_Task],
        size: Callable[[_Task], float],
        alone: float,
    ) -> Iterator[Any]:
        """Yield what comes of tasks, in their order.

        `here` does those at the beginning which have the size `alone` together, and those that come until the
        first helper is ready; with 0 helpers do all. A function of a module and its arguments, the `setup`,
        make what does the work in each process.
        """
        done = 0.0

        def is_for_helpers(task: _Task) -> bool:
            nonlocal done
            before, done = done, done + size(task)
            if before < alone:
                return False
            self._helpers.set_up(setup)
            return alone == 0 or self._helpers.are_ready

        yield from in_threads(self._helpers.ask, tasks, self._count, is_for_helpers, here)

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        self._helpers.close()


class _Worker:
    """One process."""

    def __init__(self) -> None:
        if not sys.executable:
            raise WorkerError("there is no Python program to start processes with; use --jobs 1")
        import subprocess  # takes long to load

        folders = dict.fromkeys((str(Path(turnlint.__file__).parents[1]), *filter(None, sys.path)))
        try:
            process = subprocess.Popen(  # noqa: S603  # a program of ours
                (sys.executable, "-I", "-S", "-c", _START, *folders),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise WorkerError(f"no process can be started: {error.strerror}; use --jobs 1") from None
        assert process.stdin
        assert process.stdout
        self._process = process
        self._stdin: Any = process.stdin
        self._stdout: Any = process.stdout
        self._opening = b""

    def open(self, opening: bytes) -> None:
        """Have it made what answers, unless that is there."""
        if opening is not self._opening:
            self._reply(_OPENING, opening)
            self._opening = opening

    def ask(self, opening: bytes, question: bytes) -> Any:
        """The answer of what the opening makes."""
        self.open(opening)
        return self._reply(_QUESTION, question)

    def _reply(self, kind: bytes, frame: bytes) -> Any:
        try:
            write_frame(self._stdin, kind + frame)
            reply = read_frame(self._stdout)
        except OSError:
            reply = None
        if reply is None:
            raise WorkerError(f"a process that judges rows has ended unexpectedly ({self._process.wait()})")
        is_answer, value = _thawed(reply)
        if not is_answer:
            raise value
        return value

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Answer until nobody asks."""
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    answer: Callable[[Any], Any] | None = None
    while (frame := read_frame(questions)) is not None:
        try:
            asked = _thawed(memoryview(frame)[1:])
            if frame[:1] == _OPENING:
                make, *arguments = asked
                answer, value = make(*arguments), None
            else:
                assert answer is not None, "the opening comes first"
                value = answer(asked)
            reply = _frame((True, value))
        except TokensError as error:
            reply = _frame((False, error))
        except Exception as error:
            reply = _frame((False, WorkerError(_words(error))))
        write_frame(answers, reply)


def _words(error: Exception) -> str:
    from traceback import extract_tb

    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"


def _frame(value: Any) -> bytes:
    import pickle

    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _thawed(frame: bytes | memoryview) -> Any:
    import pickle

    return pickle.loads(frame)  # noqa: S301  # both ends are programs of ours
