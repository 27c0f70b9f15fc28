"""Messages in and out: framing, the reader thread, and the end of the client.

pygls' own loop drops messages whose header is not spelled `Content-Length`, leaves requests with bad
parameters unanswered, lives on when the editor has died and ends with status 0 where LSP asks for 1.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, ParamSpec, TypeVar

from msgspec import Struct
from pygls.io_ import StdoutWriter

from turnlint.lsp.protocol import decode_message

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

__all__ = ["Wire", "listen", "serve", "standard_streams"]

logger = logging.getLogger(__name__)

_READ_BYTES = 1 << 20
_HEADER_BYTES = 1 << 16
"""A header line longer than this is noise."""
_LENGTH_DIGITS = 18
_WATCH_SECONDS = 2.0
_THREADS = 6
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Wire(Struct, frozen=True):
    """The two directions of a connection."""

    read: Callable[[int], bytes]
    """Waits for bytes and gives at most so many; none at the end."""
    out: BinaryIO


def standard_streams() -> Wire:
    """Take over the standard streams. What prints to standard output from now on prints to standard error.

    Standard input is read without Python's buffer: its lock, held by a waiting thread, would abort the exit.
    """
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return Wire(lambda size: os.read(0, size), out)


def listen(port: int) -> Wire:
    """Wait for one client on a port of the loopback interface; 0 takes a free one. Raises OSError."""
    with socket.create_server(("127.0.0.1", port)) as server:
        print(f"listening on 127.0.0.1:{server.getsockname()[1]}", file=sys.stderr, flush=True)
        connection, _ = server.accept()
    return Wire(connection.recv, connection.makefile("wb"))


class _Threads(ThreadPoolExecutor):
    """Daemon threads, which do not delay the end of the process, as those of the stock pool would."""

    def __init__(self) -> None:
        super().__init__()
        self._free = threading.Semaphore(_THREADS)

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Call a function in a thread, as soon as not too many are at work."""
        future: Future[_T] = Future()

        def work() -> None:
            with self._free:
                if not future.set_running_or_notify_cancel():
                    return
                try:
                    result = fn(*args, **kwargs)
                except BaseException as error:  # whoever waits for it gets it
                    future.set_exception(error)
                else:
                    future.set_result(result)

        threading.Thread(target=work, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for nobody."""


def serve(server: Server, wire: Wire) -> int:
    """Serve the client until it exits, closes its end or dies. Returns the status of the process."""
    return asyncio.run(_serve(server, wire))


async def _serve(server: Server, wire: Wire) -> int:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(_Threads())
    done = asyncio.Event()
    protocol = server.protocol
    protocol.set_writer(StdoutWriter(wire.out))
    protocol.on_end = done.set

    def read() -> None:
        try:
            for body in _bodies(wire.read):
                message = decode_message(body)
                protocol.foresee(message)
                loop.call_soon_threadsafe(protocol.receive, message)
        except OSError as error:
            logger.info("the client is gone: %s", error)
        except RuntimeError:  # the loop has ended
            return
        loop.call_soon_threadsafe(done.set)

    with contextlib.suppress(NotImplementedError, RuntimeError):  # not on Windows, nor in other threads
        loop.add_signal_handler(signal.SIGTERM, done.set)
    threading.Thread(target=read, name="reader", daemon=True).start()
    watch = asyncio.create_task(_watch_parent(server, done))
    await done.wait()
    watch.cancel()
    server.close()
    return 0 if protocol.was_shut_down else 1


def _bodies(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield the bodies of messages until the stream ends; what is no message is skipped."""
    buffer = bytearray()
    length = 0
    while True:
        end = buffer.find(b"\n")
        if end >= 0:
            header = bytes(buffer[:end]).strip()
            del buffer[: end + 1]
            if header:
                length = _content_length(header) or length
            elif length:
                body = _exactly(read, buffer, length)
                if body is None:
                    return
                yield body
                length = 0
            continue
        if len(buffer) > _HEADER_BYTES:
            buffer.clear()
        chunk = read(_READ_BYTES)
        if not chunk:
            return
        buffer += chunk


def _content_length(header: bytes) -> int:
    name, _, value = header.partition(b":")
    value = value.strip()
    fits = value.isdigit() and len(value) <= _LENGTH_DIGITS
    return int(value) if fits and name.strip().lower() == b"content-length" else 0


def _exactly(read: Callable[[int], bytes], buffer: bytearray, length: int) -> bytes | None:
    """Take so many bytes; None where the stream ends before. Memory grows only with what has come."""
    while len(buffer) < length:
        chunk = read(_READ_BYTES)
        if not chunk:
            return None
        buffer += chunk
    body = bytes(memoryview(buffer)[:length])
    del buffer[:length]
    return body


async def _watch_parent(server: Server, done: asyncio.Event) -> None:
    """End when the editor dies while somebody else holds its end of the pipe open.

    A process that is not there to begin with lives elsewhere (a container, another machine): no watch then.
    """
    if os.name == "nt":  # there, signal 0 would not ask but interrupt
        return
    watched = None
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        parent = server.process_id
        if parent is None or parent <= 0:
            continue
        if _is_alive(parent):
            watched = parent
        elif watched == parent:
            done.set()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
