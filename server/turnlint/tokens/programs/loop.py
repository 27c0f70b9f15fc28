"""Answers on standard output what is asked on standard input: frames of JSON, each behind its length.

The first frame opens the program. A frame in answer has `value`, or `error` with words for the user.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import msgspec

if sys.platform != "win32":
    import resource

__all__ = ["ProgramError", "limit_memory", "open_nothing", "read_frame", "serve", "within", "write_frame"]

_LENGTH = 4
"""Bytes that say how many bytes a frame has."""


class ProgramError(Exception):
    """Something cannot be done; the message is for the user."""


def serve(begin: Callable[[Any], Callable[[Any], Any]]) -> None:
    """Answer all questions until standard input ends; `begin` makes of the opening what answers them."""
    answer: Callable[[Any], Any] = begin
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        try:
            value = answer(msgspec.json.decode(frame))
            if answer is begin:
                answer, value = value, None
            reply = msgspec.json.encode({"value": value})
        except ProgramError as error:
            reply = msgspec.json.encode({"error": str(error)})
        except UnicodeEncodeError:
            reply = b'{"error":"it writes a lone surrogate"}'
        except MemoryError:
            reply = b'{"error":"it takes more memory than it may"}'
        write_frame(sys.stdout.buffer, reply)


def read_frame(stream: BinaryIO) -> bytes | None:
    """One frame without its length; None where the stream ends before it is whole."""
    head = stream.read(_LENGTH)
    size = int.from_bytes(head, "little")
    frame = stream.read(size) if len(head) == _LENGTH else b""
    return frame if head and len(frame) == size else None


def write_frame(stream: BinaryIO, frame: bytes) -> None:
    """Write one frame with its length."""
    stream.write(len(frame).to_bytes(_LENGTH, "little"))
    stream.write(frame)
    stream.flush()


def limit_memory(size: int) -> None:
    """Have no more than so many bytes of memory from now on. Neither Windows nor macOS knows such a limit."""
    if sys.platform not in ("win32", "darwin"):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        size = size if most == resource.RLIM_INFINITY else min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def open_nothing() -> None:
    """Let the system refuse every further file and connection. Windows does not."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End the process where this takes more of the processor's time. Windows leaves that to whoever asks."""
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_PROF, 0)
