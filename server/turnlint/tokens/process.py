"""A program of `programs` in a process of its own, which is asked one question after another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, BinaryIO
from weakref import finalize

import msgspec

from turnlint.text.label import snippet
from turnlint.tokens import TokensError
from turnlint.tokens.programs.loop import read_frame, write_frame

__all__ = ["Program"]

_START = "import sys; sys.path += sys.argv[2:]; __import__(sys.argv[1], fromlist=['main']).main()"
_NEEDED = ("turnlint", "msgspec")
_OUT_OF_TIME = None if sys.platform == "win32" else -signal.SIGPROF
_TOO_LONG = "it takes too long"
_BROKEN = "it takes too much memory, or breaks"
_WORDS = 200
"""So many code points of what goes wrong are told; the file may have written them."""
_PATIENCE = 5
"""After so many questions in a row that ended the process there are no more."""
_ENVIRONMENT = {"TOKENIZERS_PARALLELISM": "false", "RUST_BACKTRACE": "0"}
"""One text at a time is encoded, and nobody reads what a panic says."""


class Program:
    """Starts its process when it is first asked and after it was lost; ends it when it is itself not needed.

    Any number of threads may ask; one is answered after the other.
    """

    def __init__(
        self, name: str, libraries: tuple[str, ...], file: str, opening: Any, seconds: float
    ) -> None:
        """Name a module of `programs`, what it imports, and the file that its work depends on.

        `opening` is what it is told first, and in how many seconds. Raises TokensError for a library that is
        not installed.
        """
        if not sys.executable:
            raise TokensError("there is no Python program to count tokens with")
        folders = dict.fromkeys(_folder(library) for library in (*_NEEDED, *libraries))
        module = f"turnlint.tokens.programs.{name}"
        self._command = (sys.executable, "-I", "-S", "-c", _START, module, *folders)
        self._file = file
        self._opening = _frame(opening)
        self._opening_seconds = seconds
        self._asking = Lock()
        self._process: _Process | None = None
        self._lost = 0

    def ask(self, question: Any, seconds: float) -> Any:
        """The answer to a question of plain data, for which the program has so many seconds.

        Raises TokensError with the name of the file, and the words of the program or what became of it.
        """
        try:
            frame = _frame(question)
            with self._asking:
                return _value(self._reply(frame, seconds))
        except TokensError as error:
            raise TokensError(f"{self._file}: {snippet(str(error), _WORDS)}") from None

    def _reply(self, frame: bytes, seconds: float) -> bytes:
        if self._lost == _PATIENCE:
            raise TokensError(f"it has failed {_PATIENCE} times in a row and is not tried again")
        try:
            if self._process is None or self._process.has_ended:
                self._process = _Process(self._command)
                _value(self._process.ask(self._opening, self._opening_seconds))
            reply = self._process.ask(frame, seconds)
        except BaseException as error:  # what it may still say is no answer to the next question
            if self._process:
                self._process.close()
            self._process = None
            self._lost += isinstance(error, _LostError)
            raise
        self._lost = 0
        return reply


class _LostError(TokensError):
    """The process ended, or had to be ended."""


class _Process:
    """A process and the thread that reads what it says."""

    def __init__(self, command: tuple[str, ...]) -> None:
        """Raises _LostError where the system starts no more."""
        try:
            process = subprocess.Popen(  # noqa: S603  # a program of ours
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=os.sep,
                env=os.environ | _ENVIRONMENT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise _LostError(f"no process can be started: {error.strerror}") from None
        assert process.stdin
        assert process.stdout
        self._process = process
        self._stdin: Any = process.stdin
        self._replies: SimpleQueue[bytes | None] = SimpleQueue()
        Thread(target=_read, args=(process.stdout, self._replies), daemon=True).start()
        self.close = finalize(self, _end, process)

    @property
    def has_ended(self) -> bool:
        """Nobody will answer."""
        return self._process.poll() is not None

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """The frame in answer to one. Raises _LostError where there is none."""
        try:
            write_frame(self._stdin, frame)
            reply = self._replies.get(timeout=seconds)
        except OSError:
            reply = None
        except Empty:
            raise _LostError(_TOO_LONG) from None
        if reply is None:
            raise _LostError(_TOO_LONG if self._process.wait() == _OUT_OF_TIME else _BROKEN)
        return reply


def _folder(library: str) -> str:
    """Where a package is found."""
    found = find_spec(library)
    if found is None or found.origin is None:
        raise TokensError(f"{library} is not installed: pip install {library}")
    return str(Path(found.origin).parents[1])


def _frame(question: Any) -> bytes:
    try:
        return msgspec.json.encode(question)
    except (ValueError, OverflowError, RecursionError) as error:
        raise TokensError(f"it cannot be written as JSON: {error}") from None


def _value(reply: bytes) -> Any:
    answer = msgspec.json.decode(reply)
    if "error" in answer:
        raise TokensError(answer["error"])
    return answer["value"]


def _read(stream: BinaryIO, replies: SimpleQueue[bytes | None]) -> None:
    """Hand on every frame until the stream ends."""
    with stream:
        for frame in _frames(stream):
            replies.put(frame)
        replies.put(None)


def _frames(stream: BinaryIO) -> Iterator[bytes]:
    while (frame := read_frame(stream)) is not None:
        yield frame


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    assert process.stdin
    with suppress(OSError):  # what it did not read is lost with it
        process.stdin.close()
